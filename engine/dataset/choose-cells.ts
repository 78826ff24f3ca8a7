import type { DataFile } from '../io/data-file.ts';
import type { ExpressionOptions } from './expression.ts';
import { hooksOf, type LoadHooks } from './load-hooks.ts';
import { type QualityOptions, qualityOf } from './quality.ts';
import { type Condition, subsetOf } from './subset.ts';

export type ChooseOptions = QualityOptions & ExpressionOptions & { where: Condition[] };

/** Which cells take part: by the conditions, then by quality; undefined: all cells. */
export function chooseCells(
  file: DataFile,
  options: ChooseOptions,
  hooks: LoadHooks,
): { keep: Uint8Array; notes: string[] } | undefined {
  const subset = options.where.length === 0 ? null : subsetOf(file, file.nObs, options.where, file.file);
  const quality = qualityOf(file, options, subset?.keep ?? null, options, hooksOf(hooks, 'reading'));
  if (!subset || !quality) return subset ?? quality;
  return { keep: quality.keep, notes: [...subset.notes, ...quality.notes] };
}
