import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { InputError } from '../engine/errors.ts';
import { createHost } from '../engine/host/host.ts';
import { createAccess } from './serve/access.ts';
import { createDownloads } from './serve/downloads.ts';
import { serveEngine } from './serve/engine-socket.ts';
import { serveFolders } from './serve/folders.ts';
import { createPages } from './serve/pages.ts';
import { defaultRunsFolder } from './serve/runs-folder.ts';

const LOOPBACK_ADDRESSES = ['127.0.0.1', '::1', 'localhost'];

export interface ServeOptions {
  /** what lies below them can be opened */
  folders: readonly string[];
  /** 0: any that is free */
  port: number;
  /** this computer's own, default 127.0.0.1 */
  address?: string;
  /** where runs are kept; default: $MEANDER_RUNS, or the system's place for an application's data */
  runsFolder?: string;
  /** of the built interface */
  interfaceFolder?: string;
}

export interface RunningServer {
  /** with the one-time token */
  url: string;
  port: number;
  close(): Promise<void>;
}

/**
 * Serves the interface to a browser on this computer, or through a tunnel to it.
 * @throws InputError: an address that others can reach, a port that is taken, no such folder; WorkError: no interface built
 */
export async function startServer({
  folders,
  port,
  address = LOOPBACK_ADDRESSES[0]!,
  runsFolder = defaultRunsFolder(),
  interfaceFolder = builtInterface(),
}: ServeOptions): Promise<RunningServer> {
  checkLoopback(address);
  const served = await serveFolders(folders);
  const access = createAccess();
  const downloads = createDownloads();
  const server = createServer(await createPages(interfaceFolder, access, served, downloads));
  const host = createHost({ pathsOf: served.pathsOf, targetOf: downloads.targetOf, runsFolder });
  const sockets = serveEngine(server, host, access);
  try {
    await listen(server, port, address);
  } catch (error) {
    await host.close();
    throw error;
  }
  const { port: actual } = server.address() as AddressInfo;
  const shown = address.includes(':') ? `[${address}]` : address;
  return {
    url: `http://${shown}:${actual}/?token=${access.token}`,
    port: actual,
    async close() {
      sockets.close();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await Promise.all([closed, host.close()]);
      // only now: a worker may have been writing
      await downloads.close();
    },
  };
}

function checkLoopback(address: string): void {
  if (LOOPBACK_ADDRESSES.includes(address)) return;
  throw new InputError('Meander answers this computer only.', {
    option: '--address',
    expected: LOOPBACK_ADDRESSES.join(', '),
    found: address,
    action: 'From another computer, come through a tunnel: ssh -L PORT:127.0.0.1:PORT THIS-COMPUTER.',
  });
}

function listen(server: Server, port: number, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => reject(listenError(cause, port)));
    server.listen(port, address, resolve);
  });
}

function listenError(cause: NodeJS.ErrnoException, port: number): Error {
  const taken = cause.code === 'EADDRINUSE';
  if (!taken && cause.code !== 'EACCES') return cause;
  return new InputError(
    taken ? 'This port is taken.' : 'This port may not be used.',
    {
      option: '--port',
      expected: 'a free port from 1024 on',
      found: String(port),
      action: taken
        ? 'Another program, or another meander serve, uses it: end that one, or name another port.'
        : 'Name another port.',
    },
    cause,
  );
}

function builtInterface(): string {
  const fromSource = import.meta.url.endsWith('.ts');
  return fileURLToPath(new URL(fromSource ? '../dist/renderer' : '../renderer', import.meta.url));
}
