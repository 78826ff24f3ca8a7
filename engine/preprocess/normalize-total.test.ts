import { expect, it } from 'vitest';
import { relativeError } from '../../fixtures/reference/gradients.ts';
import { csrOf, generatedCounts, readPreprocessReference } from '../../fixtures/reference/preprocess.ts';
import { CancelledError, InputError } from '../errors.ts';
import { log1p } from './log1p.ts';
import { normalizeTotal } from './normalize-total.ts';

const reference = readPreprocessReference();
const counts = csrOf(generatedCounts(reference));
const part = (data: ArrayLike<number>) => Array.from(data).filter((_, e) => e % 997 === 0);

it('gives scanpy’s totals, normalised values and logarithms', () => {
  const { matrix, totals } = normalizeTotal(counts);
  expect([...totals]).toEqual(reference.totals);
  expect(relativeError(part(matrix.data), reference.normalizedPart)).toBeLessThan(1e-14);
  expect(relativeError(part(log1p(matrix).data), reference.loggedPart)).toBeLessThan(1e-14);
});

it('gives every cell the same sum and leaves zeros and the counts alone', () => {
  const before = counts.data.slice();
  const { matrix } = normalizeTotal(counts, { targetSum: 1234 });
  const data = Array.from(matrix.data);
  for (let i = 0; i < reference.cells; i++) {
    const row = data.slice(counts.indptr[i], counts.indptr[i + 1]);
    expect(row.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1234, 8);
  }
  expect(matrix.indices).toBe(counts.indices);
  expect(matrix.indptr).toBe(counts.indptr);
  expect(counts.data).toEqual(before);
});

it('leaves empty cells empty and out of the median', () => {
  const zeros = [0, 0];
  const { matrix, targetSum, emptyCells } = normalizeTotal(csrOf([zeros, [1, 1], zeros, [4, 4], zeros]));
  expect({ targetSum, emptyCells, data: [...matrix.data] }).toEqual({
    targetSum: 5,
    emptyCells: 3,
    data: [2.5, 2.5, 2.5, 2.5],
  });
});

it('log1p is undone by expm1, in float32 too', () => {
  expect(relativeError(log1p(counts).data.map(Math.expm1), counts.data)).toBeLessThan(1e-14);
  const single = { ...counts, data: Float32Array.from(counts.data) };
  const logged = log1p(single).data;
  expect(logged).toBeInstanceOf(Float32Array);
  expect(relativeError(logged.map(Math.expm1), counts.data)).toBeLessThan(1e-6);
});

it('stops for values that are no counts, and when asked', () => {
  for (const bad of [Number.NaN, -1, Number.POSITIVE_INFINITY]) {
    const matrix = csrOf([
      [0, 1],
      [0, 0],
      [bad, 2],
    ]);
    expect(() => normalizeTotal(matrix)).toThrow(InputError);
    expect(() => log1p(matrix)).toThrow(
      expect.objectContaining({ detail: expect.objectContaining({ found: `${bad} in cell 3, gene 1` }) }),
    );
  }
  expect(() => normalizeTotal(csrOf([[0, 0]]))).toThrow(InputError);
  expect(() => normalizeTotal(counts, { targetSum: 0 })).toThrow(InputError);
  expect(() => normalizeTotal(counts, { hooks: { shouldStop: () => true } })).toThrow(CancelledError);
});
