import { expOrZero } from '../compute/exp-table.ts';
import { checkPoints } from '../coupling/check-points.ts';
import { type Points, squaredDistances, transpose } from '../coupling/ground-cost.ts';
import { sharesOf } from '../coupling/shares.ts';
import { InputError } from '../errors.ts';
import { drawWithoutReplacement, type RandomStream, randomStream } from '../random.ts';
import { meanOverPairs, type PairWeights, weightedMeanOverPairs } from './pair-means.ts';

export interface MmdOptions extends PairWeights {
  /** σ of each kernel, positive; default `mmdBandwidths(y, m, d)` */
  bandwidths?: readonly number[] | Float64Array;
  /** asked about every 20 ms; true ends the work with CancelledError */
  shouldStop?: () => boolean;
}

/**
 * Maximum mean discrepancy √(E k(X, X') + E k(Y, Y') − 2 E k(X, Y)) with the kernel
 * k(x, y) = mean over bandwidths σ of exp(−‖x − y‖² / 2σ²), each E a mean over all ordered pairs (the biased
 * V-statistic: a point with itself counts, so nothing is below 0). It lies in [0, √2]; 0 for equal clouds, where
 * rounding may leave 1e-7. Two parts of one cloud do not give 0, but up to √(1/n + 1/m).
 *
 * Distances in float64 by differences, O(n² + m² + nm) time, O((n + m) d) memory.
 * Gretton et al., JMLR 13 (2012), equation 5.
 * @param x flat [n, d], e.g. predicted cells
 * @param y flat [m, d], the real cells: the default bandwidths come from them alone
 * @throws InputError where a cloud is empty or holds NaN or infinity, a bandwidth is not
 *   positive or weights do not fit; CancelledError
 */
export function mmd(x: Points, n: number, y: Points, m: number, d: number, options: MmdOptions = {}): number {
  checkPoints(x, n, d, 'x');
  checkPoints(y, m, d, 'y');
  const { bandwidths = mmdBandwidths(y, m, d), shouldStop, weightsX, weightsY } = options;
  checkBandwidths(bandwidths);
  if (weightsX || weightsY) {
    const a = sharesOf(weightsX, n, 'weightsX');
    const b = sharesOf(weightsY, m, 'weightsY');
    const apply = kernelMeans(bandwidths);
    const across = weightedMeanOverPairs(x, a, y, b, d, apply, shouldStop);
    const withinX = weightedMeanOverPairs(x, a, x, a, d, apply, shouldStop);
    const withinY = weightedMeanOverPairs(y, b, y, b, d, apply, shouldStop);
    return Math.sqrt(Math.max(0, withinX + withinY - 2 * across));
  }
  const sum = kernelSum(bandwidths);
  const across = meanOverPairs(x, n, y, m, d, sum, shouldStop);
  const withinX = meanOverPairs(x, n, x, n, d, sum, shouldStop);
  const withinY = meanOverPairs(y, m, y, m, d, sum, shouldStop);
  return Math.sqrt(Math.max(0, withinX + withinY - 2 * across));
}

/** The multiples of the median distance that serve as bandwidths. */
const MULTIPLES = [0.25, 0.5, 1, 2, 4];
/** rows of which the median distance is taken where there are more */
const MEDIAN_ROWS = 1000;

/**
 * The default bandwidths: {1/4, 1/2, 1, 2, 4} times the median distance between two different points of y. Of more
 * than 1000 points a random 1000 are looked at. Where duplicates make the median 0 the smallest positive distance
 * takes its place; where all points are equal, 1.
 * @param y flat [m, d]
 * @param random which points are looked at; default a fixed stream, so that one cloud always has the same bandwidths
 * @returns ascending, [5]
 */
export function mmdBandwidths(
  y: Points,
  m: number,
  d: number,
  random: RandomStream = randomStream(0, 'mmd', 'bandwidths'),
): Float64Array {
  checkPoints(y, m, d, 'y');
  const rows = drawWithoutReplacement(m, MEDIAN_ROWS, random);
  const columns = new Float64Array(rows.length * d);
  transpose(y, rows, rows.length, d, columns);
  const squares = new Float64Array((rows.length * (rows.length - 1)) / 2);
  const row = new Float64Array(rows.length);
  let filled = 0;
  for (let i = 1; i < rows.length; i++) {
    squaredDistances(y, rows[i]! * d, columns, rows.length, d, row, 0);
    squares.set(row.subarray(0, i), filled);
    filled += i;
  }
  squares.sort();
  const middle = squares.length >> 1;
  const median =
    squares.length % 2 === 1
      ? Math.sqrt(squares[middle]!)
      : (Math.sqrt(squares[middle - 1] ?? 0) + Math.sqrt(squares[middle] ?? 0)) / 2;
  const unit = median || Math.sqrt(squares.find((square) => square > 0) ?? 1);
  return Float64Array.from(MULTIPLES, (multiple) => multiple * unit);
}

function checkBandwidths(bandwidths: readonly number[] | Float64Array): void {
  if (bandwidths.length > 0 && bandwidths.every((sigma) => sigma > 0 && Number.isFinite(sigma))) return;
  throw new InputError('MMD needs positive bandwidths.', {
    option: 'bandwidths',
    expected: 'one or more positive numbers',
    found: bandwidths.length === 0 ? 'none' : bandwidths.join(', '),
  });
}

/** Σ_j k of squared distances, the mean over bandwidths included. */
function kernelSum(bandwidths: readonly number[] | Float64Array) {
  const widest = Float64Array.from(bandwidths).sort().reverse();
  // exp costs most: from a bandwidth to its half the kernel's value is raised to the fourth power instead
  const halves = Array.from(widest, (sigma, k) => k > 0 && 2 * sigma === widest[k - 1]);
  const factors = widest.map((sigma) => -0.5 / sigma ** 2);
  let values = new Float64Array(0);
  return (squares: Float64Array, count: number): number => {
    if (values.length < count) values = new Float64Array(count);
    let total = 0;
    for (let k = 0; k < widest.length; k++) {
      const factor = factors[k]!;
      let sum = 0;
      if (halves[k]) {
        for (let j = 0; j < count; j++) {
          const root = values[j]! * values[j]!;
          const value = root * root;
          values[j] = value;
          sum += value;
        }
      } else {
        for (let j = 0; j < count; j++) {
          const value = expOrZero(factor * squares[j]!);
          values[j] = value;
          sum += value;
        }
      }
      total += sum;
    }
    return total / widest.length;
  };
}

/** The mean over bandwidths in the place of each squared distance. */
function kernelMeans(bandwidths: readonly number[] | Float64Array) {
  const factors = Array.from(bandwidths, (sigma) => -0.5 / sigma ** 2);
  return (squares: Float64Array, count: number): void => {
    for (let j = 0; j < count; j++) {
      const square = squares[j]!;
      let sum = 0;
      for (const factor of factors) sum += expOrZero(factor * square);
      squares[j] = sum / factors.length;
    }
  };
}
