import type { ObsColumn } from '../dataset/anndata.ts';
import { distinctValues, valueText } from '../dataset/column-values.ts';
import { shortestText } from '../dataset/time-label.ts';
import { InputError } from '../errors.ts';
import { GROWTH_PRIOR, GROWTH_RATE, RELATIVE } from '../export/growth-facts.ts';
import type { Colouring } from './protocol.ts';

/** What was exported beside the cells, around a middle that means something. */
const ABOUT: Record<string, string> = {
  [`obs/${GROWTH_RATE}`]: `Growth rate until the next timepoint, per unit of time. ${RELATIVE}`,
  [`obs/${GROWTH_PRIOR}`]:
    'Growth score (genes): genes of division less genes of death, in standard deviations from the mean cell. It ranks cells and is no rate.',
};

/** More values than this are names of single cells, for which there are no colours. */
const MOST_CATEGORIES = 10_000;

/**
 * A column of obs as what cells are coloured by.
 * @throws InputError: texts that differ from cell to cell
 */
export function colouringOf(column: ObsColumn, place: { file: string; key: string }): Colouring {
  if (column.kind === 'number') {
    const about = ABOUT[place.key];
    const values = Float32Array.from(column.values);
    return { kind: 'numbers', values, ...(about !== undefined && { diverging: true, about }) };
  }
  const { values, codes } = distinctValues(column);
  if (values.length > MOST_CATEGORIES)
    throw new InputError('This column has too many different values to colour by.', {
      ...place,
      expected: `at most ${MOST_CATEGORIES}`,
      found: String(values.length),
      action: 'Choose another column.',
    });
  return {
    kind: 'categories',
    codes,
    names: values.map(valueText),
    ordered: column.kind === 'categorical' && column.ordered,
  };
}

/** What a column says of one cell, as text; empty: nothing. */
export function factOf(column: ObsColumn, row: number): string {
  switch (column.kind) {
    case 'categorical': {
      const code = column.codes[row]!;
      const value = code < 0 ? Number.NaN : column.categories[code]!;
      return typeof value === 'string' ? value : numberText(value, column.categories);
    }
    case 'boolean':
      return ['', 'False', 'True'][column.values[row]! + 1]!;
    case 'string':
      return column.values[row] ?? '';
    case 'number':
      return numberText(column.values[row]!, column.values);
  }
}

const numberText = (value: number, among: object) =>
  Number.isNaN(value) ? '' : shortestText(value, among instanceof Float32Array);
