import type { ClientMessage, EngineMessage } from '../../engine/host/protocol.ts';
import type { Transport } from './engine-client.ts';

/** What is used of a MessagePort. */
export interface Port {
  postMessage(message: ClientMessage): void;
  onmessage: ((event: { data: unknown }) => void) | null;
  start?(): void;
  close(): void;
}

/** A transport over ports, one after the other: each restart of the engine brings another. */
export interface PortTransport extends Transport {
  /** takes a port, not yet started; after the first one this is a restart */
  attach(port: Port): void;
  /** the engine at the other end is gone, whether or not another will come */
  lose(): void;
}

/**
 * What is sent before the first port is there waits for it. Nothing is ever transferred, only copied: Electron loses what
 * is in a transfer list.
 */
export function createPortTransport(): PortTransport {
  let port: Port | undefined;
  let waiting: ClientMessage[] = [];
  let attached = false;
  let onMessage: (message: EngineMessage) => void = () => {};
  let onLost = () => {};
  let onRestart = () => {};

  return {
    send(message) {
      if (port) port.postMessage(message);
      else if (!attached) waiting.push(message);
    },
    onMessage(listener) {
      onMessage = listener;
    },
    onLost(listener) {
      onLost = listener;
    },
    onRestart(listener) {
      onRestart = listener;
    },
    attach(next) {
      port?.close();
      port = next;
      next.onmessage = ({ data }) => {
        if (port === next) onMessage(data as EngineMessage);
      };
      next.start?.();
      if (attached) onRestart();
      attached = true;
      for (const message of waiting) next.postMessage(message);
      waiting = [];
    },
    lose() {
      if (!port) return;
      port.close();
      port = undefined;
      onLost();
    },
  };
}
