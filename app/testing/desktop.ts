import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { _electron, type Browser, chromium, type Page } from 'playwright-core';
// biome-ignore lint/style/noRestrictedImports: the browser for tests is one for all
import { launchBrowser } from '../../renderer/testing/browser.ts';
import type { RunMessage, RunReply } from './fake-electron/remote.ts';

type Electron = typeof import('electron');

/** A desktop application under test, on a real Electron or on the stand-in. */
export interface Desktop {
  page: Page;
  /** runs a function, which sees nothing but its arguments, in the main process */
  evaluate<R, A = undefined>(
    run: (electron: Electron, argument: A) => R | Promise<R>,
    argument?: A,
  ): Promise<R>;
  /** settles when the application has ended */
  exited: Promise<unknown>;
  kill(): Promise<void>;
}

export interface Launch {
  /** path of the built main script */
  main: string;
  /** folder for what the application keeps */
  userData: string;
  args?: string[];
  workingDirectory?: string;
}

/** A Chromium that the stand-in's main process and the test both drive. */
export interface SharedBrowser {
  browser: Browser;
  url: string;
  close(): Promise<void>;
}

/** Chromium's sandbox refuses to run as root, as in many containers. */
const isRoot = process.getuid?.() === 0;
const REGISTER = new URL('../../dist/app/testing/fake-electron/register.js', import.meta.url).href;

/** null: there is no browser for tests on this machine, which was said */
export async function openSharedBrowser(): Promise<SharedBrowser | null> {
  const port = await freePort();
  const server = await launchBrowser([`--remote-debugging-port=${port}`]);
  if (!server) return null;
  const url = `http://127.0.0.1:${port}`;
  const browser = await chromium.connectOverCDP(url);
  return { browser, url, close: () => server.close() };
}

/** Starts the unmodified built main process on the stand-in for Electron. */
export async function launchOnFake(shared: SharedBrowser, launch: Launch): Promise<Desktop> {
  const known = new Set(shared.browser.contexts()[0]!.pages());
  const child = spawnFake(launch, { FAKE_ELECTRON_BROWSER: shared.url });
  const exited = once(child, 'exit');
  let ended = false;
  void exited.then(() => {
    ended = true;
  });
  const page = await until(() => {
    if (ended) throw new Error('The application ended before its window was there.');
    const pages = shared.browser.contexts()[0]!.pages();
    return pages.find((candidate) => !known.has(candidate) && candidate.url() !== 'about:blank');
  });
  await page.waitForLoadState();
  return {
    page,
    evaluate: remoteEvaluate(child),
    exited,
    async kill() {
      child.kill('SIGKILL');
      await exited;
      // the stand-in may have ended before its page heard of it
      await page.close().catch(() => {});
    },
  };
}

/** A second start, which only hands over its arguments. */
export async function launchSecondOnFake(launch: Launch): Promise<void> {
  await once(spawnFake(launch, {}), 'exit');
}

export async function launchSecondOnElectron(binary: string, launch: Launch): Promise<void> {
  const { main, userData, args = [] } = launch;
  await once(spawn(binary, [main, `--user-data-dir=${userData}`, ...args], { stdio: 'inherit' }), 'exit');
}

function spawnFake({ main, userData, args = [], workingDirectory }: Launch, env: Record<string, string>) {
  return spawn(process.execPath, ['--import', REGISTER, main, `--user-data-dir=${userData}`, ...args], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, ...env },
    ...(workingDirectory && { cwd: workingDirectory }),
  });
}

function remoteEvaluate(child: ChildProcess): Desktop['evaluate'] {
  let count = 0;
  return (run, argument) =>
    new Promise((resolve, reject) => {
      const id = count++;
      const hear = (reply: RunReply) => {
        if (reply.id !== id) return;
        child.off('message', hear).off('exit', end);
        if ('error' in reply) reject(new Error(reply.error));
        else resolve(reply.value as never);
      };
      const end = () => reject(new Error('The application ended before it answered.'));
      child.on('message', hear).once('exit', end);
      child.send({ id, source: String(run), argument } satisfies RunMessage);
    });
}

/** Path of Electron's binary; undefined: it was not fetched. */
export function electronBinary(): string | undefined {
  const folder = join(createRequire(import.meta.url).resolve('electron/package.json'), '..');
  try {
    return join(folder, 'dist', readFileSync(join(folder, 'path.txt'), 'utf8'));
  } catch {
    return undefined;
  }
}

export async function launchOnElectron(binary: string, launch: Launch): Promise<Desktop> {
  const { main, userData, args = [], workingDirectory } = launch;
  const electron = await _electron.launch({
    executablePath: binary,
    args: [main, `--user-data-dir=${userData}`, ...(isRoot ? ['--no-sandbox'] : []), ...args],
    ...(workingDirectory && { cwd: workingDirectory }),
  });
  const exited = once(electron.process(), 'exit');
  const page = await electron.firstWindow();
  await page.waitForLoadState();
  return {
    page,
    evaluate: (run, argument) => electron.evaluate(run as never, argument) as never,
    exited,
    async kill() {
      electron.process().kill('SIGKILL');
      await exited;
    },
  };
}

/** Asks again and again until there is an answer. */
export async function until<T>(ask: () => T | undefined | Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > deadline) throw new Error(`Waited in vain for: ${ask}`);
    await new Promise((done) => setTimeout(done, 20));
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return address.port;
}
