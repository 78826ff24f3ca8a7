import { describe, expect, it } from 'vitest';
import { randomStream } from '../random.ts';
import { tridiagonalEigen, tridiagonalEnds } from './tridiagonal-eigen.ts';

const random = randomStream(1, 'tridiagonal');

describe('tridiagonalEigen', () => {
  it.each([1, 1e200, 1e-200])('gives the eigenvalues of second differences, times %d', (unit) => {
    const m = 60;
    const { values } = tridiagonalEigen(new Array(m).fill(2 * unit), new Array(m).fill(-unit), m);
    for (let i = 0; i < m; i++)
      expect(values[i]! / unit).toBeCloseTo(2 - 2 * Math.cos((Math.PI * (m - i)) / (m + 1)), 12);
  });

  it('gives orthonormal vectors with A v = λ v; their ends are those of tridiagonalEnds', () => {
    const m = 40;
    const diagonal = Float64Array.from({ length: m }, random.normal);
    // two blocks that know nothing of each other
    const beside = Float64Array.from({ length: m }, (_, i) => (i === 17 ? 0 : random.normal()));
    const { values, vectors } = tridiagonalEigen(diagonal, beside, m);
    const { values: again, ends } = tridiagonalEnds(diagonal, beside, m);
    expect(again).toEqual(values);
    for (let a = 0; a < m; a++) {
      const v = vectors.subarray(a * m, (a + 1) * m);
      expect(ends[a]).toBe(v[m - 1]);
      for (let i = 0; i < m; i++) {
        const above = i > 0 ? beside[i - 1]! * v[i - 1]! : 0;
        const below = i < m - 1 ? beside[i]! * v[i + 1]! : 0;
        expect(above + diagonal[i]! * v[i]! + below).toBeCloseTo(values[a]! * v[i]!, 12);
      }
      for (let b = 0; b < m; b++) {
        const product = v.reduce((sum, each, i) => sum + each * vectors[b * m + i]!, 0);
        expect(product).toBeCloseTo(a === b ? 1 : 0, 12);
      }
    }
  });

  it('knows zeros and a single number', () => {
    expect(tridiagonalEigen([0, 0, 0], [0, 0, 0], 3).values).toEqual(new Float64Array(3));
    expect(tridiagonalEigen([3], [], 1)).toEqual({ values: Float64Array.of(3), vectors: Float64Array.of(1) });
  });
});
