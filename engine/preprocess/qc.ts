import { InputError } from '../errors.ts';
import { type Hooks, overCounts, type RowBlocks } from './row-blocks.ts';

export interface CellMetrics {
  /** [nObs] sum of a cell's counts */
  totals: Float64Array;
  /** [nObs] genes with a count above 0 */
  genes: Int32Array;
  /** [nObs] share of the counts in mitochondrial genes, 0 … 1; 0 for a cell without counts */
  mitochondrialShare: Float64Array;
  /** genes whose names start with MT- in any case; 0: the shares say nothing */
  mitochondrialGenes: number;
}

/**
 * Sums over each cell.
 * @param counts [rows, varNames.length]
 * @throws InputError: NaN, infinite or negative values; CancelledError
 */
export function cellMetrics(counts: RowBlocks, varNames: readonly string[], hooks?: Hooks): CellMetrics {
  const nObs = counts.rows;
  const mitochondrial = Uint8Array.from(varNames, (name) => (/^mt-/i.test(name) ? 1 : 0));
  const totals = new Float64Array(nObs);
  const genes = new Int32Array(nObs);
  const mitochondrialShare = new Float64Array(nObs);
  overCounts(counts, 'Counting per cell', hooks, ({ data, indices, indptr }, from, to, row) => {
    for (let i = from, cell = row; i < to; i++, cell++) {
      let inMitochondria = 0;
      for (let e = indptr[i]!; e < indptr[i + 1]!; e++) {
        totals[cell]! += data[e]!;
        inMitochondria += data[e]! * mitochondrial[indices[e]!]!;
        if (data[e]! > 0) genes[cell]!++;
      }
      if (totals[cell]! > 0) mitochondrialShare[cell] = inMitochondria / totals[cell]!;
    }
  });
  const mitochondrialGenes = mitochondrial.reduce((sum, is) => sum + is, 0);
  return { totals, genes, mitochondrialShare, mitochondrialGenes };
}

/** Limits that still pass; one that is absent does not filter. */
export interface CellLimits {
  minCounts?: number;
  minGenes?: number;
  /** 0 … 1 */
  maxMitochondrialShare?: number;
}

/** A filter's outcome: nothing is removed yet. */
export interface FilterMask {
  /** [nObs], 1 = passes every limit */
  keep: Uint8Array;
  kept: number;
  /** how many cells fail a limit that was set; who fails two is in both */
  failed: { [limit in keyof CellLimits]?: number };
}

/**
 * @param among [nObs], 0 = left out already: not kept, and not counted among those that fail; default: all are asked
 * @throws InputError: a limit that is no number, or a share outside 0 … 1
 */
export function filterCells(
  { totals, genes, mitochondrialShare }: CellMetrics,
  limits: CellLimits,
  among?: Uint8Array,
): FilterMask {
  checkLimits(limits);
  const { minCounts, minGenes, maxMitochondrialShare } = limits;
  const keep = among?.slice() ?? new Uint8Array(totals.length).fill(1);
  const failed: FilterMask['failed'] = {};
  const filter = (limit: keyof CellLimits, fails: (cell: number) => boolean) => {
    let count = 0;
    for (let i = 0; i < keep.length; i++) {
      if (among?.[i] === 0 || !fails(i)) continue;
      keep[i] = 0;
      count++;
    }
    failed[limit] = count;
  };
  if (minCounts !== undefined) filter('minCounts', (i) => totals[i]! < minCounts);
  if (minGenes !== undefined) filter('minGenes', (i) => genes[i]! < minGenes);
  if (maxMitochondrialShare !== undefined)
    filter('maxMitochondrialShare', (i) => mitochondrialShare[i]! > maxMitochondrialShare);
  return { keep, kept: keep.reduce((sum, is) => sum + is, 0), failed };
}

function checkLimits(limits: CellLimits): void {
  for (const [option, limit] of Object.entries(limits))
    if (Number.isNaN(limit)) throw new InputError('A limit is a number.', { option, found: String(limit) });
  const share = limits.maxMitochondrialShare;
  if (share !== undefined && !(share >= 0 && share <= 1))
    throw new InputError('The mitochondrial share is a part of 1.', {
      option: 'maxMitochondrialShare',
      expected: 'a number from 0 to 1',
      found: String(share),
      action: 'Write 20 % as 0.2.',
    });
}
