import type { DenseMatrix } from '../dataset/anndata.ts';
import { InputError } from '../errors.ts';
import type { NumericArray } from './hdf5.ts';
import { type Hdf5Value, type Hdf5Writer, saveHdf5 } from './hdf5-write.ts';

/** Compressed sparse rows: of row i, the entries `indptr[i]` … `indptr[i + 1] − 1` of `data` and `indices`. */
export interface CsrMatrix {
  data: Float32Array | Float64Array;
  /** columns, ascending in each row */
  indices: Int32Array;
  indptr: Int32Array;
}

/** null = missing; strings are written as categoricals, in the order of the alphabet */
export type WritableColumn =
  | Float32Array
  | Float64Array
  | Int32Array
  | (string | null)[]
  /** code −1 = missing */
  | { codes: Int32Array; categories: string[]; ordered: boolean };

/** An array of more than one dimension, row-major. */
export class ShapedArray {
  readonly values: NumericArray;
  readonly shape: number[];
  constructor(values: NumericArray, shape: number[]) {
    this.values = values;
    this.shape = shape;
  }
}

/** Nested values of `uns`. */
export type UnsValue = Hdf5Value | ShapedArray | { [name: string]: UnsValue };

export interface H5adContent {
  nObs: number;
  nVars: number;
  obsNames: string[];
  varNames: string[];
  /** `[nObs, nVars]`, dense row-major or sparse; may be absent */
  X?: Float32Array | CsrMatrix;
  obs?: Record<string, WritableColumn>;
  var?: Record<string, WritableColumn>;
  obsm?: Record<string, DenseMatrix>;
  varm?: Record<string, DenseMatrix>;
  uns?: Record<string, UnsValue>;
}

export const encoding = (type: string, version: string) => ({
  'encoding-type': type,
  'encoding-version': version,
});
export const ARRAY = encoding('array', '0.2.0');
export const STRING_ARRAY = encoding('string-array', '0.2.0');
export const DICT = encoding('dict', '0.1.0');

/**
 * Writes an h5ad in the encodings of anndata 0.8 and later, safely (see saveHdf5).
 * @throws InputError: lengths that do not fit nObs and nVars, a name that cannot be written, a place that cannot;
 * WorkError: what was written does not read back
 */
export async function writeH5ad(path: string, content: H5adContent): Promise<void> {
  checkLengths(path, content);
  const { nObs, nVars, X } = content;
  const fill = (writer: Hdf5Writer) => {
    writer.group('/', encoding('anndata', '0.1.0'));
    if (X instanceof Float32Array) writer.dataset('X', X, ARRAY, [nObs, nVars]);
    else if (X) writeCsr(writer, 'X', X, [nObs, nVars]);
    writeFrame(writer, 'obs', content.obsNames, content.obs ?? {});
    writeFrame(writer, 'var', content.varNames, content.var ?? {});
    for (const key of ['obsm', 'varm'] as const) {
      writer.group(key, DICT);
      for (const [name, { values, shape }] of Object.entries(content[key] ?? {}))
        writer.dataset(childKey(key, name), values, ARRAY, shape);
    }
    for (const name of ['layers', 'obsp', 'varp']) writer.group(name, DICT);
    writeUns(writer, 'uns', content.uns ?? {});
  };
  await saveHdf5(path, fill, { bytes: estimatedBytes(content) });
}

/** About what the arrays and texts will take on the disk. */
export function estimatedBytes(value: unknown): number {
  if (typeof value === 'string') return value.length + 32;
  if (ArrayBuffer.isView(value)) return value.byteLength;
  if (typeof value !== 'object' || value === null) return 8;
  const parts: unknown[] = Array.isArray(value) ? value : Object.values(value);
  return parts.reduce((sum: number, part) => sum + estimatedBytes(part), 1024);
}

function writeCsr(writer: Hdf5Writer, key: string, csr: CsrMatrix, shape: [number, number]): void {
  writer.group(key, { ...encoding('csr_matrix', '0.1.0'), shape: BigInt64Array.from(shape, BigInt) });
  writer.dataset(`${key}/data`, csr.data);
  writer.dataset(`${key}/indices`, csr.indices);
  writer.dataset(`${key}/indptr`, csr.indptr);
}

function writeFrame(
  writer: Hdf5Writer,
  key: string,
  names: string[],
  columns: Record<string, WritableColumn>,
): void {
  const order = Object.keys(columns);
  writer.group(key, {
    ...encoding('dataframe', '0.2.0'),
    _index: '_index',
    // what anndata writes for no columns; an array of no strings cannot be written
    'column-order': order.length > 0 ? order : new Float64Array(0),
  });
  writer.dataset(`${key}/_index`, names, STRING_ARRAY);
  for (const [name, column] of Object.entries(columns)) {
    if (Array.isArray(column)) writeCategorical(writer, childKey(key, name), categoricalOf(column));
    else if ('codes' in column) writeCategorical(writer, childKey(key, name), column);
    else writer.dataset(childKey(key, name), column, ARRAY);
  }
}

export type CategoricalContent = Extract<WritableColumn, { codes: Int32Array }>;

function categoricalOf(values: (string | null)[]): CategoricalContent {
  const categories = [...new Set(values)].filter((value) => value !== null).sort();
  const codeOf = new Map(categories.map((category, code) => [category, code]));
  const codes = Int32Array.from(values, (value) => (value === null ? -1 : codeOf.get(value)!));
  return { codes, categories, ordered: false };
}

/** A column of categories; missing values have the code −1. */
export function writeCategorical(
  writer: Hdf5Writer,
  key: string,
  { codes, categories, ordered }: CategoricalContent,
): void {
  const Codes = categories.length < 128 ? Int8Array : categories.length < 32768 ? Int16Array : Int32Array;
  // anndata writes `ordered` as a boolean, which reads the same from an integer
  writer.group(key, { ...encoding('categorical', '0.2.0'), ordered: ordered ? 1 : 0 });
  writer.dataset(`${key}/categories`, categories, STRING_ARRAY);
  writer.dataset(`${key}/codes`, new Codes(codes), ARRAY);
}

function writeUns(writer: Hdf5Writer, key: string, value: UnsValue): void {
  if (typeof value === 'string') writer.dataset(key, value, encoding('string', '0.2.0'));
  else if (typeof value === 'number') writer.dataset(key, value, encoding('numeric-scalar', '0.2.0'));
  else if (Array.isArray(value)) writer.dataset(key, value, STRING_ARRAY);
  else if (value instanceof ShapedArray) writer.dataset(key, value.values, ARRAY, value.shape);
  else if (ArrayBuffer.isView(value)) writer.dataset(key, value, ARRAY);
  else {
    writer.group(key, DICT);
    for (const [name, child] of Object.entries(value)) writeUns(writer, childKey(key, name), child);
  }
}

export function childKey(parent: string, name: string): string {
  if (!name.includes('/')) return `${parent}/${name}`;
  throw new InputError('A name cannot be written into an HDF5 file.', {
    key: `${parent}/${name}`,
    expected: 'a name without "/"',
    action: 'Rename it.',
  });
}

const lengthOf = (column: WritableColumn) => ('codes' in column ? column.codes.length : column.length);

function checkLengths(path: string, content: H5adContent): void {
  const { nObs, nVars, X } = content;
  const check = (key: string, found: number, expected: number) => {
    if (found !== expected)
      throw new InputError('What is to be written does not fit together.', {
        file: path,
        key,
        expected: `${expected} values`,
        found: `${found}`,
      });
  };
  check('obs', content.obsNames.length, nObs);
  check('var', content.varNames.length, nVars);
  for (const [name, column] of Object.entries(content.obs ?? {}))
    check(`obs/${name}`, lengthOf(column), nObs);
  for (const [name, column] of Object.entries(content.var ?? {}))
    check(`var/${name}`, lengthOf(column), nVars);
  for (const [name, { values, shape }] of Object.entries(content.obsm ?? {})) {
    check(`obsm/${name}`, shape[0], nObs);
    check(`obsm/${name}`, values.length, shape[0] * shape[1]);
  }
  for (const [name, { values, shape }] of Object.entries(content.varm ?? {})) {
    check(`varm/${name}`, shape[0], nVars);
    check(`varm/${name}`, values.length, shape[0] * shape[1]);
  }
  if (X instanceof Float32Array) check('X', X.length, nObs * nVars);
  else if (X) {
    check('X/indptr', X.indptr.length, nObs + 1);
    check('X/data', X.data.length, X.indptr[nObs]!);
    check('X/indices', X.indices.length, X.data.length);
  }
}
