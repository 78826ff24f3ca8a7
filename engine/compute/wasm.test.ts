import { describe, expect, it } from 'vitest';
import { relativeError } from '../../fixtures/reference/gradients.ts';
import { WorkError } from '../errors.ts';
import { randomStream } from '../random.ts';
import type { Kernels, Vector } from './kernels.ts';
import { referenceKernels } from './reference.ts';
import { loadKernels } from './wasm.ts';

const wasm = await loadKernels();
const reference = referenceKernels();

/** The same float32 numbers in both memories. */
function both(length: number, value: (i: number) => number): { fast: Vector; exact: Vector } {
  const numbers = Float32Array.from({ length }, (_, i) => value(i));
  const fast = wasm.allocate(length);
  const exact = reference.allocate(length);
  fast.set(numbers);
  exact.set(numbers);
  return { fast, exact };
}

describe('gemm', () => {
  // rows, columns and depths that are no multiples of a tile, and ones beyond a block
  const shapes = [
    [1, 1, 1],
    [3, 5, 7],
    [128, 64, 11],
    [13, 37, 64],
    [256, 7, 37],
    [50, 256, 101],
    [9, 1024, 300],
    [301, 66, 513],
  ] as const;
  for (const layout of ['nn', 'nt', 'tn'] as const) {
    it.each(shapes)(`${layout} %i × %i over %i`, (m, n, k) => {
      const random = randomStream(1, 'gemm', m, n, k);
      const a = both(m * k, random.normal);
      const b = both(k * n, random.normal);
      const c = both(m * n, random.normal);
      for (const accumulate of [false, true]) {
        wasm.gemm(layout, a.fast, b.fast, c.fast, m, n, k, accumulate);
        reference.gemm(layout, a.exact, b.exact, c.exact, m, n, k, accumulate);
        expect(relativeError(c.fast, c.exact)).toBeLessThan(1e-6);
      }
    });
  }

  it('writes nothing around C and reads nothing around A and B', () => {
    const [m, n, k] = [5, 6, 7];
    const around = 16;
    const padded = (length: number) => {
      const all = wasm.allocate(length + 2 * around).fill(Number.NaN);
      return { all, inner: all.subarray(around, around + length).fill(1) };
    };
    const [a, b, c] = [padded(m * k), padded(k * n), padded(m * n)];
    wasm.gemm('nn', a.inner, b.inner, c.inner, m, n, k, false);
    expect([...c.inner]).toEqual(Array(m * n).fill(k));
    expect(c.all.filter(Number.isNaN)).toHaveLength(2 * around);
  });
});

describe('rows', () => {
  it.each([1, 2, 3, 5, 37, 64])('fillRows and columnSum, %i columns', (n) => {
    const random = randomStream(2, 'rows', n);
    const rows = 11;
    const row = both(n, random.normal);
    const matrix = both(rows * n, random.normal);
    const sum = both(n, random.normal);
    for (const accumulate of [true, false]) {
      wasm.columnSum(matrix.fast, sum.fast, rows, n, accumulate);
      reference.columnSum(matrix.exact, sum.exact, rows, n, accumulate);
      expect(relativeError(sum.fast, sum.exact)).toBeLessThan(1e-6);
    }
    wasm.fillRows(row.fast, matrix.fast, rows, n);
    for (let i = 0; i < rows; i++) expect(matrix.fast.subarray(i * n, (i + 1) * n)).toEqual(row.fast);
  });
});

describe('selu', () => {
  it.each([1, 3, 4, 37, 1030])('forward and backward with tangents, %i numbers', (n) => {
    const random = randomStream(3, 'selu', n);
    const z = both(2 * n, () => 3 * random.normal());
    const h = both(2 * n, () => 0);
    const gradient = both(2 * n, random.normal);
    wasm.seluForward(z.fast, h.fast, n, true);
    reference.seluForward(z.exact, h.exact, n, true);
    expect(relativeError(h.fast, h.exact)).toBeLessThan(1e-6);
    wasm.seluBackward(z.fast, h.fast, gradient.fast, n, true);
    reference.seluBackward(z.exact, h.exact, gradient.exact, n, true);
    expect(relativeError(gradient.fast, gradient.exact)).toBeLessThan(1e-6);
  });

  it('leaves the second half alone without tangents', () => {
    const n = 6;
    const z = both(n, (i) => i - 3);
    const h = both(2 * n, () => 5);
    wasm.seluForward(z.fast, h.fast, n, false);
    expect([...h.fast.subarray(n)]).toEqual(Array(n).fill(5));
  });

  it('has a slope of exactly 0 below exp(−60), never a denormal', () => {
    const z = both(8, (i) => (i < 4 ? -60.5 - 10 * i : 1));
    const h = both(8, () => 7);
    wasm.seluForward(z.fast, h.fast, 4, true);
    expect([...h.fast.subarray(4)]).toEqual([0, 0, 0, 0]);
    expect(h.fast[0]).toBeCloseTo(-1.7580993, 6);
  });
});

describe('adam', () => {
  it.each([1, 6, 64, 1001])('%i parameters over some steps', (n) => {
    const random = randomStream(4, 'adam', n);
    const [p, g] = [both(n, random.normal), both(n, random.normal)];
    const [m, v] = [both(n, () => 0), both(n, () => 0)];
    for (let step = 1; step <= 5; step++) {
      const constants = {
        beta1: 0.9,
        beta2: 0.999,
        epsilon: 1e-8,
        stepSize: 0.01 / (1 - 0.9 ** step),
        secondMomentScale: 1 / (1 - 0.999 ** step),
        shrink: 0.999,
      };
      wasm.adam(p.fast, g.fast, m.fast, v.fast, n, constants);
      reference.adam(p.exact, g.exact, m.exact, v.exact, n, constants);
    }
    expect(relativeError(p.fast, p.exact)).toBeLessThan(1e-6);
    expect(relativeError(v.fast, v.exact)).toBeLessThan(1e-6);
  });

  it('lets the moments of a parameter without gradient end at 0, never in denormals', () => {
    const n = 5;
    const [p, g, m, v] = [1, 1, 1, 1e-30].map((start) => both(n, () => start).fast) as [
      Vector,
      Vector,
      Vector,
      Vector,
    ];
    g.fill(1e-30);
    const constants = {
      beta1: 0.9,
      beta2: 0.9,
      epsilon: 1e-8,
      stepSize: 0,
      secondMomentScale: 1,
      shrink: 1,
    };
    for (let step = 0; step < 500; step++) wasm.adam(p, g, m, v, n, constants);
    expect([...m, ...v]).toEqual(Array(2 * n).fill(0));
  });
});

describe('LAND', () => {
  const shapes = [1, 2, 3, 5, 7, 50].flatMap((dims) => [1, 2, 1.5].map((power) => [dims, power] as const));

  it.each(shapes)('energy and gradients, %i dimensions, α %f', (dims, power) => {
    const random = randomStream(5, 'land', dims);
    const [rows, n, count] = [9, 150, 101];
    const points = both(n * dims, random.normal);
    const x = both(rows * dims, random.normal);
    const u = both(rows * dims, random.normal);
    const shape = { bandwidth: 0.4 * Math.sqrt(dims), rho: 1e-2, power, cutoff: 60 };
    const indices = Int32Array.from({ length: count }, (_, i) => i + (i % 3));
    const found = landOf(wasm, dims, points.fast, indices, shape, x.fast, u.fast, rows);
    const exact = landOf(reference, dims, points.exact, indices, shape, x.exact, u.exact, rows);
    expect(relativeError(found.energy, exact.energy)).toBeLessThan(1e-5);
    expect(relativeError(found.xGradient, exact.xGradient)).toBeLessThan(1e-5);
    expect(relativeError(found.uGradient, exact.uGradient)).toBeLessThan(1e-5);
  });

  it('gives weights below exp(−60) as exactly 0, whatever the cutoff', () => {
    const points = both(2, () => 0);
    // ‖x_n − x‖² / 2σ² = 60.5 and 72: the weights would be 5e-27 and 5e-32, visible beside this ρ
    const x = both(2, (i) => [11, 12][i]!);
    const u = both(2, () => 1);
    const shape = { bandwidth: 1, rho: 1e-28, power: 0.25, cutoff: 1000 };
    const found = landOf(wasm, 1, points.fast, Int32Array.of(0, 1), shape, x.fast, u.fast, 2);
    expect([...found.energy]).toEqual([Math.fround(1e7), Math.fround(1e7)]);
    expect([...found.xGradient]).toEqual([0, 0]);
  });

  it('without samples has the metric ρ^−α everywhere', () => {
    const point = both(3, () => 1);
    const shape = { bandwidth: 1, rho: 0.1, power: 2, cutoff: 30 };
    const found = landOf(wasm, 3, point.fast, new Int32Array(0), shape, point.fast, point.fast, 1);
    expect(found.energy[0]).toBeCloseTo(300, 3);
    expect([...found.xGradient]).toEqual([0, 0, 0]);
  });

  it('refuses more samples than it has room for', () => {
    const samples = wasm.allocateLandSamples(1, 2);
    expect(() => wasm.setLandSamples(samples, wasm.allocate(3), [0, 1, 2], 3)).toThrow('room for 2');
  });
});

function landOf(
  kernels: Kernels,
  dims: number,
  points: Vector,
  indices: Int32Array,
  shape: { bandwidth: number; rho: number; power: number; cutoff: number },
  x: Vector,
  u: Vector,
  rows: number,
) {
  const samples = kernels.allocateLandSamples(dims, Math.max(indices.length, 1));
  kernels.setLandSamples(samples, points, indices, indices.length);
  const energy = kernels.allocate(rows);
  const xGradient = kernels.allocate(rows * dims);
  const uGradient = kernels.allocate(rows * dims);
  kernels.landEnergy(samples, shape, x, u, rows, energy, xGradient, uGradient);
  const alone = kernels.allocate(rows);
  kernels.landEnergy(samples, shape, x, u, rows, alone, null, null);
  expect(alone).toEqual(energy);
  return { energy, xGradient, uGradient };
}

describe('memory', () => {
  it('gives zeroed arrays aligned to 64 bytes, and takes them back', async () => {
    const kernels = await loadKernels({ megabytes: 4 });
    const mark = kernels.mark();
    const first = kernels.allocate(3).fill(1);
    expect(kernels.allocate(5).byteOffset % 64).toBe(0);
    kernels.release(mark);
    const again = kernels.allocate(3);
    expect(again.byteOffset).toBe(first.byteOffset);
    expect([...again]).toEqual([0, 0, 0]);
  });

  it('says how much there was when it is full', async () => {
    const kernels = await loadKernels({ megabytes: 4 });
    expect(() => kernels.allocate(2 ** 21)).toThrow(WorkError);
    expect(() => kernels.allocate(1000)).not.toThrow();
  });

  it('refuses an array from elsewhere', () => {
    expect(() => wasm.fillRows(new Float32Array(2), wasm.allocate(2), 1, 2)).toThrow('not in its memory');
  });
});
