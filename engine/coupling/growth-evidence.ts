import { drawWithoutReplacement, type RandomStream } from '../random.ts';
import { estimateGrowth, type GrowthOptions } from './growth-estimate.ts';
import { drawGrowthFreeCloud } from './growth-free.ts';

export interface GrowthEvidence {
  /** standard deviation of the log gains */
  spread: number;
  /** the same of clouds in which nobody grew, ascending */
  nullSpreads: number[];
  /** share of the clouds without growth, the observed one counted in, whose spread is at least as large */
  p: number;
  /** spread over that of the largest of the null; above 1: beyond all of them */
  ratio: number;
  /** whether there is growth beyond noise */
  found: boolean;
}

/** 1 in 20 by chance */
export const DRAWS = 19;
/** Differences between cells that are smaller than this cannot be told from imperfect pairs, however many cells there are. */
const LEAST_SPREAD = 0.1;
/** Cells of a day that the question is asked of: the null is estimated many times. */
export const MOST_EVIDENCE_CELLS = 750;

/**
 * Whether growth differs between the cells of a day beyond noise: the spread of the estimated log gains beside that of
 * second clouds in which nobody grew, with as many cells, drawn anew from the partners of equal rows.
 * It cannot tell growth that is the same for all cells, nor growth from fates that were not chosen alike before they part.
 * Above 750 cells a side a random part of them is asked.
 * @param random for that part, and for the clouds that are drawn
 * @throws as `estimateGrowth`
 */
export function growthEvidence(
  x: Float32Array,
  y: Float32Array,
  d: number,
  random: RandomStream,
  options: GrowthOptions = {},
): GrowthEvidence {
  const [from, to] = [somePoints(x, d, random), somePoints(y, d, random)];
  const [n, m] = [from.length / d, to.length / d];
  const { spread, plan } = estimateGrowth(from, n, to, m, d, options);
  const nullSpreads = Array.from({ length: DRAWS }, () => {
    const free = drawGrowthFreeCloud(plan, to, m, d, random);
    return estimateGrowth(from, n, free, m, d, options).spread;
  }).sort((a, b) => a - b);
  const atLeast = nullSpreads.filter((value) => value >= spread).length;
  const most = nullSpreads.at(-1)!;
  return {
    spread,
    nullSpreads,
    p: (1 + atLeast) / (DRAWS + 1),
    ratio: most > 0 ? spread / most : spread > 0 ? Number.POSITIVE_INFINITY : 0,
    found: atLeast === 0 && spread >= LEAST_SPREAD,
  };
}

function somePoints(points: Float32Array, d: number, random: RandomStream): Float32Array {
  const n = points.length / d;
  if (!(n > MOST_EVIDENCE_CELLS)) return points;
  const out = new Float32Array(MOST_EVIDENCE_CELLS * d);
  drawWithoutReplacement(n, MOST_EVIDENCE_CELLS, random).forEach((row, i) => {
    out.set(points.subarray(row * d, (row + 1) * d), i * d);
  });
  return out;
}
