import { describe, expect, it } from 'vitest';
import { randomStream } from '../random.ts';
import { matrixCost } from './ground-cost.ts';
import { uniformMasses, weightedMasses } from './integer-masses.ts';
import { createTransportSolver, type TransportSolution } from './network-simplex.ts';

function expectOptimal(
  cost: Float64Array,
  rowUnits: Float64Array,
  columnUnits: Float64Array,
  plan: TransportSolution,
): void {
  const n = rowUnits.length;
  const m = columnUnits.length;
  const rows = new Float64Array(n);
  const columns = new Float64Array(m);
  for (let k = 0; k < plan.count; k++) {
    const i = plan.rows[k]!;
    const j = plan.columns[k]!;
    expect(plan.units[k]).toBeGreaterThan(0);
    rows[i]! += plan.units[k]!;
    columns[j]! += plan.units[k]!;
    expect(Math.abs(cost[i * m + j]! - plan.u[i]! - plan.v[j]!)).toBeLessThan(1e-9);
  }
  expect(rows).toEqual(rowUnits);
  expect(columns).toEqual(columnUnits);
  let least = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < m; j++) least = Math.min(least, cost[i * m + j]! - plan.u[i]! - plan.v[j]!);
  }
  expect(least).toBeGreaterThan(-1e-9);
  expect(plan.count).toBeLessThan(n + m);
  expect(plan.converged).toBe(true);
}

describe('createTransportSolver', () => {
  it('meets integer marginals exactly and proves its optimum, whatever the shape, ties and weights', () => {
    const random = randomStream(1, 'transport');
    const solver = createTransportSolver(70, 90);
    for (let round = 0; round < 120; round++) {
      const n = 1 + random.integer(round % 3 === 0 ? 4 : 70);
      const m = 1 + random.integer(round % 5 === 0 ? 3 : 90);
      const levels = [1, 2, 5, 0][round % 4]!;
      const cost = Float64Array.from({ length: n * m }, () =>
        levels > 0 ? random.integer(levels) : 5 * random.normal(),
      );
      const masses =
        round % 2 === 0
          ? uniformMasses(n, m)
          : weightedMasses(
              Float64Array.from({ length: n }, () => 10 ** (-4 * random.uniform())),
              Float64Array.from({ length: m }, () => 0.1 + random.uniform()),
            );
      expectOptimal(cost, masses.rows, masses.columns, solver.solve(matrixCost(cost, n, m), masses));
    }
  });

  it('reaches the same cost from good, bad and no starting potentials', () => {
    const random = randomStream(2, 'transport');
    const n = 60;
    const m = 45;
    const cost = Float64Array.from({ length: n * m }, () => random.uniform());
    const masses = uniformMasses(n, m);
    const solver = createTransportSolver(n, m);
    const total = (v?: Float64Array) => {
      const plan = solver.solve(matrixCost(cost, n, m), masses, v && { v });
      let sum = 0;
      for (let k = 0; k < plan.count; k++)
        sum += plan.units[k]! * cost[plan.rows[k]! * m + plan.columns[k]!]!;
      return { sum, pivots: plan.pivots, v: plan.v.slice() };
    };
    const cold = total();
    const warm = total(cold.v);
    const wrong = total(Float64Array.from({ length: m }, () => 10 * random.normal()));
    expect(warm.sum).toBeCloseTo(cold.sum, 9);
    expect(wrong.sum).toBeCloseTo(cold.sum, 9);
    expect(warm.pivots).toBeLessThan(cold.pivots);
  });

  it('says so where a limit stops it, and the plan is still feasible', () => {
    const random = randomStream(3, 'transport');
    const cost = Float64Array.from({ length: 50 * 50 }, () => random.uniform());
    const plan = createTransportSolver(50, 50).solve(matrixCost(cost, 50, 50), uniformMasses(50, 50), {
      maxPivots: 3,
    });
    expect(plan.converged).toBe(false);
    expect(plan.pivots).toBe(3);
    expect(plan.units.subarray(0, plan.count).reduce((sum, units) => sum + units)).toBe(50);
  });
});
