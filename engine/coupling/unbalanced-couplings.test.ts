import { describe, expect, it } from 'vitest';
import { randomStream } from '../random.ts';
import type { Coupling } from './coupling.ts';
import { meanSquaredDistance } from './mean-cost.ts';
import { unbalancedGlobalCoupling } from './unbalanced-global.ts';
import { unbalancedMinibatchCoupling } from './unbalanced-minibatch.ts';
import { unbalancedPlan } from './unbalanced-ot.ts';

const d = 2;
const n = 24;
const m = 18;
const cloud = (count: number, seed: number, shift: number) => {
  const random = randomStream(seed, 'cloud');
  return Float32Array.from({ length: count * d }, () => random.normal() + shift);
};
const [x, y] = [cloud(n, 1, 0), cloud(m, 2, 1)];
const rows0 = Int32Array.from({ length: n }, (_, i) => i);
const rows1 = Int32Array.from({ length: m }, (_, j) => j);
const [tau, epsilon] = [0.3, 0.1];
const plan = unbalancedPlan(x, n, y, m, d, {
  tau,
  tauColumns: Number.POSITIVE_INFINITY,
  relativeEpsilon: epsilon,
});

/** How often each pair is drawn, [n, m], in shares. */
function drawnShares(coupling: Coupling, rounds: number, k: number, seed = 3): Float64Array {
  const seen = new Float64Array(n * m);
  const random = randomStream(seed, 'draw');
  const [out0, out1] = [new Int32Array(k), new Int32Array(k)];
  for (let round = 0; round < rounds; round++) {
    coupling.draw(rows0, rows1, random, out0, out1);
    for (let i = 0; i < k; i++) seen[out0[i]! * m + out1[i]!]! += 1 / (rounds * k);
  }
  return seen;
}

function expectPlan(seen: Float64Array, count: number): void {
  const row = new Float64Array(m);
  let chiSquare = 0;
  for (let i = 0; i < n; i++) {
    plan.row(i, row);
    for (let j = 0; j < m; j++) chiSquare += (count * (seen[i * m + j]! - row[j]!) ** 2) / row[j]!;
  }
  const freedom = n * m - 1;
  expect(chiSquare).toBeLessThan(freedom + 6 * Math.sqrt(2 * freedom));
}

describe('unbalanced minibatches', () => {
  const unit = meanSquaredDistance(x, n, y, m, d);

  it('draw pairs of a whole cloud by its unbalanced plan, also where potentials are remembered', () => {
    const options = { tau: tau * unit, epsilon: epsilon * unit };
    const coupling = unbalancedMinibatchCoupling(x, y, d, n, m, options);
    expectPlan(drawnShares(coupling, 100, 400), 40_000);
  });

  it('draw members of the minibatch alone, the same ones for a seed', () => {
    const options = { tau: tau * unit, epsilon: epsilon * unit };
    const some = Int32Array.of(3, 8, 20);
    const others = Int32Array.of(17, 2, 5);
    const draw = () => {
      const [out0, out1] = [new Int32Array(50), new Int32Array(50)];
      const coupling = unbalancedMinibatchCoupling(x, y, d, n, m, options);
      coupling.draw(some, others, randomStream(4, 'draw'), out0, out1);
      return [...out0, ...out1];
    };
    const pairs = draw();
    expect(pairs.slice(0, 50).every((row) => some.includes(row))).toBe(true);
    expect(pairs.slice(50).every((row) => others.includes(row))).toBe(true);
    expect(draw()).toEqual(pairs);
  });
});

describe('pairs of an unbalanced plan between whole clouds', () => {
  it('come by its masses', () => {
    // partners are drawn anew each time: what is tested are all of them
    const seen = new Float64Array(n * m);
    const repeats = 400;
    for (let repeat = 0; repeat < repeats; repeat++) {
      const partners = randomStream(repeat, 'partners');
      drawnShares(unbalancedGlobalCoupling(plan, rows0, rows1, partners), 1, 20, repeat).forEach(
        (share, e) => {
          seen[e]! += share / repeats;
        },
      );
    }
    // the second draw of a row comes from its few partners again, so that fewer pairs are independent
    expectPlan(seen, (repeats * 20) / 2);
  });

  it('set out from cells of the minibatch, by their mass', () => {
    const coupling = unbalancedGlobalCoupling(plan, rows0, rows1, randomStream(1, 'partners'));
    const byMass = [...rows0].sort((i, j) => plan.rowMass[i]! - plan.rowMass[j]!);
    const [light, heavy] = [byMass[0]!, byMass.at(-1)!];
    const draws = 4000;
    const [out0, out1] = [new Int32Array(draws), new Int32Array(draws)];
    coupling.draw(Int32Array.of(light, heavy), rows1, randomStream(2, 'draw'), out0, out1);
    expect(new Set(out0)).toEqual(new Set([light, heavy]));
    const share = out0.filter((row) => row === heavy).length / draws;
    const wanted = plan.rowMass[heavy]! / (plan.rowMass[light]! + plan.rowMass[heavy]!);
    expect(wanted).toBeGreaterThan(0.6);
    // the sd of the share is below 0.008
    expect(Math.abs(share - wanted)).toBeLessThan(0.04);
  });

  it('take another cell where the plan was made without those of the minibatch', () => {
    const named = rows0.map((row) => 100 + row);
    const coupling = unbalancedGlobalCoupling(plan, named, rows1, randomStream(1, 'partners'));
    const [out0, out1] = [new Int32Array(30), new Int32Array(30)];
    coupling.draw(Int32Array.of(7), rows1, randomStream(2, 'draw'), out0, out1);
    expect(out0.every((row) => row >= 100 && row < 100 + n)).toBe(true);
  });
});
