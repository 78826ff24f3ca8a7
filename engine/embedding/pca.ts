import { PCA } from 'ml-pca';
import { InputError } from '../errors.ts';

export interface PcaResult {
  /** centred data times loadings, row-major `[n, components]` */
  scores: Float32Array;
  /** unit vectors as columns, row-major `[p, components]`; in each the entry of largest size is positive */
  loadings: Float64Array;
  /** variance along each component (n − 1 in the denominator), descending, `[components]` */
  explainedVariance: Float64Array;
  /** the same as a share of the total variance, `[components]` */
  explainedVarianceRatio: Float64Array;
}

/**
 * Exact principal components, from the eigenvectors of the p × p covariance matrix.
 *
 * Good for small data, such as the embedded example: time is O(n p² + p³) and all of it is dense. To be replaced by
 * a sparse, iterative method before real count matrices come here.
 * @param data row-major `[n, p]`, finite; not changed
 * @param components how many to keep, 1 … min(n − 1, p)
 * @throws InputError where the sizes do not fit or a value is not finite
 */
export function pca(data: Float32Array | Float64Array, n: number, p: number, components: number): PcaResult {
  check(data, n, p, components);
  const rows = Array.from({ length: n }, (_, i) => Array.from(data.subarray(i * p, (i + 1) * p)));
  const model = new PCA(rows, { method: 'covarianceMatrix' });
  const vectors = model.getEigenvectors();
  const mean = columnMeans(rows, p);

  const loadings = new Float64Array(p * components);
  for (let k = 0; k < components; k++) {
    let largest = 0;
    for (let j = 0; j < p; j++) {
      if (Math.abs(vectors.get(j, k)) > Math.abs(largest)) largest = vectors.get(j, k);
    }
    const sign = largest < 0 ? -1 : 1;
    for (let j = 0; j < p; j++) loadings[j * components + k] = sign * vectors.get(j, k);
  }

  const scores = new Float32Array(n * components);
  const sum = new Float64Array(components);
  for (let i = 0; i < n; i++) {
    sum.fill(0);
    for (let j = 0; j < p; j++) {
      const centred = data[i * p + j] - mean[j];
      for (let k = 0; k < components; k++) sum[k] += centred * loadings[j * components + k];
    }
    scores.set(sum, i * components);
  }
  return {
    scores,
    loadings,
    // rounding can leave −1e-17 where the data have no variance
    explainedVariance: Float64Array.from(model.getEigenvalues().slice(0, components), (v) => Math.max(0, v)),
    explainedVarianceRatio: Float64Array.from(model.getExplainedVariance().slice(0, components), (v) =>
      Number.isNaN(v) ? 0 : Math.max(0, v),
    ),
  };
}

function columnMeans(rows: number[][], p: number): Float64Array {
  const mean = new Float64Array(p);
  for (const row of rows) for (let j = 0; j < p; j++) mean[j] += row[j] / rows.length;
  return mean;
}

function check(data: Float32Array | Float64Array, n: number, p: number, components: number): void {
  if (data.length !== n * p) {
    throw new InputError('The data given to PCA do not have the size that was said.', {
      expected: `${n} × ${p} values`,
      found: `${data.length} values`,
    });
  }
  const most = Math.min(n - 1, p);
  if (!Number.isInteger(components) || components < 1 || components > most) {
    throw new InputError(`PCA cannot give ${components} components.`, {
      option: 'components',
      expected: `a whole number from 1 to ${most} (${n} cells, ${p} genes)`,
      found: String(components),
      action: 'Ask for fewer components.',
    });
  }
  const bad = data.findIndex((v) => !Number.isFinite(v));
  if (bad >= 0) {
    throw new InputError('PCA needs finite values.', {
      expected: 'numbers without NaN or infinity',
      found: `${data[bad]} at row ${Math.floor(bad / p)}, column ${bad % p}`,
      action: 'Remove these cells or genes first.',
    });
  }
}
