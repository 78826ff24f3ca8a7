import { Packr } from 'msgpackr';
import type { ClientMessage, EngineMessage } from '../../engine/host/protocol.ts';
import type { Transport } from './engine-client.ts';

/** What is used of a WebSocket. */
export interface Socket {
  binaryType: string;
  readonly readyState: number;
  send(data: Uint8Array<ArrayBuffer>): void;
  addEventListener(type: 'open' | 'close', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
}

const CONNECTING = 0;
const OPEN = 1;

/** Typed arrays as they are; no records, for which the library would make code. As in the server's send-queue.ts. */
const packr = new Packr({ useRecords: false, moreTypes: true });

/**
 * A transport of binary frames. It does not connect again: what was open is gone with the connection.
 * What is sent before the socket is open waits for it.
 */
export function createSocketTransport(socket: Socket): Transport {
  let waiting: ClientMessage[] = [];
  let onMessage: (message: EngineMessage) => void = () => {};
  let onLost = () => {};
  const send = (message: ClientMessage) => socket.send(Uint8Array.from(packr.pack(message)));

  socket.binaryType = 'arraybuffer';
  socket.addEventListener('open', () => {
    waiting.forEach(send);
    waiting = [];
  });
  socket.addEventListener('message', ({ data }) => {
    onMessage(packr.unpack(new Uint8Array(data as ArrayBuffer)) as EngineMessage);
  });
  socket.addEventListener('close', () => onLost());

  return {
    send(message) {
      if (socket.readyState === OPEN) send(message);
      else if (socket.readyState === CONNECTING) waiting.push(message);
    },
    onMessage(listener) {
      onMessage = listener;
    },
    onLost(listener) {
      onLost = listener;
    },
    // a server that starts anew knows neither this page nor its files
    onRestart() {},
  };
}
