import type { Condition } from './choices.ts';
import { shortNumber } from './colouring.ts';

const MOST_NAMED = 4;

/** `cell_type: A or B`, `doublet: not True`, `n_genes: 200 to 5,000` */
export function conditionWords(condition: Condition): string {
  const { column } = condition;
  if ('keep' in condition) return `${column}: ${listed(condition.keep)}`;
  if ('drop' in condition) return `${column}: not ${listed(condition.drop)}`;
  const { min, max } = condition;
  if (min === null && max === null) return `${column}: any number`;
  if (min === null) return `${column}: at most ${shortNumber(max!)}`;
  return max === null
    ? `${column}: at least ${shortNumber(min)}`
    : `${column}: ${shortNumber(min)} to ${shortNumber(max)}`;
}

function listed(values: string[]): string {
  const more = values.length - MOST_NAMED;
  return more > 0 ? `${values.slice(0, MOST_NAMED).join(', ')} and ${more} more` : values.join(' or ');
}

/**
 * The condition that keeps the values that are chosen, in the shorter of its two forms; null: all or none are chosen,
 * which is no condition. Cells without a value are kept only by the form that names what is left out.
 */
export function conditionOf(
  column: string,
  values: readonly string[],
  chosen: ReadonlySet<string>,
): Condition | null {
  const keep = values.filter((value) => chosen.has(value));
  const drop = values.filter((value) => !chosen.has(value));
  if (keep.length === 0 || drop.length === 0) return null;
  return drop.length < keep.length ? { column, drop } : { column, keep };
}
