import { describe, expect, test } from 'vitest';
import { histogramOf, shortNumber } from './colouring.ts';
import { columnLabels } from './column-labels.ts';
import { conditionOf, conditionWords } from './conditions.ts';
import { fileSize } from './file-size.ts';
import { firstView } from './map-view.ts';
import { waitingOf } from './waiting.ts';

describe('conditions', () => {
  const values = ['A', 'B', 'C'];

  test('the shorter form, which keeps the same cells', () => {
    expect(conditionOf('type', values, new Set(['A']))).toEqual({ column: 'type', keep: ['A'] });
    expect(conditionOf('type', values, new Set(['A', 'B']))).toEqual({ column: 'type', drop: ['C'] });
    expect(conditionOf('type', values, new Set(values))).toBeNull();
    expect(conditionOf('type', values, new Set())).toBeNull();
  });

  test('in words', () => {
    expect(conditionWords({ column: 'n', min: 200, max: 5000 })).toBe('n: 200 to 5,000');
    expect(conditionWords({ column: 'n', min: null, max: 0.1 })).toBe('n: at most 0.1');
    expect(conditionWords({ column: 't', drop: ['A', 'B'] })).toBe('t: not A or B');
    expect(conditionWords({ column: 't', keep: [...'ABCDEF'] })).toBe('t: A, B, C, D and 2 more');
  });
});

describe('labels of a time column', () => {
  const candidate = { name: 'day', labels: ['10', '10.1'], times: [10, 10.1], reason: '' };

  test('numbers of 32 bits are found by what they mean', () => {
    const values = Float32Array.of(10.1, 10, 10.1, Number.NaN);
    expect(columnLabels({ kind: 'numbers', values }, candidate)).toEqual([
      { label: '10', time: 10, cells: 1 },
      { label: '10.1', time: 10.1, cells: 2 },
    ]);
    expect(columnLabels({ kind: 'numbers', values }, undefined)?.map(({ label }) => label)).toEqual([
      '10',
      '10.1',
    ]);
  });

  test('categories that no cell has are no labels; a measurement has none', () => {
    const colouring = {
      kind: 'categories',
      codes: Int32Array.of(0, -1, 0),
      names: ['a', 'b'],
      ordered: false,
    } as const;
    expect(columnLabels({ ...colouring, names: ['a', 'b'] }, undefined)).toEqual([
      { label: 'a', time: null, cells: 2 },
    ]);
    expect(
      columnLabels({ kind: 'numbers', values: Float32Array.from({ length: 101 }, (_, i) => i) }, undefined),
    ).toBeNull();
  });
});

test('numbers and sizes as they are read', () => {
  expect([0, 0.1234, -2.5, 1234.5, 2.5e7, 3e-5].map(shortNumber)).toEqual([
    '0',
    '0.123',
    '−2.5',
    '1,235',
    '2.5e+7',
    '3.0e−5',
  ]);
  expect([12, 999, 1000, 1_420_000_000, 999_600].map(fileSize)).toEqual([
    '12 bytes',
    '999 bytes',
    '1 kB',
    '1.4 GB',
    '1 MB',
  ]);
});

test('a histogram holds every number once, the largest too', () => {
  const found = histogramOf(Float32Array.of(0, 1, 2, 2, Number.NaN))!;
  expect(found.bins.reduce((sum, n) => sum + n, 0)).toBe(4);
  expect(found.bins.at(-1)).toBe(2);
  expect(histogramOf(Float32Array.of(7, 7))!.bins[0]).toBe(2);
  expect(histogramOf(Float32Array.of(Number.NaN))).toBeNull();
});

test('the map for the eye is shown first, then components, never what cannot be shown', () => {
  const named = (name: string, dims = 10, problem: string | null = null) => ({
    name,
    dims,
    problem,
    computed: false,
  });
  expect(firstView([named('X_pca'), named('X_tsne'), named('X_umap')])?.embedding).toBe('X_umap');
  expect(firstView([named('X_scvi'), named('X_pca'), named('X_umap', 2, 'NaN')])?.embedding).toBe('X_pca');
  expect(firstView([named('X_one', 1)])).toBeNull();
});

test('waiting is silent, then quiet, then says how long', () => {
  const left = (secondsLeft: number) => ({ stage: 'layout', step: 1, steps: 2, secondsLeft }) as const;
  expect(waitingOf(299, null)).toBe('silent');
  expect(waitingOf(300, null)).toBe('quiet');
  expect(waitingOf(300, left(5))).toBe('quiet');
  expect(waitingOf(300, left(60))).toBe('long');
  expect(waitingOf(10_000, null)).toBe('long');
});
