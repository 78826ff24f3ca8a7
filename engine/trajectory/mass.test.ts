import { describe, expect, it } from 'vitest';
import { growthRates, type IntervalGrowth, shareOfGain } from '../coupling/growth.ts';
import { carryMass, startMass } from './mass.ts';

/** Gain of a point: `rate` times its first coordinate. */
function interval(tStart: number, tEnd: number, rate: number): IntervalGrowth {
  return {
    tStart,
    tEnd,
    logGainAt: (points) => Float64Array.from({ length: points.length / 2 }, (_, i) => rate * points[2 * i]!),
  };
}

const intervals = [interval(0, 0.25, Math.log(2)), interval(0.25, 1, -Math.log(3))];
const here = Float32Array.of(1, 0, 2, 0);
const there = Float32Array.of(0.5, 0, 1, 0);

function journey(timing: 'steady' | 'early', times: number[]): number[][] {
  let state = startMass(2);
  return times.slice(1).map((to, k) => {
    const from = times[k]!;
    state = carryMass(state, intervals, from < 0.25 ? here : there, from, to, timing);
    return Array.from(state.logMass, Math.exp);
  });
}

const close = (found: number[], wanted: number[]) =>
  wanted.forEach((value, i) => {
    expect(found[i]).toBeCloseTo(value, 12);
  });

describe('mass along a trajectory', () => {
  it('is log-linear in time within an interval, and multiplies over intervals', () => {
    const [half, first, part, last] = journey('steady', [0, 0.125, 0.25, 0.5, 1]);
    close(half!, [2 ** 0.5, 2]);
    close(first!, [2, 4]);
    close(part!, [2 * 3 ** (-0.5 / 3), 4 * 3 ** (-1 / 3)]);
    close(last!, [2 / 3 ** 0.5, 4 / 3]);
  });

  it('changes at once with early growth, and ends at the same mass', () => {
    const [soon, first, part, last] = journey('early', [0, 0.001, 0.25, 0.26, 1]);
    close(soon!, [2, 4]);
    close(first!, [2, 4]);
    close(part!, [2 / 3 ** 0.5, 4 / 3]);
    close(last!, [2 / 3 ** 0.5, 4 / 3]);
  });

  it('takes the gain from where the trajectory entered the interval, not from where it is now', () => {
    let state = startMass(1);
    state = carryMass(state, intervals, Float32Array.of(1, 0), 0, 0.1, 'steady');
    state = carryMass(state, intervals, Float32Array.of(99, 0), 0.1, 0.25, 'steady');
    close(Array.from(state.logMass, Math.exp), [2]);
  });

  it('does not depend on the steps it is asked for', () => {
    close(
      journey('steady', [0, 0.03, 0.11, 0.25, 0.7, 0.9, 1]).at(-1)!,
      journey('steady', [0, 0.25, 1]).at(-1)!,
    );
  });
});

describe('growth', () => {
  it('of a cell with twice the descendants of the mean cell in four days is a quarter of log 2 a day', () => {
    close([...growthRates(Float64Array.of(Math.log(2), 0), 4)], [Math.log(2) / 4, 0]);
  });

  it('is spent between 0 and all, whatever the timing', () => {
    for (const timing of ['steady', 'early'] as const) {
      expect(shareOfGain(0, timing)).toBe(0);
      expect(shareOfGain(1, timing)).toBe(1);
      expect(shareOfGain(1 + 1e-12, timing)).toBe(1);
    }
  });
});
