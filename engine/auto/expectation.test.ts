import { describe, expect, it } from 'vitest';
import { expectedRatio, isClear, usualIn } from './expectation.ts';

describe('what is expected of an answer', () => {
  it('lies between what is usual and what the trials say, nearer to the trials the more there are', () => {
    for (const [trials, usual] of [
      [-0.2, 0.05],
      [0.3, -0.01],
      [-0.1, 0],
    ] as const) {
      const expected = [1, 2, 3].map((inner) => expectedRatio(trials, usual, inner));
      const distances = expected.map((value) => Math.abs(value - trials));
      expect(distances).toEqual([...distances].sort((a, b) => b - a));
      for (const value of expected) {
        expect(value).toBeGreaterThan(Math.min(trials, usual));
        expect(value).toBeLessThan(Math.max(trials, usual));
      }
    }
  });

  it('where trials say what is usual, it is that', () => {
    expect(expectedRatio(0.07, 0.07, 2)).toBeCloseTo(0.07, 12);
  });

  it('is clear beyond 1 %, and a failed trial never is', () => {
    expect(isClear(Math.log(0.98), 1)).toBe(true);
    expect(isClear(Math.log(0.995), 1)).toBe(false);
    expect(isClear(expectedRatio(Number.POSITIVE_INFINITY, -0.01, 1), 1)).toBe(false);
    expect(isClear(expectedRatio(Number.NaN, -0.01, 1), 1)).toBe(false);
  });

  it('noise levels all answers: less is usual, and less is clear; where nothing moves only a gain is', () => {
    const shares = [1, 0.8, 0.5, 0.1, 0];
    for (const usual of [0.3, -0.1]) {
      const found = shares.map((share) => Math.abs(usualIn(usual, share)));
      expect(found).toEqual([...found].sort((a, b) => b - a));
      expect(found[0]).toBe(Math.abs(usual));
      expect(found.at(-1)).toBe(0);
    }
    expect(isClear(-0.004, 1)).toBe(false);
    expect(isClear(-0.004, 0.3)).toBe(true);
    expect(isClear(0, 0)).toBe(false);
    expect(isClear(0.001, 0)).toBe(false);
  });
});
