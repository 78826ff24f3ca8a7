import type { Transport } from './engine-client.ts';
import { createSocketTransport, type Socket } from './socket-transport.ts';

/** The server that the page came from. */
export function connectToServer(): Transport {
  const { protocol, host } = window.location;
  const scheme = protocol === 'https:' ? 'wss:' : 'ws:';
  return createSocketTransport(new WebSocket(`${scheme}//${host}/engine`) as Socket);
}
