import type { Batches } from './batches.ts';
import { type Hooks, overCounts, overRows, type RowBlocks } from './row-blocks.ts';

/** [batches, nVars] each, row-major */
export interface GeneMoments {
  means: Float64Array;
  /** unbiased (n − 1); exactly 0 for a gene with one value in all cells */
  variances: Float64Array;
  /** cells with a value above 0 */
  expressed: Int32Array;
}

// far below what values of float32 can differ by, far above the rounding of a mean
const EQUAL = 1e-24;
// of sums of squares of fractions
const ROUNDING = 1e-14;

const WHAT = 'Choosing variable genes';

/** Mean and variance of transform(x) for each gene in each batch; two passes; transform(0) must be 0. */
export function geneMoments(
  source: RowBlocks,
  { codes, sizes }: Batches,
  transform: (value: number) => number,
  hooks?: Hooks,
): GeneMoments {
  const nVars = source.genes;
  const means = new Float64Array(sizes.length * nVars);
  const variances = new Float64Array(means.length);
  const expressed = new Int32Array(means.length);
  const stored = new Int32Array(means.length);
  overCounts(source, WHAT, hooks, ({ data, indices, indptr }, from, to, row) => {
    for (let i = from; i < to; i++)
      for (let e = indptr[i]!; e < indptr[i + 1]!; e++) {
        const at = codes[row + i - from]! * nVars + indices[e]!;
        means[at]! += transform(data[e]!);
        stored[at]!++;
        if (data[e]! > 0) expressed[at]!++;
      }
  });
  for (let at = 0; at < means.length; at++) means[at]! /= sizes[Math.floor(at / nVars)]!;
  overRows(source, hooks, ({ data, indices, indptr }, from, to, row) => {
    for (let i = from; i < to; i++)
      for (let e = indptr[i]!; e < indptr[i + 1]!; e++) {
        const at = codes[row + i - from]! * nVars + indices[e]!;
        variances[at]! += (transform(data[e]!) - means[at]!) ** 2;
      }
  });
  for (let at = 0; at < means.length; at++) {
    const n = sizes[Math.floor(at / nVars)]!;
    const square = means[at]! ** 2;
    const variance = (variances[at]! + (n - stored[at]!) * square) / (n - 1);
    variances[at] = variance > EQUAL * square ? variance : 0;
  }
  return { means, variances, expressed };
}

/**
 * As geneMoments, of the values as they are, from Σx and Σx². These are exact for whole numbers, so that genes with
 * the same counts in other cells have the same moments to the bit, in any order of the cells.
 */
export function countMoments(
  source: RowBlocks,
  { codes, sizes }: Batches,
  hooks?: Hooks,
): Omit<GeneMoments, 'expressed'> {
  const nVars = source.genes;
  const means = new Float64Array(sizes.length * nVars);
  const variances = new Float64Array(means.length);
  overCounts(source, WHAT, hooks, ({ data, indices, indptr }, from, to, row) => {
    for (let i = from; i < to; i++)
      for (let e = indptr[i]!; e < indptr[i + 1]!; e++) {
        const at = codes[row + i - from]! * nVars + indices[e]!;
        const value = data[e]!;
        means[at]! += value;
        variances[at]! += value * value;
      }
  });
  for (let at = 0; at < means.length; at++) {
    const n = sizes[Math.floor(at / nVars)]!;
    const sum = means[at]!;
    const spread = variances[at]! - (sum * sum) / n;
    means[at] = sum / n;
    variances[at] = spread > ROUNDING * variances[at]! ? spread / (n - 1) : 0;
  }
  return { means, variances };
}
