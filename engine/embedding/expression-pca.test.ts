import { describe, expect, it } from 'vitest';
import { relativeError } from '../../fixtures/reference/gradients.ts';
import { csrOf, generatedCounts, readPreprocessReference } from '../../fixtures/reference/preprocess.ts';
import { CancelledError, InputError } from '../errors.ts';
import { log1p } from '../preprocess/log1p.ts';
import { normalizeTotal } from '../preprocess/normalize-total.ts';
import { type RowBlocks, wholeMatrix } from '../preprocess/row-blocks.ts';
import { type ExpressionPcaOptions, expressionPca } from './expression-pca.ts';

const reference = readPreprocessReference();
const { cells } = reference;
const rows = generatedCounts(reference);
const blocksOf = (of: ArrayLike<number>[]) => wholeMatrix(csrOf(of), of[0]!.length);
const counts = blocksOf(rows);
const options: ExpressionPcaOptions = {
  components: 6,
  variableGenes: reference.top,
  flavour: 'seurat',
  batch: null,
  minCells: 0,
  targetSum: null,
  fitOn: new Uint8Array(cells).fill(1),
  seed: 0,
  keepChosen: true,
};
const whole = expressionPca(counts, 'counts', options);

describe('from counts', () => {
  it('has the components of scanpy’s normalised, logged, variable genes', () => {
    expect([...whole.genes]).toEqual(reference.highlyVariable[0]!.genes);
    expect(relativeError(whole.explainedVarianceRatio, reference.components.varianceRatio)).toBeLessThan(
      1e-9,
    );
    reference.components.scores.forEach((scores, i) => {
      const own = whole.points.subarray(i * 50 * 6, i * 50 * 6 + 6);
      own.forEach((value, k) => {
        expect(Math.abs(value - scores[k]!)).toBeLessThan(1e-5);
      });
    });
  });

  it('does no step twice: what is normalised or logged already gives the same', () => {
    const { source } = normalizeTotal(counts);
    for (const [values, state] of [
      [source, 'normalized'],
      [log1p(source), 'log-normalized'],
    ] as const) {
      const again = expressionPca(values, state, options);
      expect(again.genes).toEqual(whole.genes);
      expect(relativeError(again.points, whole.points)).toBeLessThan(1e-6);
      expect(again.targetSum).toBe(null);
    }
  });

  it('takes all genes of scaled values', () => {
    const scaled = blocksOf(rows.slice(0, 50).map((row) => row.slice(0, 30).map((value, j) => value - j)));
    const { genes: taken } = expressionPca(scaled, 'scaled', {
      ...options,
      fitOn: new Uint8Array(50).fill(1),
    });
    expect(taken.length).toBe(30);
  });
});

describe('cells that are held out', () => {
  const fitOn = Uint8Array.from({ length: cells }, (_, i) => (i % 4 === 2 ? 0 : 1));
  const without = expressionPca(counts, 'counts', { ...options, fitOn });

  it('change nothing that is fitted, whatever they hold', () => {
    const other = rows.map((row, i) => (fitOn[i] === 0 ? row.map((value, j) => (value + 3 * j) % 17) : row));
    const again = expressionPca(blocksOf(other), 'counts', { ...options, fitOn });
    expect(again.genes).toEqual(without.genes);
    expect(again.loadings).toEqual(without.loadings);
    expect(again.targetSum).toBe(without.targetSum);
    const seen = (points: Float32Array) => points.filter((_, at) => fitOn[Math.floor(at / 6)] === 1);
    expect(seen(again.points)).toEqual(seen(without.points));
    // and a fit that saw them would notice
    const leaky = expressionPca(blocksOf(other), 'counts', options);
    expect(leaky.loadings).not.toEqual(whole.loadings);
  });

  it('are placed where a fit of the others alone places them', () => {
    const kept = rows.filter((_, i) => fitOn[i] === 1);
    const alone = expressionPca(blocksOf(kept), 'counts', {
      ...options,
      fitOn: new Uint8Array(kept.length).fill(1),
    });
    expect(without.loadings).toEqual(alone.loadings);
    const places = without.points.filter((_, at) => fitOn[Math.floor(at / 6)] === 0);
    expect(places.length).toBe(600);
    expect(places.every(Number.isFinite)).toBe(true);
  });
});

describe('what cannot be', () => {
  const tiny = (of: number[][], more: Partial<ExpressionPcaOptions> = {}): (() => unknown) => {
    const source: RowBlocks = blocksOf(of);
    return () =>
      expressionPca(source, 'counts', { ...options, fitOn: new Uint8Array(of.length).fill(1), ...more });
  };

  it('is said: one cell, no counts, no gene that varies, a gene in too few cells', () => {
    expect(tiny([[1, 2, 3]])).toThrow(/two cells/);
    expect(
      tiny([
        [0, 0],
        [0, 0],
      ]),
    ).toThrow(/No cell has any counts/);
    expect(
      tiny([
        [1, 1],
        [2, 2],
      ]),
    ).toThrow(/No gene varies/);
    expect(
      tiny(
        [
          [1, 0],
          [0, 2],
          [3, 1],
        ],
        { minCells: 3 },
      ),
    ).toThrow(InputError);
    expect(
      tiny([
        [1, 0],
        [Number.NaN, 2],
      ]),
    ).toThrow(InputError);
    expect(
      tiny([
        [1, 0],
        [-1, 2],
      ]),
    ).toThrow(InputError);
    expect(() => expressionPca(counts, 'log-normalized', { ...options, flavour: 'seurat_v3' })).toThrow(
      /needs counts/,
    );
  });

  it('gives fewer components where genes or cells are few, and never NaN', () => {
    const few = [
      [1, 0, 5, 0],
      [0, 0, 0, 0],
      [3, 2, 1, 0],
      [2, 0, 9, 0],
      [0, 7, 1, 0],
    ];
    const found = expressionPca(blocksOf(few), 'counts', { ...options, fitOn: new Uint8Array(5).fill(1) });
    expect(found.components).toBe(3);
    expect(found.points.every(Number.isFinite)).toBe(true);
    expect(found.steps.join()).toMatch(/Cells without any counts, which stay so: 1/);
  });

  it('stops when asked', () => {
    expect(() => expressionPca(counts, 'counts', options, () => ({ shouldStop: () => true }))).toThrow(
      CancelledError,
    );
  });
});
