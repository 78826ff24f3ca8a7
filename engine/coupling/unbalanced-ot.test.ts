import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { congruential } from '../../fixtures/reference/gradients.ts';
import { CancelledError, InputError } from '../errors.ts';
import { randomStream } from '../random.ts';
import { exactPlan } from './exact-ot.ts';
import { meanSquaredDistance } from './mean-cost.ts';
import { unbalancedPlan } from './unbalanced-ot.ts';

interface Case {
  n: number;
  m: number;
  d: number;
  tau: number;
  tauColumns: number | null;
  epsilon: number;
  far: number;
  mass: number;
  rowMass: number[];
  columnMass: number[];
  firstRow: number[];
}

const reference: { cases: Case[] } = JSON.parse(
  readFileSync(new URL('../../fixtures/reference/unbalanced.json', import.meta.url), 'utf8'),
);

function problem({ n, m, d, far }: Case) {
  const draw = (seed: number, length: number) => {
    const next = congruential(seed);
    return Float64Array.from({ length }, () => next());
  };
  const y = draw(50 + d, m * d).map((v) => 0.8 * v + 0.25);
  y[(m - 1) * d]! += far;
  return { x: draw(40 + d, n * d), y };
}

function normalCloud(n: number, d: number, seed: number, shift = 0): Float64Array {
  const random = randomStream(seed, 'cloud');
  return Float64Array.from({ length: n * d }, () => random.normal() + shift);
}

const largestRelative = (found: Float64Array, wanted: number[], scale: number) =>
  wanted.reduce((worst, value, i) => Math.max(worst, Math.abs((found[i]! * scale) / value - 1)), 0);

describe.each(reference.cases)('$n × $m in $d-D, τ $tau, ε $epsilon, far $far, against POT', (given) => {
  const { n, m, d, tau, tauColumns, epsilon } = given;
  const { x, y } = problem(given);

  it.each([2 ** 29, 0])('masses and a row of the plan, kernel within %d bytes', (storedBytes) => {
    const options = {
      tau,
      ...(tauColumns && { tauColumns }),
      relativeEpsilon: epsilon,
      tolerance: 1e-9,
      storedBytes,
    };
    const plan = unbalancedPlan(x, n, y, m, d, options);
    expect(plan.converged).toBe(true);
    expect(Math.abs(plan.mass / given.mass - 1)).toBeLessThan(1e-6);
    expect(largestRelative(plan.rowMass, given.rowMass, plan.mass)).toBeLessThan(1e-5);
    expect(largestRelative(plan.columnMass, given.columnMass, plan.mass)).toBeLessThan(1e-5);
    const row = new Float64Array(m);
    plan.row(0, row);
    const largest = Math.max(...given.firstRow);
    given.firstRow.forEach((value, j) => {
      expect(Math.abs(row[j]! * plan.mass - value)).toBeLessThan(1e-5 * largest);
    });
  });
});

describe('unbalanced plan', () => {
  it('has rows and columns that add up to its masses, and these to 1', () => {
    const [n, m, d] = [900, 700, 3];
    const plan = unbalancedPlan(normalCloud(n, d, 1), n, normalCloud(m, d, 2, 0.5), m, d, { tau: 0.4 });
    const columns = new Float64Array(m);
    const row = new Float64Array(m);
    let total = 0;
    for (let i = 0; i < n; i++) {
      plan.row(i, row);
      let own = 0;
      for (let j = 0; j < m; j++) {
        own += row[j]!;
        columns[j]! += row[j]!;
      }
      expect(Math.abs(own / plan.rowMass[i]! - 1)).toBeLessThan(1e-9);
      total += own;
    }
    expect(total).toBeCloseTo(1, 9);
    const error = columns.reduce((sum, value, j) => sum + Math.abs(value - plan.columnMass[j]!), 0);
    expect(error).toBeLessThan(1e-5);
    expect(plan.converged).toBe(true);
  });

  it('tends to the balanced plan as τ grows', () => {
    const [n, d] = [60, 2];
    const [x, y] = [normalCloud(n, d, 3), normalCloud(n, d, 4, 1)];
    const plan = unbalancedPlan(x, n, y, n, d, { tau: 1e5, relativeEpsilon: 0.02 });
    expect(Math.max(...plan.rowMass.map((mass) => Math.abs(n * mass - 1)))).toBeLessThan(1e-4);
    expect(plan.mass).toBeCloseTo(1, 3);
    const exact = exactPlan(x, y, d, { cost: 'squared-euclidean' }).cost;
    let cost = 0;
    const row = new Float64Array(n);
    for (let i = 0; i < n; i++) {
      plan.row(i, row);
      for (let j = 0; j < n; j++)
        cost += row[j]! * ((x[i * 2]! - y[j * 2]!) ** 2 + (x[i * 2 + 1]! - y[j * 2 + 1]!) ** 2);
    }
    expect(cost / exact).toBeGreaterThan(1);
    expect(cost / exact).toBeLessThan(1.1);
  });

  it('of two clusters far apart that trade weights changes their masses to the geometric mean', () => {
    // 30 and 70 of 100 before, 60 and 40 after; within a cluster all points are one
    const x = Float64Array.from({ length: 100 }, (_, i) => (i < 30 ? 0 : 100));
    const y = Float64Array.from({ length: 100 }, (_, i) => (i < 60 ? 0 : 100));
    // between clusters c = 2: as far as nothing moves there, each cluster's KL terms are least at √(p q)
    const plan = unbalancedPlan(x, 100, y, 100, 1, { tau: 0.05, relativeEpsilon: 0.005 });
    const [p, q] = [0.3, 0.6];
    // with the entropy the mass of a cluster is (pq)^((τ+ε)/(2τ+ε))
    const share = (0.05 + 0.005) / (2 * 0.05 + 0.005);
    const [first, second] = [(p * q) ** share, ((1 - p) * (1 - q)) ** share];
    const mass = plan.rowMass.subarray(0, 30).reduce((sum, value) => sum + value);
    expect(mass).toBeCloseTo(first / (first + second), 6);
  });

  it('with the columns kept, gives rows all of the change of numbers', () => {
    const x = Float64Array.from({ length: 100 }, (_, i) => (i < 30 ? 0 : 100));
    const y = Float64Array.from({ length: 100 }, (_, i) => (i < 60 ? 0 : 100));
    const options = { tau: 0.05, tauColumns: Number.POSITIVE_INFINITY, relativeEpsilon: 0.005 };
    const plan = unbalancedPlan(x, 100, y, 100, 1, options);
    expect(plan.rowMass.subarray(0, 30).reduce((sum, value) => sum + value)).toBeCloseTo(0.6, 6);
    plan.columnMass.forEach((mass) => {
      expect(mass).toBeCloseTo(0.01, 9);
    });
  });

  it('gives far outliers no counterpart but finite logarithms', () => {
    const [n, m, d] = [300, 500, 2];
    const x = normalCloud(n, d, 5);
    const y = normalCloud(m, d, 6);
    x[0] = 4000;
    y[0] = -3000;
    y[2] = 2500;
    const plan = unbalancedPlan(x, n, y, m, d, { tau: 1e-4, relativeEpsilon: 1e-5 });
    expect(plan.rowMass[0]).toBe(0);
    expect(plan.logRowGain.every(Number.isFinite)).toBe(true);
    expect(plan.columnMass[0]).toBe(0);
    expect(plan.converged).toBe(true);
    expect(plan.rowMass.reduce((total, mass) => total + mass)).toBeCloseTo(1, 9);
  });

  it('knows what its own rows would gain as new points', () => {
    const [n, m, d] = [500, 450, 3];
    const x = normalCloud(n, d, 7);
    const plan = unbalancedPlan(x, n, normalCloud(m, d, 8, 0.4), m, d, { tau: 0.3, tolerance: 1e-9 });
    const again = plan.logGainAt(x);
    again.forEach((gain, i) => {
      expect(Math.abs(gain - plan.logRowGain[i]!)).toBeLessThan(1e-5);
    });
  });

  it('refuses what cannot serve, and stops when asked', () => {
    const x = normalCloud(5, 2, 1);
    expect(() => unbalancedPlan(x, 5, x, 5, 2, { tau: 0 })).toThrow(InputError);
    expect(() => unbalancedPlan(x, 5, x, 5, 2, { tau: 1, relativeEpsilon: -1 })).toThrow(InputError);
    expect(() => unbalancedPlan(x.fill(Number.NaN, 0, 1), 5, x, 5, 2, { tau: 1 })).toThrow(/not a finite/);
    const big = normalCloud(600, 2, 1);
    expect(() => unbalancedPlan(big, 600, big, 600, 2, { tau: 1, shouldStop: () => true })).toThrow(
      CancelledError,
    );
  });
});

it('the mean cost from moments is the mean over pairs', () => {
  const [n, m, d] = [30, 20, 4];
  const [x, y] = [normalCloud(n, d, 1, 3), normalCloud(m, d, 2)];
  let sum = 0;
  for (let i = 0; i < n; i++)
    for (let j = 0; j < m; j++)
      for (let k = 0; k < d; k++) sum += (x[i * d + k]! - y[j * d + k]!) ** 2 / n / m;
  expect(meanSquaredDistance(x, n, y, m, d)).toBeCloseTo(sum, 10);
});
