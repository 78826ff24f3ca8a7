import { afterEach, expect, it, vi } from 'vitest';
import { loadKernels } from '../compute/wasm.ts';
import { parseExperiment } from '../config.ts';
import { givenSettings, resolveFitSettings } from '../presets.ts';
import { exampleDataset } from '../simulate/example.ts';
import { type FitJob, runFitJob } from './held-out.ts';
import type { LiveTrajectories } from './live-trajectories.ts';
import type { SharedDataset } from './space.ts';

afterEach(() => vi.restoreAllMocks());

const { nObs, xPca, components: dims, day } = exampleDataset({ cells: 200, genes: 40 });
const times = [...new Set(day)].sort((a, b) => a - b);
const cells: SharedDataset = {
  dims,
  points: xPca,
  cellTimepoint: Int32Array.from(day, (d) => times.indexOf(d)),
  times,
  timeScale: 'real',
  cellType: null,
  batch: null,
  manifold: null,
};
const config = parseExperiment({ time: 'day', methods: ['ot-mfm'], seeds: 1, steps: 120, hidden: 16 });

/** A fit of all timepoints that is looked at as often as can be, or not at all. */
async function fitted(map: Float32Array | null | undefined) {
  const kernels = await loadKernels({ megabytes: 64 });
  const method = 'ot-mfm';
  const settings = resolveFitSettings(config, { method, dims, heldOut: [] });
  const first = Int32Array.from(cells.cellTimepoint.keys()).filter((row) => cells.cellTimepoint[row] === 0);
  const trajectories = { cells: first.slice(0, 10), points: 4 };
  const given = givenSettings(config);
  const job: FitJob = { method, heldOut: [], seed: 3, settings, given, wideBackend: 'simd', trajectories };
  const seen: LiveTrajectories[] = [];
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => {
    now += 700;
    return now;
  });
  const live =
    map === undefined
      ? {}
      : { live: { cells: trajectories.cells, map, send: (one: LiveTrajectories) => seen.push(one) } };
  const result = runFitJob(kernels, cells, job, { shouldStop: () => false, onProgress() {}, ...live });
  const { seconds: _, ...bits } = result;
  return { bits, seen, memory: kernels.mark() };
}

it('changes nothing of the fit that it looks at', async () => {
  const map = Float32Array.from({ length: 2 * nObs }, (_, i) => xPca[(i >> 1) * dims + (i % 2)]!);
  const alone = await fitted(undefined);
  const watched = await fitted(map);
  expect(watched.seen.length).toBeGreaterThan(1);
  expect(watched.bits).toEqual(alone.bits);
  expect(watched.memory).toBe(alone.memory);
});

it('shows trajectories from their cells through all timepoints, on the map or on two components', async () => {
  // the same places twice over
  const map = Float32Array.from({ length: 2 * nObs }, (_, i) => 2 * xPca[(i >> 1) * dims + (i % 2)]!);
  map.fill(Number.NaN, 0, 2);
  const [onMap, onComponents] = [(await fitted(map)).seen.at(-1)!, (await fitted(null)).seen.at(-1)!];
  for (const { times: along, positions } of [onMap, onComponents]) {
    expect(along[0]).toBe(times[0]);
    expect(along.at(-1)).toBe(times.at(-1));
    expect(positions.length).toBe(along.length * 10 * 2);
    expect(positions.every(Number.isFinite)).toBe(true);
  }
  // where they begin, to the digits of single precision
  const start = cells.cellTimepoint.indexOf(0);
  expect(onComponents.positions[0]).toBeCloseTo(xPca[start * dims]!, 4);
  // among the cells near by: within the spread of the cells
  const spread = Math.max(...xPca.map(Math.abs));
  for (let i = 2; i < onMap.positions.length; i++)
    expect(Math.abs(onMap.positions[i]! / 2 - onComponents.positions[i]!)).toBeLessThan(0.5 * spread);
});
