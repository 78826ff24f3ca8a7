import { CancelledError } from '../errors.ts';
import type { MatrixSource } from './h5ad-matrix.ts';
import { checkColumn, checkEntries, checkRows, orderRows, readListed } from './matrix-rows.ts';
import type { SparseStorage } from './sparse-storage.ts';

const MEGABYTE = 2 ** 20;
/** Rows this near to each other are read in one go: a read costs more than these entries, which share chunks anyway. */
const NEAR_ENTRIES = 32 * 1024;
/** One read of neighbouring rows at most. */
const RUN_BYTES = 64 * MEGABYTE;
/** A scan asks this often whether to stop. */
const SCAN_BYTES = 8 * MEGABYTE;

export function openCsrMatrix(storage: SparseStorage): MatrixSource {
  const { place, shape, nnz } = storage;
  const [nObs, nVars] = shape;
  const key = place.key;

  const readRows: MatrixSource['readRows'] = (start, stop) => {
    checkRows(start, stop, nObs);
    const pointers = storage.indptr();
    const from = pointers[start]!;
    checkEntries(pointers[stop]! - from, key);
    const indptr = new Int32Array(stop - start + 1);
    for (let i = 0; i < indptr.length; i++) indptr[i] = pointers[start + i]! - from;
    const entries = storage.entries(from, pointers[stop]!);
    return orderRows({ ...entries, indptr }, nVars, storage.outOfRange);
  };

  const rowBlocks: MatrixSource['rowBlocks'] = (bytes = 16 * MEGABYTE) => {
    const pointers = storage.indptr();
    const entries = bytes / storage.entryBytes;
    const blocks: [number, number][] = [];
    for (let start = 0, stop = 0; start < nObs; start = stop) {
      stop = start + 1;
      while (stop < nObs && pointers[stop + 1]! - pointers[start]! <= entries) stop++;
      blocks.push([start, stop]);
    }
    return blocks;
  };

  return {
    key,
    shape,
    storage: 'csr',
    nStored: nnz,
    slow: storage.slow,
    dtype: storage.dtype,
    rowBlocks,
    readRows,
    readRowList(rows) {
      const pointers = storage.indptr();
      const most = RUN_BYTES / storage.entryBytes;
      const joins = (start: number, a: number, b: number) =>
        pointers[b]! - pointers[a + 1]! <= NEAR_ENTRIES && pointers[b + 1]! - pointers[start]! <= most;
      return readListed(rows, { shape, key }, joins, readRows);
    },
    readColumn(column, hooks = {}) {
      checkColumn(column, nVars);
      const pointers = storage.indptr();
      const values = new Float64Array(nObs);
      for (const [start, stop] of rowBlocks(SCAN_BYTES)) {
        if (hooks.shouldStop?.()) throw new CancelledError();
        const from = pointers[start]!;
        const { data, indices } = storage.entries(from, pointers[stop]!);
        for (let row = start; row < stop; row++) {
          const end = pointers[row + 1]! - from;
          for (let k = pointers[row]! - from; k < end; k++) {
            const index = indices[k]!;
            if (index === column) values[row]! += data[k]!;
            else if (index >>> 0 >= nVars) throw storage.outOfRange(index);
          }
        }
        hooks.onProgress?.(stop, nObs);
      }
      return Float32Array.from(values);
    },
  };
}
