import { CancelledError, InputError } from '../errors.ts';
import type { CsrMatrix } from '../io/h5ad-write.ts';
import { randomStream } from '../random.ts';
import { leadingEigenpairs } from './leading-eigenpairs.ts';

/** The Gram matrix takes 8 p² bytes: 800 MB here. */
const MOST_GENES = 10_000;

/** A sparse matrix [rows, genes] in blocks of rows, so that it need never be in memory whole. */
export interface RowBlocks {
  rows: number;
  genes: number;
  /** the blocks in the order of the rows, from the start at each call; columns ascend in each row */
  blocks(): Iterable<CsrMatrix>;
}

export interface SparsePcaOptions {
  /** 1 = the fit sees this row, 0 = it does not; [rows]; default: all */
  fitOn?: Uint8Array;
  /** the start of the eigenvalue iteration; changes results by rounding only; default 0 */
  seed?: number;
  /** asked about every 256 rows; true ends the work with CancelledError */
  shouldStop?(): boolean;
  /** rows done of one pass over the blocks */
  onProgress?(done: number, total: number): void;
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
  const { gram, mean } = centredGram(source, fitted, options);
  let total = 0;
  for (let j = 0; j < p; j++) total += gram[j * p + j]!;
  const pairs = leadingEigenpairs(gram, p, components, randomStream(options.seed ?? 0, 'pca'), options);
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
export function projectSparse(
  model: SparsePcaModel,
  source: RowBlocks,
  hooks: Pick<SparsePcaOptions, 'shouldStop' | 'onProgress'> = {},
): Float32Array {
  const { genes: p, components: k, loadings, mean } = model;
  if (source.genes !== p) {
    throw new InputError('These cells have other genes than the PCA was fitted on.', {
      expected: `${p} genes`,
      found: `${source.genes} genes`,
    });
  }
  const offset = new Float64Array(k);
  for (let j = 0; j < p; j++) for (let c = 0; c < k; c++) offset[c] -= mean[j]! * loadings[j * k + c]!;
  const scores = new Float32Array(source.rows * k);
  const sum = new Float64Array(k);
  eachRow(source, hooks, ({ data, indices }, start, stop, row) => {
    sum.set(offset);
    for (let a = start; a < stop; a++) {
      const value = data[a]!;
      const base = indices[a]! * k;
      for (let c = 0; c < k; c++) sum[c] = sum[c]! + value * loadings[base + c]!;
    }
    scores.set(sum, row * k);
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

/** A matrix in memory as one block. */
export function wholeMatrix(matrix: CsrMatrix, genes: number): RowBlocks {
  return { rows: matrix.indptr.length - 1, genes, blocks: () => [matrix] };
}

function centredGram(source: RowBlocks, fitted: number, options: SparsePcaOptions) {
  const { genes: p } = source;
  const gram = new Float64Array(p * p);
  const mean = new Float64Array(p);
  eachRow(source, options, ({ data, indices }, start, stop, row) => {
    if (options.fitOn?.[row] === 0) return;
    for (let a = start; a < stop; a++) {
      const value = data[a]!;
      const base = indices[a]! * p;
      mean[indices[a]!] = mean[indices[a]!]! + value;
      for (let b = a; b < stop; b++) gram[base + indices[b]!] = gram[base + indices[b]!]! + value * data[b]!;
    }
  });
  for (let j = 0; j < p; j++) mean[j] = mean[j]! / fitted;
  for (let i = 0; i < p; i++) {
    for (let j = i; j < p; j++) {
      gram[i * p + j] = gram[i * p + j]! - fitted * mean[i]! * mean[j]!;
      gram[j * p + i] = gram[i * p + j]!;
    }
  }
  return { gram, mean };
}

function eachRow(
  source: RowBlocks,
  { shouldStop, onProgress }: Pick<SparsePcaOptions, 'shouldStop' | 'onProgress'>,
  visit: (block: CsrMatrix, start: number, stop: number, row: number) => void,
): void {
  let row = 0;
  for (const block of source.blocks()) {
    for (let i = 0; i + 1 < block.indptr.length; i++, row++) {
      if (row % 256 === 0) {
        if (shouldStop?.()) throw new CancelledError();
        onProgress?.(row, source.rows);
      }
      const start = block.indptr[i]!;
      const stop = block.indptr[i + 1]!;
      checkRow(block, start, stop, row, source.genes);
      if (row < source.rows) visit(block, start, stop, row);
    }
  }
  if (row !== source.rows) {
    throw new InputError('The blocks given to PCA do not have the number of cells that was said.', {
      expected: `${source.rows} cells`,
      found: `${row} cells`,
    });
  }
  onProgress?.(row, source.rows);
}

function checkRow(block: CsrMatrix, start: number, stop: number, row: number, genes: number): void {
  let last = -1;
  for (let a = start; a < stop; a++) {
    const column = block.indices[a]!;
    if (column <= last || column >= genes) {
      throw new InputError('The columns of a sparse row must ascend and lie inside the matrix.', {
        expected: `ascending columns below ${genes}`,
        found: `${column} after ${last} in row ${row}`,
      });
    }
    last = column;
    if (!Number.isFinite(block.data[a]!)) {
      throw new InputError('PCA needs finite values.', {
        expected: 'numbers without NaN or infinity',
        found: `${block.data[a]} at row ${row}, column ${column}`,
        action: 'Remove these cells or genes first.',
      });
    }
  }
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
