import { CancelledError, InputError } from '../errors.ts';
import type { CsrMatrix } from '../io/h5ad-write.ts';

/** What a long loop asks and tells. */
export interface Hooks {
  /** asked once a block of rows; true ends the work with CancelledError */
  shouldStop(): boolean;
  onProgress?(done: number, total: number): void;
}

const ROWS = 512;

/** Calls `work` for the rows from … to − 1, block by block, in order. */
export function overRows(nRows: number, hooks: Hooks | undefined, work: (from: number, to: number) => void) {
  for (let from = 0; from < nRows; from += ROWS) {
    if (hooks?.shouldStop()) throw new CancelledError();
    const to = Math.min(nRows, from + ROWS);
    work(from, to);
    hooks?.onProgress?.(to, nRows);
  }
}

/** @throws InputError where an entry is NaN, infinite or negative, with its cell and gene (from 1) */
export function checkNotNegative({ data, indices, indptr }: CsrMatrix, what: string): void {
  let wrong = 0;
  while (wrong < data.length && data[wrong]! >= 0 && data[wrong]! < Number.POSITIVE_INFINITY) wrong++;
  if (wrong === data.length) return;
  const cell = indptr.findIndex((start) => start > wrong);
  throw new InputError(`${what} needs values of 0 or more.`, {
    expected: 'counts, or counts divided by the total of their cell',
    found: `${data[wrong]} in cell ${cell}, gene ${indices[wrong]! + 1}`,
    action: 'Use the matrix with the raw counts; often it is a layer named counts, or raw.',
  });
}
