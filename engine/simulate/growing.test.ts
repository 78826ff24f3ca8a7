import { describe, expect, it } from 'vitest';
import { InputError } from '../errors.ts';
import { simulateGrowing } from './growing.ts';

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

describe('simulateGrowing', () => {
  it('repeats its bits for a seed and changes with it', () => {
    const points = (seed: number) => simulateGrowing({ seed, cellsPerDay: 50 }).points;
    expect(points(7)).toEqual(points(7));
    expect(points(8)).not.toEqual(points(7));
  });

  it.each([
    { growth: 0.8, days: [0, 1, 2, 3] },
    { growth: 0.5, days: [0, 2, 3, 7] },
    { growth: 0, days: [0, 1, 2] },
  ])('has populations that the gains it tells account for: %o', (options) => {
    const seeds = [1, 2];
    const ratios = seeds.map((seed) => {
      const { population, timepoint, logGain, days } = simulateGrowing({
        ...options,
        seed,
        cellsPerDay: 2000,
      });
      return days.slice(1).map((_, k) => {
        const gains = Array.from(logGain).filter((_gain, i) => timepoint[i] === k);
        return population[k + 1]! / population[k]! / mean(gains.map(Math.exp));
      });
    });
    // a mean path without spread is a little less than the mean over paths
    options.days.slice(1).forEach((_, k) => {
      expect(Math.abs(mean(ratios.map((ratio) => ratio[k]!)) - 1)).toBeLessThan(0.06);
    });
  });

  it('lets one fate grow and the other vanish, and with growth 0 neither', () => {
    const lastShare = (growth: number) => {
      const { fate, timepoint } = simulateGrowing({ growth, cellsPerDay: 1000 });
      const last = Array.from(fate).filter((f, i) => timepoint[i] === 3 && f >= 0);
      return mean(last.map((f) => (f === 0 ? 1 : 0)));
    };
    expect(lastShare(0.8)).toBeGreaterThan(0.85);
    expect(Math.abs(lastShare(0) - 0.5)).toBeLessThan(0.07);
    const { rate, fate } = simulateGrowing({ growth: 0.8 });
    expect(
      Array.from(rate).every((r, i) => (fate[i] === 0 ? r >= 0 : fate[i] === 1 ? r <= 0 : r === 0)),
    ).toBe(true);
  });

  it('moves each day as a whole by the batch shift', () => {
    const still = simulateGrowing({ cellsPerDay: 60, dims: 4 });
    const moved = simulateGrowing({ cellsPerDay: 60, dims: 4, batchShift: 0.3 });
    const shifts = new Map<number, number[]>();
    still.timepoint.forEach((k, i) => {
      const shift = [0, 1, 2, 3].map((j) => moved.points[i * 4 + j]! - still.points[i * 4 + j]!);
      expect(Math.hypot(...shift)).toBeCloseTo(0.3, 5);
      const first = shifts.get(k) ?? shift;
      shifts.set(k, first);
      shift.forEach((value, j) => {
        expect(value).toBeCloseTo(first[j]!, 5);
      });
    });
    expect(shifts.size).toBe(4);
  });

  it.each([
    [{ days: [0, 2, 1] }, /do not increase/],
    [{ cellsPerDay: 5 }, /cellsPerDay cannot be 5/],
    [{ growth: Number.NaN }, /growth cannot be NaN/],
    [{ days: [0, 1, 60], turnover: 3, cellsPerDay: 20 }, /Too few cells are alive/],
  ])('refuses %o', (options, message) => {
    expect(() => simulateGrowing(options)).toThrow(InputError);
    expect(() => simulateGrowing(options)).toThrow(message);
  });
});
