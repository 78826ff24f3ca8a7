import { type Points, squaredDistances, transpose } from '../coupling/ground-cost.ts';
import { CancelledError } from '../errors.ts';

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
  return sumOverRows(x, n, y, m, d, x === y, sum, shouldStop) / n / m;
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
  const weighted = (squares: Float64Array, width: number, i: number, start: number) => {
    apply(squares, width);
    let row = 0;
    for (let j = 0; j < width; j++) row += b[start + j]! * squares[j]!;
    return a[i]! * row;
  };
  return sumOverRows(x, a.length, y, b.length, d, x === y && a === b, weighted, shouldStop);
}

/**
 * Σ of what `sum` makes of each row's squared distances to a block of columns.
 * @param same whether pairs (i, j) and (j, i) are alike: then one half of them and the diagonal is gone through
 * @param sum of the first `width` squared distances of row i to the columns from `start` on; it may overwrite them
 */
function sumOverRows(
  x: Points,
  n: number,
  y: Points,
  m: number,
  d: number,
  same: boolean,
  sum: (squares: Float64Array, width: number, i: number, start: number) => number,
  shouldStop?: () => boolean,
): number {
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
      const row = sum(squares, width, i, start);
      // with x = y: rows above the block stand for their mirror images as well, rows of the block for themselves
      blockTotal += same && i < start ? 2 * row : row;
    }
    total += blockTotal;
  }
  return total;
}
