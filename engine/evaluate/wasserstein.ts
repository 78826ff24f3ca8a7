import { type ExactPlanOptions, exactPlan } from '../coupling/exact-ot.ts';
import type { GroundCostName, Points } from '../coupling/ground-cost.ts';
import { sharesOf } from '../coupling/shares.ts';
import { InputError, WorkError } from '../errors.ts';

export interface WassersteinOptions extends Pick<ExactPlanOptions, 'shouldStop'> {
  /** weights of the rows of x, [n], not negative: a point without mass takes no part. Default: uniform */
  a?: Float64Array;
  /** weights of the rows of y, [m], likewise */
  b?: Float64Array;
}

/**
 * The exact 1-Wasserstein distance with Euclidean cost, min_π Σ π_ij ‖x_i − y_j‖, in the unit of the coordinates.
 * Float64 arithmetic, all points; the weights (default: uniform) are divided by their sum.
 * @param x flat [n, d]
 * @param y flat [m, d]
 * @throws InputError for empty clouds, d < 1, arrays that do not hold n or m points, NaN or infinity, unusable weights
 */
export function wasserstein1(
  x: Points,
  n: number,
  y: Points,
  m: number,
  d: number,
  options: WassersteinOptions = {},
): number {
  return leastMeanCost(x, n, y, m, d, 'euclidean', options);
}

/** The exact 2-Wasserstein distance, (min_π Σ π_ij ‖x_i − y_j‖²)^½; otherwise as `wasserstein1`. */
export function wasserstein2(
  x: Points,
  n: number,
  y: Points,
  m: number,
  d: number,
  options: WassersteinOptions = {},
): number {
  return Math.sqrt(leastMeanCost(x, n, y, m, d, 'squared-euclidean', options));
}

function leastMeanCost(
  x: Points,
  n: number,
  y: Points,
  m: number,
  d: number,
  cost: GroundCostName,
  options: WassersteinOptions,
): number {
  if (x.length !== n * d || y.length !== m * d) {
    throw new InputError('The clouds do not have the size that was stated.', {
      expected: `${n} × ${d} and ${m} × ${d} numbers`,
      found: `${x.length} and ${y.length} numbers`,
    });
  }
  const { a, b, shouldStop } = options;
  const from = a ? weightedPoints(x, n, d, a, 'a') : { points: x };
  const to = b ? weightedPoints(y, m, d, b, 'b') : { points: y };
  const plan = exactPlan(from.points, to.points, d, {
    cost,
    ...(from.weights && { a: from.weights }),
    ...(to.weights && { b: to.weights }),
    ...(shouldStop && { shouldStop }),
  });
  if (!plan.converged) {
    throw new WorkError('The exact transport plan was not found.', {
      found: `${plan.pivots} pivots without an optimum`,
      action: 'report this, with the data if you can',
    });
  }
  let mass = 0;
  for (const part of plan.mass) mass += part;
  return plan.cost / mass;
}

/**
 * Points that have mass, with weights of sum 1.
 * @throws InputError where there are not `n` weights, one is negative or not finite, or all are 0
 */
export function weightedPoints(
  points: Points,
  n: number,
  d: number,
  weights: Float64Array,
  option: string,
): { points: Points; weights?: Float64Array } {
  const shares = sharesOf(weights, n, option);
  const rows = Array.from(shares.keys()).filter((i) => shares[i]! > 0);
  if (rows.length === n) return { points, weights: shares };
  const kept = new Float64Array(rows.length * d);
  rows.forEach((row, i) => {
    kept.set(points.subarray(row * d, (row + 1) * d), i * d);
  });
  return { points: kept, weights: Float64Array.from(rows, (row) => shares[row]!) };
}
