import { InputError } from '../errors.ts';
import type { SparseElement } from './h5ad-element.ts';
import type { Hdf5Dataset, Hdf5Group, NumericArray } from './hdf5.ts';

/** How a group stores a sparse matrix; undefined if it is none. */
export function sparseFormat(group: Hdf5Group): 'csr' | 'csc' | undefined {
  // `h5sparse_format` is that of anndata before 0.7
  switch (group.attribute('encoding-type') ?? group.attribute('h5sparse_format')) {
    case 'csr_matrix':
    case 'csr':
      return 'csr';
    case 'csc_matrix':
    case 'csc':
      return 'csc';
    default:
      return undefined;
  }
}

/**
 * A whole sparse matrix in memory; for large ones see h5ad-matrix.ts.
 * @throws InputError: parts that are not there or contradict each other, positions outside the matrix
 */
export function readSparse(file: string, group: Hdf5Group): SparseElement {
  const format = sparseFormat(group) ?? 'csr';
  const shape = readShape(file, group);
  const [major, minor] = format === 'csr' ? shape : [shape[1], shape[0]];
  const pointers = part(file, group, 'indptr').numbers();
  const dataset = part(file, group, 'data');
  const data = dataset.numbers();
  const positions = part(file, group, 'indices').numbers();
  checkPointers(file, `${group.key}/indptr`, pointers, major, data.length);
  checkPositions(file, `${group.key}/indices`, positions, minor, data.length);
  return {
    kind: 'sparse',
    format,
    dtype: dataset.dtype,
    shape,
    data,
    indices: Int32Array.from(positions),
    indptr: Int32Array.from(pointers),
  };
}

function readShape(file: string, group: Hdf5Group): [number, number] {
  const shape = group.attribute('shape') ?? group.attribute('h5sparse_shape');
  if (Array.isArray(shape) && shape.length === 2 && shape.every((n) => Number.isInteger(n)))
    return shape as [number, number];
  throw broken(file, group.key, 'the attribute "shape", two numbers', shape ? String(shape) : 'none');
}

function part(file: string, group: Hdf5Group, name: string): Hdf5Dataset {
  const node = group.get(name);
  if (node?.kind === 'dataset' && node.shape?.length === 1) return node;
  throw broken(
    file,
    `${group.key}/${name}`,
    'a list of numbers',
    node ? `a ${node.kind} of another shape` : 'nothing',
  );
}

function checkPointers(
  file: string,
  key: string,
  pointers: NumericArray,
  major: number,
  entries: number,
): void {
  if (pointers.length !== major + 1) throw broken(file, key, `${major + 1} values`, String(pointers.length));
  if (pointers[0] !== 0 || pointers[major] !== entries)
    throw broken(file, key, `values from 0 to ${entries}`, `${pointers[0]} to ${pointers[major]}`);
  // Int32Array is what scipy and this application use for positions
  if (entries >= 2 ** 31) throw broken(file, key, 'fewer than 2^31 entries', String(entries));
  for (let i = 0; i < major; i++)
    if (pointers[i]! > pointers[i + 1]!)
      throw broken(
        file,
        key,
        'ascending values',
        `${pointers[i + 1]} after ${pointers[i]} at position ${i + 1}`,
      );
}

function checkPositions(
  file: string,
  key: string,
  positions: NumericArray,
  minor: number,
  entries: number,
): void {
  if (positions.length !== entries)
    throw broken(file, key, `${entries} values, as data has`, String(positions.length));
  for (let i = 0; i < positions.length; i++)
    if (!(positions[i]! >= 0 && positions[i]! < minor))
      throw broken(file, key, `positions from 0 to ${minor - 1}`, `${positions[i]} at position ${i}`);
}

function broken(file: string, key: string, expected: string, found: string): InputError {
  return new InputError('A sparse matrix of the file is broken.', {
    file,
    key,
    expected,
    found,
    action: 'Copy or download the file again, or save it anew with anndata.',
  });
}
