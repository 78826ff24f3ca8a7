import { type Coupling, firstAbove } from './coupling.ts';
import { matrixCost, type Points, squaredDistances, transpose } from './ground-cost.ts';
import { createUnbalancedSolver } from './unbalanced-scaling.ts';

export interface UnbalancedMinibatchOptions {
  /** τ of the first cloud's marginal, and ε, both in units of the cost: the same for all minibatches of an interval (see `meanSquaredDistance`) */
  tau: number;
  epsilon: number;
}

/** Pairs are drawn at random from the plan: a nearer solution would not show in them. */
const TOLERANCE = 1e-3;
const MOST_ITERATIONS = 200;

/**
 * Entropic unbalanced transport with squared Euclidean cost between two minibatches (the first one's marginal relaxed, the second one's kept), then pairs drawn from the divided
 * plan. Points of the second cloud remember their potentials as a start for the next minibatch that holds them.
 * @param x0 first cloud, flat [·, d], finite
 * @param x1 second cloud, flat [·, d], finite
 * @param most0 the largest minibatch of the first cloud
 * @param most1 likewise of the second
 */
export function unbalancedMinibatchCoupling(
  x0: Points,
  x1: Points,
  d: number,
  most0: number,
  most1: number,
  { tau, epsilon }: UnbalancedMinibatchOptions,
): Coupling {
  const remembered = new Float64Array(x1.length / d);
  const columns = new Float64Array(most1 * d);
  const cost = new Float64Array(most0 * most1);
  const start = new Float64Array(most1);
  const byRow = new Float64Array(most0);
  const byPair = new Float64Array(most0 * most1);
  const isDrawn = new Uint8Array(most0);
  const solver = createUnbalancedSolver(most0, most1, 4 * most0 * most1);

  function fillCost(rows0: Int32Array, rows1: Int32Array): void {
    const m = rows1.length;
    transpose(x1, rows1, m, d, columns);
    for (let i = 0; i < rows0.length; i++) squaredDistances(x0, rows0[i]! * d, columns, m, d, cost, i * m);
  }

  /** Shares of a row's columns, summed up; within the row, so that one of next to no mass has them too. */
  function cumulateRow(i: number, g: Float64Array): void {
    const m = g.length;
    let largest = Number.NEGATIVE_INFINITY;
    for (let j = 0; j < m; j++) largest = Math.max(largest, g[j]! - cost[i * m + j]!);
    let sum = 0;
    for (let j = 0; j < m; j++) {
      sum += Math.exp((g[j]! - cost[i * m + j]! - largest) / epsilon);
      byPair[i * m + j] = sum;
    }
    isDrawn[i] = 1;
  }

  return {
    draw(rows0, rows1, random, out0, out1) {
      const n = rows0.length;
      const m = rows1.length;
      fillCost(rows0, rows1);
      for (let j = 0; j < m; j++) start[j] = remembered[rows1[j]!]!;
      const problem = {
        cost: matrixCost(cost, n, m),
        tau,
        tauColumns: Number.POSITIVE_INFINITY,
        epsilon,
        start,
      };
      const { f, g } = solver.solve({ ...problem, tolerance: TOLERANCE, maxIterations: MOST_ITERATIONS });
      for (let j = 0; j < m; j++) remembered[rows1[j]!] = g[j]!;
      const least = f.reduce((low, value) => Math.min(low, value));
      let sum = 0;
      for (let i = 0; i < n; i++) {
        sum += Math.exp((least - f[i]!) / tau);
        byRow[i] = sum;
        isDrawn[i] = 0;
      }
      for (let k = 0; k < out0.length; k++) {
        const i = firstAbove(byRow, 0, n, random.uniform() * sum);
        if (isDrawn[i] === 0) cumulateRow(i, g);
        const end = (i + 1) * m;
        out0[k] = rows0[i]!;
        out1[k] = rows1[firstAbove(byPair, i * m, end, random.uniform() * byPair[end - 1]!) - i * m]!;
      }
    },
  };
}
