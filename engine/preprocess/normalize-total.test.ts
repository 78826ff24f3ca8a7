import { expect, it } from 'vitest';
import { relativeError } from '../../fixtures/reference/gradients.ts';
import { csrOf, generatedCounts, readPreprocessReference } from '../../fixtures/reference/preprocess.ts';
import { CancelledError, InputError } from '../errors.ts';
import { log1p } from './log1p.ts';
import { normalizeTotal } from './normalize-total.ts';
import { type RowBlocks, wholeMatrix } from './row-blocks.ts';

const reference = readPreprocessReference();
const matrix = csrOf(generatedCounts(reference));
const counts = wholeMatrix(matrix, reference.genes);
const dataOf = ({ blocks }: RowBlocks) => Array.from(blocks(), ({ data }) => Array.from(data)).flat();
const blocksOf = (rows: number[][]) => wholeMatrix(csrOf(rows), rows[0]!.length);
const part = (data: ArrayLike<number>) => Array.from(data).filter((_, e) => e % 997 === 0);

it('gives scanpy’s totals, normalised values and logarithms', () => {
  const { source, totals } = normalizeTotal(counts);
  expect([...totals]).toEqual(reference.totals);
  expect(relativeError(part(dataOf(source)), reference.normalizedPart)).toBeLessThan(1e-14);
  expect(relativeError(part(dataOf(log1p(source))), reference.loggedPart)).toBeLessThan(1e-14);
});

it('gives every cell the same sum and leaves zeros and the counts alone', () => {
  const before = matrix.data.slice();
  const data = dataOf(normalizeTotal(counts, { targetSum: 1234 }).source);
  for (let i = 0; i < reference.cells; i++) {
    const row = data.slice(matrix.indptr[i], matrix.indptr[i + 1]);
    expect(row.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1234, 8);
  }
  expect(matrix.data).toEqual(before);
});

it('leaves empty cells empty and out of the median', () => {
  const zeros = [0, 0];
  const { source, targetSum, emptyCells } = normalizeTotal(blocksOf([zeros, [1, 1], zeros, [4, 4], zeros]));
  expect({ targetSum, emptyCells, data: dataOf(source) }).toEqual({
    targetSum: 5,
    emptyCells: 3,
    data: [2.5, 2.5, 2.5, 2.5],
  });
  const fitOn = Uint8Array.of(0, 1, 1, 0, 1);
  expect(normalizeTotal(blocksOf([zeros, [1, 1], zeros, [4, 4], zeros]), { fitOn })).toMatchObject({
    targetSum: 2,
    emptyCells: 2,
  });
});

it('log1p is undone by expm1, in float32 too', () => {
  expect(relativeError(dataOf(log1p(counts)).map(Math.expm1), matrix.data)).toBeLessThan(1e-14);
  const single = { ...matrix, data: Float32Array.from(matrix.data) };
  const [{ data: logged }] = [...log1p(wholeMatrix(single, reference.genes)).blocks()] as [typeof single];
  expect(logged).toBeInstanceOf(Float32Array);
  expect(relativeError(logged.map(Math.expm1), matrix.data)).toBeLessThan(1e-6);
});

it('stops for values that are no counts, and when asked', () => {
  for (const bad of [Number.NaN, -1, Number.POSITIVE_INFINITY]) {
    const wrong = blocksOf([
      [0, 1],
      [0, 0],
      [bad, 2],
    ]);
    expect(() => normalizeTotal(wrong)).toThrow(
      expect.objectContaining({ detail: expect.objectContaining({ found: `${bad} in cell 3, gene 1` }) }),
    );
  }
  expect(() => normalizeTotal(blocksOf([[0, 0]]))).toThrow(InputError);
  expect(() => normalizeTotal(counts, { targetSum: 0 })).toThrow(InputError);
  expect(() => normalizeTotal(counts, { hooks: { shouldStop: () => true } })).toThrow(CancelledError);
});

it('takes the median of the cells that are fitted on, and normalises all', () => {
  const rows = blocksOf([
    [1, 1],
    [40, 0],
    [3, 3],
  ]);
  const { targetSum, source } = normalizeTotal(rows, { fitOn: Uint8Array.of(1, 0, 1) });
  expect(targetSum).toBe(4);
  expect(dataOf(source)).toEqual([2, 2, 4, 2, 2]);
});
