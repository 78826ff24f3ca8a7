import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CancelledError, InputError } from '../errors.ts';
import { randomStream } from '../random.ts';
import { wasserstein1, wasserstein2 } from './wasserstein.ts';

interface ReferenceCase {
  seed: number;
  n: number;
  m: number;
  d: number;
  weighted: boolean;
  w1: number;
  w2: number;
}
const reference: { cases: ReferenceCase[] } = JSON.parse(
  readFileSync(new URL('../../fixtures/reference/transport.json', import.meta.url), 'utf8'),
);

/** The clouds and weights of fixtures/reference/transport.py, bit by bit. */
function referenceClouds({ seed, n, m, d, weighted }: ReferenceCase) {
  let s = seed;
  const uniform = () => {
    s = (1664525 * s + 1013904223) % 2 ** 32;
    return s / 2 ** 32;
  };
  const points = (count: number) =>
    Float64Array.from({ length: count * d }, () => uniform() + uniform() + uniform() + uniform() - 2);
  const weights = (count: number) => Float64Array.from({ length: count }, () => 0.5 + uniform());
  const x = points(n);
  const y = points(m);
  for (let j = 0; j < m; j++) y[j * d]! += 0.25;
  if (!weighted) return { x, y, options: {} };
  const normalise = (w: Float64Array) => {
    const sum = w.reduce((total, value) => total + value);
    return w.map((value) => value / sum);
  };
  const a = normalise(weights(n));
  return { x, y, options: { a, b: normalise(weights(m)) } };
}

const cloud = (n: number, d: number, purpose: string) => {
  const random = randomStream(3, 'wasserstein', purpose);
  return Float64Array.from({ length: n * d }, () => random.normal());
};

describe('wasserstein distances', () => {
  it.each(reference.cases)('agree with POT: $n × $m in $d-D, weighted: $weighted', (referenceCase) => {
    const { n, m, d, w1, w2 } = referenceCase;
    const { x, y, options } = referenceClouds(referenceCase);
    expect(Math.abs(wasserstein1(x, n, y, m, d, options) - w1)).toBeLessThan(1e-6);
    expect(Math.abs(wasserstein2(x, n, y, m, d, options) - w2)).toBeLessThan(1e-6);
  });

  it('of a shifted cloud is the length of the shift', () => {
    const x = cloud(500, 3, 'x');
    const shift = [0.3, -1.2, 0.4];
    const y = x.map((value, k) => value + shift[k % 3]!);
    expect(wasserstein1(x, 500, y, 500, 3)).toBeCloseTo(1.3, 9);
    expect(wasserstein2(x, 500, y, 500, 3)).toBeCloseTo(1.3, 9);
  });

  it('in one dimension pair the sorted points', () => {
    const x = cloud(400, 1, 'x');
    const y = cloud(400, 1, 'y').map((value) => 2 * value);
    const sortedX = x.toSorted();
    const sortedY = y.toSorted();
    const mean = (f: (gap: number) => number) =>
      sortedX.reduce((sum, value, i) => sum + f(Math.abs(value - sortedY[i]!)), 0) / 400;
    expect(wasserstein1(x, 400, y, 400, 1)).toBeCloseTo(
      mean((gap) => gap),
      9,
    );
    expect(wasserstein2(x, 400, y, 400, 1)).toBeCloseTo(Math.sqrt(mean((gap) => gap * gap)), 9);
  });

  it('are zero between a cloud and itself in another order, duplicates included', () => {
    const x = cloud(350, 2, 'x');
    const points = new Float64Array(700 * 2);
    points.set(x);
    points.set(x, 700);
    const reversed = new Float64Array(points.length);
    for (let i = 0; i < 700; i++) reversed.set(points.subarray(2 * i, 2 * i + 2), 2 * (699 - i));
    expect(wasserstein1(points, 700, reversed, 700, 2)).toBe(0);
    expect(wasserstein2(points, 700, x, 350, 2)).toBe(0);
    expect(wasserstein1(new Float64Array(20), 10, new Float64Array(14), 7, 2)).toBe(0);
  });

  it('are symmetric and obey the triangle inequality', () => {
    const [x, y, z] = [
      cloud(90, 2, 'x'),
      cloud(70, 2, 'y').map((v) => v + 1),
      cloud(80, 2, 'z').map((v) => 2 * v),
    ];
    for (const distance of [wasserstein1, wasserstein2]) {
      const xy = distance(x, 90, y, 70, 2);
      expect(distance(y, 70, x, 90, 2)).toBeCloseTo(xy, 10);
      expect(xy).toBeLessThanOrEqual(distance(x, 90, z, 80, 2) + distance(z, 80, y, 70, 2) + 1e-12);
    }
  });

  it('to a single point are the mean distance and the root mean square distance', () => {
    const x = Float32Array.of(0, 0, 3, 4, 0, 2);
    expect(wasserstein1(x, 3, new Float64Array(2), 1, 2)).toBeCloseTo(7 / 3, 12);
    expect(wasserstein2(new Float64Array(2), 1, x, 3, 2)).toBeCloseTo(Math.sqrt(29 / 3), 12);
  });

  it('refuse NaN, infinity, empty clouds and wrong sizes', () => {
    const x = cloud(5, 2, 'x');
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const y = x.slice();
      y[3] = bad;
      expect(() => wasserstein1(x, 5, y, 5, 2)).toThrow(InputError);
      expect(() => wasserstein2(y, 5, x, 5, 2)).toThrow(InputError);
    }
    expect(() => wasserstein1(new Float64Array(0), 0, x, 5, 2)).toThrow(InputError);
    expect(() => wasserstein1(x, 4, x, 5, 2)).toThrow(InputError);
    expect(() => wasserstein1(x, 5, x, 5, 0)).toThrow(InputError);
  });

  it('stop when asked', () => {
    const x = cloud(500, 2, 'x');
    expect(() => wasserstein1(x, 500, cloud(500, 2, 'y'), 500, 2, { shouldStop: () => true })).toThrow(
      CancelledError,
    );
  });
});
