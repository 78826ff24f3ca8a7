import { invertScaling } from '../embedding/whiten.ts';
import { clockAt, type FollowedFit, followCells } from './follow-cells.ts';
import { integratorFor } from './integrator.ts';
import type { View } from './view.ts';

/** Fewer cells say little of where the others of a place go. */
const LEAST_CELLS = 3;
/**
 * How far cells go for a mean direction, as a share of the interval between timepoints: where the view is linear as good as a velocity;
 * on a map so far that they leave the cell that they stand on.
 */
const STEP = { linear: 1e-3, map: 0.25 };

export interface ArrowField {
  /** where they begin, the middles of grid cells [arrows, 2] */
  positions: Float32Array;
  /** per unit of real time [arrows, 2] */
  directions: Float32Array;
  counts: Int32Array;
}

export interface ArrowStart {
  /** in the training space [n, d], of timepoint `from` */
  start: Float32Array;
  from: number;
  time: number;
}

/**
 * Mean velocities of cells on a grid over a view of two components: the way of each cell from a little before a time to a little after it,
 * placed on the view, divided by the time between. On a map that is where they go on it, and lengths mean little (see placeOnMap).
 * @param grid cells of the grid along the longer side; they are squares
 * @throws InputError as followCells; CancelledError
 */
export function arrowsOnView(
  fit: FollowedFit,
  timepoints: readonly number[],
  { start, from, time }: ArrowStart,
  view: View,
  grid: number,
  shouldStop: () => boolean,
): ArrowField {
  const dims = fit.space.training.scale.length;
  const { first, last, clockFirst, clockLast, at } = spanAround(fit.clock, timepoints, time, view);
  const here = cellsAt(fit, timepoints, { start, from, time }, shouldStop);
  const total = (3 * here.length) / dims;
  const reach = (to: number) => {
    const x = Float64Array.from(here, (value, i) => {
      const { shift, scale } = fit.space.training;
      return (value - shift[i % dims]!) / scale[i % dims]!;
    });
    integratorFor(fit.settings, dims, clockLast - clockFirst)(fit.field, x, at, to);
    return view.place(invertScaling(Float32Array.from(x), dims, fit.space.training), total, shouldStop);
  };
  const [before, now, after] = [reach(clockFirst), view.place(here, total, shouldStop), reach(clockLast)];
  return meansOnGrid(before, now, after, last - first, view, grid);
}

/** A time with what lies a little before and after it, cut at the first and last timepoint; also in the model's time. */
function spanAround(clock: readonly number[], timepoints: readonly number[], time: number, view: View) {
  const after = timepoints.findIndex((known, k) => k > 0 && time <= known);
  const k = after < 0 ? timepoints.length - 1 : after;
  const half = ((view.linear ? STEP.linear : STEP.map) / 2) * (timepoints[k]! - timepoints[k - 1]!);
  const first = Math.max(timepoints[0]!, time - half);
  const last = Math.min(timepoints.at(-1)!, time + half);
  const at = clockAt(clock, timepoints, time);
  return {
    first,
    last,
    at,
    clockFirst: clockAt(clock, timepoints, first),
    clockLast: clockAt(clock, timepoints, last),
  };
}

function cellsAt(
  fit: FollowedFit,
  timepoints: readonly number[],
  { start, from, time }: ArrowStart,
  shouldStop: () => boolean,
): Float32Array {
  const times = time === timepoints[from] ? [] : [time];
  let points = new Float32Array();
  for (const moment of followCells(fit, timepoints, { start, from, times }, { closed: false, shouldStop }))
    points = moment as Float32Array<ArrayBuffer>;
  return points;
}

function meansOnGrid(
  before: Float32Array,
  now: Float32Array,
  after: Float32Array,
  duration: number,
  { extent }: View,
  grid: number,
): ArrowField {
  const [x0, y0] = extent.least as [number, number];
  const side = Math.max(extent.most[0]! - x0, extent.most[1]! - y0) / grid || 1;
  const sums = new Map<number, { x: number; y: number; count: number }>();
  for (let i = 0; i < now.length; i += 2) {
    const [x, y] = [(after[i]! - before[i]!) / duration, (after[i + 1]! - before[i + 1]!) / duration];
    const column = Math.floor((now[i]! - x0) / side);
    const row = Math.floor((now[i + 1]! - y0) / side);
    if (!Number.isFinite(x + y + column + row)) continue;
    // the last cell has its upper edge too
    const key = Math.min(grid, column) + (grid + 1) * Math.min(grid, row);
    const sum = sums.get(key) ?? { x: 0, y: 0, count: 0 };
    sums.set(key, { x: sum.x + x, y: sum.y + y, count: sum.count + 1 });
  }
  const enough = [...sums].filter(([, { count }]) => count >= LEAST_CELLS).sort(([a], [b]) => a - b);
  const pairs = (of: (entry: (typeof enough)[number]) => [number, number]) =>
    Float32Array.from(enough.flatMap(of));
  return {
    positions: pairs(([key]) => [
      x0 + side * ((key % (grid + 1)) + 0.5),
      y0 + side * (Math.floor(key / (grid + 1)) + 0.5),
    ]),
    directions: pairs(([, { x, y, count }]) => [x / count, y / count]),
    counts: Int32Array.from(enough, ([, { count }]) => count),
  };
}
