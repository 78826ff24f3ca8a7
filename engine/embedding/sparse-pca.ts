import { type DoubleKernels, gramScratchLength, loadDoubleKernels } from '../compute/double-kernels.ts';
import { InputError } from '../errors.ts';
import type { Hooks, RowBlocks } from '../preprocess/row-blocks.ts';
import { randomStream } from '../random.ts';
import { eigenBytes, leadingEigenpairs } from './leading-eigenpairs.ts';
import { overPackedRows, PACKED_ROWS, packedBytes, packedEntries } from './packed-rows.ts';

/** The Gram matrix takes 8 p² bytes: 800 MB here. */
const MOST_GENES = 10_000;

/** Its `shouldStop` is also asked once a Lanczos step. */
export interface SparsePcaOptions extends Hooks {
  /** 1 = the fit sees this row, 0 = it does not; [rows]; default: all */
  fitOn?: Uint8Array;
  /** the start of the eigenvalue iteration; changes results by rounding only; default 0 */
  seed?: number;
}

export interface SparsePcaModel {
  genes: number;
  components: number;
  /** unit vectors as columns, row-major [genes, components]; in each the entry of largest size is positive */
  loadings: Float64Array;
  /** of each gene over the fitted rows, [genes] */
  mean: Float64Array;
  /** variance along each component (n − 1 in the denominator), descending, [components] */
  explainedVariance: Float64Array;
  /** the same as a share of the total variance; 0 where there is none; [components] */
  explainedVarianceRatio: Float64Array;
  /** how many rows the fit saw */
  fittedRows: number;
}

/**
 * Principal components to convergence: Lanczos (residual 1e-8 of each eigenvalue) on the centred Gram matrix
 * Σ x xᵀ − n m mᵀ, summed in float64 row by row, so that X is neither centred nor densified. One pass over the blocks;
 * O(Σ nnz² + p² steps) time, 8 p² bytes.
 * @param components how many, 1 … min(fitted rows − 1, genes)
 * @throws InputError where sizes do not fit, a value is not finite or there are above 10,000 genes; CancelledError
 */
export function fitSparsePca(
  source: RowBlocks,
  components: number,
  options: SparsePcaOptions = {},
): SparsePcaModel {
  const { genes: p } = source;
  const fitted = checkSizes(source, components, options.fitOn);
  const scratchLength = gramScratchLength(p, packedEntries(p));
  const kernels = loadDoubleKernels(
    8 * (p * p + p) + packedBytes(p) + 4 * scratchLength + eigenBytes(p) + 256,
  );
  const { gram, mean, total } = centredGram(kernels, source, fitted, options);
  const random = randomStream(options.seed ?? 0, 'pca');
  const pairs = leadingEigenpairs(kernels, gram, p, components, random, options);
  // rounding can leave −1e-17 where the data have no variance
  const sums = pairs.map((pair) => Math.max(0, pair.value));
  return {
    genes: p,
    components,
    loadings: signedColumns(
      pairs.map((pair) => pair.vector),
      p,
    ),
    mean,
    explainedVariance: Float64Array.from(sums, (s) => s / (fitted - 1)),
    explainedVarianceRatio: Float64Array.from(sums, (s) => (total > 0 ? s / total : 0)),
    fittedRows: fitted,
  };
}

/**
 * Scores (x − mean) · loadings of any rows with the model's genes, row-major [rows, components]. One pass.
 * @throws InputError where sizes do not fit or a value is not finite; CancelledError
 */
export function projectSparse(model: SparsePcaModel, source: RowBlocks, hooks: Hooks = {}): Float32Array {
  const { genes: p, components: k, loadings, mean } = model;
  if (source.genes !== p) {
    throw new InputError('These cells have other genes than the PCA was fitted on.', {
      expected: `${p} genes`,
      found: `${source.genes} genes`,
    });
  }
  // the kernel takes pairs of components
  const width = k + (k % 2);
  const kernels = loadDoubleKernels(8 * (p + 2) * width + 4 * PACKED_ROWS * k + packedBytes(p) + 256);
  const matrix = kernels.doubles(p * width);
  const offset = kernels.doubles(width);
  const sums = kernels.doubles(width);
  const out = kernels.floats(PACKED_ROWS * k);
  for (let j = 0; j < p; j++) {
    for (let c = 0; c < k; c++) {
      matrix[j * width + c] = loadings[j * k + c]!;
      offset[c]! -= mean[j]! * loadings[j * k + c]!;
    }
  }
  const scores = new Float32Array(source.rows * k);
  overPackedRows(source, kernels, { fitOn: undefined, hooks }, (x, rows, before) => {
    kernels.sparseProduct(x, rows, matrix, offset, k, out, sums);
    scores.set(out.subarray(0, rows * k), before * k);
  });
  return scores;
}

/** Fit and the scores of all rows, also those that the fit did not see. Two passes over the blocks. */
export function sparsePca(
  source: RowBlocks,
  components: number,
  options: SparsePcaOptions = {},
): SparsePcaModel & { scores: Float32Array } {
  const model = fitSparsePca(source, components, options);
  return { ...model, scores: projectSparse(model, source, options) };
}

/** Both triangles would be the same: the lower one stays empty. */
function centredGram(kernels: DoubleKernels, source: RowBlocks, fitted: number, options: SparsePcaOptions) {
  const { genes: p } = source;
  const gram = kernels.doubles(p * p);
  const sums = kernels.doubles(p);
  const scratch = kernels.integers(gramScratchLength(p, packedEntries(p)));
  overPackedRows(source, kernels, { fitOn: options.fitOn, hooks: options }, (x, rows) => {
    kernels.gramAdd(x, rows, gram, sums, scratch);
  });
  const mean = Float64Array.from(sums, (sum) => sum / fitted);
  let total = 0;
  for (let i = 0; i < p; i++) {
    for (let j = i; j < p; j++) gram[i * p + j]! -= fitted * mean[i]! * mean[j]!;
    total += gram[i * p + i]!;
  }
  return { gram, mean, total };
}

function signedColumns(vectors: readonly Float64Array[], p: number): Float64Array {
  const k = vectors.length;
  const columns = new Float64Array(p * k);
  vectors.forEach((vector, c) => {
    let largest = 0;
    for (const v of vector) if (Math.abs(v) > Math.abs(largest)) largest = v;
    for (let j = 0; j < p; j++) columns[j * k + c] = (largest < 0 ? -1 : 1) * vector[j]!;
  });
  return columns;
}

function checkSizes({ rows, genes }: RowBlocks, components: number, fitOn?: Uint8Array): number {
  if (fitOn !== undefined && fitOn.length !== rows) {
    throw new InputError('The choice of cells for the PCA does not fit the matrix.', {
      expected: `${rows} entries`,
      found: `${fitOn.length} entries`,
    });
  }
  if (genes > MOST_GENES) {
    throw new InputError(`PCA of ${genes} genes would need too much memory.`, {
      expected: `at most ${MOST_GENES} genes`,
      found: `${genes} genes`,
      action: 'Choose highly variable genes first, e.g. 2000.',
    });
  }
  const fitted = fitOn === undefined ? rows : fitOn.reduce((count, seen) => count + (seen === 0 ? 0 : 1), 0);
  const most = Math.min(fitted - 1, genes);
  if (!Number.isInteger(components) || components < 1 || components > most) {
    throw new InputError(`PCA cannot give ${components} components.`, {
      option: 'components',
      expected:
        most < 1
          ? 'at least two cells and one gene'
          : `a whole number from 1 to ${most} (${fitted} cells, ${genes} genes)`,
      found: most < 1 ? `${fitted} cells, ${genes} genes` : String(components),
      action: most < 1 ? 'Give more cells.' : 'Ask for fewer components.',
    });
  }
  return fitted;
}
