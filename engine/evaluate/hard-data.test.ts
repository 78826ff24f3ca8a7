import { beforeAll, describe, expect, it } from 'vitest';
import { loadOnnxGemm } from '../compute/gemm.ts';
import type { Kernels } from '../compute/kernels.ts';
import { loadKernels } from '../compute/wasm.ts';
import { parseExperiment } from '../config.ts';
import { resolveFitSettings } from '../presets.ts';
import { type RandomStream, randomStream } from '../random.ts';
import { type FitJob, runFitJob } from './held-out.ts';
import type { SharedDataset } from './space.ts';

const hooks = { shouldStop: () => false, onProgress: () => {} };
let kernels: Kernels;
beforeAll(async () => {
  kernels = await loadKernels({ megabytes: 256 });
});

type Value = (random: RandomStream, row: number, dim: number, timepoint: number) => number;

/** Three timepoints of 60 cells. */
function dataset(dims: number, value: Value): SharedDataset {
  const random = randomStream(1, 'hard data');
  const cellTimepoint = Int32Array.from({ length: 180 }, (_, row) => Math.floor(row / 60));
  const points = Float32Array.from({ length: 180 * dims }, (_, at) => {
    const row = Math.floor(at / dims);
    return value(random, row, at % dims, cellTimepoint[row]!);
  });
  const times = [0, 1, 2];
  return {
    dims,
    points,
    cellTimepoint,
    times,
    timeScale: 'index',
    cellType: null,
    batch: null,
    manifold: null,
  };
}

function runHeldOut(data: SharedDataset, given: Record<string, unknown>) {
  const config = parseExperiment({ time: 'day', methods: ['ot-mfm'], seeds: 1, maxEpochs: 15, ...given });
  const job: FitJob = {
    method: 'ot-mfm',
    heldOut: [1],
    seed: 3,
    settings: resolveFitSettings(config, { method: 'ot-mfm', dims: data.dims, heldOut: [1] }),
    wideBackend: config.wideBackend,
    trajectories: { cells: Int32Array.of(0, 1, 2), points: 3 },
  };
  return runFitJob(kernels, data, job, hooks);
}

const HARD: Record<string, [dims: number, value: Value]> = {
  'one dimension': [1, (random, _row, _dim, k) => random.normal() + 2 * k],
  '100 dimensions': [100, (random, _row, _dim, k) => random.normal() + k],
  'a constant dimension': [3, (random, _row, dim, k) => (dim === 1 ? 4 : random.normal() + k)],
  'a dimension that is constant within each timepoint': [
    3,
    (random, _row, dim, k) => (dim === 1 ? k : random.normal() + k),
  ],
  'cells that are copies of three': [2, (_random, row, dim, k) => (row % 3) * (dim + 1) + k],
  'timepoints that are one point each': [2, (_random, _row, dim, k) => k + dim],
  'a cell far out at each timepoint': [
    3,
    (random, row, _dim, k) => (row % 60 === 7 ? 1e4 : 1) * random.normal() + k,
  ],
  'tiny units': [3, (random, _row, _dim, k) => 1e-5 * (random.normal() + k)],
  'huge units': [3, (random, _row, _dim, k) => 1e5 * (random.normal() + k)],
};

const METRICS: Record<string, unknown>[] = [
  { metric: 'land' },
  { metric: 'land', whiten: true },
  // as many centres as cells: clusters of one cell, and of none where cells are copies
  { metric: 'rbf', centers: 60, metricEpochs: 5 },
  { metric: 'rbf', centers: 10, metricEpochs: 5, whiten: true, rbfFloor: 2.75 },
  { preset: 'paper' },
];

describe('a whole fit on data that is hard to fit', () => {
  const cases = Object.entries(HARD).flatMap(([name, made]) =>
    METRICS.map((given) => [name, JSON.stringify(given), made, given] as const),
  );
  it.each(cases)('%s, %s: every figure is a number', (_name, _text, [dims, value], given) => {
    const data = dataset(dims, value);
    const result = runHeldOut(data, given);
    const { distances, points, path } = result.predictions[0]!;
    // none of these diverges; a divergence without figures is tested in held-out.test.ts
    if (distances === null) throw new Error(`the fit diverged: ${result.notes.join(' ')}`);
    expect(points.every(Number.isFinite)).toBe(true);
    expect(Number.isFinite(distances.w1) && distances.w1 >= 0).toBe(true);
    for (const figure of [distances.w2, distances.mmd, distances.energy]) expect(figure).not.toBeNaN();
    expect(path === null || Object.values(path).every((v) => typeof v !== 'number' || !Number.isNaN(v))).toBe(
      true,
    );
    expect(result.trajectories!.points.every(Number.isFinite)).toBe(true);
  });
});

describe.skipIf(loadOnnxGemm() === null)(
  'wide networks by onnxruntime (skipped where it is not installed)',
  () => {
    it('a whole fit in 50 dimensions: the same figures as by our own products, within rounding', () => {
      const data = dataset(50, (random, _row, _dim, k) => random.normal() + k);
      const given = { hidden: 256, maxEpochs: 6, preset: 'paper', centers: 20, metricEpochs: 5 };
      const onnx = runHeldOut(data, { ...given, wideBackend: 'onnx' });
      const simd = runHeldOut(data, { ...given, wideBackend: 'simd' });
      expect([onnx.kernels, simd.kernels]).toEqual(['wasm-simd+onnx', 'wasm-simd']);
      expect(onnx.steps).toBe(simd.steps);
      expect(onnx.predictions[0]!.distances!.w1 / simd.predictions[0]!.distances!.w1).toBeCloseTo(1, 3);
    });
  },
);
