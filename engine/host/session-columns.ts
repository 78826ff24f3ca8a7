import {
  type CategoricalColumn,
  countUnique,
  type ObsColumnInfo,
  type ObsSource,
} from '../dataset/anndata.ts';
import { InputError } from '../errors.ts';

/** A column that the user made, which no file has. */
export interface SessionColumn {
  name: string;
  column: CategoricalColumn & { categories: string[] };
}

/**
 * Cells that were chosen, as a column: these have the label, others what they had before, or no value.
 * @param earlier the session's column of that name
 * @throws InputError: no cells, or a row that is none
 */
export function labelColumn(
  name: string,
  label: string,
  rows: Int32Array,
  nObs: number,
  earlier?: CategoricalColumn,
): SessionColumn {
  const wrong = rows.find((row) => row < 0 || row >= nObs);
  if (rows.length === 0 || wrong !== undefined)
    throw new InputError('This choice of cells cannot be kept.', {
      key: `obs/${name}`,
      expected: `at least one cell, each of the ${nObs} of the file`,
      found: wrong === undefined ? 'no cell' : `row ${wrong}`,
      action: 'Choose cells on the map first.',
    });
  const before = earlier ? Array.from(earlier.categories, String) : [];
  const categories = before.includes(label) ? before : [...before, label];
  const codes = earlier ? Int32Array.from(earlier.codes) : new Int32Array(nObs).fill(-1);
  for (const row of rows) codes[row] = categories.indexOf(label);
  return { name, column: { kind: 'categorical', codes, categories, ordered: false } };
}

/** How the column is listed. */
export function describeColumn({ name, column }: SessionColumn): ObsColumnInfo {
  return { name, kind: column.kind, nUnique: countUnique(column) };
}

/** A source that has these columns too; one of the same name takes the place of the source's. */
export function withColumns<T extends ObsSource>(source: T, columns: readonly SessionColumn[]): T {
  if (columns.length === 0) return source;
  const own = new Map(columns.map(({ name, column }) => [name, column]));
  return {
    ...source,
    obsColumns: () => [
      ...source.obsColumns().filter(({ name }) => !own.has(name)),
      ...columns.map(describeColumn),
    ],
    readObs: (name: string, option?: string) => own.get(name) ?? source.readObs(name, option),
  };
}

/** Those that an experiment or a subset names. */
export const labelsOf = (labels: SessionColumn[], where: { column: string }[], batch: string | null = null) =>
  labels.filter(({ name }) => name === batch || where.some(({ column }) => column === name));
