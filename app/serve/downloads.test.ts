import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { InputError } from '../../engine/errors.ts';
import { enter } from '../testing/served.ts';
import { createAccess } from './access.ts';
import { createDownloads, type Downloads } from './downloads.ts';
import { serveFolders } from './folders.ts';
import { createPages } from './pages.ts';

let folder: string;
let downloads: Downloads;
let server: Server;
let origin: string;
let cookie: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meander-pages-'));
  await writeFile(join(folder, 'index.html'), '<!doctype html>');
  const access = createAccess();
  downloads = createDownloads();
  server = createServer(await createPages(folder, access, await serveFolders([]), downloads));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  ({ origin, cookie } = await enter(`http://127.0.0.1:${port}/?token=${access.token}`));
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  fetch(`${origin}${path}`, { method, headers: { cookie, ...headers } });

async function place(name: string): Promise<{ target: string; name: string }> {
  const response = await get(`/api/target?name=${encodeURIComponent(name)}`);
  expect(response.status).toBe(200);
  return (await response.json()) as { target: string; name: string };
}

async function until(met: () => boolean): Promise<void> {
  for (let waits = 0; !met(); waits++) {
    if (waits > 200) throw new Error('in vain');
    await new Promise((done) => setTimeout(done, 10));
  }
}

test('what the engine writes is downloaded once, under its name, and then removed', async () => {
  const { target, name } = await place('../étude "3"\r\nX: y;日.csv');
  expect(name).toBe('étude _3___X_ y;日.csv');
  expect((await get(`/api/download/${target}`)).status).toBe(404);
  const path = await downloads.targetOf(target);
  expect(dirname(path).startsWith(tmpdir())).toBe(true);
  // it serves one request of the engine
  await expect(downloads.targetOf(target)).rejects.toBeInstanceOf(InputError);
  await writeFile(path, 'a,b\n1,2\n');
  const response = await get(`/api/download/${target}`);
  expect(response.headers.get('content-disposition')).toBe(
    `attachment; filename="_tude _3___X_ y__.csv"; filename*=UTF-8''${encodeURIComponent(name)}`,
  );
  expect(response.headers.get('content-type')).toBe('application/octet-stream');
  expect(response.headers.get('cache-control')).toBe('no-store');
  expect(await response.text()).toBe('a,b\n1,2\n');
  await until(() => !existsSync(dirname(path)));
  expect((await get(`/api/download/${target}`)).status).toBe(404);
});

test('two who ask at once: one gets it', async () => {
  const { target } = await place('x.csv');
  await writeFile(await downloads.targetOf(target), 'x');
  const answers = await Promise.all([1, 2, 3].map(() => get(`/api/download/${target}`)));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 404, 404]);
});

test('neither for other sites, nor for another page of this computer, nor without the cookie', async () => {
  const { target } = await place('x.csv');
  await writeFile(await downloads.targetOf(target), 'x');
  for (const path of ['/api/target?name=x', `/api/download/${target}`]) {
    for (const site of ['cross-site', 'same-site'])
      expect((await get(path, { 'sec-fetch-site': site })).status).toBe(403);
    for (const elsewhere of ['http://evil.example', 'http://127.0.0.1:1', 'null'])
      expect((await get(path, { origin: elsewhere })).status).toBe(403);
    expect((await get(path, { cookie: '' })).status).toBe(403);
    expect((await get(path, {}, 'HEAD')).status).toBe(403);
    expect((await get(path, {}, 'POST')).status).toBe(405);
  }
  // none of them has used it up
  expect((await get(`/api/download/${target}`, { 'sec-fetch-site': 'same-origin' })).status).toBe(200);
});

test('what nobody fetched is removed: after ten minutes, beyond fifty, and at the end', async () => {
  const old = await place('old.csv');
  const path = await downloads.targetOf(old.target);
  await writeFile(path, 'x');
  const before = new Date(Date.now() - 11 * 60_000);
  await utimes(path, before, before);
  const { target } = await place('first of many.csv');
  expect(existsSync(path)).toBe(false);
  const first = await downloads.targetOf(target);
  await writeFile(first, 'x');
  for (let k = 0; k < 50; k++) await downloads.issue(`${k}.csv`);
  expect(existsSync(first)).toBe(false);
  const home = dirname(dirname(first));
  expect((await readdir(home)).length).toBe(50);
  await downloads.close();
  expect(existsSync(home)).toBe(false);
});
