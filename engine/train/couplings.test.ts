import { expect, it } from 'vitest';
import type { FitSettings } from '../config.ts';
import { splitCells } from '../dataset/split.ts';
import { randomStream } from '../random.ts';
import type { Clouds } from './clouds.ts';
import { type CouplingSettings, couplingsOf, rebuildGrowth } from './couplings.ts';

const EACH = 60;
const hooks = { shouldStop: () => false, onProgress: () => {} };

/** Four timepoints of two kinds of cells, the share of one rising. */
function clouds(): Clouds {
  const random = randomStream(1, 'couplings');
  const cells = [0, 1, 2, 3].map((k) => Int32Array.from({ length: EACH }, (_, i) => k * EACH + i));
  const points = Float32Array.from({ length: 8 * EACH }, (_, at) => {
    const [k, i] = [Math.floor(at / (2 * EACH)), Math.floor(at / 2) % EACH];
    return random.normal() + (at % 2 === 0 ? k : i < 10 + 12 * k ? 6 : 0);
  });
  return { points, dims: 2, times: [0, 0.2, 0.5, 1], cells, manifold: null };
}

function made(grows: boolean[], coupling: FitSettings['coupling']) {
  const settings: CouplingSettings = { coupling, growth: 'on', tau: 0.4, epsilon: 0.05 };
  const of = clouds();
  const split = splitCells(of.cells, { minibatch: 16 }, randomStream(1, 'split'));
  const intervals = grows.map((one) => ({ grows: one }));
  const { couplings, growth } = couplingsOf(of, split, settings, 5, hooks, intervals);
  const pairs = couplings.map((one, k) => {
    const out = [new Int32Array(40), new Int32Array(40)] as const;
    const [from, to] = [0, 1].map((j) => of.cells[k + j]!.subarray(0, split.minibatch));
    one.draw(from!, to!, randomStream(2, 'pairs', k), ...out);
    return out;
  });
  const gains = growth?.map(({ logGainAt, estimatedGainAt }) => [
    logGainAt(of.points),
    estimatedGainAt?.(of.points),
  ]);
  const again = rebuildGrowth(of, settings, 5, hooks, intervals);
  return { pairs, growth, gains, again, of };
}

it.each(['global', 'sinkhorn', 'minibatch'] as const)(
  'an interval has the pairs and growth of its own kind, whatever the others are: %s',
  (coupling) => {
    const all = made([true, true, true], coupling);
    const none = made([false, false, false], coupling);
    const mixed = made([false, true, false], coupling);
    expect(none.growth).toBeNull();
    expect(none.again).toBeNull();
    for (const k of [0, 2]) {
      expect(mixed.pairs[k]).toEqual(none.pairs[k]);
      expect(mixed.pairs[k]).not.toEqual(all.pairs[k]);
      expect(mixed.gains![k]![0]!.every((gain) => gain === 0)).toBe(true);
    }
    expect(mixed.pairs[1]).toEqual(all.pairs[1]);
    expect(mixed.gains![1]).toEqual(all.gains![1]);
    expect(mixed.gains![1]![0]!.some((gain) => Math.abs(gain) > 0.1)).toBe(true);
    expect(mixed.growth!.map(({ tStart, tEnd }) => [tStart, tEnd])).toEqual([
      [0, 0.2],
      [0.2, 0.5],
      [0.5, 1],
    ]);
    mixed.again!.forEach((one, k) => {
      expect(one.logGainAt(mixed.of.points)).toEqual(mixed.gains![k]![0]);
    });
  },
);

it('pairs at random know no growth', () => {
  const { growth, again } = made([true, false, true], 'independent');
  expect(growth).toBeNull();
  expect(again).toBeNull();
});
