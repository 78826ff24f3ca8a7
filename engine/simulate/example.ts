import { pca } from '../embedding/pca.ts';
import { type BranchingOptions, type BranchingTimeCourse, simulateBranching } from './branching.ts';

/** The embedded example: the simulated time course with its embedding. */
export interface ExampleDataset extends BranchingTimeCourse {
  /** PCA of the log-normalised counts, row-major `[nObs, components]` */
  xPca: Float32Array;
  components: number;
  /** share of the variance in each component, `[components]` */
  explainedVarianceRatio: Float64Array;
}

/**
 * Simulates the branching time course and embeds it: each cell's counts scaled to a sum of 10 000, log(1 + x), ten
 * principal components. Takes about a second.
 */
export function exampleDataset(options: BranchingOptions = {}): ExampleDataset {
  const course = simulateBranching(options);
  const { nObs, nVars, counts } = course;
  const logged = logNormalise(counts, nObs, nVars);
  const components = Math.min(10, nVars);
  const { scores, explainedVarianceRatio } = pca(logged, nObs, nVars, components);
  return { ...course, xPca: scores, components, explainedVarianceRatio };
}

/** log(1 + 10⁴ · count / sum of the cell), row-major `[n, p]`; a cell without counts stays 0. */
function logNormalise(counts: Int32Array, n: number, p: number): Float32Array {
  const logged = new Float32Array(n * p);
  for (let i = 0; i < n; i++) {
    let total = 0;
    for (let j = 0; j < p; j++) total += counts[i * p + j];
    if (total === 0) continue;
    for (let j = 0; j < p; j++) logged[i * p + j] = Math.log1p((1e4 * counts[i * p + j]) / total);
  }
  return logged;
}
