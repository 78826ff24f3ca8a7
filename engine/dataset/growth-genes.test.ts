import { describe, expect, it } from 'vitest';
import { csrOf } from '../../fixtures/reference/preprocess.ts';
import { wholeMatrix } from '../preprocess/row-blocks.ts';
import { randomStream } from '../random.ts';
import { ENSEMBL_IDS } from './growth-gene-ids.ts';
import { APOPTOSIS, PROLIFERATION } from './growth-gene-sets.ts';
import { growthScores } from './growth-genes.ts';

const cells = 120;

/** Log-normalised values of genes, those of a set higher in the cells of `isHigh`; then noise genes. */
function expression(symbols: readonly string[], isHigh: (cell: number) => boolean): number[][] {
  const random = randomStream(1, 'growth genes');
  return Array.from({ length: cells }, (_, i) =>
    symbols.map(() => Math.max(0, 0.3 + random.normal() + (isHigh(i) ? 1 : 0))),
  );
}

const scoresOf = (rows: number[][], names: string[], ids: string[] | null = null, cells?: Uint8Array) =>
  growthScores(wholeMatrix(csrOf(rows), names.length), { names, ids }, { ...(cells && { cells }) });

/** The same scores over dense values. */
function denseScores(rows: number[][], columns: number[]): number[] {
  const mean = (values: number[]) => values.reduce((a, b) => a + b) / values.length;
  const standardised = columns.map((j) => {
    const values = rows.map((row) => row[j]!);
    const m = mean(values);
    const sd = Math.sqrt(mean(values.map((v) => (v - m) ** 2)));
    return values.map((v) => (v - m) / sd);
  });
  return rows.map((_, i) => mean(standardised.map((column) => column[i]!)));
}

describe('growth scores', () => {
  const noise = Array.from({ length: 20 }, (_, j) => `Gene${j}`);
  const mouse = PROLIFERATION.symbols.map((s) => s[0] + s.slice(1).toLowerCase());
  const symbols = [...noise, ...mouse.slice(0, 40)];
  const rows = expression(symbols, (cell) => cell % 3 === 0);
  const { proliferation, apoptosis } = scoresOf(rows, symbols);

  it('are means of standardised genes, found by mouse symbols too', () => {
    expect(new Set(proliferation.genes)).toEqual(new Set(mouse.slice(0, 40)));
    const wanted = denseScores(rows, symbols.map((_, j) => j).slice(20));
    wanted.forEach((score, i) => {
      expect(proliferation.score![i]).toBeCloseTo(score, 10);
    });
  });

  it('tell dividing cells from others', () => {
    const high = Array.from(proliferation.score!).filter((_, i) => i % 3 === 0);
    const low = Array.from(proliferation.score!).filter((_, i) => i % 3 !== 0);
    expect(Math.min(...high)).toBeGreaterThan(Math.max(...low));
  });

  it('are none where the data lack the genes', () => {
    expect(apoptosis).toMatchObject({ score: null, genes: [] });
  });

  it('know newer names, pass over genes that are the same everywhere, and take the first of two of one name', () => {
    const named = [
      ...APOPTOSIS.symbols.slice(0, 12),
      'PIMREG',
      'JPT1',
      'CENPU',
      ...PROLIFERATION.symbols.slice(0, 9),
    ];
    const doubled = [...named, named[15]!];
    const values = expression(doubled, () => false).map((row) => row.map((v, j) => (j === 0 ? 1 : v)));
    const scores = scoresOf(values, doubled);
    expect(scores.proliferation.genes).toEqual(expect.arrayContaining(['PIMREG', 'JPT1', 'CENPU']));
    expect(scores.proliferation.genes.length).toBe(12);
    expect(scores.apoptosis.genes).toEqual([...APOPTOSIS.symbols.slice(1, 12)]);
  });
});

describe('Ensembl ids', () => {
  const picked = PROLIFERATION.symbols.slice(0, 30);
  const rows = expression(picked, (cell) => cell % 3 === 0);
  const bySymbol = scoresOf(rows, [...picked]).proliferation.score;

  it.each([
    ['human', 0, ''],
    ['mouse', 1, ''],
    ['with a version', 1, '.14'],
  ])('name the same genes as symbols: %s', (_, species, version) => {
    const ids = picked.map((symbol) => ENSEMBL_IDS.get(symbol)![species]! + version);
    expect(scoresOf(rows, ids).proliferation.score).toEqual(bySymbol);
    const renamed = picked.map((_symbol, j) => `gene ${j}`);
    expect(scoresOf(rows, renamed, ids).proliferation.score).toEqual(bySymbol);
  });

  it('say which gene it is where a symbol says otherwise', () => {
    // the mouse gene Gucy2d is another one than the human GUCY2D, whose counterpart is Gucy2e
    const names = [...APOPTOSIS.symbols.slice(0, 12), 'Gucy2d', 'Gucy2e'];
    const ids = names.map((name) => ENSEMBL_IDS.get(name)?.[1] ?? '');
    ids.splice(12, 2, 'ENSMUSG00000074003', 'ENSMUSG00000020890');
    const values = expression(names, () => false);
    expect(scoresOf(values, names, ids).apoptosis.genes).toContain('Gucy2e');
    expect(scoresOf(values, names, ids).apoptosis.genes).not.toContain('Gucy2d');
  });

  it('are known of all genes of the sets, each once', () => {
    const ids = [...PROLIFERATION.symbols, ...APOPTOSIS.symbols].flatMap(
      (symbol) => ENSEMBL_IDS.get(symbol)!,
    );
    expect(ids.filter((id) => /^ENS(MUS)?G\d{11}$/.test(id)).length).toBe(2 * 256);
    expect(new Set(ids).size).toBe(2 * 256);
    // of the annotation, by hand
    expect(ENSEMBL_IDS.get('MKI67')).toEqual(['ENSG00000148773', 'ENSMUSG00000031004']);
    expect(ENSEMBL_IDS.get('CASP3')).toEqual(['ENSG00000164305', 'ENSMUSG00000031628']);
  });
});

it('cells that take no part change no other cell, and have no score', () => {
  const picked = PROLIFERATION.symbols.slice(0, 15);
  const rows = expression(picked, (cell) => cell % 3 === 0);
  const cells = Uint8Array.from(rows, (_, i) => (i < 100 ? 1 : 0));
  const { score } = scoresOf(rows, [...picked], null, cells).proliferation;
  const alone = scoresOf(rows.slice(0, 100), [...picked]).proliferation.score!;
  expect(score!.subarray(0, 100)).toEqual(alone);
  expect(score!.subarray(100).every(Number.isNaN)).toBe(true);
});

it('the sets name no gene twice and share none', () => {
  const all = [...PROLIFERATION.symbols, ...APOPTOSIS.symbols];
  expect(new Set(all).size).toBe(all.length);
  expect([PROLIFERATION.symbols.length, APOPTOSIS.symbols.length]).toEqual([97, 159]);
});
