import { expect, it } from 'vitest';
import { csrOf } from '../../fixtures/reference/preprocess.ts';
import { CancelledError, InputError } from '../errors.ts';
import { randomStream } from '../random.ts';
import { inMemory, keepRows, overRows, pickGenes, type RowBlocks } from './row-blocks.ts';

const random = randomStream(4, 'blocks');
const rows = Array.from({ length: 23 }, () =>
  Array.from({ length: 9 }, () => (random.uniform() < 0.4 ? 1 + random.integer(9) : 0)),
);
let passes = 0;
const source: RowBlocks = {
  rows: 23,
  genes: 9,
  *blocks() {
    passes++;
    for (const [from, to] of [
      [0, 5],
      [5, 5],
      [5, 17],
      [17, 23],
    ] as const)
      yield csrOf(rows.slice(from, to));
  },
};

function dense(from: RowBlocks): number[][] {
  const out: number[][] = [];
  overRows(from, undefined, ({ data, indices, indptr }, start, stop) => {
    for (let i = start; i < stop; i++) {
      const row = new Array<number>(from.genes).fill(0);
      for (let e = indptr[i]!; e < indptr[i + 1]!; e++) row[indices[e]!] = data[e]!;
      out.push(row);
    }
  });
  return out;
}

it('keeps rows and picks genes as slices of the dense matrix do', () => {
  const keep = Uint8Array.from(rows, (_, i) => (i % 3 === 1 || i > 16 ? 0 : 1));
  const genes = Int32Array.of(1, 2, 7);
  const wanted = rows.filter((_, i) => keep[i] === 1).map((row) => Array.from(genes, (gene) => row[gene]!));
  expect(dense(pickGenes(keepRows(source, keep), genes))).toEqual(wanted);
  expect(dense(keepRows(pickGenes(source, genes), keep))).toEqual(wanted);
});

it('reads once where the blocks are kept in memory', () => {
  passes = 0;
  const kept = inMemory(source);
  expect(dense(kept)).toEqual(rows);
  expect(dense(kept)).toEqual(rows);
  expect(passes).toBe(1);
});

it('says that rows are missing, and stops when asked', () => {
  expect(() => dense({ ...source, rows: 24 })).toThrow(InputError);
  expect(() => inMemory(source, { shouldStop: () => true })).toThrow(CancelledError);
});
