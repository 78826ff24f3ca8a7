import { describe, expect, it } from 'vitest';
import { InputError } from '../errors.ts';
import { randomStream } from '../random.ts';
import { pca } from './pca.ts';

const n = 300;
const p = 7;
const random = randomStream(3, 'pca');
const data = Float64Array.from({ length: n * p }, (_, i) => 5 + (1 + (i % p)) * random.normal());

describe('pca', () => {
  const all = pca(data, n, p, p);

  it('has orthonormal loadings, positive where they are largest', () => {
    for (let a = 0; a < p; a++) {
      for (let b = 0; b < p; b++) {
        let dot = 0;
        for (let j = 0; j < p; j++) dot += all.loadings[j * p + a] * all.loadings[j * p + b];
        expect(dot).toBeCloseTo(a === b ? 1 : 0, 10);
      }
      const column = Array.from({ length: p }, (_, j) => all.loadings[j * p + a]);
      expect(Math.max(...column)).toBe(Math.max(...column.map(Math.abs)));
    }
  });

  it('gives uncorrelated, centred scores whose variances are the explained ones, in descending order', () => {
    for (let a = 0; a < p; a++) {
      for (let b = a; b < p; b++) {
        let covariance = 0;
        for (let i = 0; i < n; i++) covariance += (all.scores[i * p + a] * all.scores[i * p + b]) / (n - 1);
        expect(covariance).toBeCloseTo(a === b ? all.explainedVariance[a] : 0, 3);
      }
    }
    expect([...all.explainedVariance].sort((x, y) => y - x)).toEqual([...all.explainedVariance]);
    expect(all.explainedVarianceRatio.reduce((x, y) => x + y)).toBeCloseTo(1, 12);
  });

  it('keeps all distances with all components', () => {
    const distance = (x: ArrayLike<number>, i: number, j: number) => {
      let square = 0;
      for (let k = 0; k < p; k++) square += (x[i * p + k] - x[j * p + k]) ** 2;
      return Math.sqrt(square);
    };
    for (let i = 1; i < n; i++) expect(distance(all.scores, 0, i)).toBeCloseTo(distance(data, 0, i), 4);
  });

  it('finds the line of points on a line (analytic)', () => {
    const line = Float64Array.from([0, 0, 3, -4, 6, -8]);
    const { scores, loadings, explainedVariance, explainedVarianceRatio } = pca(line, 3, 2, 1);
    expect(loadings[0]).toBeCloseTo(-0.6, 12);
    expect(loadings[1]).toBeCloseTo(0.8, 12);
    expect(scores[0]).toBeCloseTo(5, 6);
    expect(scores[2]).toBeCloseTo(-5, 6);
    expect(explainedVariance[0]).toBeCloseTo(25, 10);
    expect(explainedVarianceRatio[0]).toBeCloseTo(1, 12);
  });

  it('refuses wrong sizes, too many components and NaN', () => {
    expect(() => pca(data, n + 1, p, 2)).toThrow(InputError);
    expect(() => pca(data, n, p, p + 1)).toThrow(InputError);
    expect(() => pca(Float64Array.of(1, 2, Number.NaN, 4), 2, 2, 1)).toThrow(InputError);
  });
});
