import { globalPlan } from '../coupling/global.ts';
import { gatherRows, rowsWhere } from '../dataset/clouds.ts';
import { applyScaling, invertScaling } from '../embedding/whiten.ts';
import { randomStream } from '../random.ts';
import { type Distances, measureDistances, type NoiseFloor, noiseFloor, realCells } from './measure.ts';
import { modelTimes, type SharedDataset, spaceOf } from './space.ts';

/** What a prediction without a network is made by. */
export const BASELINES = ['ot', 'random', 'previous', 'next'] as const;
export type Baseline = (typeof BASELINES)[number];

/** All baselines of one group of held-out timepoints. */
export interface BaselineJob {
  heldOut: number[];
  /** the experiment's first: nothing is trained, so one draw of partners is enough (over seeds W1 moved by .004 at most on CITE) */
  seed: number;
  whiten: boolean;
}

export interface BaselineResult {
  heldOut: number[];
  rows: {
    method: Baseline;
    timepoint: number;
    seed: number;
    seconds: number;
    distances: Distances;
    /** [n, dims], in the embedding's units */
    points: Float32Array;
  }[];
  floors: NoiseFloor[];
}

/**
 * Baselines: `ot`, a cell of the last observed timepoint before moves straight to a partner by the exact plan between
 * whole clouds (McCann's interpolation, one partner a cell by the plan's mass); `random`, to a random partner;
 * `previous` and `next`, the neighbouring observed timepoints as they are.
 * Nothing is fitted; the plan is made in the evaluation space, from observed cells.
 */
export function runBaselineJob(
  dataset: SharedDataset,
  { heldOut, seed, whiten }: BaselineJob,
  hooks: {
    shouldStop(): boolean;
    onProgress(stage: 'evaluation', progress: { step: number; steps: number }): void;
  },
): BaselineResult {
  const { dims, cellTimepoint } = dataset;
  const space = spaceOf(dataset, heldOut, { whiten, protocol: 'strict', unitScale: false });
  const points = applyScaling(dataset.points, dims, space.evaluation);
  const times = modelTimes(dataset);
  const rowsOf = (timepoint: number) => rowsWhere(cellTimepoint, (k) => k === timepoint);
  const rows: BaselineResult['rows'] = [];
  const floors: NoiseFloor[] = [];
  let step = 0;
  const steps = heldOut.length * 5;
  for (const timepoint of heldOut) {
    let before = timepoint - 1;
    while (heldOut.includes(before)) before--;
    let after = timepoint + 1;
    while (heldOut.includes(after)) after++;
    const [from, to] = [rowsOf(before), rowsOf(after)];
    const s = (times[timepoint]! - times[before]!) / (times[after]! - times[before]!);
    const real = realCells(dataset, space, timepoint, heldOut);
    const measure = (method: Baseline, predicted: Float32Array) => {
      const started = performance.now();
      const distances = measureDistances(dataset, predicted, real, seed, hooks.shouldStop);
      const seconds = (performance.now() - started) / 1000;
      const inEmbedding = invertScaling(predicted, dims, space.evaluation);
      rows.push({ method, timepoint, seed, seconds, distances, points: inEmbedding });
      hooks.onProgress('evaluation', { step: ++step, steps });
    };
    const plan = globalPlan({ points, rows: from }, { points, rows: to }, dims, randomStream(seed, 'plan'), {
      kind: 'exact',
      shouldStop: hooks.shouldStop,
    });
    const partner = randomStream(seed, 'baseline', 'ot');
    measure(
      'ot',
      between(points, dims, plan.rows, (row) => plan.partner(row, partner), s),
    );
    const random = randomStream(seed, 'baseline', 'random');
    measure(
      'random',
      between(points, dims, from, () => to[random.integer(to.length)]!, s),
    );
    measure('previous', gatherRows(points, dims, from));
    measure('next', gatherRows(points, dims, to));
    floors.push(noiseFloor(dataset, timepoint, real, seed, hooks.shouldStop));
    hooks.onProgress('evaluation', { step: ++step, steps });
  }
  return { heldOut, rows, floors };
}

// (1 − s) x + s · partner(x)
function between(
  points: Float32Array,
  dims: number,
  rows: Int32Array,
  partner: (row: number) => number,
  s: number,
): Float32Array {
  const out = new Float32Array(rows.length * dims);
  rows.forEach((row, i) => {
    const other = partner(row);
    for (let j = 0; j < dims; j++) {
      out[i * dims + j] = (1 - s) * points[row * dims + j]! + s * points[other * dims + j]!;
    }
  });
  return out;
}
