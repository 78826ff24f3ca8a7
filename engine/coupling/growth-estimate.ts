import { PointIndex } from '../embedding/point-index.ts';
import { CancelledError } from '../errors.ts';
import { randomStream } from '../random.ts';
import type { Points } from './ground-cost.ts';
import { growthFreeCloud } from './growth-free.ts';
import { type UnbalancedPlan, unbalancedPlan } from './unbalanced-ot.ts';

export interface GrowthOptions {
  /** asked now and then; true ends the work with CancelledError */
  shouldStop?: () => boolean;
}

/** What two clouds say of the growth of the first one's points, once what is not growth has been taken off. */
export interface GrowthEstimate {
  /** the log gains at the first cloud's points [n] */
  logGain: Float64Array;
  /** standard deviation of `logGain` */
  spread: number;
  /** the plan that they were read from: rows relaxed, columns kept */
  plan: UnbalancedPlan;
  /**
   * log gain of any points (`points` flat [k, d]) → [k]: the mean of their nearest neighbours in the first cloud;
   * 0: as many descendants as the mean cell
   */
  logGainAt(points: Points): Float64Array;
}

/** Strength of the rows' marginals, in mean costs, and entropic regularisation: with these it was measured. */
const TAU = 0.4;
const RELATIVE_EPSILON = 0.05;
const TOLERANCE = 1e-4;
const MOST_ITERATIONS = 500;
/** Neighbours that share their gain: growth belongs to a state, not to a cell. */
const NEIGHBOR_SHARE = 0.1;
const FEWEST_NEIGHBORS = 10;
const MOST_NEIGHBORS = 100;

/**
 * Log gains of the cells of one day, from the cells of the next. A plan that relaxes the rows alone takes cells ahead of
 * their day, or at the cloud's edge, for growing. A second cloud is made in which nobody grew: the same plan with equal
 * rows. What the plan finds there is no growth and is taken off; what remains is averaged over neighbours.
 * The correction takes off some true growth too where fates are near each other: gains are cautious. Of ten cells or fewer nothing
 * can be told: all share one mean.
 * @param x flat [n, d]
 * @param y flat [m, d]
 * @throws InputError where a cloud is empty or holds NaN or infinity; CancelledError
 */
export function estimateGrowth(
  x: Float32Array,
  n: number,
  y: Float32Array,
  m: number,
  d: number,
  options: GrowthOptions = {},
): GrowthEstimate {
  const plan = rowPlan(x, n, y, m, d, options);
  const evenly = { uniform: () => 0.5 };
  const free = rowPlan(x, n, growthFreeCloud(plan, y, m, d, evenly), m, d, options);
  const raw = plan.logRowGain.map((gain, i) => gain - free.logRowGain[i]!);
  const means = neighborMeans(x, n, d, raw, options.shouldStop);
  const own = means(x);
  const level = Math.log(own.reduce((sum, gain) => sum + Math.exp(gain) / n, 0));
  const relative = (gains: Float64Array) => gains.map((gain) => gain - level);
  const logGain = relative(own);
  return { logGain, spread: deviation(logGain), plan, logGainAt: (points) => relative(means(points)) };
}

function rowPlan(
  x: Float32Array,
  n: number,
  y: Float32Array,
  m: number,
  d: number,
  { shouldStop }: GrowthOptions,
): UnbalancedPlan {
  return unbalancedPlan(x, n, y, m, d, {
    ...{ tau: TAU, tauColumns: Number.POSITIVE_INFINITY, relativeEpsilon: RELATIVE_EPSILON },
    ...{ tolerance: TOLERANCE, maxIterations: MOST_ITERATIONS },
    ...(shouldStop && { shouldStop }),
  });
}

/** The mean of `values` [n] over the points of the cloud that are nearest to some others. */
function neighborMeans(
  cloud: Float32Array,
  n: number,
  d: number,
  values: Float64Array,
  shouldStop: () => boolean = () => false,
): (points: Points) => Float64Array {
  const wanted = Math.min(MOST_NEIGHBORS, Math.max(FEWEST_NEIGHBORS, Math.round(NEIGHBOR_SHARE * n)));
  const k = Math.min(n, wanted);
  const tick = () => {
    if (shouldStop()) throw new CancelledError();
  };
  const index = new PointIndex(cloud, n, d, k, n, randomStream(0, 'growth', 'neighbors'), tick);
  return (points) => {
    const count = points.length / d;
    if (count === 0) return new Float64Array(0);
    const nearest = index.nearest(Float32Array.from(points), count, 1, tick);
    return Float64Array.from({ length: count }, (_, i) => {
      let sum = 0;
      for (let a = i * k; a < (i + 1) * k; a++) sum += values[nearest[a]!]!;
      return sum / k;
    });
  };
}

function deviation(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value / values.length, 0);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2 / values.length, 0));
}
