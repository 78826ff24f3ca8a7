import type { MatrixSource } from './h5ad-matrix.ts';
import type { CsrMatrix } from './h5ad-write.ts';
import { checkColumn, checkEntries, checkRows, orderRows, pickRows } from './matrix-rows.ts';
import type { SparseStorage } from './sparse-storage.ts';

const SLAB_BYTES = 64 * 2 ** 20;
/** Each block of rows costs a reading of the whole matrix, so blocks are not smaller than this. */
const BLOCK_BYTES = 256 * 2 ** 20;

export function openCscMatrix(storage: SparseStorage): MatrixSource {
  const { place, shape, nnz } = storage;
  const [nObs, nVars] = shape;
  const key = place.key;
  return {
    key,
    shape,
    storage: 'csc',
    slow: true,
    nStored: nnz,
    dtype: storage.dtype,
    rowBlocks(bytes = BLOCK_BYTES) {
      const rowBytes = Math.max(1, (nnz * storage.entryBytes) / Math.max(1, nObs));
      const rows = Math.max(1, Math.floor(Math.max(bytes, BLOCK_BYTES) / rowBytes));
      return Array.from({ length: Math.ceil(nObs / rows) }, (_, i) => [
        i * rows,
        Math.min(nObs, (i + 1) * rows),
      ]);
    },
    readRows(start, stop) {
      checkRows(start, stop, nObs);
      const selected = new Int32Array(nObs).fill(-1);
      for (let row = start; row < stop; row++) selected[row] = row - start;
      return readSelected(storage, selected, stop - start);
    },
    readRowList(rows) {
      // all wanted rows in one reading of the matrix: those between them are not kept
      const wanted = Int32Array.from(new Set(Array.from(rows))).sort();
      for (const row of wanted) checkRows(row, row + 1, nObs);
      const selected = new Int32Array(nObs).fill(-1);
      wanted.forEach((row, i) => {
        selected[row] = i;
      });
      const matrix = readSelected(storage, selected, wanted.length);
      return pickRows(
        matrix,
        Int32Array.from(rows, (row) => selected[row]!),
        key,
      );
    },
    readColumn(column) {
      checkColumn(column, nVars);
      const pointers = storage.indptr();
      const { data, indices } = storage.entries(pointers[column]!, pointers[column + 1]!);
      const values = new Float64Array(nObs);
      for (let k = 0; k < indices.length; k++) {
        const row = indices[k]!;
        if (row >>> 0 >= nObs) throw storage.outOfRange(row);
        values[row]! += data[k]!;
      }
      return Float32Array.from(values);
    },
  };
}

/** Entries of the selected rows found so far: of one block of columns. */
interface Found {
  data: CsrMatrix['data'];
  rows: Int32Array;
  columns: Int32Array;
}

/** @param selected `[nObs]`, the place of each row in the result, −1 = not wanted */
function readSelected(storage: SparseStorage, selected: Int32Array, nRows: number): CsrMatrix {
  const indptr = new Int32Array(nRows + 1);
  const parts = columnBlocks(storage).map(([start, stop]) => findSelected(storage, selected, start, stop));
  const total = parts.reduce((sum, part) => sum + part.rows.length, 0);
  checkEntries(total, storage.place.key);
  for (const { rows } of parts) for (const row of rows) indptr[row + 1]!++;
  for (let i = 0; i < nRows; i++) indptr[i + 1]! += indptr[i]!;
  const at = indptr.slice();
  const data = storage.values(total);
  const indices = new Int32Array(total);
  for (const part of parts)
    for (let k = 0; k < part.rows.length; k++) {
      const place = at[part.rows[k]!]!++;
      data[place] = part.data[k]!;
      indices[place] = part.columns[k]!;
    }
  return orderRows({ data, indices, indptr }, storage.shape[1], storage.outOfRange);
}

function findSelected(storage: SparseStorage, selected: Int32Array, start: number, stop: number): Found {
  const pointers = storage.indptr();
  const from = pointers[start]!;
  const { data, indices } = storage.entries(from, pointers[stop]!);
  const columns = new Int32Array(data.length);
  let n = 0;
  for (let column = start; column < stop; column++) {
    for (let k = pointers[column]! - from; k < pointers[column + 1]! - from; k++) {
      const row = indices[k]!;
      if (row >>> 0 >= selected.length) throw storage.outOfRange(row);
      if (selected[row]! < 0) continue;
      // what is found is never ahead of what is read
      data[n] = data[k]!;
      indices[n] = selected[row]!;
      columns[n++] = column;
    }
  }
  return { data: data.slice(0, n), rows: indices.slice(0, n), columns: columns.slice(0, n) };
}

function columnBlocks(storage: SparseStorage): [start: number, stop: number][] {
  const pointers = storage.indptr();
  const entries = SLAB_BYTES / storage.entryBytes;
  const nVars = storage.shape[1];
  const blocks: [number, number][] = [];
  for (let start = 0, stop = 0; start < nVars; start = stop) {
    stop = start + 1;
    while (stop < nVars && pointers[stop + 1]! - pointers[start]! <= entries) stop++;
    blocks.push([start, stop]);
  }
  return blocks;
}
