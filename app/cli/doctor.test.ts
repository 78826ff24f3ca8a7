import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AboutLine } from '../../engine/host/protocol.ts';
import { FAST, openCommandLine, writeClouds } from '../testing/command-line.ts';

const { home, meander, remove } = openCommandLine('doctor');
const before = process.env.MEANDER_TFJS_NODE;
let file: string;

beforeAll(async () => {
  file = await writeClouds(home, 'course.h5ad', { days: [0, 1, 3], cells: [40, 40, 40] });
  // a package whose library is not there, as an install script leaves it that could not download it
  const broken = join(home, 'broken', 'node_modules', '@tensorflow', 'tfjs-node');
  mkdirSync(broken, { recursive: true });
  writeFileSync(
    join(broken, 'package.json'),
    JSON.stringify({ name: '@tensorflow/tfjs-node', version: '4.22.0', main: 'index.js' }),
  );
  writeFileSync(join(broken, 'index.js'), "throw new Error('The native addon module can not be found')");
  mkdirSync(join(home, 'empty'));
});
afterAll(() => {
  point(before);
  remove();
});

function point(folder: string | undefined): void {
  if (folder === undefined) delete process.env.MEANDER_TFJS_NODE;
  else process.env.MEANDER_TFJS_NODE = folder;
}

function aboutLines(): AboutLine[] {
  const { status, stdout } = meander('doctor', '--json');
  expect(status).toBe(0);
  return JSON.parse(stdout);
}

const isInstalledHere = (() => {
  try {
    createRequire(import.meta.url).resolve('@tensorflow/tfjs-node/package.json');
    return true;
  } catch {
    return false;
  }
})();

describe('TensorFlow that is not there', () => {
  const runBy = (backend: string) => {
    const common = ['--time', 'day', '--hold-out', 'none', '--method', 'ot-cfm', '--map', 'none', ...FAST];
    return meander('run', file, ...common, '--backend', backend, '--out', backend);
  };

  it.skipIf(isInstalledHere)(
    'refuses --backend tensorflow with the way to get it, and fits without it',
    () => {
      point(join(home, 'empty'));
      const { status, stderr } = runBy('tensorflow');
      expect(status).toBe(2);
      for (const word of ['--backend', 'not installed', 'npm install', 'MEANDER_TFJS_NODE', 'empty'])
        expect(stderr).toContain(word);
      expect(runBy('auto').status).toBe(0);
    },
  );

  it('says why a package does not load', () => {
    point(join(home, 'broken'));
    const { status, stderr } = runBy('tensorflow');
    expect(status).toBe(2);
    for (const word of ['cannot be loaded', '4.22.0', 'addon module can not be found', 'npm rebuild'])
      expect(stderr).toContain(word);
    const line = aboutLines().find(({ name }) => name === '@tensorflow/tfjs-node')!;
    expect(line).toMatchObject({ state: 'broken', version: '4.22.0' });
    expect(line.note).toContain('addon module can not be found');
  });

  it('is told by doctor, beside what trains by default', () => {
    point(join(home, 'empty'));
    const lines = aboutLines();
    const stateOf = (wanted: string) => lines.find(({ name }) => name === wanted)!.state;
    expect(stateOf('kernels')).toBe('default');
    expect(stateOf('h5wasm')).toBe('ready');
    if (!isInstalledHere) expect(stateOf('@tensorflow/tfjs-node')).toBe('missing');
  });
});
