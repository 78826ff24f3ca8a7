import { WorkError } from '../errors.ts';
import type { CsrMatrix } from './h5ad-write.ts';
import { orderColumns } from './matrix-columns.ts';
import { type MatrixMarketHeader, marketError } from './matrix-market-header.ts';
import { type Scan, scanNumber, scanWhole, skipBlanks } from './matrix-market-number.ts';
import { orderRows } from './matrix-rows.ts';

const NEWLINE = 10;
const MOST_SINGLE = 3.4028235677973366e38;

/** Takes the lines of the entries, in blocks, and makes the matrix of them. */
export interface EntryParser {
  /** @param bytes whole lines @throws InputError: no numbers, outside of the matrix, too many */
  add(bytes: Buffer, from: number): void;
  /** Cells × genes. @throws InputError: too few */
  finish(): CsrMatrix;
}

/** @param rowsAreCells the rows of the file, else its columns */
export function entryParser(header: MatrixMarketHeader, rowsAreCells: boolean, file: string): EntryParser {
  const { rows, columns, entries, pattern } = header;
  const [nObs, nVars] = rowsAreCells ? [rows, columns] : [columns, rows];
  // float32 as long as that is exact for counts; numbers with a fraction are rounded to it, as scanpy does
  let { genes, values } = allocate(entries, file);
  /** of each entry; null as long as they ascend, as in almost every file */
  let cells: Int32Array | null = null;
  const counts = new Int32Array(nObs + 1);
  let lastCell = 0;
  let n = 0;
  let line = header.lines + 1;

  const wrong = (bytes: Buffer, at: number, message: string, expected: string) => {
    const start = at === 0 ? 0 : bytes.lastIndexOf(NEWLINE, at - 1) + 1;
    const end = Math.min(bytes.indexOf(NEWLINE, start), start + 80);
    return marketError(message, file, line, { expected, found: bytes.toString('latin1', start, end).trim() });
  };

  const put = (row: number, column: number, value: number) => {
    const cell = (rowsAreCells ? row : column) - 1;
    if (cell < lastCell && cells === null) cells = cellsOf(counts, entries);
    if (cells !== null) cells[n] = cell;
    if (values instanceof Float32Array && needsDouble(value)) values = Float64Array.from(values);
    genes[n] = (rowsAreCells ? column : row) - 1;
    values[n++] = value;
    counts[cell + 1]!++;
    lastCell = cell;
  };

  return {
    add(bytes, from) {
      const scan: Scan = { at: from };
      for (; scan.at < bytes.length; scan.at++, line++) {
        skipBlanks(bytes, scan);
        if (bytes[scan.at] === NEWLINE) continue;
        const start = scan.at;
        const row = scanWhole(bytes, scan);
        const column = scanWhole(bytes, scan);
        const value = pattern ? 1 : scanNumber(bytes, scan);
        skipBlanks(bytes, scan);
        if (row < 0 || column < 0 || Number.isNaN(value) || bytes[scan.at] !== NEWLINE)
          throw wrong(
            bytes,
            start,
            'A line of the matrix is not as it should be.',
            pattern ? 'two numbers: row, column' : 'three numbers: row, column, value',
          );
        if (row < 1 || row > rows || column < 1 || column > columns)
          throw wrong(
            bytes,
            start,
            'The matrix has a value outside of its size.',
            `rows 1 to ${rows}, columns 1 to ${columns}`,
          );
        if (n === entries)
          throw wrong(
            bytes,
            start,
            'The matrix has more values than its header says.',
            `${entries} lines with a value, then the end`,
          );
        put(row, column, value);
      }
    },
    finish() {
      if (n < entries)
        throw marketError(
          'The matrix has fewer values than its header says: the file is cut short.',
          file,
          line,
          {
            expected: `${entries} values`,
            found: `the end after ${n}`,
          },
        );
      for (let i = 0; i < nObs; i++) counts[i + 1]! += counts[i]!;
      const matrix = { data: values, indices: genes, indptr: counts };
      return inOrder(cells === null ? matrix : gathered(matrix, cells), nVars);
    },
  };
}

function allocate(entries: number, file: string): { genes: Int32Array; values: CsrMatrix['data'] } {
  try {
    return { genes: new Int32Array(entries), values: new Float32Array(entries) };
  } catch (error) {
    throw new WorkError(
      'There is not enough memory for the matrix.',
      {
        file,
        found: `${entries} values, as its header says`,
        action: 'Close other programs, or save the matrix as an h5ad, which is read in parts.',
      },
      error,
    );
  }
}

function needsDouble(value: number): boolean {
  if (Math.fround(value) === value) return false;
  return Number.isInteger(value) || Math.abs(value) >= MOST_SINGLE;
}

/** The cell of each entry so far, from how many each has. */
function cellsOf(counts: Int32Array, entries: number): Int32Array {
  const cells = new Int32Array(entries);
  for (let i = 0, at = 0; i + 1 < counts.length; i++) {
    cells.fill(i, at, at + counts[i + 1]!);
    at += counts[i + 1]!;
  }
  return cells;
}

function gathered({ data, indices, indptr }: CsrMatrix, cells: Int32Array): CsrMatrix {
  const next = indptr.slice();
  const out = { data: data.slice(), indices: new Int32Array(indices.length), indptr };
  for (let k = 0; k < cells.length; k++) {
    const place = next[cells[k]!]!++;
    out.data[place] = data[k]!;
    out.indices[place] = indices[k]!;
  }
  return out;
}

/** Genes ascending in each cell, values of one place summed. */
function inOrder(matrix: CsrMatrix, nVars: number): CsrMatrix {
  const outOfRange = (gene: number) => new RangeError(`gene ${gene} of ${nVars}`);
  return orderRows(isOrdered(matrix) ? matrix : orderColumns(matrix, nVars), nVars, outOfRange);
}

function isOrdered({ indices, indptr }: CsrMatrix): boolean {
  for (let row = 0; row + 1 < indptr.length; row++)
    for (let k = indptr[row]! + 1; k < indptr[row + 1]!; k++) if (indices[k]! < indices[k - 1]!) return false;
  return true;
}
