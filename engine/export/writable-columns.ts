import type { ObsColumn, ObsColumnInfo } from '../dataset/anndata.ts';
import { distinctValues, valueText } from '../dataset/column-values.ts';
import type { WritableColumn } from '../io/h5ad-write.ts';

/** Columns of a file as they can be written into another; one whose values cannot be read is left out. */
export function writableColumns(
  columns: readonly ObsColumnInfo[],
  read: (name: string) => ObsColumn,
): Record<string, WritableColumn> {
  return Object.fromEntries(
    columns.flatMap(({ name, nUnique }) => (nUnique === null ? [] : [[name, writable(read(name))]])),
  );
}

function writable(column: ObsColumn): WritableColumn {
  if (column.kind === 'number' || column.kind === 'string') return column.values;
  // the library writes no booleans and no categories of numbers as anndata does
  const { values, codes } = distinctValues(column);
  return {
    codes,
    categories: values.map(valueText),
    ordered: column.kind === 'categorical' && column.ordered,
  };
}
