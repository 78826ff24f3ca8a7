import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Kernels } from '../compute/kernels.ts';
import { loadKernels } from '../compute/wasm.ts';
import { chooseBackend, GPU_WIDTH } from './backend-rule.ts';

const home = mkdtempSync(join(tmpdir(), 'meander-backend-'));
const before = process.env.MEANDER_TFJS_NODE;
const require = createRequire(import.meta.url);
let kernels: Kernels;

/** A package for graphics processors that computes on the pure backend, and says that it has a device or not. */
function packageIn(folder: string, hasDevice: boolean): void {
  const place = join(home, folder, 'node_modules', '@tensorflow', 'tfjs-node-gpu');
  mkdirSync(place, { recursive: true });
  const manifest = { name: '@tensorflow/tfjs-node-gpu', version: '4.22.0', main: 'index.js' };
  writeFileSync(join(place, 'package.json'), JSON.stringify(manifest));
  const path = (name: string) => JSON.stringify(require.resolve(name));
  writeFileSync(
    join(place, 'index.js'),
    `const tf = require(${path('@tensorflow/tfjs-core')});
     require(${path('@tensorflow/tfjs-backend-cpu')});
     module.exports = { ...tf, backend: () => ({ isUsingGpuDevice: ${hasDevice} }) };`,
  );
}

beforeAll(async () => {
  kernels = await loadKernels({ megabytes: 1 });
  packageIn('device', true);
  packageIn('no-device', false);
});
afterAll(() => {
  if (before === undefined) delete process.env.MEANDER_TFJS_NODE;
  else process.env.MEANDER_TFJS_NODE = before;
  rmSync(home, { recursive: true });
});

describe('auto', () => {
  it.each([
    ['device', GPU_WIDTH, 'tensorflow (tfjs-node-gpu 4.22.0, gpu)'],
    ['device', GPU_WIDTH - 1, undefined],
    ['no-device', GPU_WIDTH, undefined],
    ['nothing', GPU_WIDTH, undefined],
  ])('with %s and %i hidden units: %s', (folder, hidden, trainedBy) => {
    process.env.MEANDER_TFJS_NODE = join(home, folder);
    expect(chooseBackend(kernels, 'auto', hidden).trainedBy).toBe(trainedBy);
  });
});

it('is not asked where a backend is named', () => {
  process.env.MEANDER_TFJS_NODE = join(home, 'device');
  expect(chooseBackend(kernels, 'kernels', GPU_WIDTH).trainedBy).toBeUndefined();
  expect(chooseBackend(kernels, 'tensorflow', 8).trainedBy).toBe('tensorflow (tfjs-node-gpu 4.22.0, gpu)');
});
