import type { Batches } from './batches.ts';
import { foundIn, geneMoments } from './gene-moments.ts';
import type { GeneRanking } from './gene-ranking.ts';
import type { Hooks, RowBlocks } from './row-blocks.ts';

const BINS = 20;

/**
 * Flavour `seurat`: log(variance / mean) of expm1(x), or of x where it is not logged, standardised among genes of like mean (20 bins of log1p(mean)).
 * Over batches: by the number of batches where a gene is among the best, then by its mean score, where a batch that
 * does not express it counts 0.
 */
export function dispersionRanking(
  source: RowBlocks,
  batches: Batches,
  { nTop, logged, minCells }: { nTop: number; logged: boolean; minCells: number },
  hooks?: Hooks,
): GeneRanking {
  const nVars = source.genes;
  const nBatches = batches.sizes.length;
  const { means, variances, expressed } = geneMoments(
    source,
    batches,
    logged ? Math.expm1 : (value) => value,
    hooks,
  );
  const eligible = foundIn(expressed, nVars, minCells);
  const score = new Float64Array(nVars);
  const scored = new Int32Array(nVars);
  const varies = new Uint8Array(nVars);
  const counted = new Int32Array(nVars);
  for (let b = 0; b < nBatches; b++) {
    const of = <T extends Float64Array | Int32Array>(all: T) => all.subarray(b * nVars, (b + 1) * nVars) as T;
    const considered = nBatches === 1 ? eligible : of(expressed).map((count, j) => count * eligible[j]!);
    const normal = normalDispersions(of(means), of(variances), considered);
    const cutoff = nthHighest(normal, nTop);
    for (let j = 0; j < nVars; j++) {
      if (nBatches > 1 && considered[j] === 0) scored[j]!++;
      if (Number.isNaN(normal[j]!)) continue;
      score[j]! += normal[j]!;
      scored[j]!++;
      varies[j] = 1;
      if (normal[j]! >= cutoff) counted[j]!++;
    }
  }
  for (let j = 0; j < nVars; j++) if (scored[j]! > 0) score[j]! /= scored[j]!;
  const order = Int32Array.from([...score.keys()].filter((j) => varies[j] === 1));
  order.sort((a, b) => counted[b]! - counted[a]! || score[b]! - score[a]! || a - b);
  return { order, score, batches: counted, eligible };
}

/** NaN where undefined: no variance, or no spread in the bin. */
function normalDispersions(
  means: Float64Array,
  variances: Float64Array,
  considered: ArrayLike<number>,
): Float64Array {
  const logMeans = Float64Array.from(means, (mean) => Math.log1p(mean === 0 ? 1e-12 : mean));
  const dispersions = Float64Array.from(variances, (variance, j) =>
    variance > 0 ? Math.log(variance / means[j]!) : Number.NaN,
  );
  const inBin = binOf(logMeans, considered);
  const members = Array.from({ length: BINS }, (): number[] => []);
  for (let j = 0; j < inBin.length; j++)
    if (inBin[j]! >= 0 && variances[j]! > 0) members[inBin[j]!]!.push(dispersions[j]!);
  const bins = members.map(centreAndSpread);
  return dispersions.map((dispersion, j) => {
    const bin = bins[inBin[j]!];
    return bin ? (dispersion - bin.centre) / bin.spread : Number.NaN;
  });
}

// pandas.cut: equal widths, closed on the right, the first a thousandth of the range wider; −1 = not in any
function binOf(logMeans: Float64Array, considered: ArrayLike<number>): Int32Array {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let j = 0; j < logMeans.length; j++) {
    if (considered[j] === 0) continue;
    low = Math.min(low, logMeans[j]!);
    high = Math.max(high, logMeans[j]!);
  }
  if (low === high) {
    low -= 0.001 * Math.abs(low);
    high += 0.001 * Math.abs(high);
  }
  const edges = Array.from({ length: BINS }, (_, i) => low + (i + 1) * ((high - low) / BINS));
  edges[BINS - 1] = high;
  return Int32Array.from(logMeans, (mean, j) =>
    considered[j] === 0 ? -1 : edges.findIndex((edge) => mean <= edge),
  );
}

/** A gene alone in its bin gets the score 1. */
function centreAndSpread(values: number[]): { centre: number; spread: number } | undefined {
  if (values.length === 0) return undefined;
  const centre = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (values.length === 1) return { centre: 0, spread: centre };
  const squares = values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  const spread = Math.sqrt(squares / (values.length - 1));
  return spread > 0 ? { centre, spread } : undefined;
}

function nthHighest(values: Float64Array, n: number): number {
  const defined = values.filter((value) => !Number.isNaN(value)).sort();
  return defined.at(-Math.min(n, defined.length)) ?? Number.POSITIVE_INFINITY;
}
