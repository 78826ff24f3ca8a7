import { gatherRows } from '../dataset/clouds.ts';
import { PointIndex } from '../embedding/point-index.ts';
import { CancelledError } from '../errors.ts';
import { drawWithoutReplacement, randomStream } from '../random.ts';
import type { Clouds } from '../train/clouds.ts';

/** Cells that decide whether a place is among cells: one outlier alone does not. */
const NEIGHBORS = 5;
/** Cells of each timepoint that are asked how far their neighbours are. */
const PROBES = 1000;
/** Of a timepoint's cells so many lie nearer to their neighbours than what counts as far. */
const USUAL = 0.99;
/** Pairs of point and cell up to which the nearest cells are searched exactly. */
const MOST_EXACT = 1e9;
/** Share of the true neighbours that is found beyond: one that is missed makes a distance slightly too long. */
const RECALL = 0.99;

/**
 * How far points of trajectories are from the cells that the fit has seen: the distance to the fifth nearest cell of any
 * observed timepoint, in units of what is usual among cells then: the distance that 99 % of a timepoint's cells do not exceed to
 * their own fifth neighbour, between timepoints linear in time. Above 1 a point lies far from any cell. In the training space.
 * @param points in the training space, flat [times, n, d]
 * @param times ascending, in real units
 * @param cloudTimes real time of each observed timepoint
 * @returns [times, n]; null where a point is not finite
 */
export function distanceToCells(
  points: Float32Array,
  times: readonly number[],
  clouds: SeenCells,
  cloudTimes: readonly number[],
  seed: number,
  shouldStop: () => boolean,
): Float32Array | null {
  if (!points.every(Number.isFinite)) return null;
  const m = points.length / clouds.dims;
  const n = m / times.length;
  const at = Float64Array.from({ length: m }, (_, i) => times[Math.floor(i / n)]!);
  return cellDistances(clouds, cloudTimes, m, seed, shouldStop)(points, at, m, shouldStop);
}

type SeenCells = Pick<Clouds, 'dims' | 'points' | 'cells'>;

/**
 * Distances of points that are finite, each at a real time of its own.
 * @param asked how many are asked in all, which decides whether the search is exact
 */
export type CellDistances = (
  points: Float32Array,
  times: Float64Array,
  asked: number,
  shouldStop: () => boolean,
) => Float32Array;

/**
 * Arranges the cells that a fit has seen, so that it can be asked again and again how far points are from them (see distanceToCells).
 * @param asked about how many points will be asked: for few, less is arranged
 */
export function cellDistances(
  { dims, points: all, cells: clouds }: SeenCells,
  cloudTimes: readonly number[],
  asked: number,
  seed: number,
  shouldStop: () => boolean,
): CellDistances {
  const rows = Int32Array.from(clouds.flatMap((own) => [...own]));
  const k = Math.min(NEIGHBORS, rows.length - 1);
  const random = randomStream(seed, 'distance to cells');
  const seen = gatherRows(all, dims, rows);
  const tickOf = (stop: () => boolean) => () => {
    if (stop()) throw new CancelledError();
  };
  const tick = tickOf(shouldStop);
  // one more than k, as the cells that are asked find themselves
  const index = new PointIndex(seen, rows.length, dims, k + 1, asked, random, tick);
  const distances = (queries: Float32Array, rank: number, recall: number, breathe: () => void) => {
    const count = queries.length / dims;
    const near = index.nearest(queries, count, recall, breathe);
    return Float64Array.from({ length: count }, (_, i) =>
      distance(queries, i, seen, near[i * (k + 1) + rank]!, dims),
    );
  };
  const usual = clouds.map((own) => {
    const probes = drawWithoutReplacement(own.length, PROBES, random).map((i) => own[i]!);
    const found = distances(gatherRows(all, dims, probes), k, 1, tick).sort();
    // where cells stand on one another nothing is usual, and any distance is far
    return found[Math.ceil(USUAL * found.length) - 1]! || Number.MIN_VALUE;
  });
  return (points, times, total, stop) => {
    const found = distances(points, k - 1, total * rows.length <= MOST_EXACT ? 1 : RECALL, tickOf(stop));
    return Float32Array.from(found, (value, i) =>
      value === 0 ? 0 : value / between(times[i]!, cloudTimes, usual),
    );
  };
}

/** The share of points that lie far from any cell. */
export function shareFar(cellDistance: Float32Array): number {
  return cellDistance.reduce((sum, value) => sum + (value > 1 ? 1 : 0), 0) / cellDistance.length;
}

function between(time: number, times: readonly number[], values: readonly number[]): number {
  const after = times.findIndex((t) => time <= t);
  if (after <= 0) return values[after === 0 ? 0 : values.length - 1]!;
  const s = (time - times[after - 1]!) / (times[after]! - times[after - 1]!);
  return (1 - s) * values[after - 1]! + s * values[after]!;
}

function distance(a: Float32Array, i: number, b: Float32Array, j: number, d: number): number {
  // none is found where a point is so far away that float32 does not tell cells apart
  if (j < 0) return Number.POSITIVE_INFINITY;
  let sum = 0;
  for (let c = 0; c < d; c++) sum += (a[i * d + c]! - b[j * d + c]!) ** 2;
  return Math.sqrt(sum);
}
