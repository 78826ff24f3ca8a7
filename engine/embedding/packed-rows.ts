import type { DoubleKernels, PackedRows } from '../compute/double-kernels.ts';
import { InputError } from '../errors.ts';
import type { CsrMatrix } from '../io/h5ad-write.ts';
import { type Hooks, overRows, type RowBlocks } from '../preprocess/row-blocks.ts';

/** About 4 MB with what is made of them: with fewer the Gram matrix is gone through too often, with more the cache ends. */
const ENTRIES = 192 * 1024;
/** How many rows are visited at once at most. */
export const PACKED_ROWS = 2048;

/** How many entries they have at most. */
export const packedEntries = (genes: number) => Math.max(ENTRIES, genes);
/** What `overPackedRows` takes of the memory of the kernels. */
export const packedBytes = (genes: number) => 12 * packedEntries(genes) + 4 * PACKED_ROWS + 256;

/**
 * Copies the rows into the memory of the kernels, as many as there is room for, visits them, and goes on. Where the
 * blocks begin and end makes no difference.
 * @param fitOn [rows], 0 = passed over
 * @param visit `before` rows were visited earlier
 * @throws InputError: columns that do not ascend or lie outside, values that are not finite, wrong number of rows;
 * CancelledError
 */
export function overPackedRows(
  source: RowBlocks,
  kernels: DoubleKernels,
  { fitOn, hooks }: { fitOn: Uint8Array | undefined; hooks: Hooks },
  visit: (x: PackedRows, rows: number, before: number) => void,
): void {
  const room = packedEntries(source.genes);
  const x = {
    values: kernels.doubles(room),
    indices: kernels.integers(room),
    starts: kernels.integers(PACKED_ROWS + 1),
  };
  const { starts } = x;
  let rows = 0;
  let before = 0;
  const flush = () => {
    visit(x, rows, before);
    before += rows;
    rows = 0;
  };
  overRows(source, hooks, (block, from, to, row) => {
    // more than were announced: the error comes at the end
    if (row + to - from > source.rows) return;
    for (let i = from; i < to; i++) {
      if (fitOn?.[row + i - from] === 0) continue;
      const length = block.indptr[i + 1]! - block.indptr[i]!;
      if (rows === PACKED_ROWS || starts[rows]! + length > room) flush();
      const at = starts[rows]!;
      rows += 1;
      starts[rows] = at + length;
      copyRow(block, i, source.genes, x, at, row + i - from);
    }
  });
  flush();
}

function copyRow(
  block: CsrMatrix,
  i: number,
  genes: number,
  { values, indices }: PackedRows,
  at: number,
  row: number,
): void {
  const { data, indices: columns, indptr } = block;
  const stop = indptr[i + 1]!;
  let last = -1;
  for (let e = indptr[i]!; e < stop; e++, at++) {
    const column = columns[e]!;
    const value = data[e]!;
    // written so that NaN fails too
    if (column <= last || column >= genes || !(value - value === 0))
      throw wrongEntry(value, column, last, genes, row);
    values[at] = value;
    indices[at] = column;
    last = column;
  }
}

function wrongEntry(value: number, column: number, last: number, genes: number, row: number): InputError {
  if (column <= last || column >= genes)
    return new InputError('The columns of a sparse row must ascend and lie inside the matrix.', {
      expected: `ascending columns below ${genes}`,
      found: `${column} after ${last} in row ${row}`,
    });
  return new InputError('PCA needs finite values.', {
    expected: 'numbers without NaN or infinity',
    found: `${value} at row ${row}, column ${column}`,
    action: 'Remove these cells or genes first.',
  });
}
