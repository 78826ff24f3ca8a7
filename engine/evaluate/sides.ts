import type { FitSettings } from '../config.ts';
import { type IntervalGrowth, shareOfGain } from '../coupling/growth.ts';
import { gatherRows } from '../dataset/clouds.ts';
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
 * One cloud of both sides, by nearness: at s of the way a share of 1 − s of the cells, and of the mass, comes from before and
 * s from after. It has as many cells as `before` where `after` has enough for that.
 */
export function mixSides(before: Side, after: Side, s: number, random: RandomStream): Side {
  const [n, m] = [before.rows.length, after.rows.length];
  const dims = before.points.length / n;
  const total = Math.min(n, Math.floor(m / s));
  const late = Math.round(s * total);
  const early = total - late;
  const parts = [
    partOf(before, drawWithoutReplacement(n, early, random), dims),
    partOf(after, drawWithoutReplacement(m, late, random), dims),
  ] as const;
  const points = new Float32Array(total * dims);
  points.set(parts[0].points);
  points.set(parts[1].points, early * dims);
  return {
    points,
    logMass: before.logMass && Float64Array.from(parts.flatMap(({ logMass }) => [...logMass])),
    rows: Int32Array.from(parts.flatMap(({ rows }) => [...rows])),
    finished: before.finished && after.finished,
  };
}

/** Some cells of a side, with a mean mass of 1: how many they are says what the side counts for. */
function partOf(side: Side, chosen: Int32Array, dims: number) {
  const own = Float64Array.from(chosen, (i) => side.logMass?.[i] ?? 0);
  const mean = own.reduce((sum, value) => sum + Math.exp(value), 0) / chosen.length;
  return {
    points: gatherRows(side.points, dims, chosen),
    logMass: own.map((value) => value - Math.log(mean)),
    rows: chosen.map((i) => side.rows[i]!),
  };
}
