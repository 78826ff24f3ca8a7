import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { InputError, WorkError } from '../../engine/errors.ts';
import type { FileInfo } from '../../engine/host/protocol.ts';
import { type RunningServer, startServer } from '../serve.ts';
import { enter } from '../testing/served.ts';
import { serveFolders } from './folders.ts';

let folder: string;
let pages: string;
let server: RunningServer;
let entered: { origin: string; cookie: string };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meander-serve-'));
  pages = join(folder, 'pages');
  await mkdir(join(pages, 'assets'), { recursive: true });
  await writeFile(join(pages, 'index.html'), '<!doctype html><title>Meander</title>');
  await writeFile(join(pages, 'assets', 'main.js'), 'export {};');
  await writeFile(join(folder, 'secret.txt'), 'secret');
  await mkdir(join(folder, 'data'));
  server = await startServer({ folders: [join(folder, 'data')], port: 0, interfaceFolder: pages });
  entered = await enter(server.url);
});

afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

interface Reply {
  status: number;
  headers: IncomingMessage['headers'];
  text: string;
}

/** A request as it is written, unlike fetch, which mends addresses and sets the host itself. */
function get(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const { port } = server;
    request({ host: '127.0.0.1', port, path, method, headers }, (response) => {
      let text = '';
      response.on('data', (part) => {
        text += part;
      });
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, text }));
    })
      .on('error', reject)
      .end();
  });
}

const own = () => ({ host: `127.0.0.1:${server.port}`, cookie: entered.cookie });

/** The status that a WebSocket is answered with: 101 where it is let in. */
function knock(
  origin: string | undefined,
  headers: Record<string, string>,
  path = '/engine',
): Promise<number> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}${path}`, {
      headers,
      ...(origin !== undefined && { origin }),
    });
    socket.on('open', () => {
      socket.terminate();
      resolve(101);
    });
    socket.on('unexpected-response', (_, { statusCode }) => resolve(statusCode!));
    socket.on('error', () => {});
  });
}

describe('who is answered', () => {
  test('nobody without the token; it works once, and its cookie is for this site alone', async () => {
    const other = await startServer({ folders: [], port: 0, interfaceFolder: pages });
    const { origin, searchParams } = new URL(other.url);
    const wrong = `${origin}/?token=${searchParams.get('token')!.slice(1)}`;
    expect((await fetch(`${origin}/`)).status).toBe(403);
    expect((await fetch(wrong)).status).toBe(403);
    expect((await fetch(other.url, { method: 'HEAD' })).status).toBe(403);
    const first = await fetch(other.url);
    expect(first.status).toBe(200);
    const cookie = first.headers.get('set-cookie')!;
    expect(cookie).toMatch(/^meander-\d+=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/$/);
    const reused = await fetch(other.url);
    expect(reused.status).toBe(403);
    expect(reused.headers.get('set-cookie')).toBeNull();
    const headers = { cookie: cookie.split(';')[0]! };
    expect((await fetch(`${origin}/`, { headers })).status).toBe(200);
    // the same browser may use its link again
    expect((await fetch(other.url, { headers })).status).toBe(200);
    // a cookie of another server of this computer is none of this one's
    expect((await get('/', { ...own(), ...headers })).status).toBe(403);
    await other.close();
  });

  test('the page and its files carry the policy', async () => {
    for (const path of ['/', '/assets/main.js', '/api/files', '/nothing']) {
      const { headers } = await get(path, own());
      expect(headers['content-security-policy']).toContain("script-src 'self';");
      expect(headers['content-security-policy']).not.toContain('unsafe-eval');
      expect(headers['x-content-type-options']).toBe('nosniff');
    }
    expect((await get('/assets/main.js', own())).headers['content-type']).toMatch(/^text\/javascript/);
  });

  test.each([
    'evil.example',
    'evil.example:8317',
    '127.0.0.1.evil.example',
    '192.168.0.7',
    'localhost@evil.example',
  ])('not under the name %s', async (host) => {
    expect((await get('/', { ...own(), host })).status).toBe(403);
    const { searchParams } = new URL(server.url);
    expect((await get(`/?token=${searchParams.get('token')}`, { host })).status).toBe(403);
  });

  test('by whatever port of this computer, as through a tunnel', async () => {
    expect((await get('/', { ...own(), host: 'localhost:9999' })).status).toBe(200);
    expect(
      (await get('/', { ...own(), host: 'localhost:9999', origin: 'http://localhost:9999' })).status,
    ).toBe(200);
  });

  test.each(['http://evil.example', 'null', 'http://127.0.0.1:1', 'https://127.0.0.1'])(
    'not from a page of %s, nor its WebSocket',
    async (origin) => {
      expect((await get('/api/files', { ...own(), origin })).status).toBe(403);
      expect(await knock(origin, { cookie: entered.cookie })).toBe(403);
    },
  );

  test('a WebSocket needs its origin, the cookie and the address', async () => {
    expect(await knock(entered.origin, { cookie: entered.cookie })).toBe(101);
    expect(await knock(undefined, { cookie: entered.cookie })).toBe(403);
    expect(await knock(entered.origin, {})).toBe(403);
    expect(await knock(entered.origin, { cookie: `meander-${server.port}=guessed` })).toBe(403);
    expect(await knock(entered.origin, { cookie: entered.cookie, host: 'evil.example' })).toBe(403);
    expect(await knock(entered.origin, { cookie: entered.cookie }, '/other')).toBe(404);
  });

  test('only reading', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS'])
      expect((await get('/', own(), method)).status).toBe(405);
  });
});

describe('which files', () => {
  test.each([
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/assets/..%5c..%5csecret.txt',
    '/%00',
    '/%zz',
    '/./index.html',
    '//etc/passwd/..',
  ])('nothing outside of the interface: %s', async (path) => {
    const { status, text } = await get(path, own());
    expect(status).toBe(403);
    expect(text).not.toContain('secret');
  });

  test('what is below the folders is listed; links out of them are not, nor opened when they come later', async () => {
    const data = join(folder, 'data');
    await mkdir(join(data, 'day 0'));
    await mkdir(join(data, '.hidden'));
    await writeFile(join(data, 'a.h5ad'), 'x');
    await writeFile(join(data, 'notes.txt'), 'x');
    await writeFile(join(data, '.hidden', 'b.h5ad'), 'x');
    for (const name of ['matrix.mtx', 'barcodes.tsv', 'genes.tsv'])
      await writeFile(join(data, 'day 0', name), 'x');
    await writeFile(join(folder, 'outside.h5ad'), 'x');
    await symlink(join(folder, 'outside.h5ad'), join(data, 'link.h5ad'));
    await symlink(folder, join(data, 'up'));
    await symlink(join(data, 'a.h5ad'), join(data, 'same.h5ad'));
    const listed = JSON.parse((await get('/api/files', own())).text) as FileInfo[];
    expect(listed.map(({ name }) => name)).toEqual(['a.h5ad', 'day 0']);
    expect(JSON.stringify(listed)).not.toContain(folder);

    const served = await serveFolders([data]);
    const [file, matrix] = await served.list();
    expect(await served.pathsOf([file!.handle])).toEqual([join(data, 'a.h5ad')]);
    await expect(served.pathsOf([join(data, 'a.h5ad')])).rejects.toBeInstanceOf(InputError);
    await expect(served.pathsOf([listed[0]!.handle])).rejects.toBeInstanceOf(InputError);
    await rename(join(data, 'a.h5ad'), join(data, 'old.h5ad'));
    await expect(served.pathsOf([file!.handle])).rejects.toThrow('not there');
    await symlink(join(folder, 'outside.h5ad'), join(data, 'a.h5ad'));
    await expect(served.pathsOf([file!.handle])).rejects.toThrow('link out');
    await rm(join(data, 'day 0', 'genes.tsv'));
    await symlink(join(folder, 'secret.txt'), join(data, 'day 0', 'genes.tsv'));
    await expect(served.pathsOf([matrix!.handle])).rejects.toThrow('link out');
  });
});

describe('where', () => {
  test.each(['0.0.0.0', '::', '192.168.0.7', 'example.org', ''])('not at %s', async (address) => {
    await expect(
      startServer({ folders: [], port: 0, address, interfaceFolder: pages }),
    ).rejects.toBeInstanceOf(InputError);
  });

  test('a port that is taken is told, and no worker or folder is left', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const { port } = taken.address() as { port: number };
    const started = startServer({ folders: [], port, interfaceFolder: pages });
    await expect(started).rejects.toMatchObject({ detail: { option: '--port', found: String(port) } });
    taken.close();
  });

  test('no such folder, no interface', async () => {
    const nowhere = join(folder, 'nowhere');
    await expect(startServer({ folders: [nowhere], port: 0, interfaceFolder: pages })).rejects.toBeInstanceOf(
      InputError,
    );
    const file = startServer({ folders: [join(folder, 'secret.txt')], port: 0, interfaceFolder: pages });
    await expect(file).rejects.toBeInstanceOf(InputError);
    await expect(startServer({ folders: [], port: 0, interfaceFolder: nowhere })).rejects.toBeInstanceOf(
      WorkError,
    );
  });
});
