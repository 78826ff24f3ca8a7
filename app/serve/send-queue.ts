import { Packr } from 'msgpackr';
import type { EngineMessage } from '../../engine/host/protocol.ts';

/** What is used of a WebSocket. */
interface Sink {
  send(data: Uint8Array, sent: (error?: Error | null) => void): void;
}

/** Typed arrays as they are; no records, for which the library would make code. As in the interface's socket-transport.ts. */
export const packr = new Packr({ useRecords: false, moreTypes: true });

/**
 * Sends a message when the one before is with the system: on a slow line one packed message is in memory, and what
 * waits is as it was. Of the progress of a request only the newest waits.
 */
export function createSendQueue(sink: Sink): (message: EngineMessage) => void {
  const waiting: EngineMessage[] = [];
  let sending = false;

  function next(): void {
    const message = sending ? undefined : waiting.shift();
    if (!message) return;
    sending = true;
    sink.send(packr.pack(message), (error) => {
      sending = false;
      if (error) waiting.length = 0;
      else next();
    });
  }

  return (message) => {
    const earlier = waiting.findIndex((each) => each.kind === 'progress' && each.id === message.id);
    if (message.kind === 'progress' && earlier >= 0) waiting[earlier] = message;
    else waiting.push(message);
    next();
  };
}
