import { describe, expect, it } from 'vitest';
import { CancelledError, InputError } from '../errors.ts';
import { randomStream } from '../random.ts';
import { exactPlan } from './exact-ot.ts';

const cloud = (n: number, d: number, ...purpose: string[]) => {
  const random = randomStream(5, ...purpose);
  return Float64Array.from({ length: n * d }, () => random.normal());
};
const distance = (x: Float64Array, i: number, y: Float64Array, j: number, d: number) => {
  let sum = 0;
  for (let k = 0; k < d; k++) sum += (x[i * d + k]! - y[j * d + k]!) ** 2;
  return Math.sqrt(sum);
};

describe('exactPlan', () => {
  it.each([
    [700, 450, 3, false],
    [400, 800, 2, true],
    [500, 500, 20, false],
    [1, 40, 2, true],
    [40, 1, 2, false],
  ])(
    'holds the marginals and a certificate of optimality: %i × %i in %i-D, weighted: %s',
    (n, m, d, weighted) => {
      const x = cloud(n, d, 'x');
      const y = cloud(m, d, 'y');
      const random = randomStream(6, 'weights');
      const a = Float64Array.from({ length: n }, () => (weighted ? 0.1 + random.uniform() : 1));
      const totalA = a.reduce((s, w) => s + w);
      const b = Float64Array.from({ length: m }, () => (weighted ? 0.1 + random.uniform() : 1));
      const totalB = b.reduce((s, w) => s + w);
      for (let i = 0; i < n; i++) a[i]! /= totalA;
      for (let j = 0; j < m; j++) b[j]! /= totalB;
      const plan = exactPlan(x, y, d, { cost: 'euclidean', ...(weighted && { a, b }) });

      const rowMass = new Float64Array(n);
      const columnMass = new Float64Array(m);
      let cost = 0;
      plan.mass.forEach((mass, k) => {
        const i = plan.rows[k]!;
        const j = plan.columns[k]!;
        rowMass[i]! += mass;
        columnMass[j]! += mass;
        const c = distance(x, i, y, j, d);
        cost += mass * c;
        expect(Math.abs(c - plan.u[i]! - plan.v[j]!)).toBeLessThan(1e-9);
      });
      for (let i = 0; i < n; i++) expect(Math.abs(rowMass[i]! - a[i]!)).toBeLessThan(1e-9);
      for (let j = 0; j < m; j++) expect(Math.abs(columnMass[j]! - b[j]!)).toBeLessThan(1e-9);
      expect(plan.cost).toBeCloseTo(cost, 12);
      let least = 0;
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < m; j++)
          least = Math.min(least, distance(x, i, y, j, d) - plan.u[i]! - plan.v[j]!);
      }
      expect(least).toBeGreaterThan(-1e-9);
    },
  );

  it('keeps the mass that the weights have', () => {
    const plan = exactPlan(cloud(3, 2, 'x'), cloud(2, 2, 'y'), 2, {
      cost: 'squared-euclidean',
      a: Float64Array.of(1, 2, 3),
      b: Float64Array.of(2, 4),
    });
    expect(plan.mass.reduce((s, w) => s + w)).toBeCloseTo(6, 12);
  });

  it('refuses what cannot be transported', () => {
    const x = cloud(4, 2, 'x');
    const cost = 'euclidean' as const;
    expect(() => exactPlan(new Float64Array(0), x, 2, { cost })).toThrow(InputError);
    expect(() => exactPlan(x, x, 0, { cost })).toThrow(InputError);
    expect(() => exactPlan(x, x, 3, { cost })).toThrow(InputError);
    expect(() => exactPlan(x, x, 2, { cost, a: Float64Array.of(1, 1, 0, 1) })).toThrow(InputError);
    expect(() => exactPlan(x, x, 2, { cost, a: Float64Array.of(1, 1, 1) })).toThrow(InputError);
    const four = Float64Array.of(1, 1, 1, 1);
    expect(() => exactPlan(x, x, 2, { cost, a: four, b: Float64Array.of(1, 1, 1, 2) })).toThrow(InputError);
  });

  it('stops when asked', () => {
    const x = cloud(600, 2, 'x');
    const shouldStop = () => true;
    expect(() => exactPlan(x, cloud(600, 2, 'y'), 2, { cost: 'euclidean', shouldStop })).toThrow(
      CancelledError,
    );
  });
});
