import { WorkError } from '../errors.ts';
import type { CsrMatrix } from './h5ad-write.ts';
import type { Values } from './matrix-values.ts';

/** Entries that one CsrMatrix can hold: its indptr is int32. */
const MAX_ENTRIES = 2 ** 31 - 1;

/** @throws WorkError: more entries than fit */
export function checkEntries(n: number, key: string): void {
  if (n <= MAX_ENTRIES) return;
  throw new WorkError('These are too many cells to read at once.', {
    key,
    expected: `at most ${MAX_ENTRIES} stored values`,
    found: String(n),
    action: 'Take fewer cells.',
  });
}

/** @throws RangeError: an error of the caller, not of the user */
export function checkRows(start: number, stop: number, nObs: number): void {
  if (Number.isInteger(start) && Number.isInteger(stop) && start >= 0 && start <= stop && stop <= nObs)
    return;
  throw new RangeError(`rows ${start} to ${stop} of ${nObs}`);
}

/** @throws RangeError: an error of the caller, not of the user */
export function checkColumn(column: number, nVars: number): void {
  if (Number.isInteger(column) && column >= 0 && column < nVars) return;
  throw new RangeError(`column ${column} of ${nVars}`);
}

/**
 * Columns strictly ascending in each row: sorts rows that are not, and sums values of equal columns.
 * @param matrix is changed in place
 * @param outOfRange makes the error for a column that is not in 0 … nVars − 1
 */
export function orderRows(
  matrix: CsrMatrix,
  nVars: number,
  outOfRange: (column: number) => Error,
): CsrMatrix {
  const { indices, indptr } = matrix;
  let repeated = false;
  for (let row = 0; row + 1 < indptr.length; row++) {
    const start = indptr[row]!;
    const stop = indptr[row + 1]!;
    if (isAscending(indices, start, stop)) {
      if (stop > start && indices[stop - 1]! >= nVars) throw outOfRange(indices[stop - 1]!);
    } else if (sortRow(matrix, start, stop, nVars, outOfRange)) repeated = true;
  }
  return repeated ? sumRepeated(matrix) : matrix;
}

/** Strictly, from 0 on. In fours: this pass takes a third as long as the reading itself, one by one half as long. */
function isAscending(indices: Int32Array, start: number, stop: number): boolean {
  let last = -1;
  let k = start;
  for (; k + 3 < stop; k += 4) {
    const a = indices[k]!;
    const b = indices[k + 1]!;
    const c = indices[k + 2]!;
    const d = indices[k + 3]!;
    if (!(last < a && a < b && b < c && c < d)) return false;
    last = d;
  }
  for (; k < stop; k++) {
    if (indices[k]! <= last) return false;
    last = indices[k]!;
  }
  return true;
}

/** Whether a column is there more than once. Equal columns keep their order, so that sums have the same bits. */
function sortRow(
  { data, indices }: CsrMatrix,
  start: number,
  stop: number,
  nVars: number,
  outOfRange: (column: number) => Error,
): boolean {
  const columns = indices.slice(start, stop);
  const values = data.slice(start, stop);
  const bad = columns.find((column) => column < 0 || column >= nVars);
  if (bad !== undefined) throw outOfRange(bad);
  const order = Int32Array.from(columns, (_, k) => k).sort((a, b) => columns[a]! - columns[b]! || a - b);
  let repeated = false;
  order.forEach((from, k) => {
    indices[start + k] = columns[from]!;
    data[start + k] = values[from]!;
    if (k > 0 && indices[start + k - 1] === columns[from]) repeated = true;
  });
  return repeated;
}

function sumRepeated({ data, indices, indptr }: CsrMatrix): CsrMatrix {
  const pointers = new Int32Array(indptr.length);
  let n = 0;
  for (let row = 0; row + 1 < indptr.length; row++) {
    for (let k = indptr[row]!; k < indptr[row + 1]!; k++) {
      if (n > pointers[row]! && indices[n - 1] === indices[k]) data[n - 1]! += data[k]!;
      else {
        indices[n] = indices[k]!;
        data[n++] = data[k]!;
      }
    }
    pointers[row + 1] = n;
  }
  return { data: data.slice(0, n), indices: indices.slice(0, n), indptr: pointers };
}

/** Rows of a matrix, in any order and also repeatedly. */
export function pickRows({ data, indices, indptr }: CsrMatrix, rows: Int32Array, key: string): CsrMatrix {
  const total = rows.reduce((sum, row) => sum + indptr[row + 1]! - indptr[row]!, 0);
  checkEntries(total, key);
  const picked = matrixOf(data, total, rows.length);
  rows.forEach((row, i) => {
    const at = picked.indptr[i]!;
    picked.data.set(data.subarray(indptr[row]!, indptr[row + 1]!), at);
    picked.indices.set(indices.subarray(indptr[row]!, indptr[row + 1]!), at);
    picked.indptr[i + 1] = at + indptr[row + 1]! - indptr[row]!;
  });
  return picked;
}

/** Matrices one below the other. */
export function stackRows(parts: CsrMatrix[], empty: Values, key: string): CsrMatrix {
  if (parts.length === 1) return parts[0]!;
  const total = parts.reduce((sum, part) => sum + part.data.length, 0);
  checkEntries(total, key);
  const nRows = parts.reduce((sum, part) => sum + part.indptr.length - 1, 0);
  const stacked = matrixOf(parts[0]?.data ?? empty, total, nRows);
  let row = 0;
  let at = 0;
  for (const { data, indices, indptr } of parts) {
    stacked.data.set(data, at);
    stacked.indices.set(indices, at);
    for (let i = 1; i < indptr.length; i++) stacked.indptr[++row] = at + indptr[i]!;
    at += data.length;
  }
  return stacked;
}

function matrixOf(like: Values, entries: number, nRows: number): CsrMatrix {
  return {
    data: like instanceof Float32Array ? new Float32Array(entries) : new Float64Array(entries),
    indices: new Int32Array(entries),
    indptr: new Int32Array(nRows + 1),
  };
}

/**
 * Any rows of a matrix that is read in ranges.
 * @param joins whether to read on from row `a` to row `b`, above it, rather than to start a new read at `b`, when the
 * range began at `start`
 */
export function readListed(
  rows: ArrayLike<number>,
  { shape, key }: { shape: [nObs: number, nVars: number]; key: string },
  joins: (start: number, a: number, b: number) => boolean,
  readRows: (start: number, stop: number) => CsrMatrix,
): CsrMatrix {
  for (let i = 0; i < rows.length; i++) checkRows(rows[i]!, rows[i]! + 1, shape[0]);
  const wanted = Int32Array.from(new Set(Array.from(rows))).sort();
  const parts: CsrMatrix[] = [];
  for (let first = 0, next = 0; first < wanted.length; first = next) {
    const start = wanted[first]!;
    next = first + 1;
    while (next < wanted.length && joins(start, wanted[next - 1]!, wanted[next]!)) next++;
    const block = readRows(start, wanted[next - 1]! + 1);
    const local = wanted.subarray(first, next).map((row) => row - start);
    parts.push(local.length === block.indptr.length - 1 ? block : pickRows(block, local, key));
  }
  const all = stackRows(parts, readRows(0, 0).data, key);
  const place = new Map(Array.from(wanted, (row, i) => [row, i]));
  const order = Int32Array.from(rows, (row) => place.get(row)!);
  return order.every((i, k) => i === k) && order.length === wanted.length ? all : pickRows(all, order, key);
}

/** The values of dense rows that are not zero, as float32 or float64 as they came; NaN is none. */
export function sparseRows(dense: Values, nVars: number): CsrMatrix {
  const nRows = dense.length / nVars;
  const indptr = new Int32Array(nRows + 1);
  for (let row = 0; row < nRows; row++) {
    let n = indptr[row]!;
    for (let k = row * nVars; k < (row + 1) * nVars; k++) if (dense[k] !== 0) n++;
    indptr[row + 1] = n;
  }
  const indices = new Int32Array(indptr[nRows]!);
  const data =
    dense instanceof Float32Array ? new Float32Array(indices.length) : new Float64Array(indices.length);
  let n = 0;
  for (let row = 0; row < nRows; row++)
    for (let column = 0; column < nVars; column++) {
      const value = dense[row * nVars + column]!;
      if (value === 0) continue;
      indices[n] = column;
      data[n++] = value;
    }
  return { data, indices, indptr };
}

/**
 * Takes some columns of matrices, one after the other.
 * @param places of each column in the result, −1 = left out
 */
export function columnPicker(places: Int32Array): (matrix: CsrMatrix) => CsrMatrix {
  // kept from one matrix to the next: fresh memory costs more than the copying
  let values: Values = new Float32Array(0);
  let columns = new Int32Array(0);
  return ({ data, indices, indptr }) => {
    const room = indptr[indptr.length - 1]! + 1;
    if (columns.length < room) columns = new Int32Array(room);
    const Kind = data instanceof Float32Array ? Float32Array : Float64Array;
    if (values.length < room || !(values instanceof Kind)) values = new Kind(room);
    const pointers = new Int32Array(indptr.length);
    let at = 0;
    for (let i = 0; i + 1 < indptr.length; i++) {
      for (let e = indptr[i]!; e < indptr[i + 1]!; e++) {
        const place = places[indices[e]!]!;
        // written even if it is not wanted, and then written over: a branch would be guessed wrong half of the time
        values[at] = data[e]!;
        columns[at] = place;
        // 0 for −1, else 1
        at += (place >>> 31) ^ 1;
      }
      pointers[i + 1] = at;
    }
    return { data: values.slice(0, at), indices: columns.slice(0, at), indptr: pointers };
  };
}
