import { drawWithoutReplacement, type RandomStream } from '../random.ts';
import { type Coupling, drawByMass, firstAbove } from './coupling.ts';
import { exactPlan } from './exact-ot.ts';
import type { Points } from './ground-cost.ts';
import { sinkhorn } from './sinkhorn.ts';

/** Above this many cells a side a plan is made for a random part of them. */
export const MOST_PLAN_CELLS = 10_000;

/** Partners that are drawn for each row of an entropic plan, once; its rows are dense. */
const SINKHORN_PARTNERS = 16;

/** The cells of one timepoint: rows of `points`. */
export interface CloudRows {
  points: Points;
  rows: Int32Array;
}

/** A plan between two clouds, as partners of each row of the first. */
export interface GlobalPlan {
  /** rows of the first cloud that the plan knows */
  readonly rows: Int32Array;
  /** rows of the second cloud that the plan knows */
  readonly columns: Int32Array;
  /** false: the entropic iteration ended before its tolerance */
  readonly converged: boolean;
  /** one partner of a row of the first cloud by the plan's mass; −1 for a row it does not know */
  partner(row: number, random: RandomStream): number;
}

export interface GlobalPlanOptions {
  kind: 'exact' | 'sinkhorn';
  shouldStop?: () => boolean;
}

/**
 * The transport plan between whole clouds with squared Euclidean cost and uniform weights, solved once.
 * @param random for the part of a cloud above 10,000 cells, and the partners of an entropic plan
 */
export function globalPlan(
  from: CloudRows,
  to: CloudRows,
  d: number,
  random: RandomStream,
  { kind, shouldStop }: GlobalPlanOptions,
): GlobalPlan {
  const rows = somePart(from.rows, random);
  const columns = somePart(to.rows, random);
  const x = gather(from.points, rows, d);
  const y = gather(to.points, columns, d);
  const stop = shouldStop ? { shouldStop } : {};
  // partners of the i-th row: entries starts[i] … starts[i + 1] − 1, with their cumulative mass
  const starts = new Int32Array(rows.length + 1);
  let partners: Int32Array;
  let cumulative: Float64Array;
  let converged = true;
  if (kind === 'exact') {
    const plan = exactPlan(x, y, d, { cost: 'squared-euclidean', ...stop });
    converged = plan.converged;
    const order = Int32Array.from(plan.rows, (_, e) => e).sort((a, b) => plan.rows[a]! - plan.rows[b]!);
    partners = order.map((e) => columns[plan.columns[e]!]!);
    cumulative = Float64Array.from(order, (e) => plan.mass[e]!);
    for (const row of plan.rows) starts[row + 1]!++;
  } else {
    const plan = sinkhorn(x, rows.length, y, columns.length, d, {
      relativeEpsilon: 0.05,
      maxIterations: 200,
      ...stop,
    });
    converged = plan.converged;
    partners = new Int32Array(rows.length * SINKHORN_PARTNERS);
    cumulative = new Float64Array(partners.length).fill(1);
    const mass = new Float64Array(columns.length);
    for (let i = 0; i < rows.length; i++) {
      plan.row(i, mass);
      drawByMass(mass, random, partners.subarray(i * SINKHORN_PARTNERS, (i + 1) * SINKHORN_PARTNERS));
      starts[i + 1] = SINKHORN_PARTNERS;
    }
    partners = partners.map((j) => columns[j]!);
  }
  for (let i = 0; i < rows.length; i++) starts[i + 1]! += starts[i]!;
  for (let i = 0; i < rows.length; i++) {
    for (let e = starts[i]! + 1; e < starts[i + 1]!; e++) cumulative[e]! += cumulative[e - 1]!;
  }
  const index = new Map(Array.from(rows, (row, i) => [row, i]));
  return {
    rows,
    columns,
    converged,
    partner(row, stream) {
      const i = index.get(row);
      if (i === undefined) return -1;
      const end = starts[i + 1]!;
      return partners[firstAbove(cumulative, starts[i]!, end, stream.uniform() * cumulative[end - 1]!)]!;
    },
  };
}

/**
 * Draws pairs from a plan between whole clouds: a cell of the minibatch, then its partner by the plan's mass. Where the
 * plan was made for a part of the cells and does not know the cell, one that it knows is drawn.
 */
export function planCoupling(plan: GlobalPlan): Coupling {
  return {
    draw(rows0, _rows1, random, out0, out1) {
      for (let k = 0; k < out0.length; k++) {
        let row = rows0[random.integer(rows0.length)]!;
        let partner = plan.partner(row, random);
        if (partner < 0) {
          row = plan.rows[random.integer(plan.rows.length)]!;
          partner = plan.partner(row, random);
        }
        out0[k] = row;
        out1[k] = partner;
      }
    },
  };
}

/** At most as many rows as a plan is made for, ascending. */
export function somePart(rows: Int32Array, random: RandomStream): Int32Array {
  if (rows.length <= MOST_PLAN_CELLS) return rows;
  return drawWithoutReplacement(rows.length, MOST_PLAN_CELLS, random)
    .map((i) => rows[i]!)
    .sort();
}

function gather(points: Points, rows: Int32Array, d: number): Float32Array {
  const out = new Float32Array(rows.length * d);
  rows.forEach((row, i) => {
    for (let j = 0; j < d; j++) out[i * d + j] = points[row * d + j]!;
  });
  return out;
}
