import { expect, it } from 'vitest';
import { randomStream } from '../random.ts';
import { rankCorrelation } from './rank-correlation.ts';

it('is that of scipy.stats.spearmanr 1.17, with equal values', () => {
  const a = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5];
  const b = [2, 7, 1, 8, 2, 8, 1, 8, 2, 8, 4];
  expect(rankCorrelation(a, b)).toBeCloseTo(0.1384567651467695, 14);
});

it('sees nothing but the order', () => {
  const random = randomStream(1, 'ranks');
  const [a, b] = [0, 1].map(() => Float32Array.from({ length: 200 }, () => random.normal()));
  const plain = rankCorrelation(a!, b!)!;
  expect(rankCorrelation(a!.map(Math.exp), b!)).toBeCloseTo(plain, 12);
  expect(rankCorrelation(b!, a!)).toBeCloseTo(plain, 12);
  expect(
    rankCorrelation(
      a!,
      b!.map((x) => -x),
    ),
  ).toBeCloseTo(-plain, 12);
  expect(rankCorrelation(a!, a!)).toBeCloseTo(1, 12);
});

it('is none of values that are all the same, or of two', () => {
  expect(rankCorrelation([1, 1, 1, 1], [1, 2, 3, 4])).toBeNull();
  expect(rankCorrelation([1, 2], [1, 2])).toBeNull();
});
