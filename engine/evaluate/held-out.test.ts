import { beforeAll, describe, expect, it } from 'vitest';
import type { Kernels } from '../compute/kernels.ts';
import { loadKernels } from '../compute/wasm.ts';
import { parseExperiment } from '../config.ts';
import { resolveFitSettings } from '../presets.ts';
import { randomStream } from '../random.ts';
import { runBaselineJob } from './baselines.ts';
import { type FitJob, runFitJob } from './held-out.ts';
import type { SharedDataset } from './space.ts';

const cells = [90, 80, 70, 60];
const dims = 3;
const hooks = { shouldStop: () => false, onProgress: () => {} };
let kernels: Kernels;
beforeAll(async () => {
  kernels = await loadKernels({ megabytes: 64 });
});

/** Clouds that drift and widen; the held-out timepoint's cells may be replaced by noise. */
function dataset(heldOutNoise: number | null): SharedDataset {
  const random = randomStream(1, 'held-out test');
  const noise = randomStream(2, 'noise');
  const cellTimepoint = Int32Array.from(cells.flatMap((n, k) => new Array<number>(n).fill(k)));
  const points = new Float32Array(cellTimepoint.length * dims);
  cellTimepoint.forEach((k, i) => {
    for (let j = 0; j < dims; j++) {
      const real = (j === 0 ? 2 * k : Math.sin(k)) + (0.5 + 0.1 * k) * random.normal();
      points[i * dims + j] = heldOutNoise !== null && k === 1 ? heldOutNoise * noise.normal() : real;
    }
  });
  return {
    dims,
    points,
    cellTimepoint,
    times: [0, 1, 2, 5],
    timeScale: 'index',
    cellType: { codes: Int32Array.from(cellTimepoint, (_, i) => i % 2), names: ['even', 'odd'] },
    batch: null,
    manifold: null,
  };
}

function job(extra: Record<string, unknown>, heldOut = [1]): FitJob {
  const config = parseExperiment({ time: 'day', methods: ['ot-mfm'], seeds: 1, maxEpochs: 12, ...extra });
  const settings = resolveFitSettings(config, { method: 'ot-mfm', dims, heldOut });
  return {
    method: 'ot-mfm',
    heldOut,
    seed: 3,
    settings,
    wideBackend: 'auto',
    trajectories: { cells: Int32Array.of(0, 5, 17), points: 3 },
  };
}

describe('a strict fit never sees a held-out cell', () => {
  it.each([
    { whiten: true },
    { unitScale: true },
    { metric: 'rbf', centers: 10, metricEpochs: 5 },
    { coupling: 'global' },
    { coupling: 'sinkhorn' },
  ])('replacing them by noise changes no bit: %o', (extra) => {
    const strict = { protocol: 'strict', ...extra };
    const real = runFitJob(kernels, dataset(null), job(strict), hooks);
    const noisy = runFitJob(kernels, dataset(50), job(strict), hooks);
    expect(noisy.losses).toEqual(real.losses);
    expect(noisy.predictions[0]!.points).toEqual(real.predictions[0]!.points);
    expect(noisy.trajectories).toEqual(real.trajectories);
    expect(noisy.settings).toEqual(real.settings);
    // the measurement does see them
    expect(noisy.predictions[0]!.distances!.w1).toBeGreaterThan(real.predictions[0]!.distances!.w1);
  });

  it('and the test can fail: the paper protocol whitens with them', () => {
    const paper = { protocol: 'paper', whiten: true };
    const real = runFitJob(kernels, dataset(null), job(paper), hooks);
    const noisy = runFitJob(kernels, dataset(50), job(paper), hooks);
    expect(noisy.predictions[0]!.points).not.toEqual(real.predictions[0]!.points);
  });
});

it('timepoints held out together: the second prediction goes on from the first', () => {
  const result = runFitJob(kernels, dataset(null), job({}, [1, 2]), hooks);
  expect(result.predictions.map((p) => [p.timepoint, p.points.length / dims])).toEqual([
    [1, cells[0]],
    [2, cells[0]],
  ]);
  for (const { distances } of result.predictions) expect(distances!.w1).toBeGreaterThan(0);
});

it('distances by cell type are parts of the whole: their mean over the real cells is w1', () => {
  const { w1, byCellType } = runFitJob(kernels, dataset(null), job({}), hooks).predictions[0]!.distances!;
  const total = byCellType.reduce((sum, type) => sum + type.cells, 0);
  expect(total).toBe(cells[1]);
  expect(byCellType.reduce((sum, type) => sum + (type.w1 * type.cells) / total, 0)).toBeCloseTo(w1, 9);
});

it('a fit that diverges is a result with advice, and without figures', () => {
  const result = runFitJob(kernels, dataset(null), job({ learningRate: 1e30 }), hooks);
  expect(result.predictions[0]!.distances).toBeNull();
  expect(result.notes.join(' ')).toMatch(/no longer a number.*learning rate/);
});

describe('baselines', () => {
  it('previous and next are the neighbouring clouds; static transport is nearer than both on a drift', () => {
    const data = dataset(null);
    const { rows, floors } = runBaselineJob(data, { heldOut: [1], seed: 1, whiten: false }, hooks);
    expect(rows.map((row) => [row.method, row.seed])).toEqual([
      ['ot', 1],
      ['random', 1],
      ['previous', 1],
      ['next', 1],
    ]);
    const find = (method: string) => rows.find((row) => row.method === method)!;
    expect(find('previous').points).toEqual(data.points.slice(0, cells[0]! * dims));
    expect(find('ot').distances.w1).toBeLessThan(find('previous').distances.w1);
    expect(find('ot').distances.w1).toBeLessThan(find('next').distances.w1);
    expect(floors[0]!.cells).toBe(40);
    expect(floors[0]!.w1Mean).toBeLessThan(find('previous').distances.w1AtFloorSize);
  });
});
