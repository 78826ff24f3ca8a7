import { InputError } from '../errors.ts';
import type { CsrMatrix } from '../io/h5ad-write.ts';
import { checkNotNegative, type Hooks, overRows } from './row-blocks.ts';

export interface NormalizeOptions {
  /** what every cell sums to; default: the median of the totals above 0 */
  targetSum?: number;
  hooks?: Hooks;
}

export interface Normalized {
  /** a new data array of the same type; indices and indptr are those of the counts, shared */
  matrix: CsrMatrix;
  /** [nObs] sums before */
  totals: Float64Array;
  targetSum: number;
  /** cells that sum to 0, which stay so */
  emptyCells: number;
}

/**
 * Divides each cell by its total and multiplies by a sum that all then share, as scanpy's normalize_total with its
 * defaults. Empty cells do not enter the median (scanpy 1.11 leaves them out for dense matrices only).
 * @param counts [nObs, nVars], left as it is
 * @throws InputError: NaN, infinite or negative values; no cell with counts; a target that is not positive;
 * CancelledError
 */
export function normalizeTotal(counts: CsrMatrix, { targetSum, hooks }: NormalizeOptions = {}): Normalized {
  checkNotNegative(counts, 'Normalising');
  const { data, indices, indptr } = counts;
  const nObs = indptr.length - 1;
  const totals = rowSums(counts);
  const filled = totals.filter((total) => total > 0);
  const target = targetSum ?? medianTotal(filled);
  if (!(target > 0 && target < Number.POSITIVE_INFINITY))
    throw new InputError('The sum to which cells are normalised must be above 0.', {
      option: 'targetSum',
      found: String(target),
    });
  const scaled = data.slice();
  overRows(nObs, hooks, (from, to) => {
    for (let i = from; i < to; i++) {
      const factor = totals[i]! / target;
      if (factor > 0) for (let e = indptr[i]!; e < indptr[i + 1]!; e++) scaled[e]! /= factor;
    }
  });
  const matrix = { data: scaled, indices, indptr };
  return { matrix, totals, targetSum: target, emptyCells: nObs - filled.length };
}

function rowSums({ data, indptr }: CsrMatrix): Float64Array {
  return Float64Array.from({ length: indptr.length - 1 }, (_, i) => {
    let sum = 0;
    for (let e = indptr[i]!; e < indptr[i + 1]!; e++) sum += data[e]!;
    return sum;
  });
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
