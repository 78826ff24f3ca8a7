import { InputError } from '../errors.ts';
import { readFrameElement } from './h5ad-frame.ts';
import { groupEncoding, readArray, readSeries } from './h5ad-series.ts';
import { readSparse, sparseFormat } from './h5ad-sparse.ts';
import type { Hdf5Dataset, Hdf5Group, Hdf5Node, NumericArray } from './hdf5.ts';

/** Anything that anndata writes, read into memory. */
export type H5adElement =
  | { kind: 'null' }
  | { kind: 'string'; value: string }
  /** @property dtype as stored, e.g. `int64` */
  | { kind: 'number'; value: number; dtype: string }
  | { kind: 'boolean'; value: boolean }
  | ArrayElement
  | NullableElement
  | CategoricalElement
  | SparseElement
  | FrameElement
  | { kind: 'dict'; entries: Map<string, H5adElement> }
  | RecordsElement
  | UnsupportedElement;

export interface ArrayElement {
  kind: 'array';
  /** as numpy calls it: `float32`, `int64`, `bool` (0 and 1), `string` */
  dtype: string;
  shape: number[];
  /** row-major */
  values: NumericArray | string[];
}

/** An array with missing values, of pandas' kind. */
export interface NullableElement {
  kind: 'nullable';
  dtype: string;
  shape: number[];
  /** those at missing positions mean nothing */
  values: NumericArray | string[];
  /** 1 = missing */
  mask: Uint8Array;
}

export interface CategoricalElement {
  kind: 'categorical';
  /** index into `categories`; −1 = missing */
  codes: Int32Array;
  categories: ArrayElement;
  ordered: boolean;
}

export interface SparseElement {
  kind: 'sparse';
  format: 'csr' | 'csc';
  /** of the values */
  dtype: string;
  shape: [rows: number, columns: number];
  data: NumericArray;
  /** columns (csr) or rows (csc) as stored, perhaps not ascending */
  indices: Int32Array;
  indptr: Int32Array;
}

/** What the index and the columns of a data frame can be. */
export type Series = ArrayElement | NullableElement | CategoricalElement | UnsupportedElement;

export interface FrameElement {
  kind: 'dataframe';
  /** `_index` if it has no name */
  indexName: string;
  index: Series;
  /** in the file's order */
  columns: { name: string; series: Series }[];
}

/** A table of rows, numpy's structured array. */
export interface RecordsElement {
  kind: 'records';
  shape: number[];
  /** the shape of a field is that of the table and, of an array in each row, its own */
  fields: { name: string; series: ArrayElement | UnsupportedElement }[];
}

/** Something that is in the file but cannot be read here, e.g. an awkward array or complex numbers. */
export interface UnsupportedElement {
  kind: 'unsupported';
  /** what it is, for a person */
  found: string;
}

/** Deeper than anything that is written on purpose: groups that link to one of those they lie in. */
const MOST_LEVELS = 64;

/**
 * Reads an element and all that is in it, by its `encoding-type` or its layout in files of older versions.
 * @param file as the user named it
 * @throws InputError: damaged, parts that contradict each other, groups that contain themselves
 */
export function readElement(file: string, node: Hdf5Node): H5adElement {
  return readLevel(file, node, 0);
}

function readLevel(file: string, node: Hdf5Node, level: number): H5adElement {
  if (node.kind === 'dataset') return readDataset(node);
  if (sparseFormat(node)) return readSparse(file, node);
  const encoding = node.attribute('encoding-type');
  switch (encoding) {
    case 'dataframe':
      return readFrameElement(file, node);
    case 'categorical':
    case 'nullable-integer':
    case 'nullable-boolean':
    case 'nullable-string-array':
      return readSeries(file, node);
    case 'dict':
    case 'raw':
    case 'anndata':
    case undefined:
      return readDict(file, node, level);
    default:
      return { kind: 'unsupported', found: groupEncoding(node) };
  }
}

function readDict(file: string, group: Hdf5Group, level: number): H5adElement {
  if (level >= MOST_LEVELS)
    throw new InputError('A group of the file contains itself.', {
      file,
      key: `${group.key.slice(0, 60)}…`,
      expected: `at most ${MOST_LEVELS} levels`,
      found: 'a link to one of the groups that it lies in',
      action: 'Save the file anew with anndata.',
    });
  const entries = new Map<string, H5adElement>();
  for (const name of group.names()) {
    const node = group.get(name);
    if (node) entries.set(name, readLevel(file, node, level + 1));
  }
  return { kind: 'dict', entries };
}

function readDataset(dataset: Hdf5Dataset): H5adElement {
  const encoding = dataset.attribute('encoding-type');
  if (dataset.shape === undefined || encoding === 'null') return { kind: 'null' };
  if (dataset.type === 'compound') return readRecords(dataset);
  const array = readArray(dataset);
  if (array.kind === 'unsupported') return array;
  const { values, shape, dtype } = array;
  // anndata before 0.7 wrote a single text as a list of one
  const isScalar =
    shape.length === 0 || (encoding === undefined && dataset.fixedAscii && String(shape) === '1');
  if (!isScalar) return array;
  const value = values[0]!;
  if (typeof value === 'string') return { kind: 'string', value };
  return dtype === 'bool' ? { kind: 'boolean', value: value === 1 } : { kind: 'number', value, dtype };
}

export function readRecords(dataset: Hdf5Dataset): RecordsElement {
  const shape = dataset.shape ?? [];
  const fields = dataset.fields().map(({ name, type, dtype, shape: own, values }) => {
    const series: ArrayElement | UnsupportedElement =
      type === 'other' || type === 'compound'
        ? { kind: 'unsupported', found: dtype }
        : { kind: 'array', dtype, shape: [...shape, ...own], values };
    return { name, series };
  });
  return { kind: 'records', shape, fields };
}
