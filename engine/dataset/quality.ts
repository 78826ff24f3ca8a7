import { InputError } from '../errors.ts';
import type { DataFile } from '../io/data-file.ts';
import { type CellLimits, cellMetrics, filterCells } from '../preprocess/qc.ts';
import type { Hooks } from '../preprocess/row-blocks.ts';
import { type ExpressionOptions, expressionRows, findExpression } from './expression.ts';

export interface QualityOptions {
  /** null: no limit */
  minCounts: number | null;
  minGenes: number | null;
  /** 0 … 1 */
  maxMitochondrial: number | null;
}

/**
 * Which cells pass the limits, measured on the counts of the file.
 * @param within [nObs], 0 = left out already; null: none is
 * @returns undefined: no limit is set; `keep` is 0 for those that were left out already
 * @throws InputError: no counts, no mitochondrial genes by name, no cell left
 */
export function qualityOf(
  file: DataFile,
  { minCounts, minGenes, maxMitochondrial }: QualityOptions,
  within: Uint8Array | null,
  options: ExpressionOptions,
  hooks: Hooks,
): { keep: Uint8Array; notes: string[] } | undefined {
  if (minCounts === null && minGenes === null && maxMitochondrial === null) return undefined;
  const counts = findExpression(file, options, 'counts');
  if (counts?.state !== 'counts')
    throw new InputError('The quality of the cells cannot be measured.', {
      file: file.file,
      option: minGenes !== null ? '--min-genes' : minCounts !== null ? '--min-counts' : '--max-mitochondrial',
      expected: 'counts: whole numbers in X, a layer or raw',
      found: counts ? `${counts.state} values in ${counts.key}` : 'none',
      action: 'Leave cells out by a column of obs instead (--where), or name the counts by --expression.',
    });
  const metrics = cellMetrics(expressionRows(file, counts), counts.genes, hooks);
  if (maxMitochondrial !== null && metrics.mitochondrialGenes === 0)
    throw new InputError('No gene is known to be mitochondrial.', {
      file: file.file,
      option: '--max-mitochondrial',
      expected: 'genes whose names start with MT- or mt-',
      found: `names such as ${counts.genes.slice(0, 3).join(', ')}`,
      action: 'Use a column of obs with the share instead, by --where.',
    });
  const limits: CellLimits = {
    ...(minCounts !== null && { minCounts }),
    ...(minGenes !== null && { minGenes }),
    ...(maxMitochondrial !== null && { maxMitochondrialShare: maxMitochondrial }),
  };
  const { keep, kept, failed } = filterCells(metrics, limits, within ?? undefined);
  const words: Record<keyof CellLimits, string> = {
    minCounts: `fewer than ${minCounts} counts`,
    minGenes: `fewer than ${minGenes} genes`,
    maxMitochondrialShare: `more than ${100 * (maxMitochondrial ?? 0)} % of the counts in mitochondria`,
  };
  const notes = Object.entries(failed).map(
    ([limit, n]) => `${n} cells have ${words[limit as keyof CellLimits]} and take no part.`,
  );
  if (kept === 0)
    throw new InputError('No cell passes the limits of quality.', {
      file: file.file,
      found: notes.join(' '),
      action: 'Ask for less.',
    });
  return { keep, notes };
}
