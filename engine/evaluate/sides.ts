import type { FitSettings } from '../config.ts';
import { exactPlan } from '../coupling/exact-ot.ts';
import { MOST_PLAN_CELLS } from '../coupling/global.ts';
import { type IntervalGrowth, shareOfGain } from '../coupling/growth.ts';
import { sharesOf } from '../coupling/shares.ts';
import { gatherRows } from '../dataset/clouds.ts';
import { CancelledError } from '../errors.ts';
import { drawWithoutReplacement, type RandomStream } from '../random.ts';
import type { VelocityField } from '../trajectory/euler.ts';
import { carryMass, startMass } from '../trajectory/mass.ts';
import { rollout } from '../trajectory/rollout.ts';
import { integratorFor } from './integrator.ts';

/** Cells of one observed timepoint, brought to another time. */
export interface Side {
  /** [n, d], in the training space */
  points: Float32Array;
  /** log of how many cells each stands for [n]; null: growth is ignored */
  logMass: Float64Array | null;
  /** rows of the cells that were followed [n] */
  rows: Int32Array;
  /** false: the integrator gave up */
  finished: boolean;
}

export interface FollowedModel {
  field: VelocityField;
  growth: readonly IntervalGrowth[] | null;
}

/** Follows the cells of the observed timepoint before a held-out one to it. */
export function followForward(
  { field, growth }: FollowedModel,
  cells: Float32Array,
  rows: Int32Array,
  { start, t }: { start: number; t: number },
  settings: FitSettings,
  shouldStop: () => boolean,
): Side {
  const dims = cells.length / rows.length;
  const integrate = integratorFor(settings, dims, t - start);
  const path = rollout(field, cells, [start, t], integrate, shouldStop);
  const mass = startMass(rows.length);
  return {
    points: path.points.slice(cells.length),
    logMass: growth && carryMass(mass, growth, cells, start, t, settings.growthTiming).logMass,
    rows,
    finished: path.finished,
  };
}

/**
 * Follows the cells of the observed timepoint after a held-out one backwards to it. A cell of mass 1 at its own
 * time had less before, by what its ancestor gained between: the gain of the place where it comes to at the start.
 * @param cells [n, d], at `end`
 * @param start the observed timepoint before, in the model's time, as `t` and `end`
 */
export function followBack(
  { field, growth }: FollowedModel,
  cells: Float32Array,
  rows: Int32Array,
  { start, t, end }: { start: number; t: number; end: number },
  settings: FitSettings,
  shouldStop: () => boolean,
): Side {
  const dims = cells.length / rows.length;
  const integrate = integratorFor(settings, dims, end - t);
  const times = growth ? [end, t, start] : [end, t];
  const path = rollout(field, cells, times, integrate, shouldStop);
  const points = path.points.slice(cells.length, 2 * cells.length);
  const interval = growth?.find(({ tStart }) => Math.abs(tStart - start) < 1e-9);
  if (!interval)
    return { points, logMass: growth && new Float64Array(rows.length), rows, finished: path.finished };
  const gain = interval.logGainAt(path.points.slice(2 * cells.length));
  const spent = 1 - shareOfGain((t - start) / (end - start), settings.growthTiming);
  return { points, logMass: gain.map((value) => -spent * value), rows, finished: path.finished };
}

/**
 * One cloud of both sides: cells from before and cells from after are two predictions of the same timepoint, and this is their Wasserstein
 * barycentre. Both are paired by the exact plan between them (squared distances, weighted by mass), and a point lies at s of the
 * straight way from the cell before to its partner (displacement interpolation, McCann, Adv. Math. 128 (1997)). Errors of the two
 * sides partly cancel, where in a mixture they would stand side by side.
 * @param s how near it is to `after`, in [0, 1]: 0 is `before` itself
 * @param random draws one partner where a cell has several; above 10,000 cells of a side a random part of it is taken
 * @returns one point for each cell from before, with that cell's mass and row; not `finished` where one of the sides did not arrive
 * @throws CancelledError
 */
export function meetSides(
  before: Side,
  after: Side,
  s: number,
  random: RandomStream,
  shouldStop: () => boolean,
): Side {
  if (shouldStop()) throw new CancelledError();
  const arrived = [before, after].every(({ finished, points }) => finished && points.every(Number.isFinite));
  // a plan needs places; the caller says that there are none
  if (!arrived) return { ...before, finished: false };
  const dims = before.points.length / before.rows.length;
  const [from, to] = [somePartOf(before, dims, random), somePartOf(after, dims, random)];
  const partner = partnersOf(from, to, dims, random, shouldStop);
  const points = from.points.map((value, i) => {
    const j = i % dims;
    return (1 - s) * value + s * to.points[partner[(i - j) / dims]! * dims + j]!;
  });
  return { ...from, points };
}

/** @returns of each cell of `from` one cell of `to` [n], drawn by the plan's mass */
function partnersOf(
  from: Side,
  to: Side,
  dims: number,
  random: RandomStream,
  shouldStop: () => boolean,
): Int32Array {
  const plan = exactPlan(from.points, to.points, dims, {
    cost: 'squared-euclidean',
    shouldStop,
    ...(from.logMass && { a: sharesOfMass(from.logMass) }),
    ...(to.logMass && { b: sharesOfMass(to.logMass) }),
  });
  const partner = new Int32Array(from.rows.length);
  const seen = new Float64Array(from.rows.length);
  // one pass keeps each partner with a chance of its mass among those seen so far
  plan.mass.forEach((mass, e) => {
    const i = plan.rows[e]!;
    seen[i]! += mass;
    if (random.uniform() * seen[i]! < mass) partner[i] = plan.columns[e]!;
  });
  return partner;
}

/** A cell that all but vanished has a place and a partner still, and the plan knows no smaller mass. */
const LEAST_SHARE = 2 ** -50;

function sharesOfMass(logMass: Float64Array): Float64Array {
  const most = logMass.reduce((a, b) => Math.max(a, b));
  const relative = logMass.map((mass) => Math.exp(mass - most));
  return sharesOf(relative, logMass.length, 'mass').map((share) => Math.max(share, LEAST_SHARE));
}

function somePartOf(side: Side, dims: number, random: RandomStream): Side {
  const n = side.rows.length;
  if (n <= MOST_PLAN_CELLS) return side;
  const chosen = drawWithoutReplacement(n, MOST_PLAN_CELLS, random).sort();
  return {
    ...side,
    points: gatherRows(side.points, dims, chosen),
    logMass: side.logMass && Float64Array.from(chosen, (i) => side.logMass![i]!),
    rows: chosen.map((i) => side.rows[i]!),
  };
}
