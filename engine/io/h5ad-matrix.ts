import { InputError } from '../errors.ts';
import { sparseFormat } from './h5ad-sparse.ts';
import type { CsrMatrix } from './h5ad-write.ts';
import type { Hdf5File, Hdf5Node } from './hdf5.ts';
import { openCscMatrix } from './matrix-csc.ts';
import { openCsrMatrix } from './matrix-csr.ts';
import { openDenseMatrix } from './matrix-dense.ts';
import { openSparseStorage } from './sparse-storage.ts';

/** For reads that may take long. */
export interface ReadHooks {
  /** asked about every 10 MB; true ends the reading with CancelledError */
  shouldStop?: () => boolean;
  /** rows, or entries, done of all */
  onProgress?: (step: number, steps: number) => void;
}

/**
 * A matrix of an h5ad (X, a layer, raw/X); opening reads nothing but its shape, the rest is read when asked for.
 *
 * Values come as float32 where that is exact (floats up to 32 bits, booleans, integers up to 16), else as float64. Entries that
 * are stored as zeros stay entries of a sparse matrix. Columns that a row does not store in ascending order are sorted;
 * a position that is stored more than once has the sum of its values, as for scipy.
 *
 * All methods throw InputError, with file and key, where the file is damaged or its parts contradict each other.
 */
export interface MatrixSource {
  /** `X`, `layers/counts`, `raw/X` */
  readonly key: string;
  readonly shape: [nObs: number, nVars: number];
  readonly storage: 'dense' | 'csr' | 'csc';
  /** stored element type, e.g. `float32`, `int64` */
  readonly dtype: string;
  /** entries that are stored; `nObs × nVars` if dense */
  readonly nStored: number;
  /** it is compressed or stored by genes, so that reading its rows again costs more than keeping them */
  readonly slow: boolean;
  /** the matrices that are one below the other in it; absent: it is one */
  readonly parts?: readonly MatrixSource[];
  /**
   * Ranges of rows, in order and without gaps, each about `bytes` (default 16 MB: larger ones take twice as long, in
   * fresh memory) when read. With csc all blocks cost a
   * reading of the whole matrix each, so there are as few as memory allows.
   */
  rowBlocks(bytes?: number): [start: number, stop: number][];
  /** Rows `start` … `stop − 1` as CSR whatever the storage. With csc the whole matrix is read: slow. */
  readRows(start: number, stop: number): CsrMatrix;
  /**
   * Any rows, in any order and also repeatedly, as CSR in that order. Reads what is needed, neighbours in one read.
   * With csc the whole matrix is read: slow.
   */
  readRowList(rows: ArrayLike<number>): CsrMatrix;
  /**
   * One gene over all cells, `[nObs]`, rounded to float32. With csc a small read; with csr the whole matrix is read,
   * see gene-index.ts for the fast way; with dense it depends on how the file is chunked.
   */
  readColumn(column: number, hooks?: ReadHooks): Float32Array;
}

/**
 * Opens a matrix in the encodings of anndata: dense, csr_matrix, csc_matrix, and those of before 0.7 (`h5sparse_format`,
 * `raw.X`). To be used in a worker thread (see hdf5.ts).
 * @param key e.g. `X`
 * @returns undefined if there is none
 * @throws InputError: something else than a matrix of numbers, or parts of it missing
 */
export function openMatrix(root: Hdf5File, key: string): MatrixSource | undefined {
  // before anndata 0.7
  const node = root.get(key) ?? (key === 'raw/X' ? root.get('raw.X') : undefined);
  if (!node || node.attribute('encoding-type') === 'null') return undefined;
  const place = { file: root.file, key };
  if (node.kind === 'dataset') return openDenseMatrix(node, place);
  switch (sparseFormat(node)) {
    case 'csr':
      return openCsrMatrix(openSparseStorage(node, place, 'csr'));
    case 'csc':
      return openCscMatrix(openSparseStorage(node, place, 'csc'));
    default:
      throw notMatrix(node, place);
  }
}

function notMatrix(node: Hdf5Node, place: { file: string; key: string }): InputError {
  return new InputError('This element of the file is no matrix.', {
    ...place,
    expected: 'a dense array, or a sparse matrix (CSR or CSC)',
    found: `a group of encoding "${node.attribute('encoding-type') ?? 'unknown'}"`,
    action: 'Save the file anew with anndata.',
  });
}
