import { type Points, squaredDistances, transpose } from '../coupling/ground-cost.ts';
import { CancelledError, InputError } from '../errors.ts';

// columns of y looked at together: their coordinates and distances stay in the nearest cache
const BLOCK = 1024;
// pairs between two looks at `shouldStop`
const PATIENCE = 2_000_000;

/**
 * The mean of a symmetric function of the squared distance over all n·m pairs; where y is the same array as x, over
 * one half of them and the diagonal. Nothing of the size n·m is stored.
 * @param sum adds the function up over the first `count` squared distances, which it may overwrite
 */
export function meanOverPairs(
  x: Points,
  n: number,
  y: Points,
  m: number,
  d: number,
  sum: (squares: Float64Array, count: number) => number,
  shouldStop?: () => boolean,
): number {
  const same = x === y;
  const columns = new Float64Array(BLOCK * d);
  const squares = new Float64Array(BLOCK);
  let total = 0;
  let pairs = 0;
  for (let start = 0; start < m; start += BLOCK) {
    const width = Math.min(BLOCK, m - start);
    transpose(y.subarray(start * d, (start + width) * d), undefined, width, d, columns);
    // a block's own sum first keeps the rounding of 10⁸ pairs near that of one
    let blockTotal = 0;
    for (let i = 0; i < (same ? start + width : n); i++) {
      pairs += width;
      if (pairs > PATIENCE) {
        pairs = 0;
        if (shouldStop?.()) throw new CancelledError();
      }
      squaredDistances(x, i * d, columns, width, d, squares, 0);
      const row = sum(squares, width);
      // with x = y: rows above the block stand for their mirror images as well, rows of the block for themselves
      blockTotal += same && i < start ? 2 * row : row;
    }
    total += blockTotal;
  }
  return total / n / m;
}

/** Weights of the points of both sides of a mean over pairs; each is divided by its sum. */
export interface PairWeights {
  /** [n], not negative; default: all alike */
  weightsX?: Float64Array | undefined;
  /** [m], likewise */
  weightsY?: Float64Array | undefined;
}

/**
 * Σ_ij a_i b_j of a symmetric function of the squared distance; otherwise as `meanOverPairs`.
 * @param a weights of x that add up to 1, [n]
 * @param b likewise of y, [m]; the same array as a where y is x
 * @param apply puts the function in the place of the first `count` squared distances
 */
export function weightedMeanOverPairs(
  x: Points,
  a: Float64Array,
  y: Points,
  b: Float64Array,
  d: number,
  apply: (squares: Float64Array, count: number) => void,
  shouldStop?: () => boolean,
): number {
  const [n, m] = [a.length, b.length];
  const same = x === y && a === b;
  const columns = new Float64Array(BLOCK * d);
  const squares = new Float64Array(BLOCK);
  let total = 0;
  let pairs = 0;
  for (let start = 0; start < m; start += BLOCK) {
    const width = Math.min(BLOCK, m - start);
    transpose(y.subarray(start * d, (start + width) * d), undefined, width, d, columns);
    let blockTotal = 0;
    for (let i = 0; i < (same ? start + width : n); i++) {
      pairs += width;
      if (pairs > PATIENCE) {
        pairs = 0;
        if (shouldStop?.()) throw new CancelledError();
      }
      squaredDistances(x, i * d, columns, width, d, squares, 0);
      apply(squares, width);
      let row = 0;
      for (let j = 0; j < width; j++) row += b[start + j]! * squares[j]!;
      blockTotal += (same && i < start ? 2 : 1) * a[i]! * row;
    }
    total += blockTotal;
  }
  return total;
}

/**
 * Weights divided by their sum.
 * @throws InputError where there are not `n`, one is negative or not finite, or all are 0
 */
export function sharesOf(weights: Float64Array | undefined, n: number, option: string): Float64Array {
  if (!weights) return new Float64Array(n).fill(1 / n);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const usable = total > 0 && Number.isFinite(total) && weights.every((weight) => weight >= 0);
  if (weights.length === n && usable) return weights.map((weight) => weight / total);
  throw new InputError('The points cannot be weighted like this.', {
    option,
    expected: `${n} numbers that are not negative, with a positive sum`,
    found: `${weights.length} numbers with the sum ${total}`,
  });
}
