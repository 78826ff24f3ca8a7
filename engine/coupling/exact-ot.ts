import { CancelledError, InputError } from '../errors.ts';
import type { CostRows, GroundCostName, Points } from './ground-cost.ts';
import { type IntegerMasses, uniformMasses, weightedMasses } from './integer-masses.ts';
import { createTransportSolver } from './network-simplex.ts';
import { pointCost } from './point-cost.ts';

export interface ExactPlanOptions {
  cost: GroundCostName;
  /** weights of the rows of x, [n], positive. Default: uniform, 1/n */
  a?: Float64Array;
  /** weights of the rows of y, [m], positive, of the same sum as a. Default: uniform, sum(a)/m */
  b?: Float64Array;
  /** polled now and then; a true answer throws CancelledError */
  shouldStop?: () => boolean;
  /** Default: 10⁹ */
  maxPivots?: number;
}

/** An optimal transport plan as a sparse list of at most n + m − 1 pairs. */
export interface TransportPlan {
  readonly rows: Int32Array;
  readonly columns: Int32Array;
  /** mass of each pair; the marginals hold within 1e-12 of the total mass */
  readonly mass: Float64Array;
  /** Σ mass · c, float64 on the points */
  readonly cost: number;
  /** Kantorovich potentials, [n] and [m]: u_i + v_j ≤ c_ij, with equality where mass flows */
  readonly u: Float64Array;
  readonly v: Float64Array;
  readonly pivots: number;
  /** false where maxPivots stopped it: the plan is feasible, its cost an upper bound */
  readonly converged: boolean;
}

/**
 * The exact optimal transport plan between two clouds of points, by the network simplex.
 * O((n + m) d) memory and 4·n·m bytes (not above 1 GB).
 * @param x flat [n, d]
 * @param y flat [m, d]
 * @throws InputError for empty clouds, d < 1, NaN or infinity, weights that are not positive or differ in sum
 */
export function exactPlan(x: Points, y: Points, d: number, options: ExactPlanOptions): TransportPlan {
  const n = countPoints(x, d, 'x');
  const m = countPoints(y, d, 'y');
  const total = totalMass(n, m, options);
  const poll = () => {
    if (options.shouldStop?.()) throw new CancelledError();
  };
  const masses = integerMasses(n, m, options.a, options.b);
  const costRows = pointCost(x, n, y, m, d, options.cost);
  const v = startingPotentials(x, n, y, m, d, options, poll);
  const solution = createTransportSolver(n, m).solve(costRows, masses, {
    poll,
    ...(v && { v }),
    ...(options.maxPivots !== undefined && { maxPivots: options.maxPivots }),
  });
  const mass = Float64Array.from(
    solution.units.subarray(0, solution.count),
    (units) => (units / masses.total) * total,
  );
  const rows = solution.rows.slice(0, solution.count);
  const columns = solution.columns.slice(0, solution.count);
  return {
    rows,
    columns,
    mass,
    cost: planCost(costRows, rows, columns, mass),
    u: solution.u,
    v: solution.v,
    pivots: solution.pivots,
    converged: solution.converged,
  };
}

function planCost(cost: CostRows, rows: Int32Array, columns: Int32Array, mass: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < mass.length; k++) sum += mass[k]! * cost.at(rows[k]!, columns[k]!);
  return sum;
}

/** Below this many points on the smaller side a coarser problem does not pay. */
const coarsest = 300;

/**
 * Column potentials from the problem with every second point, solved the same way, extended to all columns by
 * v_j = min_i (c_ij − u_i). They only have to be near: the solver starts from them.
 */
function startingPotentials(
  x: Points,
  n: number,
  y: Points,
  m: number,
  d: number,
  options: ExactPlanOptions,
  poll: () => void,
): Float64Array | undefined {
  if (Math.min(n, m) <= coarsest) return undefined;
  const halfX = everySecond(x, n, d);
  const halfY = everySecond(y, m, d);
  const a = options.a && everySecond(options.a, n, 1);
  const b = options.b && everySecond(options.b, m, 1);
  const coarseN = halfX.length / d;
  const coarseM = halfY.length / d;
  const coarseV = startingPotentials(
    halfX,
    coarseN,
    halfY,
    coarseM,
    d,
    { cost: options.cost, ...(a && { a }), ...(b && { b }) },
    poll,
  );
  const { u } = createTransportSolver(coarseN, coarseM).solve(
    pointCost(halfX, coarseN, halfY, coarseM, d, options.cost),
    integerMasses(coarseN, coarseM, a, b),
    { poll, ...(coarseV && { v: coarseV }) },
  );
  return extendPotentials(halfX, u, coarseN, y, m, d, options.cost);
}

function extendPotentials(
  x: Points,
  u: Float64Array,
  n: number,
  y: Points,
  m: number,
  d: number,
  cost: GroundCostName,
): Float64Array {
  const v = new Float64Array(m).fill(Number.POSITIVE_INFINITY);
  const { row, values } = pointCost(x, n, y, m, d, cost, false);
  for (let i = 0; i < n; i++) {
    row(i);
    for (let j = 0; j < m; j++) if (values[j]! - u[i]! < v[j]!) v[j] = values[j]! - u[i]!;
  }
  return v;
}

function everySecond(points: Points, n: number, d: number): Float64Array {
  const kept = new Float64Array(Math.ceil(n / 2) * d);
  for (let i = 0; i < n; i += 2) kept.set(points.subarray(i * d, i * d + d), (i / 2) * d);
  return kept;
}

function integerMasses(n: number, m: number, a?: Float64Array, b?: Float64Array): IntegerMasses {
  if (!a && !b) return uniformMasses(n, m);
  return weightedMasses(a ?? new Float64Array(n).fill(1), b ?? new Float64Array(m).fill(1));
}

function countPoints(points: Points, d: number, name: string): number {
  if (!Number.isInteger(d) || d < 1) {
    throw new InputError('Points need at least one dimension.', {
      expected: 'dimensions ≥ 1',
      found: String(d),
    });
  }
  if (points.length === 0 || points.length % d !== 0) {
    throw new InputError(`Optimal transport needs whole points in ${name}.`, {
      expected: `a positive multiple of ${d} numbers`,
      found: `${points.length} numbers`,
    });
  }
  const bad = points.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new InputError(`The points ${name} hold a value that is not a number.`, {
      key: `${name}, row ${Math.floor(bad / d)}, column ${bad % d}`,
      expected: 'finite numbers',
      found: String(points[bad]),
      action: 'remove or correct these points',
    });
  }
  return points.length / d;
}

function totalMass(n: number, m: number, { a, b }: ExactPlanOptions): number {
  const sumA = a && weightSum(a, n, 'a');
  const sumB = b && weightSum(b, m, 'b');
  if (sumA !== undefined && sumB !== undefined && Math.abs(sumA - sumB) > 1e-9 * Math.max(sumA, sumB)) {
    throw new InputError('The weights of the two sides differ in sum.', {
      expected: `the same mass on both sides`,
      found: `${sumA} and ${sumB}`,
      action: 'divide each by its sum',
    });
  }
  return sumA ?? sumB ?? 1;
}

function weightSum(weights: Float64Array, n: number, name: string): number {
  if (weights.length !== n) {
    throw new InputError(`The weights ${name} do not fit the points.`, {
      expected: `${n} weights`,
      found: String(weights.length),
    });
  }
  let sum = 0;
  for (const w of weights) {
    if (!(w > 0 && w < Number.POSITIVE_INFINITY)) {
      throw new InputError(`The weights ${name} must be positive.`, {
        expected: 'finite weights > 0',
        found: String(w),
        action: 'leave out points without mass',
      });
    }
    sum += w;
  }
  return sum;
}
