import type { RandomStream } from '../random.ts';
import { createAssignmentSolver } from './assignment.ts';
import { matrixCost, type Points, squaredDistances, transpose } from './ground-cost.ts';
import { uniformMasses } from './integer-masses.ts';
import { createTransportSolver, type TransportSolver } from './network-simplex.ts';

/** Draws pairs (x0, x1) of two clouds. */
export interface Coupling {
  /**
   * Draws as many pairs as `out0` is long, with replacement.
   * @param rows0 which rows of the first cloud make its minibatch, [n0]
   * @param rows1 likewise of the second, [n1]
   * @param out0 receives rows of the first cloud (members of rows0), [k]
   * @param out1 receives rows of the second, [k]
   */
  draw(rows0: Int32Array, rows1: Int32Array, random: RandomStream, out0: Int32Array, out1: Int32Array): void;
}

/** How far the remembered potential of a point moves towards each new one. Measured: .3 to .5 are equally good. */
const memoryRate = 0.4;

/** Above this size the network simplex is the faster solver for equal sides. Measured: between 256 and 512. */
const largestAssignment = 400;

/**
 * Exact optimal transport with squared Euclidean cost between two minibatches (uniform weights), then pairs drawn from
 * the plan (OT-CFM, arXiv 2302.00482). Each point of the second cloud remembers its potential as a start for the next
 * minibatch that holds it, which saves half of the time and changes no optimum; where several plans are optimal, the
 * one that is found depends on the calls before, so the same calls in the same order give the same pairs.
 * @param x0 first cloud, flat [·, d], finite
 * @param x1 second cloud, flat [·, d], finite
 * @param most0 the largest minibatch of the first cloud
 * @param most1 likewise of the second
 */
export function minibatchCoupling(x0: Points, x1: Points, d: number, most0: number, most1: number): Coupling {
  const remembered = new Float64Array(x1.length / d);
  const columns = new Float64Array(most1 * d);
  const cost = new Float64Array(most0 * most1);
  const assignment = createAssignmentSolver(Math.min(most0, most1, largestAssignment));
  const v = new Float64Array(most1);
  const cumulative = new Float64Array(most0 + most1);
  let transport: TransportSolver | undefined;

  function fillCost(rows0: Int32Array, rows1: Int32Array): void {
    const m = rows1.length;
    transpose(x1, rows1, m, d, columns);
    for (let i = 0; i < rows0.length; i++) squaredDistances(x0, rows0[i]! * d, columns, m, d, cost, i * m);
  }

  function recall(rows1: Int32Array, into: Float64Array): void {
    for (let j = 0; j < rows1.length; j++) into[j] = remembered[rows1[j]!]!;
  }

  /** Potentials are known up to a constant: the mean of the minibatch is taken off. */
  function remember(rows1: Int32Array, potentials: Float64Array): void {
    const m = rows1.length;
    let mean = 0;
    for (let j = 0; j < m; j++) mean += potentials[j]! / m;
    for (let j = 0; j < m; j++) {
      const row = rows1[j]!;
      remembered[row]! += memoryRate * (potentials[j]! - mean - remembered[row]!);
    }
  }

  function drawAssigned(
    rows0: Int32Array,
    rows1: Int32Array,
    random: RandomStream,
    out0: Int32Array,
    out1: Int32Array,
  ): void {
    const n = rows0.length;
    recall(rows1, assignment.v);
    assignment.solve(cost, n, true);
    remember(rows1, assignment.v);
    for (let k = 0; k < out0.length; k++) {
      const i = random.integer(n);
      out0[k] = rows0[i]!;
      out1[k] = rows1[assignment.columnOfRow[i]!]!;
    }
  }

  function drawTransported(
    rows0: Int32Array,
    rows1: Int32Array,
    random: RandomStream,
    out0: Int32Array,
    out1: Int32Array,
  ): void {
    const n = rows0.length;
    const m = rows1.length;
    transport ??= createTransportSolver(most0, most1);
    recall(rows1, v);
    const masses = uniformMasses(n, m);
    const plan = transport.solve(matrixCost(cost, n, m), masses, { v });
    remember(rows1, plan.v.subarray(0, m));
    let sum = 0;
    for (let e = 0; e < plan.count; e++) {
      sum += plan.units[e]!;
      cumulative[e] = sum;
    }
    for (let k = 0; k < out0.length; k++) {
      const e = firstAbove(cumulative, 0, plan.count, random.uniform() * sum);
      out0[k] = rows0[plan.rows[e]!]!;
      out1[k] = rows1[plan.columns[e]!]!;
    }
  }

  return {
    draw(rows0, rows1, random, out0, out1) {
      fillCost(rows0, rows1);
      const assignable = rows0.length === rows1.length && rows0.length <= largestAssignment;
      if (assignable) drawAssigned(rows0, rows1, random, out0, out1);
      else drawTransported(rows0, rows1, random, out0, out1);
    },
  };
}

/** The first index from `start` on whose value exceeds x, in an ascending stretch; the last one if none does. */
export function firstAbove(ascending: Float64Array, start: number, end: number, x: number): number {
  let low = start;
  let high = end - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! > x) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Fills `out` with indices drawn by their mass, with replacement; `mass` becomes its running sums. */
export function drawByMass(mass: Float64Array, random: RandomStream, out: Int32Array): void {
  for (let j = 1; j < mass.length; j++) mass[j]! += mass[j - 1]!;
  const total = mass.at(-1)!;
  for (let k = 0; k < out.length; k++) out[k] = firstAbove(mass, 0, mass.length, random.uniform() * total);
}
