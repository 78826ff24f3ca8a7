import { describe, expect, it } from 'vitest';
import { randomStream } from '../random.ts';
import { exactPlan } from './exact-ot.ts';
import { globalPlan, planCoupling } from './global.ts';

const d = 2;
const random = randomStream(3, 'global test');
const points = Float32Array.from({ length: 120 * d }, (_, i) => random.normal() + (i >= 50 * d ? 2 : 0));
const from = { points, rows: Int32Array.from({ length: 50 }, (_, i) => i) };
const to = { points, rows: Int32Array.from({ length: 70 }, (_, i) => 50 + i) };

describe.each(['exact', 'sinkhorn'] as const)('globalPlan, %s', (kind) => {
  const plan = globalPlan(from, to, d, randomStream(1, kind), { kind });

  it('pairs every cell with cells of the other cloud, both marginals uniform', () => {
    const stream = randomStream(2, 'draws');
    const draws = 70_000;
    const seen = new Int32Array(120);
    const out0 = new Int32Array(draws);
    const out1 = new Int32Array(draws);
    planCoupling(plan).draw(from.rows, to.rows, stream, out0, out1);
    for (const row of [...out0, ...out1]) seen[row]!++;
    for (const row of from.rows) expect(Math.abs(seen[row]! / (draws / 50) - 1)).toBeLessThan(0.2);
    // the entropic plan's partners are a sample of 16 a row: their frequencies scatter
    const spread = kind === 'exact' ? 0.2 : 1;
    for (const row of to.rows) expect(Math.abs(seen[row]! / (draws / 70) - 1)).toBeLessThan(spread);
  });

  it('its pairs cost what the plan costs', () => {
    const exact = exactPlan(points.subarray(0, 50 * d), points.subarray(50 * d), d, {
      cost: 'squared-euclidean',
    });
    const stream = randomStream(4, 'cost');
    const n = 20_000;
    const out0 = new Int32Array(n);
    const out1 = new Int32Array(n);
    planCoupling(plan).draw(from.rows, to.rows, stream, out0, out1);
    let cost = 0;
    for (let k = 0; k < n; k++) {
      for (let j = 0; j < d; j++) cost += (points[out0[k]! * d + j]! - points[out1[k]! * d + j]!) ** 2 / n;
    }
    expect(cost / exact.cost).toBeGreaterThan(0.97);
    expect(cost / exact.cost).toBeLessThan(kind === 'exact' ? 1.03 : 1.3);
  });
});
