import { describe, expect, it } from 'vitest';
import { randomStream } from '../random.ts';
import { createAssignmentSolver } from './assignment.ts';
import { matrixCost } from './ground-cost.ts';
import { uniformMasses } from './integer-masses.ts';
import { createTransportSolver } from './network-simplex.ts';

function leastByEnumeration(cost: Float64Array, n: number): number {
  const visit = (i: number, used: number): number => {
    if (i === n) return 0;
    let least = Number.POSITIVE_INFINITY;
    for (let j = 0; j < n; j++) {
      if (used & (1 << j)) continue;
      least = Math.min(least, cost[i * n + j]! + visit(i + 1, used | (1 << j)));
    }
    return least;
  };
  return visit(0, 0);
}

function simplexCost(cost: Float64Array, n: number): number {
  const plan = createTransportSolver(n, n).solve(matrixCost(cost, n, n), uniformMasses(n, n));
  let sum = 0;
  for (let k = 0; k < plan.count; k++) sum += plan.units[k]! * cost[plan.rows[k]! * n + plan.columns[k]!]!;
  return sum;
}

describe('createAssignmentSolver', () => {
  it('finds the best of all permutations, with and without ties, from any starting prices', () => {
    const random = randomStream(1, 'assignment');
    const solver = createAssignmentSolver(7);
    for (let round = 0; round < 200; round++) {
      const n = 1 + random.integer(7);
      const tied = round % 2 === 0;
      const cost = Float64Array.from({ length: n * n }, () => (tied ? random.integer(3) : random.normal()));
      const best = leastByEnumeration(cost, n);
      expect(solver.solve(cost, n)).toBeCloseTo(best, 12);
      for (let j = 0; j < n; j++) solver.v[j] = 3 * random.normal();
      expect(solver.solve(cost, n, true)).toBeCloseTo(best, 12);
    }
  });

  it('gives a permutation with dual values that prove it, at the cost that the network simplex finds', () => {
    const random = randomStream(2, 'assignment');
    const solver = createAssignmentSolver(150);
    for (const n of [2, 31, 128, 150]) {
      const cost = Float64Array.from({ length: n * n }, () => random.uniform() ** 3);
      const total = solver.solve(cost, n);
      expect(new Set(solver.columnOfRow.subarray(0, n)).size).toBe(n);
      let slack = 0;
      for (let i = 0; i < n; i++) {
        expect(solver.rowOfColumn[solver.columnOfRow[i]!]).toBe(i);
        for (let j = 0; j < n; j++) slack = Math.min(slack, cost[i * n + j]! - solver.u[i]! - solver.v[j]!);
      }
      expect(slack).toBeGreaterThan(-1e-12);
      expect(total).toBeCloseTo(simplexCost(cost, n), 10);
    }
  });
});
