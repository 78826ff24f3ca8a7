/// <reference types="node" />
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const GRAPHICS = ['--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'];

/**
 * A Chromium with WebGL2 in software for tests: the one within an npm package on Linux x64, elsewhere an installed
 * Chrome. null, after one line that says so: there is none, and tests of pages are skipped.
 * @param more switches of Chromium
 */
export async function launchBrowser(more: readonly string[] = []): Promise<Browser | null> {
  try {
    if (process.platform !== 'linux' || process.arch !== 'x64') {
      return await chromium.launch({ channel: 'chrome', args: [...GRAPHICS, ...more] });
    }
    const folder = await unpackChromium();
    return await chromium.launch({
      executablePath: join(folder, 'chromium'),
      args: ['--no-sandbox', ...GRAPHICS, ...more],
      env: { ...process.env, ...fontsOf(folder) },
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
    process.stderr.write(`No browser for tests: those that need a page are skipped (${reason})\n`);
    return null;
  }
}

/** Unpacks once a version; test files that do so at the same time do not see each other's half. */
async function unpackChromium(): Promise<string> {
  const entry = createRequire(import.meta.url).resolve('@sparticuz/chromium');
  const root = entry.slice(0, entry.lastIndexOf('chromium') + 'chromium'.length);
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const folder = join(tmpdir(), `meander-chromium-${version}`);
  if (existsSync(folder)) return folder;

  const { default: packed } = await import('@sparticuz/chromium');
  const unpacked = mkdtempSync(`${folder}-`);
  const before = process.env.TMPDIR;
  // the package has no option for its folder
  process.env.TMPDIR = unpacked;
  try {
    await packed.executablePath();
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
  try {
    renameSync(unpacked, folder);
  } catch (error) {
    rmSync(unpacked, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

/** Text is drawn with the packed fonts where the machine has none. */
function fontsOf(folder: string): Record<string, string> {
  if (existsSync('/etc/fonts/fonts.conf')) return {};
  const file = join(folder, 'meander-fonts.conf');
  writeFileSync(
    file,
    `<?xml version="1.0"?><fontconfig><dir>${join(folder, 'fonts')}</dir><cachedir>${join(folder, 'fonts-cache')}</cachedir></fontconfig>\n`,
  );
  return { FONTCONFIG_FILE: file };
}
