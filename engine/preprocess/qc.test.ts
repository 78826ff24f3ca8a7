import { expect, it } from 'vitest';
import { csrOf, generatedCounts, readPreprocessReference } from '../../fixtures/reference/preprocess.ts';
import { InputError } from '../errors.ts';
import { cellMetrics, filterCells } from './qc.ts';
import { wholeMatrix } from './row-blocks.ts';

const reference = readPreprocessReference();
const rows = generatedCounts(reference);
const counts = wholeMatrix(csrOf(rows), reference.genes);
const names = Array.from({ length: reference.genes }, (_, j) =>
  j < 9 ? ['MT-A', 'mt-b', 'MTA'][j % 3]! : `g${j}`,
);
const cells = cellMetrics(counts, names);

it('agrees with sums over the dense rows', () => {
  rows.forEach((row, i) => {
    const total = row.reduce((sum, value) => sum + value, 0);
    const inMitochondria = [0, 1, 3, 4, 6, 7].reduce((sum, j) => sum + row[j]!, 0);
    expect(cells.totals[i]).toBe(total);
    expect(cells.genes[i]).toBe(row.filter((value) => value > 0).length);
    expect(cells.mitochondrialShare[i]).toBeCloseTo(inMitochondria / total, 14);
  });
  expect(cells.mitochondrialGenes).toBe(6);
});

it('masks what is outside a limit; a limit itself passes', () => {
  const middle = [...cells.totals].sort((a, b) => a - b)[200]!;
  const above = filterCells(cells, { minCounts: middle });
  expect([...above.keep]).toEqual([...cells.totals].map((total) => (total >= middle ? 1 : 0)));
  expect(above.kept).toBeLessThan(reference.cells);
  expect(above.failed.minCounts).toBe(reference.cells - above.kept);
  const share = [...cells.mitochondrialShare].sort((a, b) => a - b)[100]!;
  const both = filterCells(cells, { minCounts: middle, maxMitochondrialShare: share });
  const passes = (i: number) => cells.totals[i]! >= middle && cells.mitochondrialShare[i]! <= share;
  expect([...both.keep]).toEqual([...both.keep.keys()].map((i) => (passes(i) ? 1 : 0)));
  expect(filterCells(cells, {}).kept).toBe(reference.cells);
});

it('gives an empty cell no share', () => {
  expect(cellMetrics(wholeMatrix(csrOf([[0, 0]]), 2), ['MT-A', 'B']).mitochondrialShare[0]).toBe(0);
});

it('refuses limits that are none', () => {
  expect(() => filterCells(cells, { maxMitochondrialShare: 20 })).toThrow(InputError);
  expect(() => filterCells(cells, { minGenes: Number.NaN })).toThrow(InputError);
});
