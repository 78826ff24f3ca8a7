import { describe, expect, it } from 'vitest';
import { estimateFit } from './estimate.ts';

const settings = {
  hidden: 64,
  minibatch: 128,
  metric: 'land',
  centers: 150,
  maxEpochs: 1000,
  steps: null,
  coupling: 'minibatch',
  growth: 'off',
} as const;
const estimate = (change: object, counts: number[]) =>
  estimateFit({ ...settings, ...change }, 5, counts, true);

describe('the cost of plans between whole clouds', () => {
  it.each([
    ['unbalanced, whatever the pairs', { growth: 'on' }, 10, 14],
    ['exact', { coupling: 'global' }, 10, 14],
    ['entropic', { coupling: 'sinkhorn' }, 60, 80],
  ])('is counted: %s, 10,000 × 10,000', (_, change, least, most) => {
    const extra = estimate(change, [1e4, 1e4]).seconds - estimate({}, [1e4, 1e4]).seconds;
    expect(extra).toBeGreaterThan(least);
    expect(extra).toBeLessThan(most);
  });

  it('is of each pair of neighbouring days, and of no more cells than a plan takes', () => {
    const extra = (counts: number[]) =>
      estimate({ growth: 'on' }, counts).seconds - estimate({}, counts).seconds;
    expect(extra([2000, 2000, 2000])).toBeCloseTo(2 * extra([2000, 2000]), 9);
    expect(extra([1e6, 2e6])).toBeCloseTo(extra([1e4, 1e4]), 6);
    expect(extra([1e6, 500])).toBeCloseTo(extra([1e4, 500]), 6);
  });

  it('is none where cells are paired at random', () => {
    expect(estimate({ growth: 'on', coupling: 'independent' }, [3000, 3000])).toEqual(
      estimate({}, [3000, 3000]),
    );
  });
});
