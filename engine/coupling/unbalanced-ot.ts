import { CancelledError, InputError } from '../errors.ts';
import { checkPoints } from './check-points.ts';
import type { CostRows, Points } from './ground-cost.ts';
import { meanSquaredDistance } from './mean-cost.ts';
import { pointCost } from './point-cost.ts';
import { createUnbalancedSolver, logMass, shareOf, type UnbalancedPotentials } from './unbalanced-scaling.ts';

export interface UnbalancedOptions {
  /** strength τ of the marginals as a share of the mean cost; positive; small: masses change freely */
  tau: number;
  /** of the columns' marginals; infinity: each column keeps its 1/m. Default: as the rows' */
  tauColumns?: number;
  /** entropic regularisation ε as a share of the mean cost; positive; default 0.05 */
  relativeEpsilon?: number;
  /** the marginal error to reach, a share of the mass (see UnbalancedPlan); default 1e-6 */
  tolerance?: number;
  /** default 2000 */
  maxIterations?: number;
  /** the float32 kernel (4·n·m bytes) is stored up to this size, else computed anew each round; default 512 MiB */
  storedBytes?: number;
  /** asked now and then; true ends the work with CancelledError */
  shouldStop?: () => boolean;
}

/**
 * A plan whose marginals may differ from 1/n and 1/m, divided by its total: all masses here are shares of 1. Never stored
 * as a matrix.
 */
export interface UnbalancedPlan {
  /** [n] and [m] */
  rowMass: Float64Array;
  columnMass: Float64Array;
  /** log(n · rowMass), which stays finite where the mass itself is too small for a number [n] */
  logRowGain: Float64Array;
  /** total before it was divided: 1 where nothing was relaxed */
  mass: number;
  /** in units of the cost */
  tau: number;
  epsilon: number;
  /** how far the columns' sums are from what their potentials say, a share of the mass; the rows' are exact */
  marginalError: number;
  iterations: number;
  /** false where `maxIterations` were not enough; a larger ε helps */
  converged: boolean;
  /** π_ij for all j, into `out` [m] */
  row(i: number, out: Float64Array): void;
  /**
   * log(n · mass) that other points would have as rows, from the columns' potentials (`points` flat [k, d]) → [k]
   * @throws CancelledError as the solving does
   */
  logGainAt(points: Points): Float64Array;
}

/**
 * Entropic unbalanced transport, min ⟨π, c⟩ + ε KL(π | a ⊗ b) + τ (KL(π1 | a) + KL(πᵀ1 | b)), with squared Euclidean
 * cost and uniform a, b; τ and ε in mean costs. A row that has no counterpart within about τ keeps little mass.
 * O((n + m) d) memory and 4·n·m bytes.
 *
 * Chizat, Peyré, Schmitzer, Vialard, Math. Comp. 87 (2018); equals POT's `sinkhorn_unbalanced` on c / mean(c).
 * @param x flat [n, d]
 * @param y flat [m, d]
 * @throws InputError where a cloud is empty or holds NaN or infinity, or τ or ε is not positive; CancelledError
 */
export function unbalancedPlan(
  x: Points,
  n: number,
  y: Points,
  m: number,
  d: number,
  options: UnbalancedOptions,
): UnbalancedPlan {
  const { tau, tauColumns = tau, relativeEpsilon = 0.05, tolerance = 1e-6, maxIterations = 2000 } = options;
  checkPoints(x, n, d, 'x');
  checkPoints(y, m, d, 'y');
  checkPositive('tau', tau);
  if (tauColumns !== Number.POSITIVE_INFINITY) checkPositive('tauColumns', tauColumns);
  checkPositive('relativeEpsilon', relativeEpsilon);
  // equal points everywhere: any unit gives the same plan
  const unit = meanSquaredDistance(x, n, y, m, d) || 1;
  const poll = () => {
    if (options.shouldStop?.()) throw new CancelledError();
  };
  const problem = {
    tau: tau * unit,
    tauColumns: tauColumns * unit,
    epsilon: relativeEpsilon * unit,
    tolerance,
    maxIterations,
    poll,
    storedBytes: options.storedBytes ?? 2 ** 29,
  };
  const solved = solvePoints(x, n, y, m, d, problem);
  return planOf(solved, x, n, y, m, d, problem);
}

interface PointProblem {
  tau: number;
  tauColumns: number;
  epsilon: number;
  tolerance: number;
  maxIterations: number;
  poll: () => void;
  storedBytes: number;
}

/** Above this many points on the smaller side, every fourth one is solved first. */
const COARSEST = 400;
const THINNING = 4;

function solvePoints(
  x: Points,
  n: number,
  y: Points,
  m: number,
  d: number,
  problem: PointProblem,
): UnbalancedPotentials {
  const cost = pointCost(x, n, y, m, d, 'squared-euclidean', false);
  const start = coarsePotentials(x, n, y, m, d, problem);
  const solver = createUnbalancedSolver(n, m, problem.storedBytes);
  return solver.solve({ ...problem, cost, ...(start && { start }) });
}

/** Column potentials that are near, from a thinned problem: the rounds then begin where the kernel is in range. */
function coarsePotentials(
  x: Points,
  n: number,
  y: Points,
  m: number,
  d: number,
  problem: PointProblem,
): Float64Array | undefined {
  if (Math.min(n, m) <= COARSEST) return undefined;
  const [few, fewOther] = [thinned(x, n, d), thinned(y, m, d)];
  const coarseN = few.length / d;
  const rough = { ...problem, tolerance: Math.max(problem.tolerance, 1e-3) };
  const { f } = solvePoints(few, coarseN, fewOther, fewOther.length / d, d, rough);
  const g = softMinima(y, m, few, f, d, problem.epsilon, problem.poll);
  const share = shareOf(problem.tauColumns, problem.epsilon);
  return g.map((value) => -share * value);
}

function thinned(points: Points, n: number, d: number): Float64Array {
  const count = Math.ceil(n / THINNING);
  const out = new Float64Array(count * d);
  for (let i = 0; i < count; i++) for (let k = 0; k < d; k++) out[i * d + k] = points[i * THINNING * d + k]!;
  return out;
}

/** ε log mean_j exp((g_j − ‖x_i − y_j‖²) / ε) for each point of x */
function softMinima(
  x: Points,
  n: number,
  y: Points,
  g: Float64Array,
  d: number,
  epsilon: number,
  poll: () => void,
): Float64Array {
  const m = g.length;
  const { row, values } = pointCost(x, n, y, m, d, 'squared-euclidean', false);
  const out = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    if ((i & 255) === 255) poll();
    row(i);
    let largest = Number.NEGATIVE_INFINITY;
    for (let j = 0; j < m; j++) largest = Math.max(largest, g[j]! - values[j]!);
    let sum = 0;
    for (let j = 0; j < m; j++) sum += Math.exp((g[j]! - values[j]! - largest) / epsilon);
    out[i] = largest + epsilon * Math.log(sum / m);
  }
  return out;
}

function planOf(
  { f, g, marginalError, iterations, converged }: UnbalancedPotentials,
  x: Points,
  n: number,
  y: Points,
  m: number,
  d: number,
  { tau, tauColumns, epsilon, poll }: PointProblem,
): UnbalancedPlan {
  const logRows = logMass(f, n, tau);
  const logColumns = logMass(g, m, tauColumns);
  const logRowGain = f.map((value) => -value / tau - logRows);
  const rowMass = logRowGain.map((gain) => Math.exp(gain) / n);
  const columnMass = g.map((value) => Math.exp(-value / tauColumns - logColumns) / m);
  const cost: CostRows = pointCost(x, n, y, m, d, 'squared-euclidean', false);

  return {
    rowMass,
    columnMass,
    logRowGain,
    mass: Math.exp(logRows),
    tau,
    epsilon,
    marginalError,
    iterations,
    converged,
    row(i, out) {
      const at = cost.row(i);
      let largest = Number.NEGATIVE_INFINITY;
      for (let j = 0; j < m; j++) largest = Math.max(largest, g[j]! - cost.values[at + j]!);
      let sum = 0;
      for (let j = 0; j < m; j++) {
        out[j] = Math.exp((g[j]! - cost.values[at + j]! - largest) / epsilon);
        sum += out[j]!;
      }
      const scale = rowMass[i]! / sum;
      for (let j = 0; j < m; j++) out[j]! *= scale;
    },
    logGainAt(points) {
      const soft = softMinima(points, points.length / d, y, g, d, epsilon, poll);
      return soft.map((value) => value / (tau + epsilon) - logRows);
    },
  };
}

function checkPositive(option: string, value: number): void {
  if (value > 0 && Number.isFinite(value)) return;
  throw new InputError(`Unbalanced transport needs a positive ${option}.`, {
    option,
    expected: 'a positive share of the mean cost',
    found: String(value),
  });
}
