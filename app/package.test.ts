import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { extractAll } from '@electron/asar';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchOnFake, openSharedBrowser } from './testing/desktop.ts';
import { fusesOf, writeElectronStub } from './testing/electron-stub.ts';

/*
 * Packages as electron-builder makes them from electron-builder.yml, for three systems, on a stub in the place of Electron: the same but for
 * Windows' record of the archive's hash and Apple's signature, which need the real binary or system.
 */

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const BUILDER = createRequire(import.meta.url).resolve('electron-builder/cli.js');
const run = promisify(execFile);
const home = mkdtempSync(join(tmpdir(), 'meander-package-'));
const RESOURCES = {
  linux: join(home, 'out/linux-unpacked/resources'),
  darwin: join(home, 'out/mac/Meander.app/Contents/Resources'),
  win32: join(home, 'out/win-unpacked/resources'),
};
const extracted = (system: string) => join(home, system);

beforeAll(async () => {
  writeElectronStub(join(home, 'electron'));
  const changes = [
    `electronDist=${join(home, 'electron')}`,
    `directories.output=${join(home, 'out')}`,
    'win.signAndEditExecutable=false',
    'disableAsarIntegrity=true',
    'electronFuses.resetAdHocDarwinSignature=false',
  ];
  const args = ['--dir', '--linux', '--win', '--mac', '--x64', ...changes.map((change) => `-c.${change}`)];
  // on a Mac it would look for a certificate
  const env = { ...process.env, CSC_IDENTITY_AUTO_DISCOVERY: 'false' };
  await run(process.execPath, [BUILDER, ...args], { cwd: ROOT, env });
  for (const [system, folder] of Object.entries(RESOURCES))
    extractAll(join(folder, 'app.asar'), extracted(system));
}, 120_000);
afterAll(() => rmSync(home, { recursive: true }));

function filesIn(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll(sep, '/'));
}

const packages = (files: string[]) =>
  [...new Set(files.flatMap((file) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? []))].sort();

test('what the application needs is in the archive, and nothing else of ours', () => {
  const files = filesIn(extracted('linux'));
  for (const needed of [
    'package.json',
    'LICENSE',
    'dist/app/main.js',
    'dist/app/preload.cjs',
    'dist/app/engine-process.js',
    'dist/engine/host/worker.js',
    'dist/engine/compute/kernels.wasm',
    'dist/renderer/index.html',
    'dist/renderer/third-party-licenses.txt',
  ])
    expect(files).toContain(needed);
  const others = files.filter(
    (file) =>
      !/^(package\.json|LICENSE|node_modules\/.*|dist\/(app|engine|renderer)\/.*)$/.test(file) ||
      /\.(ts|cts|mts|map)$|\.test\.|^dist\/app\/(cli|serve|testing)\/|^dist\/app\/(serve|start|package)\.js/.test(
        file,
      ),
  );
  expect(others).toEqual([]);
});

test('of packages there are those that the engine imports', () => {
  expect(packages(filesIn(extracted('linux')))).toEqual([
    'env-paths',
    'h5wasm',
    'h5wasm-plugins',
    'hyparquet',
    'hyparquet-writer',
    'is-safe-filename',
    'onnxruntime-common',
    'onnxruntime-node',
    'plotly.js-strict-dist-min',
    'pure-rand',
    'zod',
  ]);
});

test('outside of the archive lie the filters of HDF5 and the natives of one system', () => {
  for (const [system, folder] of Object.entries(RESOURCES)) {
    const files = filesIn(join(folder, 'app.asar.unpacked'));
    expect(packages(files)).toEqual(
      // there is no native for Intel's Macs
      system === 'darwin' ? ['h5wasm-plugins'] : ['h5wasm-plugins', 'onnxruntime-node'],
    );
    expect(files).toContain('node_modules/h5wasm-plugins/plugins/libH5Zblosc.so');
    const natives = files.filter((file) => file.includes('/bin/'));
    expect(natives.filter((file) => !file.includes(`/bin/napi-v6/${system}/x64/`))).toEqual([]);
    expect(natives.some((file) => file.endsWith('.node'))).toBe(system !== 'darwin');
  }
});

test('fuses are set, on each system', () => {
  const framework = 'Contents/Frameworks/Electron Framework.framework/Electron Framework';
  // node, cookies, NODE_OPTIONS, --inspect, hash of the archive, archive alone, snapshot as delivered, file://, the rest as delivered
  for (const binary of ['linux-unpacked/meander', 'win-unpacked/Meander.exe', `mac/Meander.app/${framework}`])
    expect(fusesOf(readFileSync(join(home, 'out', binary)))).toBe('010011001');
});

test('what macOS is told: files that it opens, the icon', () => {
  const info = readFileSync(join(RESOURCES.darwin, '../Info.plist'), 'utf8');
  expect(info).toContain('<string>org.meander.app</string>');
  expect(info.replace(/\s/g, '')).toContain(
    '<key>CFBundleTypeExtensions</key><array><string>h5ad</string></array>',
  );
  expect(statSync(join(RESOURCES.darwin, 'icon.icns')).size).toBeGreaterThan(10_000);
});

const browser = await openSharedBrowser();
afterAll(() => browser?.close());

test.skipIf(!browser)('what is in the archive runs by itself: engine, kernels, HDF5, interface', async () => {
  const main = join(extracted('linux'), 'dist/app/main.js');
  const desktop = await launchOnFake(browser!, { main, userData: mkdtempSync(join(home, 'user-')) });
  try {
    const { page } = desktop;
    await page.getByRole('button', { name: 'Try the example' }).click();
    await page.getByRole('list', { name: 'Legend' }).getByText('day 7').waitFor();
    await page.keyboard.press('3');
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page.getByText('UMAP 1').first().waitFor({ timeout: 60_000 });
  } finally {
    await desktop.kill();
  }
});

test.runIf(process.platform === 'linux' && process.arch === 'x64')('natives load', async () => {
  const binding = `require('${extracted('linux')}/node_modules/onnxruntime-node/dist/binding.js').initOrt()`;
  const { stdout } = await run(process.execPath, ['-e', `${binding}; console.log('loaded')`]);
  expect(stdout).toBe('loaded\n');
  expect(existsSync(join(extracted('linux'), 'node_modules/onnxruntime-node/lib'))).toBe(false);
});
