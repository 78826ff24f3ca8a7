import { InputError } from '../errors.ts';
import type { Hdf5Dataset, Hdf5Group, NumericArray } from './hdf5.ts';
import { allocateValues, toValues, type Values } from './matrix-values.ts';

export interface MatrixPlace {
  file: string;
  key: string;
}

/** The three arrays of a sparse matrix; "major" is the dimension that it is compressed along: rows of csr. */
export interface SparseStorage {
  readonly place: MatrixPlace;
  readonly shape: [nObs: number, nVars: number];
  readonly dtype: string;
  /** compressed: reading again costs more than keeping */
  readonly slow: boolean;
  /** stored entries */
  readonly nnz: number;
  /** bytes that an entry takes when read: value and index */
  readonly entryBytes: number;
  /** `[major + 1]`, ascending from 0 to nnz; read and checked once */
  indptr(): Float64Array;
  /** Entries `from` … `to − 1`, as stored: indices in any order, and not checked yet (see `outOfRange`). */
  entries(from: number, to: number): { data: Values; indices: Int32Array };
  /** an array for the values of n entries */
  values(n: number): Values;
  /** the error about an index that the matrix does not have */
  outOfRange(index: number): InputError;
}

const ACTION = 'Copy or download the file again, or save it anew with anndata.';

/** @throws InputError: arrays missing or of lengths that contradict each other; their content is checked when read */
export function openSparseStorage(
  group: Hdf5Group,
  place: MatrixPlace,
  format: 'csr' | 'csc',
): SparseStorage {
  const shape = shapeOf(group, place);
  const [major, minor] = format === 'csr' ? shape : [shape[1], shape[0]];
  const [data, indices, pointers] = (['data', 'indices', 'indptr'] as const).map((name) =>
    listOf(group, name, place),
  ) as [Hdf5Dataset, Hdf5Dataset, Hdf5Dataset];
  const nnz = data.shape![0]!;
  checkLength(indices, nnz, place, 'as many as data has');
  checkLength(
    pointers,
    major + 1,
    place,
    `one more than the matrix has ${format === 'csr' ? 'rows' : 'columns'}`,
  );
  let indptr: Float64Array | undefined;
  const outOfRange = (index: number) =>
    new InputError('The matrix refers to a row or column that it does not have.', {
      file: place.file,
      key: `${place.key}/indices`,
      expected: `numbers from 0 to ${minor - 1}`,
      found: String(index),
      action: ACTION,
    });
  return {
    place,
    shape,
    nnz,
    slow: data.filtered || indices.filtered,
    dtype: data.dtype,
    entryBytes: allocateValues(data, 0).BYTES_PER_ELEMENT + Int32Array.BYTES_PER_ELEMENT,
    indptr() {
      indptr ??= checkedIndptr(pointers, nnz, place);
      return indptr;
    },
    entries(from, to) {
      if (from === to) return { data: allocateValues(data, 0), indices: new Int32Array(0) };
      return {
        data: toValues(data.numbers([[from, to]])),
        indices: toIndices(indices.numbers([[from, to]]), outOfRange),
      };
    },
    values: (n) => allocateValues(data, n),
    outOfRange,
  };
}

function shapeOf(group: Hdf5Group, { file, key }: MatrixPlace): [number, number] {
  const shape = group.attribute('shape') ?? group.attribute('h5sparse_shape');
  const valid =
    Array.isArray(shape) && shape.length === 2 && shape.every((n) => Number.isInteger(n) && Number(n) >= 0);
  if (valid && Math.max(...shape.map(Number)) < 2 ** 31) return [Number(shape[0]), Number(shape[1])];
  throw new InputError('A sparse matrix of the file has no usable shape.', {
    file,
    key,
    expected: 'an attribute "shape" of two numbers',
    found: Array.isArray(shape) ? `[${shape.join(', ')}]` : String(shape ?? 'nothing'),
    action: ACTION,
  });
}

function listOf(group: Hdf5Group, name: string, { file, key }: MatrixPlace): Hdf5Dataset {
  const node = group.get(name);
  if (node?.kind === 'dataset' && node.shape?.length === 1) return node;
  throw new InputError('A part of a sparse matrix is missing.', {
    file,
    key: `${key}/${name}`,
    expected: 'a list of numbers',
    found: node ? 'something else' : 'nothing',
    action: ACTION,
  });
}

function checkLength(list: Hdf5Dataset, expected: number, { file, key }: MatrixPlace, why: string): void {
  const found = list.shape![0]!;
  if (found === expected) return;
  throw new InputError('The parts of a sparse matrix do not fit together.', {
    file,
    key: `${key}/${list.key.split('/').at(-1)}`,
    expected: `${expected} numbers, ${why}`,
    found: `${found}`,
    action: ACTION,
  });
}

function checkedIndptr(pointers: Hdf5Dataset, nnz: number, { file, key }: MatrixPlace): Float64Array {
  const stored = pointers.numbers();
  const indptr = stored instanceof Float64Array ? stored : Float64Array.from(stored);
  const wrong = (expected: string, found: string) =>
    new InputError('The row or column pointers of a sparse matrix are damaged.', {
      file,
      key: `${key}/indptr`,
      expected,
      found,
      action: ACTION,
    });
  if (indptr[0] !== 0) throw wrong('0 as the first number', String(indptr[0]));
  for (let i = 1; i < indptr.length; i++)
    // written so that NaN fails too
    if (!(indptr[i]! >= indptr[i - 1]!))
      throw wrong('ascending numbers', `${indptr[i]} after ${indptr[i - 1]} (number ${i}, counted from 0)`);
  if (indptr.at(-1) !== nnz)
    throw wrong(`${nnz} as the last number, as many as data has`, String(indptr.at(-1)));
  return indptr;
}

function toIndices(stored: NumericArray, outOfRange: (index: number) => InputError): Int32Array {
  if (stored instanceof Int32Array) return stored;
  const indices = new Int32Array(stored.length);
  for (let i = 0; i < stored.length; i++) {
    const index = stored[i]!;
    // what does not survive the conversion would come out as another index
    if ((index | 0) !== index) throw outOfRange(index);
    indices[i] = index;
  }
  return indices;
}
