import { type ErrorPlace, InputError } from '../errors.ts';
import type { ObsColumn, ObsSource } from './anndata.ts';
import { distinctValues, valueText } from './column-values.ts';
import { listNames, nearestName } from './names.ts';

/** What cells must be to take part; a missing value is none of the values and in no range. */
export type Condition =
  | { column: string; keep: string[] }
  | { column: string; drop: string[] }
  /** both ends included; null: no limit */
  | { column: string; min: number | null; max: number | null };

export interface Subset {
  /** `[nObs]`: 1 = takes part */
  keep: Uint8Array;
  /** what each condition left out, for the reader */
  notes: string[];
}

const OPTION = '--where';

/**
 * The cells that meet all conditions.
 * @throws InputError: no such column, no such value, a range over something that is no number, nothing left
 */
export function subsetOf(
  source: ObsSource,
  nObs: number,
  conditions: readonly Condition[],
  file?: string,
): Subset {
  const keep = new Uint8Array(nObs).fill(1);
  const notes = conditions.map((condition) => {
    const place = { ...(file !== undefined && { file }), key: `obs/${condition.column}`, option: OPTION };
    const column = source.readObs(condition.column, OPTION);
    const { meets, missing } = testOf(condition, column, place);
    let out = 0;
    for (let i = 0; i < nObs; i++) {
      if (keep[i] === 0 || meets(i)) continue;
      keep[i] = 0;
      out++;
    }
    const without = missing > 0 ? `; ${missing} cells have no value there` : '';
    return `${describeCondition(condition)} leaves out ${out} cells${without}.`;
  });
  if (nObs > 0 && !keep.includes(1))
    throw new InputError('No cell is left.', {
      ...(file !== undefined && { file }),
      option: OPTION,
      expected: 'conditions that some cells meet, all at once',
      found: notes.join(' '),
      action: 'Ask for less.',
    });
  return { keep, notes };
}

/** A condition as a sentence part: `cell_type is A or B`, `n_genes is 200 to 5000`. */
export function describeCondition(condition: Condition): string {
  const { column } = condition;
  if ('keep' in condition) return `${column} is ${condition.keep.join(' or ')}`;
  if ('drop' in condition) return `${column} is not ${condition.drop.join(' or ')}`;
  const { min, max } = condition;
  if (min === null) return `${column} is at most ${max}`;
  return max === null ? `${column} is at least ${min}` : `${column} is ${min} to ${max}`;
}

function testOf(condition: Condition, column: ObsColumn, place: ErrorPlace) {
  if (!('keep' in condition || 'drop' in condition)) return rangeTest(condition, column, place);
  const { values, codes } = distinctValues(column);
  const texts = values.map(valueText);
  const named = 'keep' in condition ? condition.keep : condition.drop;
  const chosen = new Set(named.map((name) => findValue(name, texts, column, place)));
  const wanted = 'keep' in condition;
  return {
    meets: (i: number) => (codes[i]! < 0 ? !wanted : chosen.has(codes[i]!) === wanted),
    missing: codes.reduce((sum, code) => sum + Number(code < 0), 0),
  };
}

function rangeTest(
  { min, max }: { min: number | null; max: number | null },
  column: ObsColumn,
  place: ErrorPlace,
) {
  const values = numbersOf(column);
  if (!values)
    throw new InputError('A range needs a column of numbers.', {
      ...place,
      expected: 'numbers',
      found: column.kind,
      action: "Name values instead, e.g. --where 'column=A,B'.",
    });
  return {
    // NaN is in no range
    meets: (i: number) => {
      const value = values[i]!;
      return value >= (min ?? Number.NEGATIVE_INFINITY) && value <= (max ?? Number.POSITIVE_INFINITY);
    },
    missing: values.reduce((sum, value) => sum + Number(Number.isNaN(value)), 0),
  };
}

function numbersOf(column: ObsColumn): Float64Array | undefined {
  if (column.kind === 'number') return Float64Array.from(column.values);
  if (column.kind !== 'categorical' || Array.isArray(column.categories)) return undefined;
  const { categories } = column;
  return Float64Array.from(column.codes, (code) => (code < 0 ? Number.NaN : categories[code]!));
}

function findValue(name: string, texts: string[], column: ObsColumn, place: ErrorPlace): number {
  const same = (text: string) =>
    text === name ||
    (column.kind === 'boolean' && text.toLowerCase() === name.toLowerCase()) ||
    // 2 and 2.0 are one number
    (text.trim() !== '' && name.trim() !== '' && Number(text) === Number(name));
  const exact = texts.indexOf(name);
  const k = exact >= 0 ? exact : texts.findIndex(same);
  if (k >= 0) return k;
  const near = nearestName(name, texts);
  throw new InputError(`No cell has the value "${name}" there.`, {
    ...place,
    expected: `one of: ${listNames(texts)}`,
    found: `"${name}"`,
    action: near === undefined ? 'Name one of these.' : `Did you mean ${near}?`,
  });
}
