import { describe, expect, it } from 'vitest';
import { drawWithoutReplacement, randomStream, shuffle } from './random.ts';

describe('randomStream', () => {
  it('gives the same numbers for the same seed and purpose, others for any other', () => {
    const take = (seed: number, ...purpose: (string | number)[]) => {
      const random = randomStream(seed, ...purpose);
      return [random.uniform(), random.uniform(), random.uniform()];
    };
    expect(take(42, 'a')).toEqual(take(42, 'a'));
    for (const other of [take(43, 'a'), take(42, 'b'), take(42, 'a', 1), take(42, 'a1')]) {
      expect(other).not.toEqual(take(42, 'a'));
    }
  });

  it('is uniform: mean 1/2, variance 1/12, values in [0, 1), no correlation between neighbouring seeds', () => {
    const n = 200_000;
    const [a, b] = [randomStream(1, 'x'), randomStream(2, 'x')];
    let mean = 0;
    let square = 0;
    let product = 0;
    let inside = true;
    for (let i = 0; i < n; i++) {
      const [u, v] = [a.uniform(), b.uniform()];
      inside &&= u >= 0 && u < 1;
      mean += u / n;
      square += (u - 0.5) ** 2 / n;
      product += (u - 0.5) * (v - 0.5) * (12 / n);
    }
    expect(inside).toBe(true);
    // five standard errors
    expect(Math.abs(mean - 0.5)).toBeLessThan(5 * Math.sqrt(1 / 12 / n));
    expect(Math.abs(square - 1 / 12)).toBeLessThan(5 * Math.sqrt(1 / 180 / n));
    expect(Math.abs(product)).toBeLessThan(5 / Math.sqrt(n));
  });

  it('is normal: the first four moments', () => {
    const n = 200_000;
    const random = randomStream(7, 'normal');
    const moments = [0, 0, 0, 0];
    for (let i = 0; i < n; i++) {
      const z = random.normal();
      for (let k = 0; k < 4; k++) moments[k]! += z ** (k + 1) / n;
    }
    const spread = [1, 2, 15, 96];
    [0, 1, 0, 3].forEach((expected, k) => {
      expect(Math.abs(moments[k]! - expected)).toBeLessThan(5 * Math.sqrt(spread[k]! / n));
    });
  });

  it('draws integers below n, each about as often', () => {
    const random = randomStream(3, 'integer');
    const counts = new Array<number>(7).fill(0);
    for (let i = 0; i < 70_000; i++) counts[random.integer(7)]!++;
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(5 * Math.sqrt(10_000));
  });
});

it('shuffle keeps the items; drawWithoutReplacement gives distinct ones, at most all', () => {
  const random = randomStream(1, 'shuffle');
  const items = Int32Array.from({ length: 100 }, (_, i) => i);
  expect([...shuffle(items.slice(), random)].sort((a, b) => a - b)).toEqual([...items]);
  const drawn = drawWithoutReplacement(10, 4, random);
  expect(new Set(drawn).size).toBe(4);
  expect([...drawn].every((i) => i >= 0 && i < 10)).toBe(true);
  expect([...drawWithoutReplacement(3, 9, random)].sort()).toEqual([0, 1, 2]);
});
