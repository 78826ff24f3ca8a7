import { InputError } from '../errors.ts';
import type { CsrMatrix } from './h5ad-write.ts';
import type { MatrixPlace, SparseStorage } from './sparse-storage.ts';

/**
 * A matrix in memory as storage that is read from; what is read is a copy.
 * @param matrix columns ascending in each row, all within the shape
 */
export function memoryStorage(
  { data, indices, indptr }: CsrMatrix,
  shape: [nObs: number, nVars: number],
  place: MatrixPlace,
): SparseStorage {
  const pointers = Float64Array.from(indptr);
  const single = data instanceof Float32Array;
  return {
    place,
    shape,
    dtype: single ? 'float32' : 'float64',
    nnz: data.length,
    slow: false,
    entryBytes: data.BYTES_PER_ELEMENT + indices.BYTES_PER_ELEMENT,
    indptr: () => pointers,
    entries: (from, to) => ({ data: data.slice(from, to), indices: indices.slice(from, to) }),
    values: (n) => (single ? new Float32Array(n) : new Float64Array(n)),
    outOfRange: (index) =>
      new InputError('The matrix refers to a gene that it does not have.', {
        ...place,
        expected: `numbers from 0 to ${shape[1] - 1}`,
        found: String(index),
      }),
  };
}
