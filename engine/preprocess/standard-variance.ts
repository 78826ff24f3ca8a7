import type { Batches } from './batches.ts';
import { countMoments, foundIn, type GeneMoments } from './gene-moments.ts';
import type { GeneRanking } from './gene-ranking.ts';
import { loess } from './loess.ts';
import { type Hooks, overRows, type RowBlocks } from './row-blocks.ts';

const SPAN = 0.3;

/**
 * Flavour `seurat_v3`: the variance expected at a gene's mean is a loess of log10(variance) on log10(mean); the score
 * is the variance of (x − mean) / √expected, with x clipped √n such deviations above the mean. Over batches: by the
 * median of the ranks in those batches where the gene is among the best, then by their number.
 */
export function standardVarianceRanking(
  counts: RowBlocks,
  batches: Batches,
  { nTop, minCells }: { nTop: number; minCells: number },
  hooks?: Hooks,
): GeneRanking {
  const nVars = counts.genes;
  const nBatches = batches.sizes.length;
  const moments = countMoments(counts, batches, hooks);
  const eligible = foundIn(moments.expressed, nVars, minCells);
  moments.variances.forEach((_, at) => {
    if (eligible[at % nVars] === 0) moments.variances[at] = 0;
  });
  const scores = standardVariances(counts, batches, moments, hooks);
  const ranks: number[][] = Array.from({ length: nVars }, () => []);
  for (let b = 0; b < nBatches; b++)
    bestFirst(scores.subarray(b * nVars, (b + 1) * nVars))
      .subarray(0, nTop)
      .forEach((gene, rank) => {
        ranks[gene]!.push(rank);
      });
  const score = new Float64Array(nVars);
  for (let at = 0; at < scores.length; at++) score[at % nVars]! += scores[at]! / nBatches;
  const median = Float64Array.from(ranks, medianOf);
  const order = Int32Array.from([...median.keys()].filter((j) => score[j]! > 0));
  order.sort((a, b) => {
    const byRank = median[a]! === median[b]! ? 0 : median[a]! - median[b]!;
    return byRank || ranks[b]!.length - ranks[a]!.length || a - b;
  });
  return { order, score, batches: Int32Array.from(ranks, (list) => list.length), eligible };
}

/** [batches, nVars]; 0 for a gene that does not vary */
function standardVariances(
  counts: RowBlocks,
  { codes, sizes }: Batches,
  { means, variances }: Pick<GeneMoments, 'means' | 'variances'>,
  hooks?: Hooks,
): Float64Array {
  const nVars = counts.genes;
  const expected = expectedVariances(means, variances, nVars, sizes.length);
  const ceiling = means.map((mean, at) => mean + Math.sqrt(expected[at]! * sizes[Math.floor(at / nVars)]!));
  const sums = new Float64Array(means.length);
  const squares = new Float64Array(means.length);
  // clipped values apart, so that the sums of whole numbers stay exact
  const clipped = new Int32Array(means.length);
  overRows(counts, hooks, ({ data, indices, indptr }, from, to, row) => {
    for (let i = from; i < to; i++)
      for (let e = indptr[i]!; e < indptr[i + 1]!; e++) {
        const at = codes[row + i - from]! * nVars + indices[e]!;
        const value = data[e]!;
        if (value > ceiling[at]!) clipped[at]!++;
        else {
          sums[at]! += value;
          squares[at]! += value * value;
        }
      }
  });
  return means.map((mean, at) => {
    if (variances[at] === 0) return 0;
    const n = sizes[Math.floor(at / nVars)]!;
    const sum = sums[at]! + clipped[at]! * ceiling[at]!;
    const square = squares[at]! + clipped[at]! * ceiling[at]! ** 2;
    return (n * mean * mean + square - 2 * sum * mean) / ((n - 1) * expected[at]!);
  });
}

function expectedVariances(
  means: Float64Array,
  variances: Float64Array,
  nVars: number,
  nBatches: number,
): Float64Array {
  const expected = new Float64Array(means.length).fill(1);
  for (let b = 0; b < nBatches; b++) {
    const varying: number[] = [];
    for (let at = b * nVars; at < (b + 1) * nVars; at++) if (variances[at]! > 0) varying.push(at);
    const x = Float64Array.from(varying, (at) => Math.log10(means[at]!));
    const fitted = loess(
      x,
      Float64Array.from(varying, (at) => Math.log10(variances[at]!)),
      SPAN,
    );
    for (let i = 0; i < varying.length; i++) expected[varying[i]!] = 10 ** fitted[i]!;
  }
  return expected;
}

function bestFirst(scores: Float64Array): Int32Array {
  const order = Int32Array.from([...scores.keys()].filter((j) => scores[j]! > 0));
  return order.sort((a, b) => scores[b]! - scores[a]! || a - b);
}

/** Of ascending or other ranks; infinite for none, so that those genes come last. */
function medianOf(ranks: number[]): number {
  if (ranks.length === 0) return Number.POSITIVE_INFINITY;
  const sorted = ranks.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
