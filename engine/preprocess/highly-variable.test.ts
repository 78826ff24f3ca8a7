import { describe, expect, it } from 'vitest';
import { csrOf, generatedCounts, readPreprocessReference } from '../../fixtures/reference/preprocess.ts';
import { CancelledError, InputError } from '../errors.ts';
import { randomStream, shuffle } from '../random.ts';
import { type HighlyVariableOptions, highlyVariable } from './highly-variable.ts';
import { log1p } from './log1p.ts';
import { normalizeTotal } from './normalize-total.ts';
import { pickGenes, type RowBlocks, wholeMatrix } from './row-blocks.ts';

const reference = readPreprocessReference();
const { cells, genes: nVars, top: nTop } = reference;
const rows = generatedCounts(reference);
const blocksOf = (cells: ArrayLike<number>[]) => wholeMatrix(csrOf(cells), cells[0]!.length);
const counts = blocksOf(rows);
const prepared = (matrix: RowBlocks, flavour: string) =>
  flavour === 'seurat' ? log1p(normalizeTotal(matrix).source) : matrix;
const column = {
  codes: Int32Array.from({ length: cells }, (_, i) => (i % 5 < 2 ? 0 : 2)),
  categories: ['a', 'unused', 'b'],
};

describe.each(reference.highlyVariable)('$flavour, by batch: $batch', ({ flavour, batch, genes, score }) => {
  const options: HighlyVariableOptions = { flavour, nTop, ...(batch && { batch: column }) };
  const found = highlyVariable(prepared(counts, flavour), options);

  it('chooses scanpy’s genes by scanpy’s scores', () => {
    expect([...found.genes].sort((a, b) => a - b)).toEqual(genes);
    score.forEach((expected, at) => {
      expect(Math.abs(found.score[3 * at]! - expected)).toBeLessThan(1e-7 * Math.max(1, Math.abs(expected)));
    });
  });

  it('knows no order of the genes', () => {
    const order = shuffle(
      Int32Array.from({ length: nVars }, (_, j) => j),
      randomStream(9, 'genes'),
    );
    const shuffled = blocksOf(rows.map((row) => Float64Array.from(order, (j) => row[j]!)));
    const again = highlyVariable(prepared(shuffled, flavour), options);
    expect([...again.genes].map((j) => order[j]!).sort((a, b) => a - b)).toEqual(genes);
  });

  it('knows no order of the cells and no names of the batches', () => {
    const reversed = blocksOf(rows.toReversed());
    const codes = column.codes.toReversed().map((code) => (code === 0 ? 1 : 0));
    const renamed = { ...options, ...(batch && { batch: { codes, categories: ['b', 'a'] } }) };
    const again = highlyVariable(prepared(reversed, flavour), renamed);
    expect(again.mask).toEqual(found.mask);
  });

  it('never chooses a gene with one value, nor gives NaN', () => {
    const all = highlyVariable(prepared(counts, flavour), { ...options, nTop: nVars });
    expect(all.mask[nVars - 2]).toBe(0);
    expect(all.genes.length).toBeLessThan(nVars);
    expect(all.score.every(Number.isFinite)).toBe(true);
    if (flavour === 'seurat_v3') expect(all.mask[nVars - 1]).toBe(0);
  });
});

it('seurat: one batch named is as none', () => {
  const logged = prepared(counts, 'seurat');
  const one = { codes: new Int32Array(cells), categories: ['only'] };
  const without = highlyVariable(logged, { flavour: 'seurat', nTop });
  expect(highlyVariable(logged, { flavour: 'seurat', nTop, batch: one })).toEqual(without);
});

it('seurat_v3: rare genes with the same counts tie to the bit, whichever cells have them', () => {
  const draw = randomStream(2, 'rare');
  const rare = rows.map((row) => Float64Array.from({ length: 60 }, (_, j) => (j < 40 ? 0 : row[j]!)));
  for (let j = 0; j < 40; j++) {
    const cell = draw.integer(cells - 3);
    [1, 1, 1, 7].forEach((value, k) => {
      rare[cell + ((k + j) % 4)]![j] = value;
    });
  }
  // no mean may be that of a whole neighbourhood
  for (let j = 0; j < 40; j++) rare[j]![j] = 1 + (j >> 1);
  const { score } = highlyVariable(blocksOf(rare), { flavour: 'seurat_v3', nTop: 20 });
  const backwards = highlyVariable(blocksOf(rare.toReversed()), { flavour: 'seurat_v3', nTop: 20 });
  expect(backwards.genes.length).toBe(20);
  expect([...backwards.score]).toEqual([...score]);
});

it('seurat: values that are not logged give the genes of their logarithms', () => {
  const { source } = normalizeTotal(counts);
  const options: HighlyVariableOptions = { flavour: 'seurat', nTop };
  const linear = highlyVariable(source, { ...options, logged: false });
  expect(linear.mask).toEqual(highlyVariable(log1p(source), options).mask);
});

it('is the same for any division into blocks', () => {
  const parts = [rows.slice(0, 7), rows.slice(7, 8), rows.slice(8)].map(csrOf);
  const source = { rows: cells, genes: nVars, blocks: () => parts };
  for (const flavour of ['seurat', 'seurat_v3'] as const)
    for (const batch of [undefined, column]) {
      const options = { flavour, nTop, ...(batch && { batch }) };
      expect(highlyVariable(prepared(source, flavour), options)).toEqual(
        highlyVariable(prepared(counts, flavour), options),
      );
    }
});

it.each(['seurat', 'seurat_v3'] as const)(
  '%s passes over genes of few cells as if they were not there',
  (flavour) => {
    for (const batch of [undefined, column]) {
      const found = Array.from({ length: nVars }, (_, j) => rows.filter((row) => row[j]! > 0).length);
      const minCells = found.toSorted((a, b) => a - b)[200]!;
      const genes = Int32Array.from(found.keys()).filter((j) => found[j]! >= minCells);
      const options: HighlyVariableOptions = { flavour, nTop, ...(batch && { batch }) };
      const passed = highlyVariable(prepared(counts, flavour), { ...options, minCells });
      const without = highlyVariable(pickGenes(prepared(counts, flavour), genes), options);
      expect([...passed.genes]).toEqual(Array.from(without.genes, (gene) => genes[gene]!));
      expect(passed.eligible.reduce((sum, is) => sum + is, 0)).toBe(genes.length);
      expect(genes.length).toBeLessThan(nVars - 100);
    }
  },
);

it('says what it cannot rank, and stops when asked', () => {
  const flavour = 'seurat';
  const same = blocksOf(rows.slice(0, 5).map(() => rows[0]!));
  expect(() => highlyVariable(same, { flavour })).toThrow(/No gene varies/);
  expect(() => highlyVariable(same, { flavour: 'seurat_v3' })).toThrow(InputError);
  expect(() => highlyVariable(blocksOf([rows[0]!]), { flavour })).toThrow(/two cells/);
  const lonely = { codes: column.codes.map((_, i) => (i === 7 ? 1 : 0)), categories: ['a', 'b'] };
  expect(() => highlyVariable(counts, { flavour, batch: lonely })).toThrow(/two cells/);
  const missing = {
    codes: column.codes.map((code, i) => (i === 7 ? -1 : code)),
    categories: column.categories,
  };
  expect(() => highlyVariable(counts, { flavour, batch: missing })).toThrow(/no batch/);
  expect(() => highlyVariable(counts, { flavour, nTop: 0 })).toThrow(InputError);
  expect(() => highlyVariable(counts, { flavour, hooks: { shouldStop: () => true } })).toThrow(
    CancelledError,
  );
});
