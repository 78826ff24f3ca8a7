import type { Batches } from './batches.ts';
import { type Hooks, overCounts, type RowBlocks } from './row-blocks.ts';

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

/** Per gene and batch: first value K, Σ(x − K), Σ(x − K)², how many; side by side, as they are used together. */
const FIELDS = 4;

/**
 * Mean and variance of transform(x) for each gene in each batch, in one pass. Differences to the gene's first value are
 * summed, so that little cancels, and nothing where all values are equal.
 * @param transform must give 0 for 0
 */
export function geneMoments(
  source: RowBlocks,
  { codes, sizes }: Batches,
  transform: (value: number) => number,
  hooks?: Hooks,
): GeneMoments {
  const nVars = source.genes;
  const sums = new Float64Array(FIELDS * sizes.length * nVars);
  overCounts(source, WHAT, hooks, ({ data, indices, indptr }, from, to, row) => {
    for (let i = from; i < to; i++) {
      const base = codes[row + i - from]! * nVars;
      for (let e = indptr[i]!; e < indptr[i + 1]!; e++) {
        const value = transform(data[e]!);
        // a stored zero is as one that is not stored
        if (value === 0) continue;
        const at = FIELDS * (base + indices[e]!);
        if (sums[at + 3] === 0) sums[at] = value;
        const difference = value - sums[at]!;
        sums[at + 1]! += difference;
        sums[at + 2]! += difference * difference;
        sums[at + 3]!++;
      }
    }
  });
  const means = new Float64Array(sizes.length * nVars);
  const variances = new Float64Array(means.length);
  const expressed = new Int32Array(means.length);
  for (let at = 0; at < means.length; at++) {
    const n = sizes[Math.floor(at / nVars)]!;
    const [first, sum, squares, count] = sums.subarray(FIELDS * at, FIELDS * (at + 1)) as unknown as number[];
    const zeros = n - count!;
    const differences = sum! - zeros * first!;
    const mean = first! + differences / n;
    const variance = (squares! + zeros * first! ** 2 - differences ** 2 / n) / (n - 1);
    means[at] = mean;
    variances[at] = variance > EQUAL * mean ** 2 ? variance : 0;
    expressed[at] = count!;
  }
  return { means, variances, expressed };
}

/**
 * As geneMoments, of the values as they are, from Σx and Σx². These are exact for whole numbers, so that genes with
 * the same counts in other cells have the same moments to the bit, in any order of the cells.
 */
export function countMoments(source: RowBlocks, { codes, sizes }: Batches, hooks?: Hooks): GeneMoments {
  const nVars = source.genes;
  const means = new Float64Array(sizes.length * nVars);
  const variances = new Float64Array(means.length);
  const expressed = new Int32Array(means.length);
  overCounts(source, WHAT, hooks, ({ data, indices, indptr }, from, to, row) => {
    for (let i = from; i < to; i++)
      for (let e = indptr[i]!; e < indptr[i + 1]!; e++) {
        const at = codes[row + i - from]! * nVars + indices[e]!;
        const value = data[e]!;
        if (value > 0) expressed[at]!++;
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
  return { means, variances, expressed };
}

/** [nVars] 1 = found in at least so many cells of all batches */
export function foundIn(expressed: Int32Array, nVars: number, minCells: number): Uint8Array {
  const cells = new Int32Array(nVars);
  expressed.forEach((count, at) => {
    cells[at % nVars]! += count;
  });
  return Uint8Array.from(cells, (count) => (count >= minCells ? 1 : 0));
}
