import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { congruential } from '../../fixtures/reference/gradients.ts';
import { CancelledError, InputError } from '../errors.ts';
import { randomStream } from '../random.ts';
import { energyDistance } from './energy-distance.ts';
import { mmd, mmdBandwidths } from './mmd.ts';

interface Case {
  n: number;
  m: number;
  d: number;
  bandwidths: number[] | null;
  mmd: number | null;
  unevenBandwidths: number[];
  mmdUneven: number;
  energyDistance: number;
}

const reference: { cases: Case[] } = JSON.parse(
  readFileSync(new URL('../../fixtures/reference/distances.json', import.meta.url), 'utf8'),
);

function clouds({ n, m, d }: Pick<Case, 'n' | 'm' | 'd'>) {
  const drawX = congruential(10 + d);
  const drawY = congruential(20 + d);
  return {
    x: Float64Array.from({ length: n * d }, drawX),
    y: Float64Array.from({ length: m * d }, () => 0.8 * drawY() + 0.25),
  };
}

function normalCloud(n: number, d: number, seed: number, shift = 0): Float32Array {
  const random = randomStream(seed, 'cloud');
  return Float32Array.from({ length: n * d }, () => random.normal() + shift);
}

const measures = { mmd, energyDistance };

describe.each(reference.cases)('$n × $m points of $d dimensions against scikit-learn and scipy', (given) => {
  const { n, m, d } = given;
  const { x, y } = clouds(given);
  const near = (found: number, expected: number) =>
    expect(Math.abs(found / expected - 1)).toBeLessThanOrEqual(1e-9);

  it('energy distance', () => near(energyDistance(x, n, y, m, d), given.energyDistance));

  it('MMD with given bandwidths', () =>
    near(mmd(x, n, y, m, d, { bandwidths: given.unevenBandwidths }), given.mmdUneven));

  if (given.mmd !== null) {
    const { mmd: expected, bandwidths } = given;
    it('MMD with its own bandwidths', () => {
      const own = mmdBandwidths(y, m, d);
      bandwidths!.forEach((sigma, k) => {
        near(own[k]!, sigma);
      });
      near(mmd(x, n, y, m, d), expected);
    });
  }
});

describe.each(Object.entries(measures))('%s', (_, measure) => {
  it('is 0 between a cloud and the same points in another order', () => {
    const x = normalCloud(1500, 3, 1);
    const turned = Float32Array.from(x, (_, i) => x[(i + 300) % x.length]!);
    expect(measure(x, 1500, turned, 1500, 3)).toBeLessThan(1e-6);
  });

  it('is symmetric where the bandwidths are', () => {
    const x = normalCloud(130, 4, 1);
    const y = normalCloud(90, 4, 2, 0.3);
    const options = { bandwidths: [0.5, 2] };
    const forth = measure(x, 130, y, 90, 4, options);
    expect(measure(y, 90, x, 130, 4, options)).toBeCloseTo(forth, 12);
    expect(forth).toBeGreaterThan(0.01);
  });

  it('grows as a cloud moves away', () => {
    const y = normalCloud(200, 2, 1);
    const values = [0, 0.5, 1, 2, 4].map((shift) => measure(normalCloud(200, 2, 2, shift), 200, y, 200, 2));
    expect([...values].sort((a, b) => a - b)).toEqual(values);
  });

  it('refuses what no distance can be worked out for', () => {
    const good = Float32Array.of(1, 2, 3, 4);
    const bad = (value: number) => Float32Array.of(1, 2, value, 4);
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => measure(bad(value), 2, good, 2, 2)).toThrow(InputError);
      expect(() => measure(good, 2, bad(value), 2, 2)).toThrow(/cloud y/);
    }
    expect(() => measure(good, 2, new Float32Array(0), 0, 2)).toThrow(InputError);
    expect(() => measure(good, 3, good, 2, 2)).toThrow(InputError);
  });

  it('stops when asked', () => {
    const x = normalCloud(2500, 1, 1);
    expect(() => measure(x, 2500, x, 2500, 1, { shouldStop: () => true })).toThrow(CancelledError);
  });
});

describe('by hand', () => {
  it('energy distance of {0, 1} and {2}: 2 · 1.5 − 0.5 − 0', () => {
    expect(energyDistance(Float64Array.of(0, 1), 2, Float64Array.of(2), 1, 1)).toBeCloseTo(2.5, 14);
  });

  it('MMD² of {0} and {a} with one bandwidth: 2 − 2 exp(−a²/2σ²)', () => {
    const found = mmd(Float64Array.of(0), 1, Float64Array.of(3), 1, 1, { bandwidths: [2] });
    expect(found).toBeCloseTo(Math.sqrt(2 - 2 * Math.exp(-9 / 8)), 14);
  });

  it('MMD of far clouds of single points is √2', () => {
    const far = mmd(Float64Array.of(0), 1, Float64Array.of(1e6), 1, 1, { bandwidths: [1, 2] });
    expect(far).toBeCloseTo(Math.SQRT2, 14);
  });
});

describe('mmdBandwidths', () => {
  it('takes the median of all pairs, here 1, 2 and 3', () => {
    expect([...mmdBandwidths(Float64Array.of(0, 1, 3), 3, 1)]).toEqual([0.5, 1, 2, 4, 8]);
  });

  it('stays positive with duplicates, equal points and a single point', () => {
    const mostlyEqual = Float64Array.of(0, 0, 0, 0, 0, 0, 5);
    expect(mmdBandwidths(mostlyEqual, 7, 1)[2]).toBe(5);
    expect(mmdBandwidths(Float64Array.of(2, 2), 2, 1)[2]).toBe(1);
    expect(mmdBandwidths(Float64Array.of(2), 1, 1)[2]).toBe(1);
  });

  it('is steady for a part of a large cloud', () => {
    const y = normalCloud(5000, 3, 4);
    const one = mmdBandwidths(y, 5000, 3);
    expect([...mmdBandwidths(y, 5000, 3)]).toEqual([...one]);
    const other = mmdBandwidths(y, 5000, 3, randomStream(9, 'other'));
    expect(Math.abs(other[2]! / one[2]! - 1)).toBeLessThan(0.05);
  });

  it('refuses bandwidths that are not positive', () => {
    const x = Float64Array.of(1, 2);
    for (const bandwidths of [[], [0], [-1], [Number.NaN]]) {
      expect(() => mmd(x, 2, x, 2, 1, { bandwidths })).toThrow(InputError);
    }
  });
});
