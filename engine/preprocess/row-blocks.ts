import { CancelledError, InputError } from '../errors.ts';
import type { CsrMatrix } from '../io/h5ad-write.ts';
import { columnPicker } from '../io/matrix-rows.ts';

/** A sparse matrix [rows, genes] in blocks of rows, so that it need never be in memory whole. */
export interface RowBlocks {
  rows: number;
  genes: number;
  /** the blocks in the order of the rows, from the start at each call; columns ascend in each row */
  blocks(): Iterable<CsrMatrix>;
  /** the values are known to be finite and 0 or more; default: they are looked at where that matters */
  counts?: true;
}

/** What a long loop asks and tells. */
export interface Hooks {
  /** asked about every 512 rows; true ends the work with CancelledError */
  shouldStop?(): boolean;
  /** rows done of one pass */
  onProgress?(done: number, total: number): void;
}

const ROWS = 512;

/** A matrix in memory as one block. */
export function wholeMatrix(matrix: CsrMatrix, genes: number): RowBlocks {
  return { rows: matrix.indptr.length - 1, genes, blocks: () => [matrix] };
}

/** Calls `visit` for the rows from … to − 1 of each block, in order; `row` is what row `from` is of the whole. */
export function overRows(
  source: RowBlocks,
  hooks: Hooks | undefined,
  visit: (block: CsrMatrix, from: number, to: number, row: number) => void,
): void {
  let row = 0;
  for (const block of source.blocks()) {
    const n = block.indptr.length - 1;
    for (let from = 0; from < n; from += ROWS) {
      if (hooks?.shouldStop?.()) throw new CancelledError();
      const to = Math.min(n, from + ROWS);
      visit(block, from, to, row);
      row += to - from;
      hooks?.onProgress?.(row, source.rows);
    }
  }
  if (row !== source.rows)
    throw new InputError('The blocks of a matrix do not have the number of cells that was said.', {
      expected: `${source.rows} cells`,
      found: `${row} cells`,
    });
}

/** As `overRows`, where the values are counts. @throws InputError: NaN, infinite or negative, with its cell and gene (from 1) */
export function overCounts(
  source: RowBlocks,
  what: string,
  hooks: Hooks | undefined,
  visit: (block: CsrMatrix, from: number, to: number, row: number) => void,
): void {
  overRows(source, hooks, (block, from, to, row) => {
    if (!source.counts) checkNotNegative(block, from, to, row, what);
    visit(block, from, to, row);
  });
}

/** The same entries with other values, 0 or more where they were, made anew at each pass. */
export function mapBlocks(
  source: RowBlocks,
  values: (block: CsrMatrix, row: number) => CsrMatrix['data'],
): RowBlocks {
  return {
    ...source,
    *blocks() {
      let row = 0;
      for (const block of source.blocks()) {
        yield { ...block, data: values(block, row) };
        row += block.indptr.length - 1;
      }
    },
  };
}

/** Some of the rows, in their order. @param keep [rows], 1 = stays */
export function keepRows(source: RowBlocks, keep: Uint8Array): RowBlocks {
  return {
    ...source,
    rows: keep.reduce((sum, is) => sum + (is === 0 ? 0 : 1), 0),
    *blocks() {
      let row = 0;
      for (const block of source.blocks()) {
        const n = block.indptr.length - 1;
        const here = keep.subarray(row, row + n);
        yield here.includes(0) ? rowsOf(block, here) : block;
        row += n;
      }
    },
  };
}

/** Some of the genes. @param genes their columns, ascending */
export function pickGenes(source: RowBlocks, genes: Int32Array): RowBlocks {
  const column = new Int32Array(source.genes).fill(-1);
  genes.forEach((gene, j) => {
    column[gene] = j;
  });
  return {
    ...source,
    genes: genes.length,
    *blocks() {
      const pick = columnPicker(column);
      for (const block of source.blocks()) yield pick(block);
    },
  };
}

/** Reads all blocks once, so that further passes cost no reading. */
export function inMemory(source: RowBlocks, hooks?: Hooks): RowBlocks {
  const kept: CsrMatrix[] = [];
  overRows(source, hooks, (block, from) => {
    if (from === 0) kept.push(block);
  });
  return { ...source, blocks: () => kept };
}

function rowsOf({ data, indices, indptr }: CsrMatrix, keep: Uint8Array): CsrMatrix {
  const pointers = [0];
  let n = 0;
  for (let i = 0; i < keep.length; i++)
    if (keep[i] !== 0) {
      n += indptr[i + 1]! - indptr[i]!;
      pointers.push(n);
    }
  const out = { data: data.slice(0, n), indices: indices.slice(0, n), indptr: Int32Array.from(pointers) };
  let at = 0;
  for (let i = 0; i < keep.length; i++) {
    if (keep[i] === 0) continue;
    out.data.set(data.subarray(indptr[i]!, indptr[i + 1]!), at);
    out.indices.set(indices.subarray(indptr[i]!, indptr[i + 1]!), at);
    at += indptr[i + 1]! - indptr[i]!;
  }
  return out;
}

function checkNotNegative(
  { data, indices, indptr }: CsrMatrix,
  from: number,
  to: number,
  row: number,
  what: string,
): void {
  const stop = indptr[to]!;
  let wrong = indptr[from]!;
  while (wrong < stop && data[wrong]! >= 0 && data[wrong]! < Number.POSITIVE_INFINITY) wrong++;
  if (wrong === stop) return;
  const cell = row - from + indptr.findIndex((start) => start > wrong);
  throw new InputError(`${what} needs values of 0 or more.`, {
    expected: 'counts, or counts divided by the total of their cell',
    found: `${data[wrong]} in cell ${cell}, gene ${indices[wrong]! + 1}`,
    action: 'Use the matrix with the raw counts; often it is a layer named counts, or raw.',
  });
}
