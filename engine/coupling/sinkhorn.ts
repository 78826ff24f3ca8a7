import { expOrZero } from '../compute/exp-table.ts';
import { CancelledError, InputError } from '../errors.ts';
import { checkPoints } from './check-points.ts';
import { type CostRows, matrixCost, type Points, squaredDistances, transpose } from './ground-cost.ts';
import { pointCost } from './point-cost.ts';
import { sharesOf } from './shares.ts';

export interface SinkhornOptions {
  /** entropic regularisation ε as a share of the mean cost; default 0.01 */
  relativeEpsilon?: number;
  /** masses of the rows of x and y, not negative; scaled to a sum of 1; default uniform */
  massX?: ArrayLike<number>;
  massY?: ArrayLike<number>;
  /** the marginal error to reach, see `SinkhornPlan`; default 1e-6 */
  tolerance?: number;
  /** iterations at the final ε; default 2000 */
  maxIterations?: number;
  /** the cost matrix is stored while it takes no more bytes than this, else computed anew each time; default 512 MiB */
  storedBytes?: number;
  /** asked every few rows; true ends the work with CancelledError */
  shouldStop?: () => boolean;
}

/** The plan π_ij = a_i b_j exp((f_i + g_j − c_ij) / ε), never stored as a matrix. */
export interface SinkhornPlan {
  /** potential of each row of x, [n], in units of the cost */
  f: Float64Array;
  /** potential of each row of y, [m] */
  g: Float64Array;
  /** ε in units of the cost */
  epsilon: number;
  /** how far the plan's column sums are from b: Σ_j |Σ_i π_ij − b_j|; its row sums are exact */
  marginalError: number;
  iterations: number;
  /** false where `maxIterations` were not enough: marginalError is above the tolerance; a larger ε helps */
  converged: boolean;
  /** Σ_ij π_ij c_ij, without the entropy; not below the exact cost once converged */
  primalCost(): number;
  /** π_ij for all j, into `out` [m] */
  row(i: number, out: Float64Array): void;
}

/**
 * Entropic optimal transport with squared Euclidean cost, min Σ π_ij c_ij + ε KL(π | a ⊗ b), for clouds that are too
 * large for the exact plan. Potentials in float64, updated in the log domain; ε falls by halves from the mean cost, and
 * each update costs one exponential a pair. The plan tends to the exact one as ε → 0; an ε of 0.01 blurs a pair's end
 * by about √(ε/2) in each dimension.
 *
 * Cuturi, NeurIPS 2013; Peyré and Cuturi, Computational Optimal Transport (2019), section 4.4.
 * @param x flat [n, d]
 * @param y flat [m, d]
 * @throws InputError where a cloud is empty or holds NaN or infinity, masses do not fit or ε is not positive;
 *   CancelledError
 */
export function sinkhorn(
  x: Points,
  n: number,
  y: Points,
  m: number,
  d: number,
  options: SinkhornOptions = {},
): SinkhornPlan {
  const { relativeEpsilon = 0.01, tolerance = 1e-6, maxIterations = 2000, storedBytes = 2 ** 29 } = options;
  checkPoints(x, n, d, 'x');
  checkPoints(y, m, d, 'y');
  if (!(relativeEpsilon > 0 && Number.isFinite(relativeEpsilon))) {
    throw new InputError('Sinkhorn needs a positive ε.', {
      option: 'relativeEpsilon',
      expected: 'a positive share of the mean cost',
      found: String(relativeEpsilon),
    });
  }
  const a = sharesOf(options.massX, n, 'massX');
  const b = sharesOf(options.massY, m, 'massY');
  const cost = costRows(x, n, y, m, d, storedBytes);
  const meanCost = meanOf(cost);
  // equal points everywhere: any ε gives the same plan
  const epsilon = relativeEpsilon * (meanCost || 1);
  const state = { f: new Float64Array(n), g: new Float64Array(m), a, b, cost };

  const poll = () => {
    if (options.shouldStop?.()) throw new CancelledError();
  };
  // a rough plan for a wider kernel first: then the narrow one reaches every point
  for (let wide = meanCost; wide > 2 * epsilon; wide /= 4) solve(state, wide, 0.1, 30, poll);
  const reached = solve(state, epsilon, tolerance, maxIterations, poll);
  return {
    ...plan(state, n, m, epsilon),
    epsilon,
    ...reached,
    converged: reached.marginalError <= tolerance,
  };
}

/** rounds between two looks at how fast the error falls */
const WINDOW = 16;

/**
 * Rounds until the error is within the tolerance. They are over-relaxed: the error of plain rounds shrinks by a factor
 * ρ near 1 where ε is small; with the weight ω = 2 / (1 + √(1 − ρ)) by ω − 1 (Young's theory of successive
 * over-relaxation; for Sinkhorn: Thibault et al., Algorithms 14 (2021)). ρ comes from the rate r seen with the
 * present ω: ρ = (r + ω − 1)² / (r ω²). The last round is always plain, which makes the row sums exact.
 */
function solve(state: State, epsilon: number, tolerance: number, maxIterations: number, poll: () => void) {
  let omega = 1;
  let iterations = 0;
  let errorBefore = Number.NaN;
  let least = Number.POSITIVE_INFINITY;
  let plain = false;
  for (;;) {
    const last = iterations + 1 >= maxIterations;
    const weight = plain || last ? 1 : omega;
    const error = iterate(state, epsilon, weight, tolerance, poll);
    iterations++;
    const small = Math.max(error.rows, error.columns) <= tolerance;
    if (last || (weight === 1 && error.columns <= tolerance))
      return { marginalError: error.columns, iterations };
    plain = !plain && small;
    least = Math.min(least, error.columns);
    if (error.columns > DIVERGING * least) {
      omega = 1;
      least = error.columns;
    }
    // a change of ω first disturbs the error: the rate is that of the window's second half
    if (iterations % WINDOW === WINDOW / 2) errorBefore = error.columns;
    if (iterations % WINDOW !== 0) continue;
    const rate = (error.columns / errorBefore) ** (2 / WINDOW);
    if (rate < 1 && rate > omega - 1) {
      const rho = Math.min(1, (rate + omega - 1) ** 2 / (rate * omega ** 2));
      omega = Math.min(LARGEST_WEIGHT, Math.max(omega, 2 / (1 + Math.sqrt(1 - rho))));
    }
  }
}

// nearer to 2 the rounds are no longer sure to converge far from the solution
const LARGEST_WEIGHT = 1.95;
// a growth of the error that is more than the disturbance by a new weight
const DIVERGING = 30;

interface State {
  f: Float64Array;
  g: Float64Array;
  a: Float64Array;
  b: Float64Array;
  cost: CostRows;
}

/** a row or column that the kernel reaches with less than this has its potential set anew */
const UNREACHED = 1e-12;

/**
 * One round: f from g, with weight 1 so that the rows' sums are exact, then, unless the columns' sums are near enough
 * already, g from f. The potentials before their update serve as the stabiliser of the sums, and the exponentials of a
 * row serve its column sums as well.
 * @returns the error of the rows before f is changed, and of the columns before g is
 */
function iterate(
  { f, g, a, b, cost }: State,
  epsilon: number,
  weight: number,
  tolerance: number,
  poll: () => void,
) {
  const n = f.length;
  const m = g.length;
  const terms = new Float64Array(m);
  const columnSums = new Float64Array(m);
  const rowsBetweenPolls = Math.max(1, Math.floor(2e6 / m));
  const error = { rows: 0, columns: 0 };
  for (let i = 0; i < n; i++) {
    if (i % rowsBetweenPolls === 0) poll();
    const at = cost.row(i);
    let sum = kernelRow(cost.values, at, f[i]!, g, b, epsilon, terms);
    error.rows += a[i]! * Math.abs(sum - 1);
    let step = weight;
    if (!(sum > UNREACHED && sum < 1 / UNREACHED)) {
      f[i] = nearestPotential(cost.values, at, g, b);
      sum = kernelRow(cost.values, at, f[i]!, g, b, epsilon, terms);
      step = 1;
    }
    const log = Math.log(sum);
    f[i]! -= step * epsilon * log;
    const scale = step === 1 ? a[i]! / sum : a[i]! * Math.exp(-step * log);
    for (let j = 0; j < m; j++) columnSums[j]! += scale * terms[j]!;
  }
  for (let j = 0; j < m; j++) error.columns += b[j]! * Math.abs(columnSums[j]! - 1);
  if (weight === 1 && error.columns <= tolerance) return error;
  const unreached: number[] = [];
  for (let j = 0; j < m; j++) {
    if (columnSums[j]! > UNREACHED) g[j]! -= weight * epsilon * Math.log(columnSums[j]!);
    else unreached.push(j);
  }
  if (unreached.length > 0) reachColumns(cost, f, a, g, unreached);
  return error;
}

/** terms_j = exp((f_i + g_j − c_ij) / ε); returns Σ_j b_j terms_j. */
function kernelRow(
  costs: Float64Array,
  at: number,
  f: number,
  g: Float64Array,
  b: Float64Array,
  epsilon: number,
  terms: Float64Array,
): number {
  const inverse = 1 / epsilon;
  let sum = 0;
  for (let j = 0; j < terms.length; j++) {
    const term = expOrZero((f + g[j]! - costs[at + j]!) * inverse);
    terms[j] = term;
    sum += b[j]! * term;
  }
  return sum;
}

/** min_j (c_ij − g_j) over columns with mass: the update of f_i for ε → 0, which brings its largest term to 1 */
function nearestPotential(costs: Float64Array, at: number, g: Float64Array, b: Float64Array): number {
  let least = Number.POSITIVE_INFINITY;
  for (let j = 0; j < g.length; j++) {
    const value = costs[at + j]! - g[j]!;
    if (value < least && b[j]! > 0) least = value;
  }
  return least;
}

/** The same for some columns: g_j = min_i (c_ij − f_i). */
function reachColumns(
  cost: CostRows,
  f: Float64Array,
  a: Float64Array,
  g: Float64Array,
  columns: number[],
): void {
  for (const j of columns) g[j] = Number.POSITIVE_INFINITY;
  for (let i = 0; i < f.length; i++) {
    if (a[i]! === 0) continue;
    const at = cost.row(i);
    for (const j of columns) g[j] = Math.min(g[j]!, cost.values[at + j]! - f[i]!);
  }
}

function plan({ f, g, a, b, cost }: State, n: number, m: number, epsilon: number) {
  const terms = new Float64Array(m);

  function row(i: number, out: Float64Array): void {
    const at = cost.row(i);
    kernelRow(cost.values, at, f[i]!, g, b, epsilon, terms);
    for (let j = 0; j < m; j++) out[j] = a[i]! * b[j]! * terms[j]!;
  }

  return {
    f,
    g,
    row,
    primalCost(): number {
      let total = 0;
      for (let i = 0; i < n; i++) {
        const at = cost.row(i);
        kernelRow(cost.values, at, f[i]!, g, b, epsilon, terms);
        let own = 0;
        for (let j = 0; j < m; j++) own += b[j]! * terms[j]! * cost.values[at + j]!;
        total += a[i]! * own;
      }
      return total;
    },
  };
}

function costRows(x: Points, n: number, y: Points, m: number, d: number, storedBytes: number): CostRows {
  if (8 * n * m > storedBytes) return pointCost(x, n, y, m, d, 'squared-euclidean', false);
  const columns = new Float64Array(m * d);
  transpose(y, undefined, m, d, columns);
  const values = new Float64Array(n * m);
  for (let i = 0; i < n; i++) squaredDistances(x, i * d, columns, m, d, values, i * m);
  return matrixCost(values, n, m);
}

function meanOf(cost: CostRows): number {
  const { n, m } = cost;
  let total = 0;
  for (let i = 0; i < n; i++) {
    const at = cost.row(i);
    let own = 0;
    for (let j = 0; j < m; j++) own += cost.values[at + j]!;
    total += own;
  }
  return total / n / m;
}
