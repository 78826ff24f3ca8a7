import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const MAIN = fileURLToPath(new URL('../../dist/app/cli/main.js', import.meta.url));

/** Starts the command and hands over what it printed, at its last line or at its end. */
async function serve(...flags: string[]) {
  const child = spawn(process.execPath, [MAIN, 'serve', ...flags]);
  let text = '';
  const printed = new Promise<string>((resolve) => {
    const read = (part: Buffer) => {
      text += part;
      if (text.includes('Ctrl-C')) resolve(text);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.on('close', () => resolve(text));
  });
  return { child, text: await printed };
}

test('prints a link that lets one browser in, and ends cleanly by Ctrl-C', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'meander-serve-'));
  const { child, text } = await serve(folder, '--port', '0');
  const url = /http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{43}/.exec(text)?.[0];
  expect(url, text).toBeDefined();
  expect(text).toContain(folder);
  expect((await fetch(url!)).status).toBe(200);
  expect((await fetch(url!)).status).toBe(403);
  child.kill('SIGINT');
  expect(await once(child, 'exit')).toEqual([0, null]);
  await rm(folder, { recursive: true });
});

test('refuses an address that others reach, and what is no port or folder', async () => {
  for (const [flags, line] of [
    [['--address', '0.0.0.0', '--port', '0'], 'this computer only'],
    [['--port', 'x'], '0 to 65535'],
    [['nowhere', '--port', '0'], 'no such folder'],
  ] as const) {
    const { child, text } = await serve(...flags);
    expect(text).toContain(line);
    expect(child.exitCode).toBe(2);
  }
});
