import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { congruential } from '../../fixtures/reference/gradients.ts';
import { InputError } from '../errors.ts';
import { energyDistance } from './energy-distance.ts';
import { mmd } from './mmd.ts';
import { wasserstein1, wasserstein2 } from './wasserstein.ts';

interface Case {
  n: number;
  m: number;
  d: number;
  both: boolean;
  w1: number;
  w2: number;
  mmd: number;
  energyDistance: number;
}
const reference: { bandwidths: number[]; cases: Case[] } = JSON.parse(
  readFileSync(new URL('../../fixtures/reference/weighted.json', import.meta.url), 'utf8'),
);

function problem({ n, m, d, both }: Pick<Case, 'n' | 'm' | 'd' | 'both'>) {
  const draw = (seed: number, length: number) => {
    const next = congruential(seed);
    return Float64Array.from({ length }, () => next());
  };
  const weights = (seed: number, length: number) => draw(seed, length).map((v) => (1 + v) ** 4);
  const a = weights(30 + d, n).map((weight, i) => (i % 7 === 0 ? 0 : weight));
  const y = draw(20 + d, m * d).map((v) => 0.8 * v + 0.25);
  return { x: draw(10 + d, n * d), y, a, b: both ? weights(35 + d, m) : undefined };
}

describe.each(reference.cases)('weighted distances, $n × $m in $d-D, both sides: $both', (given) => {
  const { n, m, d } = given;
  const { x, y, a, b } = problem(given);
  const pairs = { weightsX: a, ...(b && { weightsY: b }) };

  it('W1 and W2 agree with POT', () => {
    const options = { a, ...(b && { b }) };
    expect(Math.abs(wasserstein1(x, n, y, m, d, options) / given.w1 - 1)).toBeLessThan(1e-9);
    expect(Math.abs(wasserstein2(x, n, y, m, d, options) / given.w2 - 1)).toBeLessThan(1e-9);
  });

  it('MMD and energy distance agree with scikit-learn and scipy', () => {
    const { bandwidths } = reference;
    expect(Math.abs(mmd(x, n, y, m, d, { ...pairs, bandwidths }) / given.mmd - 1)).toBeLessThan(1e-9);
    expect(Math.abs(energyDistance(x, n, y, m, d, pairs) / given.energyDistance - 1)).toBeLessThan(1e-9);
  });
});

describe('weights', () => {
  const given = { n: 40, m: 30, d: 3, both: true };
  const { n, m, d } = given;
  const { x, y } = problem(given);
  const distances = (from: Float64Array, a?: Float64Array) => {
    const count = from.length / d;
    return [
      wasserstein1(from, count, y, m, d, a && { a }),
      wasserstein2(from, count, y, m, d, a && { a }),
      mmd(from, count, y, m, d, a && { weightsX: a }),
      energyDistance(from, count, y, m, d, a && { weightsX: a }),
    ];
  };

  it('that are all alike change nothing', () => {
    distances(x, new Float64Array(n).fill(7)).forEach((value, k) => {
      expect(value).toBeCloseTo(distances(x)[k]!, 12);
    });
  });

  it('of 2 are the same as a point that is there twice', () => {
    const twice = Float64Array.from([...x, ...x.subarray(0, d)]);
    const a = Float64Array.from({ length: n }, (_, i) => (i === 0 ? 2 : 1));
    const doubled = distances(twice);
    distances(x, a).forEach((value, k) => {
      expect(value).toBeCloseTo(doubled[k]!, 12);
    });
  });

  it.each([
    ['negative', new Float64Array(n).fill(-1)],
    ['all 0', new Float64Array(n)],
    ['not a number', new Float64Array(n).fill(Number.NaN)],
    ['too few', new Float64Array(n - 1).fill(1)],
  ])('that are %s are refused', (_, a) => {
    expect(() => wasserstein1(x, n, y, m, d, { a })).toThrow(InputError);
    expect(() => mmd(x, n, y, m, d, { weightsX: a })).toThrow(InputError);
    expect(() => energyDistance(x, n, y, m, d, { weightsX: a })).toThrow(InputError);
  });
});
