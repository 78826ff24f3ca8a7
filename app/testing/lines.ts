import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import { Packr } from 'msgpackr';
import { WebSocket } from 'ws';
import { InputError } from '../../engine/errors.ts';
import { createHost } from '../../engine/host/host.ts';
import type { EngineMessage, FileInfo } from '../../engine/host/protocol.ts';
// biome-ignore-start lint/style/noRestrictedImports: both ends of the contract meet here
import { type Client, createClient } from '../../renderer/client/client.ts';
import type { Transport } from '../../renderer/client/engine-client.ts';
import { createPortTransport, type Port } from '../../renderer/client/message-port.ts';
import { createSocketTransport, type Socket } from '../../renderer/client/socket-transport.ts';
// biome-ignore-end lint/style/noRestrictedImports: as above
import { startServer } from '../serve.ts';
import { createTargetTable } from '../target-table.ts';
import { enter } from './served.ts';

/** One interface and its engine, with what goes over the line in between. */
export interface Line {
  client: Client;
  messages: EngineMessage[];
  handleOf(name: string): string;
  /** a place that the engine may write a file to, once */
  target(name: string): Promise<string>;
  /** what it has written there */
  written(target: string): Promise<Buffer>;
  /** whatever, past the client */
  sendRaw(message: unknown): void;
  /** as when the page is closed, or the engine's process ends */
  disconnect(): void;
  close(): Promise<void>;
}

/** The two ways from an interface to an engine that may open what is in a folder. */
export const LINES: [name: string, connect: (folder: string) => Promise<Line>][] = [
  ['MessagePort', overPorts],
  ['WebSocket', overSocket],
];

async function overPorts(folder: string): Promise<Line> {
  const own = await mkdtemp(join(tmpdir(), 'meander-line-'));
  const targets = createTargetTable();
  const places = new Map<string, string>();
  const host = createHost({
    targetOf: targets.take,
    runsFolder: join(own, 'runs'),
    pathsOf: (handles) =>
      handles.map((handle) => {
        if (!handle.startsWith('file ')) throw new InputError('This file is not known.');
        return join(folder, handle.slice(5));
      }),
  });
  const { port1, port2 } = new MessageChannel();
  const connection = host.connect((message) => port1.postMessage(message));
  port1.on('message', (message) => connection.receive(message));
  const transport = createPortTransport();
  transport.attach(port2 as unknown as Port);
  return {
    ...observed(transport),
    handleOf: (name) => `file ${name}`,
    async target(name) {
      const path = join(own, name);
      const target = targets.issue(path);
      places.set(target, path);
      return target;
    },
    written: (target) => readFile(places.get(target)!),
    sendRaw: (message) => port2.postMessage(message),
    disconnect() {
      void connection.close();
      transport.lose();
    },
    async close() {
      port1.close();
      await host.close();
      await rm(own, { recursive: true });
    },
  };
}

async function overSocket(folder: string): Promise<Line> {
  const pages = await mkdtemp(join(tmpdir(), 'meander-pages-'));
  await writeFile(join(pages, 'index.html'), '<!doctype html>');
  const runsFolder = join(pages, 'runs');
  const server = await startServer({ folders: [folder], port: 0, interfaceFolder: pages, runsFolder });
  const { origin, cookie } = await enter(server.url);
  const get = (path: string) => fetch(`${origin}${path}`, { headers: { cookie } });
  const files = (await (await get('/api/files')).json()) as FileInfo[];
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/engine`, { headers: { cookie }, origin });
  socket.on('error', () => {});
  const transport = createSocketTransport(socket as unknown as Socket);
  return {
    ...observed(transport),
    handleOf: (name) => files.find((file) => file.name === name)?.handle ?? name,
    async target(name) {
      const answer = await get(`/api/target?name=${encodeURIComponent(name)}`);
      return ((await answer.json()) as { target: string }).target;
    },
    written: async (target) => Buffer.from(await (await get(`/api/download/${target}`)).arrayBuffer()),
    sendRaw: (message) => socket.send(new Packr({ useRecords: false, moreTypes: true }).pack(message)),
    disconnect: () => socket.terminate(),
    async close() {
      await server.close();
      await rm(pages, { recursive: true });
    },
  };
}

function observed(transport: Transport): Pick<Line, 'client' | 'messages'> {
  const messages: EngineMessage[] = [];
  const client = createClient({
    ...transport,
    onMessage: (listener) =>
      transport.onMessage((message) => {
        messages.push(message);
        listener(message);
      }),
  });
  return { client, messages };
}
