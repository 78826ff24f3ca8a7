import { checkPoints } from '../coupling/check-points.ts';
import type { Points } from '../coupling/ground-cost.ts';
import { sharesOf } from '../coupling/shares.ts';
import { meanOverPairs, type PairWeights, weightedMeanOverPairs } from './pair-means.ts';

export interface EnergyDistanceOptions extends PairWeights {
  /** asked about every 20 ms; true ends the work with CancelledError */
  shouldStop?: () => boolean;
}

/**
 * Energy distance 2 E‖X − Y‖ − E‖X − X'‖ − E‖Y − Y'‖ with Euclidean norms, each mean over all ordered pairs (a
 * V-statistic: a point with itself counts). No square root is taken, so it has the unit of the coordinates. It is 0
 * for equal clouds (up to 1e-12 of the largest distance; never below 0) and positive for others.
 *
 * Distances in float64 by differences, O(n² + m² + nm) time, O((n + m) d) memory.
 * Szekely and Rizzo, J. Stat. Plan. Inference 143 (2013), equation 2.1.
 * @param x flat [n, d]
 * @param y flat [m, d]
 * @throws InputError where a cloud is empty or holds NaN or infinity, or weights do not fit; CancelledError
 */
export function energyDistance(
  x: Points,
  n: number,
  y: Points,
  m: number,
  d: number,
  { shouldStop, weightsX, weightsY }: EnergyDistanceOptions = {},
): number {
  checkPoints(x, n, d, 'x');
  checkPoints(y, m, d, 'y');
  if (weightsX || weightsY) {
    const a = sharesOf(weightsX, n, 'weightsX');
    const b = sharesOf(weightsY, m, 'weightsY');
    const across = weightedMeanOverPairs(x, a, y, b, d, takeRoots, shouldStop);
    const withinX = weightedMeanOverPairs(x, a, x, a, d, takeRoots, shouldStop);
    const withinY = weightedMeanOverPairs(y, b, y, b, d, takeRoots, shouldStop);
    return Math.max(0, 2 * across - withinX - withinY);
  }
  const across = meanOverPairs(x, n, y, m, d, sumOfRoots, shouldStop);
  const withinX = meanOverPairs(x, n, x, n, d, sumOfRoots, shouldStop);
  const withinY = meanOverPairs(y, m, y, m, d, sumOfRoots, shouldStop);
  return Math.max(0, 2 * across - withinX - withinY);
}

function sumOfRoots(squares: Float64Array, count: number): number {
  let sum = 0;
  for (let j = 0; j < count; j++) sum += Math.sqrt(squares[j]!);
  return sum;
}

function takeRoots(squares: Float64Array, count: number): void {
  for (let j = 0; j < count; j++) squares[j] = Math.sqrt(squares[j]!);
}
