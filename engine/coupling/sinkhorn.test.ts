import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { congruential } from '../../fixtures/reference/gradients.ts';
import { expOrZero } from '../compute/exp-table.ts';
import { CancelledError, InputError } from '../errors.ts';
import { randomStream } from '../random.ts';
import { type SinkhornPlan, sinkhorn } from './sinkhorn.ts';

interface Case {
  n: number;
  m: number;
  d: number;
  relativeEpsilon: number;
  weighted: boolean;
  primalCost: number;
  exactCost: number;
  firstRow: number[];
}

const reference: { cases: Case[] } = JSON.parse(
  readFileSync(new URL('../../fixtures/reference/sinkhorn.json', import.meta.url), 'utf8'),
);

function drawn(seed: number, length: number, map: (value: number) => number = (v) => v): Float64Array {
  const draw = congruential(seed);
  return Float64Array.from({ length }, () => map(draw()));
}

function problem({ n, m, d, weighted }: Pick<Case, 'n' | 'm' | 'd' | 'weighted'>) {
  const x = drawn(40 + d, n * d);
  const y = drawn(50 + d, m * d, (v) => 0.8 * v + 0.25);
  const massX = drawn(60 + d, n, (v) => 1.5 + v);
  const massY = drawn(70 + d, m, (v) => 1.5 + v);
  return { x, y, masses: weighted ? { massX, massY } : {} };
}

function normalCloud(n: number, d: number, seed: number, shift = 0): Float32Array {
  const random = randomStream(seed, 'cloud');
  return Float32Array.from({ length: n * d }, () => random.normal() + shift);
}

/** The whole plan, row-major [n, m]. */
function matrixOf(plan: SinkhornPlan, n: number, m: number): Float64Array {
  const matrix = new Float64Array(n * m);
  for (let i = 0; i < n; i++) plan.row(i, matrix.subarray(i * m, (i + 1) * m));
  return matrix;
}

const sum = (values: Iterable<number>) => [...values].reduce((total, value) => total + value, 0);

describe.each(reference.cases)(
  '$n × $m points, d = $d, ε = $relativeEpsilon, weighted $weighted, against POT',
  (given) => {
    const { n, m, d, relativeEpsilon } = given;
    const { x, y, masses } = problem(given);
    const plan = sinkhorn(x, n, y, m, d, { ...masses, relativeEpsilon, tolerance: 1e-12 });

    it('cost and plan', () => {
      expect(plan.converged).toBe(true);
      expect(Math.abs(plan.primalCost() / given.primalCost - 1)).toBeLessThan(1e-9);
      const row = new Float64Array(m);
      plan.row(0, row);
      given.firstRow.forEach((mass, j) => {
        expect(Math.abs(row[j]! - mass)).toBeLessThan(1e-11);
      });
    });

    it('costs more than the exact plan', () => {
      expect(plan.primalCost()).toBeGreaterThan(given.exactCost);
    });

    it('is the same without a stored cost matrix', () => {
      const again = sinkhorn(x, n, y, m, d, {
        ...masses,
        relativeEpsilon,
        tolerance: 1e-12,
        storedBytes: 0,
      });
      expect(again.f).toEqual(plan.f);
      expect(again.g).toEqual(plan.g);
      expect(again.primalCost()).toBe(plan.primalCost());
    });
  },
);

describe('the plan', () => {
  const n = 150;
  const m = 110;
  const x = normalCloud(n, 3, 1);
  const y = normalCloud(m, 3, 2, 1);
  const massX = drawn(7, n, (v) => 1.5 + v);
  massX[4] = 0;

  it.each([0.1, 0.01, 0.003])('has the marginals asked for at ε = %d', (relativeEpsilon) => {
    const plan = sinkhorn(x, n, y, m, 3, { massX, relativeEpsilon });
    expect(plan.converged).toBe(true);
    expect(plan.marginalError).toBeLessThanOrEqual(1e-6);
    const matrix = matrixOf(plan, n, m);
    const total = sum(massX);
    for (let i = 0; i < n; i++) {
      expect(Math.abs(sum(matrix.subarray(i * m, (i + 1) * m)) - massX[i]! / total)).toBeLessThan(1e-12);
    }
    let error = 0;
    for (let j = 0; j < m; j++) {
      let column = 0;
      for (let i = 0; i < n; i++) column += matrix[i * m + j]!;
      error += Math.abs(column - 1 / m);
    }
    expect(error).toBeLessThanOrEqual(1e-6);
    expect(Math.abs(error - plan.marginalError)).toBeLessThan(1e-12);
  });

  it('is the product of the marginals for a large ε', () => {
    const plan = sinkhorn(x, n, y, m, 3, { relativeEpsilon: 1e6 });
    const matrix = matrixOf(plan, n, m);
    expect(Math.max(...matrix) * n * m).toBeCloseTo(1, 4);
    expect(Math.min(...matrix) * n * m).toBeCloseTo(1, 4);
  });

  it('says so when it has not converged', () => {
    const plan = sinkhorn(x, n, y, m, 3, { maxIterations: 3, relativeEpsilon: 0.003 });
    expect(plan).toMatchObject({ converged: false, iterations: 3 });
    expect(plan.marginalError).toBeGreaterThan(1e-6);
    // rows stay exact, so that pairs can be drawn all the same
    expect(sum(matrixOf(plan, n, m))).toBeCloseTo(1, 10);
  });
});

it('tends to the least cost of all permutations as ε → 0', () => {
  for (const seed of [1, 2, 3]) {
    const n = 6;
    const x = normalCloud(n, 2, seed);
    const y = normalCloud(n, 2, seed + 10);
    const exact = leastPermutationCost(x, y, n, 2);
    const excess = [0.1, 0.01, 0.001].map(
      (relativeEpsilon) =>
        sinkhorn(x, n, y, n, 2, { relativeEpsilon, tolerance: 1e-9, maxIterations: 100_000 }).primalCost() /
          exact -
        1,
    );
    expect([...excess].sort((a, b) => b - a)).toEqual(excess);
    expect(excess[2]).toBeGreaterThan(-1e-9);
    expect(excess[2]).toBeLessThan(1e-3);
  }
});

describe('odd clouds', () => {
  it('reaches far outliers on both sides', () => {
    const x = normalCloud(80, 2, 1);
    const y = normalCloud(90, 2, 2);
    x[0] = 300;
    y[7] = -500;
    const plan = sinkhorn(x, 80, y, 90, 2, { relativeEpsilon: 1e-3, maxIterations: 20_000 });
    expect(plan.f.every(Number.isFinite) && plan.g.every(Number.isFinite)).toBe(true);
    expect(plan.converged).toBe(true);
    expect(sum(matrixOf(plan, 80, 90))).toBeCloseTo(1, 9);
  });

  it('takes equal points and single points', () => {
    const equal = new Float64Array(20).fill(3);
    const plan = sinkhorn(equal, 10, equal, 10, 2);
    expect(plan.converged).toBe(true);
    expect(plan.primalCost()).toBe(0);
    const single = sinkhorn(Float64Array.of(0), 1, Float64Array.of(1, 3), 2, 1);
    expect(single.primalCost()).toBeCloseTo(5, 9);
  });

  it('refuses what it cannot solve', () => {
    const x = normalCloud(4, 1, 1);
    expect(() => sinkhorn(Float64Array.of(Number.NaN), 1, x, 4, 1)).toThrow(InputError);
    expect(() => sinkhorn(x, 4, new Float64Array(0), 0, 1)).toThrow(InputError);
    for (const relativeEpsilon of [0, -1, Number.NaN]) {
      expect(() => sinkhorn(x, 4, x, 4, 1, { relativeEpsilon })).toThrow(InputError);
    }
    for (const massX of [
      [1, 1, 1],
      [1, 1, 1, -1],
      [0, 0, 0, 0],
      [1, 1, 1, Number.NaN],
    ]) {
      expect(() => sinkhorn(x, 4, x, 4, 1, { massX })).toThrow(InputError);
    }
  });

  it('stops when asked', () => {
    const x = normalCloud(40, 1, 1);
    expect(() => sinkhorn(x, 40, x, 40, 1, { shouldStop: () => true })).toThrow(CancelledError);
  });
});

it('expOrZero is exp, but 0 far below', () => {
  for (let t = -36.9; t < 2; t += 0.00317) {
    expect(Math.abs(expOrZero(t) / Math.exp(t) - 1)).toBeLessThan(1e-15);
  }
  expect(expOrZero(0)).toBe(1);
  expect(expOrZero(-37.1)).toBe(0);
  expect(expOrZero(Number.NaN)).toBeNaN();
});

function leastPermutationCost(x: Float32Array, y: Float32Array, n: number, d: number): number {
  const cost = (i: number, j: number) => {
    let square = 0;
    for (let k = 0; k < d; k++) square += (x[i * d + k]! - y[j * d + k]!) ** 2;
    return square / n;
  };
  const least = (i: number, free: number[]): number =>
    i === n
      ? 0
      : Math.min(
          ...free.map(
            (j) =>
              cost(i, j) +
              least(
                i + 1,
                free.filter((k) => k !== j),
              ),
          ),
        );
  return least(
    0,
    Array.from({ length: n }, (_, j) => j),
  );
}
