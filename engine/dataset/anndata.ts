/** A matrix in memory, row-major. */
export interface DenseMatrix {
  values: Float32Array | Float64Array;
  /** `[rows, columns]` */
  shape: [number, number];
}

export type ObsKind = 'number' | 'string' | 'categorical' | 'boolean';

/** A column of `obs`: one value a cell, in the file's order. */
export type ObsColumn =
  | NumberColumn
  | CategoricalColumn
  /** null = missing */
  | { kind: 'string'; values: (string | null)[] }
  /** 0, 1; −1 = missing */
  | { kind: 'boolean'; values: Int8Array };

export interface NumberColumn {
  kind: 'number';
  /** NaN = missing; 32-bit floats are kept so, which matters for how they print */
  values: Float32Array | Float64Array;
}

export interface CategoricalColumn {
  kind: 'categorical';
  /** index into `categories`; −1 = missing */
  codes: Int32Array;
  categories: string[] | Float32Array | Float64Array;
  ordered: boolean;
}

export interface ObsColumnInfo {
  name: string;
  kind: ObsKind;
  /** distinct values that occur, missing ones apart; null if the column cannot be read */
  nUnique: number | null;
}

/** Whatever can list and read columns of `obs`: a file, or data in memory. */
export interface ObsSource {
  obsColumns(): ObsColumnInfo[];
  /** @param option the flag that the name came from, for the error */
  readObs(name: string, option?: string): ObsColumn;
  /** labels of a time column in their order, where the source keeps one apart from the column */
  timeOrdering?(name: string): string[] | undefined;
}

/** How many distinct values occur in a column, missing ones apart. */
export function countUnique(column: ObsColumn): number {
  const seen = new Set<string | number | null>(column.kind === 'categorical' ? column.codes : column.values);
  if (column.kind === 'number') seen.delete(Number.NaN);
  else seen.delete(column.kind === 'string' ? null : -1);
  return seen.size;
}
