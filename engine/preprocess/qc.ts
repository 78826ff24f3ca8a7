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

export interface GeneMetrics {
  /** [nVars] sum of a gene's counts */
  totals: Float64Array;
  /** [nVars] cells with a count above 0 */
  cells: Int32Array;
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

/**
 * Sums over each gene.
 * @throws InputError: NaN, infinite or negative values; CancelledError
 */
export function geneMetrics(counts: RowBlocks, hooks?: Hooks): GeneMetrics {
  const totals = new Float64Array(counts.genes);
  const cells = new Int32Array(counts.genes);
  overCounts(counts, 'Counting per gene', hooks, ({ data, indices, indptr }, from, to) => {
    for (let e = indptr[from]!; e < indptr[to]!; e++) {
      totals[indices[e]!]! += data[e]!;
      if (data[e]! > 0) cells[indices[e]!]!++;
    }
  });
  return { totals, cells };
}

/** Limits that still pass; one that is absent does not filter. */
export interface CellLimits {
  minCounts?: number;
  maxCounts?: number;
  minGenes?: number;
  maxGenes?: number;
  /** 0 … 1 */
  maxMitochondrialShare?: number;
}

export interface GeneLimits {
  minCounts?: number;
  minCells?: number;
}

/** A filter's outcome: nothing is removed yet. */
export interface FilterMask<Limits> {
  /** 1 = passes every limit */
  keep: Uint8Array;
  kept: number;
  /** how many fail a limit that was set; who fails two is in both */
  failed: { [limit in keyof Limits]?: number };
}

/**
 * @param among [nObs], 0 = left out already: not kept, and not counted among those that fail; default: all are asked
 * @throws InputError: a limit that is no number, or a share outside 0 … 1
 */
export function filterCells(
  metrics: CellMetrics,
  limits: CellLimits,
  among?: Uint8Array,
): FilterMask<CellLimits> {
  const share = limits.maxMitochondrialShare;
  if (share !== undefined && !(share >= 0 && share <= 1))
    throw new InputError('The mitochondrial share is a part of 1.', {
      option: 'maxMitochondrialShare',
      expected: 'a number from 0 to 1',
      found: String(share),
      action: 'Write 20 % as 0.2.',
    });
  const { totals, genes, mitochondrialShare } = metrics;
  const measured = {
    minCounts: totals,
    maxCounts: totals,
    minGenes: genes,
    maxGenes: genes,
    maxMitochondrialShare: mitochondrialShare,
  };
  return maskOf<CellLimits>(totals.length, limits, measured, among);
}

/** @throws InputError: a limit that is no number */
export function filterGenes(metrics: GeneMetrics, limits: GeneLimits): FilterMask<GeneLimits> {
  const { totals, cells } = metrics;
  return maskOf<GeneLimits>(totals.length, limits, { minCounts: totals, minCells: cells });
}

function maskOf<Limits extends object>(
  n: number,
  limits: Limits,
  measured: { [limit in keyof Required<Limits>]: ArrayLike<number> },
  among?: Uint8Array,
): FilterMask<Limits> {
  const keep = among?.slice() ?? new Uint8Array(n).fill(1);
  const failed: FilterMask<Limits>['failed'] = {};
  for (const name of Object.keys(measured) as (keyof Limits & string)[]) {
    const limit: unknown = limits[name];
    if (limit === undefined) continue;
    if (typeof limit !== 'number' || Number.isNaN(limit))
      throw new InputError('A limit is a number.', { option: name, found: String(limit) });
    const sign = name.startsWith('max') ? -1 : 1;
    let count = 0;
    for (let i = 0; i < n; i++) {
      if (among?.[i] === 0 || sign * (measured[name][i]! - limit) >= 0) continue;
      keep[i] = 0;
      count++;
    }
    failed[name] = count;
  }
  return { keep, kept: keep.reduce((sum, is) => sum + is, 0), failed };
}
