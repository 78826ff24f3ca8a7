import { describe, expect, it } from 'vitest';
import { referenceKernels } from '../compute/reference.ts';
import { loadKernels } from '../compute/wasm.ts';
import { splitCells } from '../dataset/split.ts';
import { CancelledError } from '../errors.ts';
import { createRbf, rbfActivations } from '../metric/rbf.ts';
import { randomStream } from '../random.ts';
import type { Clouds } from './clouds.ts';
import { fitRbf, type RbfSettings } from './rbf-metric.ts';

const kernels = await loadKernels({ megabytes: 32 });
const hooks = { shouldStop: () => false };
const settings: RbfSettings = {
  centers: 30,
  kappa: 1.5,
  metricEpochs: 200,
  metricPower: 1,
  minibatch: 64,
  rbfFloor: 2.75,
  rho: 1e-3,
  validationShare: 0.1,
};

/** Two timepoints of `n` and `m` cells; `value` of a cell's timepoint, number and dimension. */
function twoClouds(
  n: number,
  m: number,
  dims: number,
  value: (timepoint: number, i: number, j: number) => number,
): Clouds {
  const points = Float32Array.from({ length: (n + m) * dims }, (_, at) => {
    const row = Math.floor(at / dims);
    return row < n ? value(0, row, at % dims) : value(1, row - n, at % dims);
  });
  const rows = (from: number, count: number) => Int32Array.from({ length: count }, (_, i) => from + i);
  return { dims, points, times: [0, 1], cells: [rows(0, n), rows(n, m)], manifold: null };
}

function fitted(clouds: Clouds, changed: Partial<RbfSettings> = {}, seed = 3) {
  const all = { ...settings, ...changed };
  const cells = splitCells(clouds.cells, all, randomStream(seed, 'split'));
  return fitRbf(kernels, clouds, cells, 0, all, seed, hooks);
}

/** mean (1 − h)² over all cells */
function misfit({ points, dims }: Clouds, { options }: ReturnType<typeof fitted>): number {
  const activations = new Float64Array(options.lambda.length);
  const n = points.length / dims;
  let sum = 0;
  for (let i = 0; i < n; i++) {
    rbfActivations(options, Float64Array.from(points.subarray(i * dims, (i + 1) * dims)), activations);
    sum += (1 - activations.reduce((h, w, k) => h + w * options.weights[k]!, 0)) ** 2;
  }
  return sum / n;
}

function gaussians(n: number, m: number, dims: number, purpose = 'cells') {
  const random = randomStream(1, purpose);
  return twoClouds(n, m, dims, (timepoint) => random.normal() + 2 * timepoint);
}

describe('the fitted density', () => {
  it.each([1, 2, 5, 100])('is near 1 on the cells, %i dimensions', (dims) => {
    const clouds = gaussians(800, 700, dims);
    // a cell's activation by its own centre is about exp(−d / 4κ²), so κ has to grow with √d
    const result = fitted(clouds, { kappa: Math.max(1.5, 0.6 * Math.sqrt(dims)) });
    expect(result.notes).toEqual([]);
    expect(result.losses.at(-1)).toBeLessThan(0.2 * result.losses[0]!);
    expect(misfit(clouds, result)).toBeLessThan(0.2);
    expect(result.options.epsilon).toBeCloseTo((1 - result.losses.at(-1)!) / 2.75, 12);
    expect(Math.min(...result.options.weights)).toBeGreaterThanOrEqual(Math.fround(1e-4));
  });

  it('makes a path through the cells cheaper than one far from them', () => {
    const clouds = gaussians(400, 300, 2);
    const metric = createRbf(referenceKernels(), fitted(clouds).options);
    const energy = new Float64Array(2);
    metric.energy(Float64Array.of(1, 1, 9, -9), Float64Array.of(1, 1, 1, 1), 2, energy);
    expect(energy[0]).toBeLessThan(0.5 * energy[1]!);
  });

  it('repeats its bits for a seed, changes with it, and leaves no memory behind', () => {
    const clouds = gaussians(200, 100, 3);
    const before = kernels.mark();
    const first = fitted(clouds);
    expect(kernels.mark()).toBe(before);
    expect(fitted(clouds)).toEqual(first);
    expect(fitted(clouds, {}, 4).options.centers).not.toEqual(first.options.centers);
  });

  it('has widths κ σ_k: one cluster has the spread of the cells', () => {
    const clouds = gaussians(150, 150, 4);
    const { lambda, centers } = fitted(clouds, { centers: 1, kappa: 2 }).options;
    let square = 0;
    clouds.points.forEach((value, at) => {
      square += (value - centers[at % 4]!) ** 2 / clouds.points.length;
    });
    expect(lambda[0]).toBeCloseTo(0.5 / (4 * square), 10);
  });

  it('reaches over further points of the manifold', () => {
    const random = randomStream(2, 'manifold');
    const clouds = twoClouds(
      200,
      200,
      2,
      (timepoint, _, j) => random.normal() / 5 + (j === 0 ? 8 * timepoint : 0),
    );
    const line = Float32Array.from({ length: 800 }, (_, at) => (at % 2 === 0 ? at / 100 : 0));
    const density = (from: Clouds) => {
      const { options } = fitted(from);
      const activations = new Float64Array(options.lambda.length);
      rbfActivations(options, Float64Array.of(4, 0), activations);
      return activations.reduce((h, w, k) => h + w * options.weights[k]!, 0);
    };
    expect(density(clouds)).toBeLessThan(0.1);
    expect(density({ ...clouds, manifold: line })).toBeGreaterThan(0.6);
  });

  it('does not read rows that belong to no observed timepoint', () => {
    const clouds = gaussians(200, 100, 3);
    const further = new Float32Array(clouds.points.length + 30).fill(Number.NaN);
    further.set(clouds.points);
    expect(fitted({ ...clouds, points: further })).toEqual(fitted(clouds));
  });
});

describe('odd cells give finite metrics', () => {
  const normal = randomStream(5, 'odd').normal;
  it.each<[string, Clouds]>([
    ['all equal', twoClouds(60, 50, 3, () => 0.1)],
    ['many copies of three', twoClouds(90, 60, 2, (_, i) => [0, 1.1, 7][i % 3]!)],
    [
      'a single cell far from copies of another',
      twoClouds(60, 60, 2, (t, i) => (t === 1 && i === 0 ? 5 : 0.3)),
    ],
    ['constant dimensions', twoClouds(80, 70, 4, (t, _, j) => (j > 1 ? 3 : normal() + t))],
    ['heavy outliers', twoClouds(80, 70, 3, (_, i) => normal() * (i % 20 === 0 ? 1e6 : 1))],
    ['one cell a timepoint', twoClouds(1, 1, 2, (t) => t)],
    ['a single cell and many', twoClouds(1, 200, 2, normal)],
    ['one dimension', twoClouds(50, 60, 1, normal)],
    ['100 dimensions, fewer cells', twoClouds(20, 25, 100, normal)],
    ['tiny units', twoClouds(80, 70, 3, () => 1e-12 * normal())],
  ])('%s', (_, clouds) => {
    const { options, losses } = fitted(clouds);
    for (const values of [options.centers, options.lambda, options.weights, losses])
      expect(values.every(Number.isFinite)).toBe(true);
    expect(Math.min(...options.lambda)).toBeGreaterThan(0);
    expect(options.epsilon).toBeGreaterThan(0);
    const n = clouds.points.length / clouds.dims;
    const out = { energy: new Float64Array(n), x: new Float64Array(n * clouds.dims) };
    const gradient = { x: out.x, u: new Float64Array(n * clouds.dims) };
    createRbf(referenceKernels(), options).energy(clouds.points, clouds.points, n, out.energy, gradient);
    for (const values of [out.energy, gradient.x, gradient.u])
      expect(values.every(Number.isFinite)).toBe(true);
  });

  it('says how many clusters had no width', () => {
    const clouds = twoClouds(90, 60, 2, (_, i) => [0, 1.1, 7][i % 3]!);
    const { notes, options } = fitted(clouds);
    expect(notes.join(' ')).toMatch(/3 centres.*3 of 3 clusters/);
    // equal cells everywhere: the spread of all of them
    expect(new Set(options.lambda).size).toBe(1);
  });

  it('takes rho where the validation loss leaves no floor, and says so', () => {
    // 40 weights from U(0, 1) on one place add up to far more than 1, and one small step mends little
    const clouds = gaussians(300, 300, 1);
    const result = fitted(clouds, { centers: 40, kappa: 50, metricEpochs: 1 });
    expect(result.losses.at(-1)).toBeGreaterThan(1);
    expect(result.options.epsilon).toBe(settings.rho);
    expect(result.notes.join(' ')).toMatch(/rho/);
  });
});

it('takes rho where no floor is asked for', () => {
  expect(fitted(gaussians(60, 60, 2), { rbfFloor: null, rho: 0.02 }).options.epsilon).toBe(0.02);
});

it('stops when asked', () => {
  const clouds = gaussians(200, 100, 3);
  const cells = splitCells(clouds.cells, settings, randomStream(1, 'split'));
  const stop = { shouldStop: () => true };
  expect(() => fitRbf(kernels, clouds, cells, 0, settings, 1, stop)).toThrow(CancelledError);
});
