import { InputError } from '../errors.ts';
import { type Hooks, mapBlocks, overCounts, type RowBlocks } from './row-blocks.ts';

export interface NormalizeOptions {
  /** what every cell sums to; default: the median of the totals above 0 */
  targetSum?: number;
  /** [rows], 1 = this cell counts for the median; default: all */
  fitOn?: Uint8Array;
  hooks?: Hooks;
}

export interface Normalized {
  /** divided block by block at each pass */
  source: RowBlocks;
  /** the same division of other columns of the same cells */
  apply(source: RowBlocks): RowBlocks;
  /** [rows] sums before */
  totals: Float64Array;
  targetSum: number;
  /** cells among `fitOn` that sum to 0, which stay so */
  emptyCells: number;
}

/**
 * Divides each cell by its total and multiplies by a sum that all then share, as scanpy's normalize_total with its
 * defaults. Empty cells do not enter the median (scanpy 1.11 leaves them out for dense matrices only).
 * @param counts left as they are
 * @throws InputError: NaN, infinite or negative values; no cell with counts; a target that is not positive;
 * CancelledError
 */
export function normalizeTotal(
  counts: RowBlocks,
  { targetSum, fitOn, hooks }: NormalizeOptions = {},
): Normalized {
  const totals = new Float64Array(counts.rows);
  overCounts(counts, 'Normalising', hooks, ({ data, indptr }, from, to, row) => {
    for (let i = from; i < to; i++) {
      let sum = 0;
      for (let e = indptr[i]!; e < indptr[i + 1]!; e++) sum += data[e]!;
      totals[row + i - from] = sum;
    }
  });
  const target = targetSum ?? medianTotal(totals.filter((total, i) => total > 0 && fitOn?.[i] !== 0));
  if (!(target > 0 && target < Number.POSITIVE_INFINITY))
    throw new InputError('The sum to which cells are normalised must be above 0.', {
      option: '--target-sum',
      found: String(target),
    });
  const apply = (source: RowBlocks) =>
    mapBlocks(source, ({ data, indptr }, row) => {
      const scaled = data.slice();
      for (let i = 0; i + 1 < indptr.length; i++) {
        const factor = totals[row + i]! / target;
        if (factor > 0) for (let e = indptr[i]!; e < indptr[i + 1]!; e++) scaled[e]! /= factor;
      }
      return scaled;
    });
  return {
    source: apply(counts),
    apply,
    totals,
    targetSum: target,
    emptyCells: totals.reduce((n, total, i) => n + (total > 0 || fitOn?.[i] === 0 ? 0 : 1), 0),
  };
}

function medianTotal(filled: Float64Array): number {
  if (filled.length === 0)
    throw new InputError('No cell has any counts.', {
      expected: 'at least one cell with a count above 0',
      action: 'Look at which matrix of the file holds the counts.',
    });
  const sorted = filled.slice().sort();
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
