import { readFileSync } from 'node:fs';
import { PCA } from 'ml-pca';
import { describe, expect, it } from 'vitest';
import { congruential } from '../../fixtures/reference/gradients.ts';
import { loadDoubleKernels } from '../compute/double-kernels.ts';
import { CancelledError, InputError } from '../errors.ts';
import type { CsrMatrix } from '../io/h5ad-write.ts';
import { wholeMatrix } from '../preprocess/row-blocks.ts';
import { randomStream } from '../random.ts';
import { eigenBytes, leadingEigenpairs } from './leading-eigenpairs.ts';
import { fitSparsePca, projectSparse, sparsePca } from './sparse-pca.ts';

const reference = JSON.parse(
  readFileSync(new URL('../../fixtures/reference/pca.json', import.meta.url), 'utf8'),
);
const { n, p, k }: { n: number; p: number; k: number } = reference;
const dense = grouped();
const sparse = toCsr(dense, n, p);

describe('sparsePca', () => {
  const result = sparsePca(wholeMatrix(sparse, p), k);

  it("agrees with scikit-learn's full solver", () => {
    for (let c = 0; c < k; c++) {
      expect(result.explainedVariance[c]! / reference.explainedVariance[c]).toBeCloseTo(1, 7);
      expect(result.explainedVarianceRatio[c]).toBeCloseTo(reference.explainedVarianceRatio[c], 9);
      let cosine = 0;
      for (let j = 0; j < p; j++) cosine += result.loadings[j * k + c]! * reference.components[c][j];
      expect(Math.abs(cosine)).toBeGreaterThan(1 - 1e-9);
    }
    for (let j = 0; j < p; j++) expect(result.mean[j]).toBeCloseTo(reference.mean[j], 12);
  });

  it('is the dense PCA of the same data', () => {
    const rows = Array.from({ length: n }, (_, i) => Array.from(dense.subarray(i * p, (i + 1) * p)));
    const exact = new PCA(rows, { method: 'covarianceMatrix' }).predict(rows, { nComponents: k });
    for (let c = 0; c < k; c++) {
      const sign = Math.sign(exact.get(0, c) * result.scores[c]!);
      for (let i = 0; i < n; i++) expect(sign * result.scores[i * k + c]!).toBeCloseTo(exact.get(i, c), 4);
    }
  });

  it('has orthonormal loadings, positive where they are largest', () => {
    for (let a = 0; a < k; a++) {
      for (let b = 0; b < k; b++) {
        let dot = 0;
        for (let j = 0; j < p; j++) dot += result.loadings[j * k + a]! * result.loadings[j * k + b]!;
        expect(dot).toBeCloseTo(a === b ? 1 : 0, 9);
      }
      const column = Array.from({ length: p }, (_, j) => result.loadings[j * k + a]!);
      expect(Math.max(...column)).toBe(Math.max(...column.map(Math.abs)));
    }
  });

  it('finds the line of points on a line (analytic)', () => {
    const line = wholeMatrix(toCsr(Float64Array.from([0, 0, 3, -4, 6, -8]), 3, 2), 2);
    const { scores, loadings, explainedVariance, explainedVarianceRatio } = sparsePca(line, 1);
    expect(loadings[0]).toBeCloseTo(-0.6, 12);
    expect(loadings[1]).toBeCloseTo(0.8, 12);
    expect([scores[0], scores[2]]).toEqual([expect.closeTo(5, 6), expect.closeTo(-5, 6)]);
    expect(explainedVariance[0]).toBeCloseTo(25, 10);
    expect(explainedVarianceRatio[0]).toBeCloseTo(1, 12);
  });

  it('gives the same bits from blocks of rows as from one matrix', () => {
    const blocks = [rowsOf(sparse, 0, 1), rowsOf(sparse, 1, 120), rowsOf(sparse, 120, n)];
    expect(sparsePca({ rows: n, genes: p, blocks: () => blocks }, k)).toEqual(result);
  });

  // more rows and entries than are packed at once
  it('gives the same components and scores where every cell is there twenty times', () => {
    const times = 20;
    const { explainedVariance, loadings, scores } = sparsePca(
      { rows: n * times, genes: p, blocks: () => new Array(times).fill(sparse) },
      k,
    );
    for (let c = 0; c < k; c++) {
      const ratio = (times * (n - 1)) / (times * n - 1);
      expect(explainedVariance[c]! / result.explainedVariance[c]!).toBeCloseTo(ratio, 10);
    }
    for (let a = 0; a < p * k; a++) expect(loadings[a]).toBeCloseTo(result.loadings[a]!, 6);
    for (let time = 0; time < times; time++) {
      expect(scores.subarray(time * n * k, (time + 1) * n * k)).toEqual(scores.subarray(0, n * k));
    }
    for (let a = 0; a < n * k; a++) expect(scores[a]).toBeCloseTo(result.scores[a]!, 4);
  });

  it('sums over more entries than are packed at once', () => {
    const [rows, genes] = [600, 400];
    const next = congruential(3);
    const values = Float64Array.from({ length: rows * genes }, () => 1 + next());
    const { mean, explainedVariance, explainedVarianceRatio } = fitSparsePca(
      wholeMatrix(toCsr(values, rows, genes), genes),
      1,
    );
    let variance = 0;
    for (let j = 0; j < genes; j++) {
      const gene = values.filter((_, a) => a % genes === j);
      const centre = gene.reduce((sum, value) => sum + value, 0) / rows;
      expect(mean[j]).toBeCloseTo(centre, 12);
      variance += gene.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (rows - 1);
    }
    expect(explainedVariance[0]! / explainedVarianceRatio[0]!).toBeCloseTo(variance, 9);
  });

  it('fits on the rows that it may see only, and projects the others', () => {
    const fitOn = Uint8Array.from({ length: n }, (_, i) => (i < 200 ? 1 : 0));
    const part = sparsePca(wholeMatrix(sparse, p), k, { fitOn });
    const alone = sparsePca(wholeMatrix(rowsOf(sparse, 0, 200), p), k);
    expect(part.loadings).toEqual(alone.loadings);
    expect(part.scores.slice(0, 200 * k)).toEqual(alone.scores);
    expect(part.scores.slice(200 * k)).toEqual(projectSparse(alone, wholeMatrix(rowsOf(sparse, 200, n), p)));
  });

  it('keeps variances and distances between scores when the data are rotated', () => {
    const rotated = Float64Array.from(dense);
    for (let i = 0; i < n; i++) rotatePair(rotated, i * p + 3, i * p + 11, 0.7);
    const other = sparsePca(wholeMatrix(toCsr(rotated, n, p), p), k);
    for (let c = 0; c < k; c++) {
      expect(other.explainedVariance[c]! / result.explainedVariance[c]!).toBeCloseTo(1, 10);
      for (let i = 0; i < n; i++) {
        expect(Math.abs(other.scores[i * k + c]!)).toBeCloseTo(Math.abs(result.scores[i * k + c]!), 4);
      }
    }
  });

  it('gives zeros, not NaN, for constant data and genes that are all zero', () => {
    const constant = new Float64Array(6 * 4).map((_, a) => (a % 4 === 0 ? 0.1 : 0));
    const flat = sparsePca(wholeMatrix(toCsr(constant, 6, 4), 4), 3);
    for (const v of [...flat.scores, ...flat.explainedVariance]) expect(v).toBeCloseTo(0, 7);
    for (const v of flat.explainedVarianceRatio) expect(Number.isFinite(v)).toBe(true);
    for (const v of flat.loadings) expect(Number.isFinite(v)).toBe(true);
  });

  it('refuses NaN, too many components, a single cell and wrong sizes, and stops when asked', () => {
    const broken = { ...sparse, data: sparse.data.map((v, a) => (a === 5 ? Number.NaN : v)) } as CsrMatrix;
    expect(() => fitSparsePca(wholeMatrix(broken, p), k)).toThrow(InputError);
    expect(() => fitSparsePca(wholeMatrix(sparse, p), p + 1)).toThrow(InputError);
    expect(() => fitSparsePca(wholeMatrix(rowsOf(sparse, 0, 1), p), 1)).toThrow(InputError);
    expect(() => fitSparsePca({ rows: n + 1, genes: p, blocks: () => [sparse] }, k)).toThrow(InputError);
    expect(() => fitSparsePca({ rows: n - 1, genes: p, blocks: () => [sparse] }, k)).toThrow(InputError);
    expect(() => fitSparsePca(wholeMatrix(sparse, 10), 3)).toThrow(InputError);
    expect(() => fitSparsePca(wholeMatrix(sparse, p), k, { shouldStop: () => true })).toThrow(CancelledError);
  });
});

describe('leadingEigenpairs', () => {
  it('finds every copy of a repeated eigenvalue', () => {
    const values = [5, 5, 5, 2, 2, 1, ...new Array(94).fill(0.5)];
    const pairs = leadingOf(values, 7);
    pairs.forEach((pair, i) => {
      expect(pair.value).toBeCloseTo(values[i]!, 8);
    });
    for (const a of pairs) {
      for (const b of pairs) {
        const dot = a.vector.reduce((sum, v, j) => sum + v * b.vector[j]!, 0);
        expect(dot).toBeCloseTo(a === b ? 1 : 0, 8);
      }
    }
  });

  // the second search once left the complement of the first: its rounding errors grew along large eigenvectors
  it('finds nothing twice where a narrow band of eigenvalues follows a few large ones', () => {
    const values = Array.from({ length: 400 }, (_, i) => (i < 5 ? 100 - i : 10 - i / 400));
    const pairs = leadingOf(values, 20);
    pairs.forEach((pair, i) => {
      expect(pair.value).toBeCloseTo(values[i]!, 8);
      expect(Math.abs(pair.vector[i]!)).toBeGreaterThan(1 - 1e-8);
    });
  });
});

function leadingOf(values: number[], k: number) {
  const p = values.length;
  const kernels = loadDoubleKernels(8 * p * p + eigenBytes(p));
  const matrix = kernels.doubles(p * p);
  values.forEach((v, i) => {
    matrix[i * p + i] = v;
  });
  return leadingEigenpairs(kernels, matrix, p, k, randomStream(1, 'test'));
}

function grouped(): Float64Array {
  const next = congruential(7);
  return Float64Array.from({ length: n * p }, (_, a) => {
    const i = Math.floor(a / p);
    return Math.max(0, next() - 0.5) * (i % 5 === (a % p) % 5 ? 8 : 1);
  });
}

function toCsr(values: Float64Array, rows: number, columns: number): CsrMatrix {
  const data: number[] = [];
  const indices: number[] = [];
  const indptr = [0];
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      if (values[i * columns + j] === 0) continue;
      data.push(values[i * columns + j]!);
      indices.push(j);
    }
    indptr.push(data.length);
  }
  return {
    data: Float64Array.from(data),
    indices: Int32Array.from(indices),
    indptr: Int32Array.from(indptr),
  };
}

function rowsOf({ data, indices, indptr }: CsrMatrix, start: number, stop: number): CsrMatrix {
  const from = indptr[start]!;
  const to = indptr[stop]!;
  return {
    data: data.slice(from, to),
    indices: indices.slice(from, to),
    indptr: indptr.slice(start, stop + 1).map((at) => at - from),
  };
}

function rotatePair(x: Float64Array, a: number, b: number, angle: number): void {
  const [u, v] = [x[a]!, x[b]!];
  x[a] = Math.cos(angle) * u - Math.sin(angle) * v;
  x[b] = Math.sin(angle) * u + Math.cos(angle) * v;
}
