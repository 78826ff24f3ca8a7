import { sparsePca } from '../embedding/sparse-pca.ts';
import { sparseRows } from '../io/matrix-rows.ts';
import { log1p } from '../preprocess/log1p.ts';
import { normalizeTotal } from '../preprocess/normalize-total.ts';
import { wholeMatrix } from '../preprocess/row-blocks.ts';
import { type BranchingOptions, type BranchingTimeCourse, simulateBranching } from './branching.ts';

/** The embedded example: the simulated time course with its embedding. */
export interface ExampleDataset extends BranchingTimeCourse {
  /** PCA of the log-normalised counts, row-major `[nObs, components]` */
  xPca: Float32Array;
  components: number;
  /** of the genes in them, as scanpy keeps them in varm/PCs, row-major `[nVars, components]` */
  loadings: Float64Array;
  /** share of the variance in each component, `[components]` */
  explainedVarianceRatio: Float64Array;
}

export interface ExampleOptions extends BranchingOptions {
  /** principal components, at most as many as genes; default 10 */
  components?: number;
}

/**
 * Simulates the branching time course and embeds it: each cell's counts scaled to a sum of 10 000, log(1 + x),
 * principal components. Takes about a second.
 */
export function exampleDataset({ components: wanted = 10, ...options }: ExampleOptions = {}): ExampleDataset {
  const course = simulateBranching(options);
  const { nVars, counts } = course;
  const source = wholeMatrix(sparseRows(Float64Array.from(counts), nVars), nVars);
  const logged = log1p(normalizeTotal(source, { targetSum: 1e4 }).source);
  const components = Math.min(wanted, nVars);
  const { scores, loadings, explainedVarianceRatio } = sparsePca(logged, components);
  return { ...course, xPca: scores, components, loadings, explainedVarianceRatio };
}
