import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { congruential } from '../../fixtures/reference/gradients.ts';
import { CancelledError, InputError } from '../errors.ts';
import { randomStream } from '../random.ts';
import { type KMeansResult, kMeans } from './kmeans.ts';
import { lloyd } from './lloyd.ts';

const reference: { cases: { n: number; d: number; k: number; inertia: number }[] } = JSON.parse(
  readFileSync(new URL('../../fixtures/reference/kmeans.json', import.meta.url), 'utf8'),
);
const random = (purpose: string) => randomStream(5, purpose);

/** What any result must be, whatever the points: labels are the nearest centres, sums agree. */
function expectConsistent(result: KMeansResult, points: Float64Array, n: number, d: number): void {
  const { centers, k, labels, sizes, inertia } = result;
  expect(centers.length).toBe(k * d);
  expect(centers.every(Number.isFinite)).toBe(true);
  const counted = new Int32Array(k);
  let total = 0;
  for (let i = 0; i < n; i++) {
    const squares = Array.from({ length: k }, (_, c) => {
      let square = 0;
      for (let j = 0; j < d; j++) square += (points[i * d + j]! - centers[c * d + j]!) ** 2;
      return square;
    });
    expect(squares[labels[i]!]).toBeLessThanOrEqual(Math.min(...squares) * (1 + 1e-12));
    counted[labels[i]!]!++;
    total += squares[labels[i]!]!;
  }
  expect([...sizes]).toEqual([...counted]);
  expect(Math.min(...sizes)).toBeGreaterThan(0);
  expect(inertia).toBeCloseTo(total, 9);
}

describe.each(reference.cases)('$k clusters of $n points in $d dimensions', ({ n, d, k, inertia }) => {
  const draw = congruential(30 + d);
  const points = Float64Array.from({ length: n * d }, () => draw() ** 3);
  const found = kMeans(points, n, d, k, random('reference'));

  it('is within 2 % of scikit-learn’s best of ten starts', () => {
    expect(found.k).toBe(k);
    expect(found.converged).toBe(true);
    expect(found.inertia / inertia).toBeLessThan(1.02);
  });

  it('labels each point with its nearest centre', () => expectConsistent(found, points, n, d));

  it('repeats its bits for a stream and changes with it', () => {
    expect(kMeans(points, n, d, k, random('reference'))).toEqual(found);
    expect(kMeans(points, n, d, k, random('other')).centers).not.toEqual(found.centers);
  });
});

it('finds well separated blobs exactly', () => {
  const stream = random('blobs');
  const corners = [0, 0, 0, 50, 50, 0, 50, 50, 100, 25];
  const each = 40;
  const points = Float64Array.from(
    { length: 5 * each * 2 },
    (_, i) => corners[2 * Math.floor(i / (2 * each)) + (i % 2)]! + stream.normal(),
  );
  const { centers, labels, sizes } = kMeans(points, 5 * each, 2, 5, random('seeding'), { restarts: 1 });
  expect([...sizes]).toEqual([each, each, each, each, each]);
  for (let blob = 0; blob < 5; blob++) {
    const own = labels.subarray(blob * each, (blob + 1) * each);
    expect(new Set(own).size).toBe(1);
    for (let j = 0; j < 2; j++) {
      let mean = 0;
      for (let i = blob * each; i < (blob + 1) * each; i++) mean += points[2 * i + j]! / each;
      expect(centers[2 * own[0]! + j]).toBeCloseTo(mean, 10);
    }
  }
});

it('one cluster has its centre at the mean', () => {
  const { centers, inertia } = kMeans(Float32Array.of(1, 2, 6), 3, 1, 1, random('one'));
  expect(centers[0]).toBeCloseTo(3, 14);
  expect(inertia).toBeCloseTo(4 + 1 + 9, 12);
});

it('moves a centre without points to the farthest point', () => {
  const points = Float64Array.of(0, 1, 2, 100, 101, 102);
  // the second centre is nobody's nearest
  const found = lloyd(points, 6, 1, Float64Array.of(1, 1), 0, {});
  expect([...found.centers].sort((a, b) => a - b)).toEqual([1, 101]);
  expect(found.inertia).toBe(4);
  // two such centres go to different points
  const three = lloyd(points, 6, 1, Float64Array.of(1, 1, 1), 0, {});
  expect(three.k).toBe(3);
  expectConsistent(three, points, 6, 1);
});

describe('odd points', () => {
  it('gives as many clusters as there are different points, if those are fewer', () => {
    const points = Float64Array.from({ length: 60 }, (_, i) => [0, 1, 7][i % 3]!);
    const found = kMeans(points, 60, 1, 10, random('duplicates'));
    expect([...found.centers].sort((a, b) => a - b)).toEqual([0, 1, 7]);
    expect([...found.sizes]).toEqual([20, 20, 20]);
    expect(found.inertia).toBe(0);
  });

  it('takes more clusters than points, equal points and a single one', () => {
    expect(kMeans(Float64Array.of(3, 1), 2, 1, 5, random('few')).k).toBe(2);
    expect(kMeans(new Float64Array(20).fill(4), 10, 2, 3, random('equal'))).toMatchObject({
      k: 1,
      inertia: 0,
    });
    expect(kMeans(Float64Array.of(8), 1, 1, 1, random('single')).centers[0]).toBe(8);
  });

  it('survives far outliers and constant dimensions', () => {
    const stream = random('outliers');
    const points = Float64Array.from({ length: 300 * 4 }, (_, i) =>
      i % 4 === 3 ? 2 : i < 8 ? 1e6 * stream.normal() : stream.normal(),
    );
    expectConsistent(kMeans(points, 300, 4, 20, random('seeding')), points, 300, 4);
  });

  it('refuses NaN, no points and no clusters', () => {
    expect(() => kMeans(Float64Array.of(1, Number.NaN), 2, 1, 1, random('bad'))).toThrow(InputError);
    expect(() => kMeans(new Float64Array(0), 0, 1, 1, random('bad'))).toThrow(InputError);
    expect(() => kMeans(Float64Array.of(1, 2), 2, 1, 0, random('bad'))).toThrow(InputError);
  });

  it('says when the iterations were not enough, and stops when asked', () => {
    const stream = random('uniform');
    const points = Float64Array.from({ length: 2000 }, () => stream.uniform());
    const short = kMeans(points, 1000, 2, 30, random('seeding'), { maxIterations: 1, tolerance: 0 });
    expect(short.converged).toBe(false);
    const stop = { shouldStop: () => true };
    expect(() => kMeans(points, 1000, 2, 30, random('seeding'), stop)).toThrow(CancelledError);
  });
});
