import { gatherRows, rowsWhere } from '../dataset/clouds.ts';
import { applyScaling, invertScaling } from '../embedding/whiten.ts';
import { CancelledError } from '../errors.ts';
import { drawWithoutReplacement, randomStream } from '../random.ts';
import type { Clouds } from '../train/clouds.ts';
import type { Trajectory } from '../trajectory/rollout.ts';
import { modelTimes, type SharedDataset, type Space } from './space.ts';

/** How far paths run from the nearest real cell, along their time. */
export interface PathDistance {
  /** real time */
  times: number[];
  /** mean over paths of the distance to the nearest real cell of any timepoint, in the evaluation space */
  mean: number[];
}

const PATHS = 200;
const TIMES = 11;

/**
 * Rolls some cells of the last observed timepoint before a held-out one out to the next observed one after it.
 * All real cells count as data, the held-out ones too: nothing is fitted here.
 */
export function pathDistance(
  dataset: SharedDataset,
  space: Space,
  clouds: Clouds,
  heldOut: readonly number[],
  timepoint: number,
  seed: number,
  shouldStop: () => boolean,
  roll: (start: Float32Array, along: number[]) => Trajectory,
): PathDistance | null {
  const { dims, points, cellTimepoint, times } = dataset;
  let before = timepoint - 1;
  while (heldOut.includes(before)) before--;
  let after = timepoint + 1;
  while (heldOut.includes(after)) after++;
  const modelTime = modelTimes(dataset);
  const along = between(modelTime[before]!, modelTime[after]!);
  const rows = rowsWhere(cellTimepoint, (k) => k === before);
  const chosen = drawWithoutReplacement(rows.length, PATHS, randomStream(seed, 'path distance'));
  const start = gatherRows(
    clouds.points,
    dims,
    chosen.map((i) => rows[i]!),
  );
  const path = roll(start, along);
  if (!path.finished) return null;
  const all = gatherRows(
    points,
    dims,
    rowsWhere(cellTimepoint, (k) => k >= 0),
  );
  const data = applyScaling(all, dims, space.evaluation);
  const onPath = applyScaling(invertScaling(path.points, dims, space.training), dims, space.evaluation);
  const mean = along.map((_, t) => {
    if (shouldStop()) throw new CancelledError();
    let sum = 0;
    for (let i = 0; i < chosen.length; i++)
      sum += nearest(data, onPath, (t * chosen.length + i) * dims, dims);
    return sum / chosen.length;
  });
  return { times: between(times[before]!, times[after]!), mean };
}

function between(a: number, b: number): number[] {
  return Array.from({ length: TIMES }, (_, i) => a + (i / (TIMES - 1)) * (b - a));
}

function nearest(data: Float32Array, x: Float32Array, at: number, dims: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let start = 0; start < data.length; start += dims) {
    let square = 0;
    for (let j = 0; j < dims && square < least; j++) square += (data[start + j]! - x[at + j]!) ** 2;
    if (square < least) least = square;
  }
  return Math.sqrt(least);
}
