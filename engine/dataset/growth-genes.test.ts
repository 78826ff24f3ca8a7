import { describe, expect, it } from 'vitest';
import { csrOf } from '../../fixtures/reference/preprocess.ts';
import { wholeMatrix } from '../preprocess/row-blocks.ts';
import { randomStream } from '../random.ts';
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
  const { proliferation, apoptosis } = growthScores(wholeMatrix(csrOf(rows), symbols.length), symbols);

  it('are means of standardised genes, found by mouse symbols too', () => {
    expect(new Set(proliferation!.genes)).toEqual(new Set(mouse.slice(0, 40)));
    const wanted = denseScores(rows, symbols.map((_, j) => j).slice(20));
    wanted.forEach((score, i) => {
      expect(proliferation!.score[i]).toBeCloseTo(score, 10);
    });
  });

  it('tell dividing cells from others', () => {
    const high = Array.from(proliferation!.score).filter((_, i) => i % 3 === 0);
    const low = Array.from(proliferation!.score).filter((_, i) => i % 3 !== 0);
    expect(Math.min(...high)).toBeGreaterThan(Math.max(...low));
  });

  it('are none where the data lack the genes', () => {
    expect(apoptosis).toBeNull();
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
    const scores = growthScores(wholeMatrix(csrOf(values), doubled.length), doubled);
    expect(scores.proliferation!.genes).toEqual(expect.arrayContaining(['PIMREG', 'JPT1', 'CENPU']));
    expect(scores.proliferation!.genes.length).toBe(12);
    expect(scores.apoptosis!.genes).toEqual([...APOPTOSIS.symbols.slice(1, 12)]);
  });
});

it('the sets name no gene twice and share none', () => {
  const all = [...PROLIFERATION.symbols, ...APOPTOSIS.symbols];
  expect(new Set(all).size).toBe(all.length);
  expect([PROLIFERATION.symbols.length, APOPTOSIS.symbols.length]).toEqual([97, 159]);
});
