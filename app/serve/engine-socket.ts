import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import type { Host } from '../../engine/host/host.ts';
import { type Access, isOwnSocket } from './access.ts';
import { createSendQueue, packr } from './send-queue.ts';

/** The largest message is a choice of cells, 4 bytes each. */
const MOST_BYTES = 64 * 2 ** 20;
const MOST_SOCKETS = 16;

/** Lets pages of the server talk to the engine, each over a WebSocket at /engine. */
export function serveEngine(server: Server, host: Host, access: Access): { close(): void } {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MOST_BYTES, perMessageDeflate: false });
  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    stream.on('error', () => stream.destroy());
    if (!isOwnSocket(request) || !access.hasSession(request)) return refuse(stream, '403 Forbidden');
    if (request.url !== '/engine') return refuse(stream, '404 Not Found');
    if (sockets.clients.size >= MOST_SOCKETS) return refuse(stream, '503 Service Unavailable');
    sockets.handleUpgrade(request, stream, head, (socket) => connect(socket, host));
  });
  return {
    close() {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
    },
  };
}

function connect(socket: WebSocket, host: Host): void {
  const connection = host.connect(createSendQueue(socket));
  socket.on('message', (data, isBinary) => connection.receive(isBinary ? unpack(data) : undefined));
  socket.on('close', () => void connection.close());
  // what is wrong closes the socket, which is told above
  socket.on('error', () => {});
}

function unpack(data: RawData): unknown {
  try {
    return packr.unpack(data as Buffer);
  } catch {
    return undefined;
  }
}

function refuse(stream: Duplex, status: string): void {
  stream.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
