import { describe, expect, it } from 'vitest';
import { drawWithoutReplacement, randomStream } from '../random.ts';
import { type Coupling, minibatchCoupling } from './coupling.ts';
import { exactPlan } from './exact-ot.ts';
import { independentCoupling } from './independent.ts';

const d = 3;
const random = randomStream(7, 'coupling');
const x0 = Float32Array.from({ length: 60 * d }, () => random.normal());
const x1 = Float32Array.from({ length: 80 * d }, () => 0.5 + random.normal());
const rowsOf = (x: Float32Array, rows: Int32Array) =>
  Float64Array.from({ length: rows.length * d }, (_, k) => x[rows[Math.floor(k / d)]! * d + (k % d)]!);

/** Σ (observed − expected)² / expected over the pairs, and how many draws fell outside the plan. */
function chiSquare(coupling: Coupling, rows0: Int32Array, rows1: Int32Array, expected: Map<string, number>) {
  const draws = 40_000;
  const out0 = new Int32Array(draws);
  const out1 = new Int32Array(draws);
  coupling.draw(rows0, rows1, randomStream(11, 'draws'), out0, out1);
  const seen = new Map<string, number>();
  for (let k = 0; k < draws; k++) {
    const key = `${out0[k]},${out1[k]}`;
    seen.set(key, (seen.get(key) ?? 0) + 1);
  }
  let statistic = 0;
  for (const [key, mass] of expected)
    statistic += ((seen.get(key) ?? 0) - mass * draws) ** 2 / (mass * draws);
  const outside = [...seen.keys()].filter((key) => !expected.has(key)).length;
  return { statistic, outside };
}

describe('minibatchCoupling', () => {
  it.each([
    [32, 32],
    [20, 33],
    [33, 20],
    [1, 9],
  ])('draws pairs as often as the exact plan has mass: %i × %i', (n, m) => {
    const rows0 = drawWithoutReplacement(60, n, randomStream(8, 'rows0'));
    const rows1 = drawWithoutReplacement(80, m, randomStream(8, 'rows1'));
    const plan = exactPlan(rowsOf(x0, rows0), rowsOf(x1, rows1), d, { cost: 'squared-euclidean' });
    const expected = new Map<string, number>();
    plan.mass.forEach((mass, k) => {
      expected.set(`${rows0[plan.rows[k]!]},${rows1[plan.columns[k]!]}`, mass);
    });
    const { statistic, outside } = chiSquare(minibatchCoupling(x0, x1, d, 40, 40), rows0, rows1, expected);
    expect(outside).toBe(0);
    // mean = degrees of freedom, variance twice that: five standard deviations
    const freedom = expected.size - 1;
    expect(statistic).toBeLessThan(freedom + 5 * Math.sqrt(2 * freedom));
  });

  it('finds the optimum at every call, though it remembers potentials from the calls before', () => {
    const coupling = minibatchCoupling(x0, x1, d, 40, 40);
    const stream = randomStream(9, 'minibatches');
    for (let call = 0; call < 60; call++) {
      const n = 40 - (call % 3);
      const rows0 = drawWithoutReplacement(60, n, stream);
      const rows1 = drawWithoutReplacement(80, call % 2 === 0 ? n : 25, stream);
      const plan = exactPlan(rowsOf(x0, rows0), rowsOf(x1, rows1), d, { cost: 'squared-euclidean' });
      const pairs = new Set(Array.from(plan.rows, (i, k) => `${rows0[i]},${rows1[plan.columns[k]!]}`));
      const out0 = new Int32Array(100);
      const out1 = new Int32Array(100);
      coupling.draw(rows0, rows1, stream, out0, out1);
      out0.forEach((row, k) => {
        expect(pairs.has(`${row},${out1[k]}`)).toBe(true);
      });
    }
  });

  it('pairs duplicates of the same points at no cost', () => {
    const twice = Float32Array.from([...x0.subarray(0, 30), ...x0.subarray(0, 30)]);
    const rows = Int32Array.from({ length: 20 }, (_, i) => i);
    const out0 = new Int32Array(50);
    const out1 = new Int32Array(50);
    minibatchCoupling(twice, twice, d, 20, 20).draw(
      rows,
      rows.slice().reverse(),
      randomStream(1),
      out0,
      out1,
    );
    out0.forEach((row, k) => {
      expect(row % 10).toBe(out1[k]! % 10);
    });
  });
});

describe('independentCoupling', () => {
  it('draws each pair of rows equally often', () => {
    const rows0 = Int32Array.of(3, 5, 9);
    const rows1 = Int32Array.of(2, 7);
    const expected = new Map<string, number>();
    for (const i of rows0) for (const j of rows1) expected.set(`${i},${j}`, 1 / 6);
    const { statistic, outside } = chiSquare(independentCoupling(), rows0, rows1, expected);
    expect(outside).toBe(0);
    expect(statistic).toBeLessThan(5 + 5 * Math.sqrt(10));
  });
});
