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
