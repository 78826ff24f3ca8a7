import type { CategoricalColumn, ObsColumn, ObsKind } from '../dataset/anndata.ts';
import { distinctValues, valueText } from '../dataset/column-values.ts';

/** A part of a joined column: the column of a file, or how many cells a file without it has. */
export type ColumnPart = ObsColumn | number;

/** The kind of a joined column: text where the parts differ. */
export function joinedKind(kinds: ObsKind[]): ObsKind {
  return kinds.every((kind) => kind === kinds[0]) ? kinds[0]! : 'string';
}

/** Columns one below the other; a file without the column has missing values. @param parts a column at least */
export function joinColumns(parts: ColumnPart[]): ObsColumn {
  const columns = parts.filter((part) => typeof part !== 'number');
  switch (joinedKind(columns.map(({ kind }) => kind))) {
    case 'number':
      return { kind: 'number', values: joinNumbers(parts) };
    case 'boolean':
      return { kind: 'boolean', values: Int8Array.from(parts.flatMap(booleansOf)) };
    case 'string':
      return { kind: 'string', values: parts.flatMap(textsOf) };
    case 'categorical':
      return joinCategories(parts, columns as CategoricalColumn[]);
  }
}

function joinNumbers(parts: ColumnPart[]): Float32Array | Float64Array {
  const single = parts.every((part) => !isNumbers(part) || part.values instanceof Float32Array);
  const lists = parts.map((part) => {
    if (!isNumbers(part)) return new Float32Array(part as number).fill(Number.NaN);
    if (single || part.values instanceof Float64Array) return part.values;
    // as the number that its shortest text means, so that 0.1 of one file is 0.1 of the other
    const { values, codes } = distinctValues(part);
    return Float64Array.from(codes, (code) => (code < 0 ? Number.NaN : Number(values[code])));
  });
  const total = lists.reduce((sum, { length }) => sum + length, 0);
  const joined = single ? new Float32Array(total) : new Float64Array(total);
  let at = 0;
  for (const list of lists) {
    joined.set(list, at);
    at += list.length;
  }
  return joined;
}

const isNumbers = (part: ColumnPart) => typeof part !== 'number' && part.kind === 'number';

function booleansOf(part: ColumnPart): number[] {
  if (typeof part === 'number') return new Array<number>(part).fill(-1);
  return part.kind === 'boolean' ? Array.from(part.values) : [];
}

function textsOf(part: ColumnPart): (string | null)[] {
  if (typeof part === 'number') return new Array<null>(part).fill(null);
  if (part.kind === 'string') return part.values;
  const { values, codes } = distinctValues(part);
  const texts = values.map(valueText);
  return Array.from(codes, (code) => (code < 0 ? null : texts[code]!));
}

/** Categories of all parts in the order of their appearance; ordered if all parts have the same ones in the same order. */
function joinCategories(parts: ColumnPart[], columns: CategoricalColumn[]): ObsColumn {
  const numeric = columns.every(({ categories }) => !Array.isArray(categories));
  const index = new Map<string | number, number>();
  const codes = parts.flatMap((part) => {
    if (typeof part === 'number') return new Array<number>(part).fill(-1);
    const distinct = distinctValues(part);
    const values = numeric ? distinct.values : distinct.values.map(valueText);
    const places = values.map((value) => {
      if (Number.isNaN(value)) return -1;
      if (!index.has(value)) index.set(value, index.size);
      return index.get(value)!;
    });
    return Array.from(distinct.codes, (code) => (code < 0 ? -1 : places[code]!));
  });
  const categories = [...index.keys()];
  const first = String(columns[0]!.categories);
  const ordered = columns.every((column) => column.ordered && String(column.categories) === first);
  return {
    kind: 'categorical',
    codes: Int32Array.from(codes),
    categories: numeric ? Float64Array.from(categories as number[]) : categories.map(String),
    ordered,
  };
}

/** The column at some of its places. */
export function pickColumn(column: ObsColumn, places: Int32Array): ObsColumn {
  switch (column.kind) {
    case 'number':
      return {
        kind: 'number',
        values:
          column.values instanceof Float32Array
            ? Float32Array.from(places, (i) => column.values[i]!)
            : Float64Array.from(places, (i) => column.values[i]!),
      };
    case 'boolean':
      return { kind: 'boolean', values: Int8Array.from(places, (i) => column.values[i]!) };
    case 'string':
      return { kind: 'string', values: Array.from(places, (i) => column.values[i]!) };
    case 'categorical':
      return { ...column, codes: Int32Array.from(places, (i) => column.codes[i]!) };
  }
}

/** Whether two columns of equal length have the same values, be they categorical or not. */
export function sameValues(a: ObsColumn, b: ObsColumn): boolean {
  const [texts, others] = [textsOf(a), textsOf(b)];
  return texts.every((text, i) => text === others[i]);
}
