import { sharedScalingRows } from '../compute/scaling-rows.ts';
import type { CostRows } from './ground-cost.ts';
import { createScalingKernel } from './scaling-kernel.ts';

export interface UnbalancedProblem {
  cost: CostRows;
  /** strength of the rows' marginals, in units of the cost, finite */
  tau: number;
  /** of the columns'; infinity: they are kept. Default: as the rows' */
  tauColumns?: number;
  /** entropic regularisation, in units of the cost */
  epsilon: number;
  /** column potentials to start from, [m]; default 0 */
  start?: Float64Array;
  /** see `marginalError` */
  tolerance: number;
  maxIterations: number;
  poll?: () => void;
}

/** π_ij = exp((f_i + g_j − c_ij) / ε) / (n m); arrays belong to the solver until its next call. */
export interface UnbalancedPotentials {
  /** [n]; a row's mass is exp(−f_i / τ) / n */
  f: Float64Array;
  /** [m]; a column's mass is exp(−g_j / τ) / m, with the columns' τ */
  g: Float64Array;
  /** Σ_j |Σ_i π_ij − exp(−g_j/τ) / m| / Σ π; the rows' condition is exact */
  marginalError: number;
  iterations: number;
  converged: boolean;
}

export interface UnbalancedSolver {
  solve(problem: UnbalancedProblem): UnbalancedPotentials;
}

/** how far, in ε, column potentials may move apart before the kernel is made anew */
const WIDEST_DRIFT = 20;

/** a column whose rows have next to no mass: its sum has left float64 */
const UNREACHED = 1e-250;

/**
 * Solves min ⟨π, c⟩ + ε KL(π | a ⊗ b) + τ KL(π1 | a) + τ' KL(πᵀ1 | b) with uniform a, b by scaling
 * (Chizat et al. 2018, Math. Comp. 87), stabilised by absorbing potentials into the kernel, with the best common shift of f and −g after each round
 * (Séjourné, Vialard, Peyré, AISTATS 2022): without it rounds converge at (τ / (τ + ε))².
 * @param maxN largest number of rows
 * @param storedBytes room for the float32 kernel, 4·n·m bytes; above it each round computes the costs anew
 */
export function createUnbalancedSolver(maxN: number, maxM: number, storedBytes: number): UnbalancedSolver {
  const kernel = createScalingKernel(maxN, maxM, storedBytes);
  const f = new Float64Array(maxN);
  const g = new Float64Array(maxM);
  const rows = sharedScalingRows(maxM);
  const { weights, sums: columnSums } = rows;

  /** f from g, then g from f. @returns the columns' error before g is changed */
  function iterate({ cost, epsilon, tau, tauColumns = tau, poll }: UnbalancedProblem): number {
    const { n, m } = cost;
    const [a, b] = [1 / n, 1 / m];
    const { phi, gamma, isFar } = kernel;
    const share = shareOf(tau, epsilon);
    const columnShare = shareOf(tauColumns, epsilon);
    const shift = middleDrift(g, gamma, isFar, m).middle;
    for (let j = 0; j < m; j++) {
      weights[j] = b * Math.exp(Math.min(200, (g[j]! - gamma[j]! - shift) / epsilon));
      columnSums[j] = 0;
    }
    for (let i = 0; i < n; i++) {
      if ((i & 255) === 255) poll?.();
      kernel.copyRow(i, rows.row);
      f[i] = share * (phi[i]! - epsilon * Math.log(rows.weightedSum(m)) - shift);
      const scale = a * Math.exp((f[i]! - phi[i]! + shift) / epsilon);
      if (scale > 0) rows.addScaled(scale, m);
    }
    let error = 0;
    let total = 0;
    for (let j = 0; j < m; j++) {
      const mass = weights[j]! * columnSums[j]!;
      total += mass;
      if (isFar[j] === 1) continue;
      error += Math.abs(mass - b * Math.exp(-g[j]! / tauColumns));
      g[j] =
        columnSums[j]! > UNREACHED
          ? columnShare * (gamma[j]! + shift - epsilon * Math.log(columnSums[j]!))
          : -columnShare * softMinimum(cost, j, f, epsilon);
    }
    return error / total;
  }

  /** Columns that the kernel does not reach, from f alone, in the log domain. @returns the largest change in ε */
  function reachFar({ cost, epsilon, tau, tauColumns = tau }: UnbalancedProblem): number {
    let change = 0;
    if (kernel.far === 0) return 0;
    for (let j = 0; j < cost.m; j++) {
      if (kernel.isFar[j] === 0) continue;
      const value = -shareOf(tauColumns, epsilon) * softMinimum(cost, j, f, epsilon);
      change = Math.max(change, Math.abs(value - g[j]!) / epsilon);
      g[j] = value;
    }
    return change;
  }

  function translate({ cost, tau, tauColumns = tau }: UnbalancedProblem): void {
    const { n, m } = cost;
    const both = 1 / (1 / tau + 1 / tauColumns);
    const shift = both * (logMass(f, n, tau) - logMass(g, m, tauColumns));
    for (let i = 0; i < n; i++) f[i]! += shift;
    for (let j = 0; j < m; j++) g[j]! -= shift;
  }

  return {
    solve(problem) {
      const { cost, epsilon, tolerance, maxIterations, poll = () => {} } = problem;
      const { n, m } = cost;
      if (problem.start) g.set(problem.start.subarray(0, m));
      else g.fill(0, 0, m);
      kernel.rebuild(cost, g, epsilon, poll);
      let error = Number.POSITIVE_INFINITY;
      let iterations = 0;
      for (;;) {
        if (iterations >= maxIterations) {
          reachFar(problem);
          break;
        }
        error = iterate(problem);
        iterations++;
        translate(problem);
        const settled = error <= tolerance;
        const farMoved = settled || iterations % 20 === 1 ? reachFar(problem) : 0;
        if (settled && farMoved <= Math.max(1e-9, tolerance)) break;
        const { width } = middleDrift(g, kernel.gamma, kernel.isFar, m);
        if (farMoved > 1 || width > WIDEST_DRIFT * epsilon) kernel.rebuild(cost, g, epsilon, poll);
      }
      return {
        f: f.subarray(0, n),
        g: g.subarray(0, m),
        marginalError: error,
        iterations,
        converged: error <= tolerance,
      };
    },
  };
}

/** The exponent of a scaling step; 1 where the marginal is kept. */
export function shareOf(tau: number, epsilon: number): number {
  return 1 / (1 + epsilon / tau);
}

/** log of the mean of exp(−f_i / τ) over the first n */
export function logMass(f: Float64Array, n: number, tau: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < n; i++) if (f[i]! < least) least = f[i]!;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += (1 / n) * Math.exp((least - f[i]!) / tau);
  return Math.log(sum) - least / tau;
}

/** ε log mean_i exp((f_i − c_ij) / ε) for one column */
function softMinimum(cost: CostRows, j: number, f: Float64Array, epsilon: number): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < cost.n; i++) largest = Math.max(largest, f[i]! - cost.at(i, j));
  let sum = 0;
  for (let i = 0; i < cost.n; i++)
    sum += (1 / cost.n) * Math.exp((f[i]! - cost.at(i, j) - largest) / epsilon);
  return largest + epsilon * Math.log(sum);
}

/** How far near columns have moved from their stabilisers: the middle of it and its width. */
function middleDrift(g: Float64Array, gamma: Float64Array, isFar: Uint8Array, m: number) {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let j = 0; j < m; j++) {
    if (isFar[j] === 1) continue;
    const drift = g[j]! - gamma[j]!;
    if (drift < low) low = drift;
    if (drift > high) high = drift;
  }
  return { middle: (low + high) / 2, width: high - low };
}
