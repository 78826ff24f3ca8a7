import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeError } from '../engine/errors.ts';
import { pathsIn } from './arguments.ts';
import { stopSignal } from './cli/stop.ts';

/*
 * `npm start`: opens the desktop application; where Electron's binary is missing and cannot be fetched soon, or there is
 * no screen, says so and opens the same interface in the browser.
 */

const FETCH_MS = 30_000;
/** A window that ends with an error this soon was never there, e.g. for want of system libraries. */
const FAILED_START_MS = 5000;
const screen = process.platform !== 'linux' || Boolean(process.env.DISPLAY ?? process.env.WAYLAND_DISPLAY);
const files = process.argv.slice(2);
const binary = await findElectron();
if (typeof binary === 'string') openDesktop(binary);
else await openBrowser(binary.missing);

async function findElectron(): Promise<string | { missing: string }> {
  if (!screen) return { missing: 'There is no screen for a window' };
  const folder = electronFolder();
  if (folder === undefined) return { missing: 'Electron is not installed' };
  const there = installedBinary(folder);
  if (there !== undefined) return there;
  process.stderr.write('Fetching Electron, once …\n');
  await fetchBinary(folder);
  return installedBinary(folder) ?? { missing: 'Electron could not be fetched' };
}

function electronFolder(): string | undefined {
  try {
    return dirname(createRequire(import.meta.url).resolve('electron/package.json'));
  } catch {
    return undefined;
  }
}

function installedBinary(folder: string): string | undefined {
  try {
    const path = join(folder, 'dist', readFileSync(join(folder, 'path.txt'), 'utf8'));
    return existsSync(path) ? path : undefined;
  } catch {
    return undefined;
  }
}

/** Electron's own installer, which checks what it fetched; its messages would only repeat ours. */
function fetchBinary(folder: string): Promise<void> {
  const child = spawn(process.execPath, [join(folder, 'install.js')], {
    stdio: 'ignore',
    timeout: FETCH_MS,
    killSignal: 'SIGKILL',
  });
  return new Promise((done) => {
    child.once('error', () => done());
    child.once('exit', () => done());
  });
}

function openDesktop(binary: string): void {
  const main = fileURLToPath(new URL('./main.js', import.meta.url));
  const started = Date.now();
  const child = spawn(binary, [main, ...files], { stdio: 'inherit' });
  child.once('exit', (code) => {
    const failed = code !== 0 && Date.now() - started < FAILED_START_MS;
    if (failed) void openBrowser('Electron could not start');
    else process.exitCode = code ?? 1;
  });
}

async function openBrowser(why: string): Promise<void> {
  process.stderr.write(`${why}: Meander opens in a browser instead.\n`);
  const folders = pathsIn(['', ...files], process.cwd()).map((path) => dirname(path));
  const { signal, release } = stopSignal();
  try {
    // a window need not wait for all that it loads
    const { startServer } = await import('./serve.ts');
    const server = await startServer({ folders: [...new Set(folders)], port: 0 });
    process.stdout.write(`${server.url}\n`);
    if (folders.length === 0) process.stdout.write('For your own files: npx meander serve FOLDER\n');
    process.stdout.write('Ctrl-C ends it.\n');
    if (screen) showInBrowser(server.url);
    if (!signal.aborted) await once(signal, 'abort');
    await server.close();
  } catch (error) {
    process.stderr.write(`${describeError(error)}\n`);
    process.exitCode = 1;
  } finally {
    release();
  }
}

/** Where this does not work, the address is on the screen. */
function showInBrowser(url: string): void {
  const [command, args] =
    process.platform === 'darwin'
      ? ['open', [url]]
      : process.platform === 'win32'
        ? ['rundll32', ['url.dll,FileProtocolHandler', url]]
        : ['xdg-open', [url]];
  const child = spawn(command as string, args as string[], { stdio: 'ignore', detached: true });
  child.once('error', () => {});
  child.unref();
}
