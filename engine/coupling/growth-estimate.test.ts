import { describe, expect, it } from 'vitest';
import { CancelledError, InputError } from '../errors.ts';
import { rankCorrelation } from '../evaluate/rank-correlation.ts';
import { randomStream } from '../random.ts';
import { simulateGrowing } from '../simulate/growing.ts';
import { estimateGrowth } from './growth-estimate.ts';
import { growthEvidence } from './growth-evidence.ts';
import { drawGrowthFreeCloud, growthFreeCloud } from './growth-free.ts';
import { unbalancedPlan } from './unbalanced-ot.ts';

const d = 2;

/** Cells around two places, some of them at the first, moved by `way`. */
function twoPlaces(n: number, first: number, apart: number, way: number, seed: number): Float32Array {
  const random = randomStream(seed, 'places');
  return Float32Array.from({ length: n * d }, (_, e) => {
    const side = Math.floor(e / d) < first ? 0 : apart;
    return random.normal() + (e % d === 0 ? side : way);
  });
}

/** Each day of a simulation with what is true of its cells. */
function days(options: Parameters<typeof simulateGrowing>[0]) {
  const { points, dims, timepoint, logGain } = simulateGrowing(options);
  return [0, 1, 2, 3].map((day) => {
    const rows = [...timepoint.keys()].filter((row) => timepoint[row] === day);
    const cells = Float32Array.from(
      rows.flatMap((row) => [...points.subarray(row * dims, row * dims + dims)]),
    );
    return { cells, n: rows.length, logGain: rows.map((row) => logGain[row]!) };
  });
}

describe('estimated growth', () => {
  it('is the log of the change of numbers of two places far apart, wherever both go', () => {
    const x = twoPlaces(200, 100, 60, 0, 1);
    const y = twoPlaces(300, 240, 60, 5, 2);
    const { logGain } = estimateGrowth(x, 200, y, 300, d);
    logGain.forEach((gain, i) => {
      expect(gain).toBeCloseTo(Math.log(i < 100 ? 1.6 : 0.4), 2);
    });
  });

  it('is none where cells only move on, though the plan takes those ahead for growing', () => {
    const random = randomStream(3, 'cells');
    const x = Float32Array.from({ length: 400 * d }, () => random.normal());
    const y = Float32Array.from({ length: 400 * d }, (_, e) => 1.2 * random.normal() + (e % d === 0 ? 4 : 0));
    const { spread, plan } = estimateGrowth(x, 400, y, 400, d);
    const ahead = Float64Array.from({ length: 400 }, (_, i) => x[i * d]!);
    expect(rankCorrelation(plan.logRowGain, ahead)).toBeGreaterThan(0.9);
    expect(Math.sqrt(plan.logRowGain.reduce((sum, gain) => sum + gain ** 2 / 400, 0))).toBeGreaterThan(0.3);
    expect(spread).toBeLessThan(0.05);
  });

  it('ranks the cells of a simulation as their true growth does, better than the plan', () => {
    const [, from, to, last] = days({ seed: 301, cellsPerDay: 300 });
    const pairs = [
      [from!, to!],
      [to!, last!],
    ] as const;
    const found = pairs.map(([x, y]) => estimateGrowth(x.cells, x.n, y.cells, y.n, 5));
    const truth = Float64Array.from(pairs.flatMap(([x]) => x.logGain));
    const estimated = Float64Array.from(found.flatMap(({ logGain }) => [...logGain]));
    const read = Float64Array.from(found.flatMap(({ plan }) => [...plan.logRowGain]));
    expect(rankCorrelation(estimated, truth)).toBeGreaterThan(0.8);
    expect(rankCorrelation(read, truth)).toBeLessThan(0.7);
  });

  it('is told of other points as of their neighbours, relative to the mean cell', () => {
    const x = twoPlaces(100, 50, 60, 0, 4);
    const estimate = estimateGrowth(x, 100, twoPlaces(100, 80, 60, 5, 5), 100, d);
    expect(estimate.logGainAt(x)).toEqual(estimate.logGain);
    const mean = estimate.logGain.reduce((sum, gain) => sum + Math.exp(gain) / 100, 0);
    expect(mean).toBeCloseTo(1, 10);
    const [near, far] = estimate.logGainAt(Float32Array.of(0, 0, 60, 1000));
    expect(near).toBeCloseTo(Math.log(1.6), 2);
    expect(far).toBeCloseTo(Math.log(0.4), 2);
    expect(estimate.logGainAt(new Float32Array(0)).length).toBe(0);
  });

  it('refuses what is no number, and stops when it is asked to', () => {
    const x = twoPlaces(30, 15, 5, 0, 6);
    const broken = x.slice();
    broken[7] = Number.NaN;
    expect(() => estimateGrowth(broken, 30, x, 30, d)).toThrow(InputError);
    expect(() => estimateGrowth(x, 30, x, 30, d, { shouldStop: () => true })).toThrow(CancelledError);
  });

  it.each([
    ['equal points everywhere', new Float32Array(80), new Float32Array(120)],
    ['one cell', Float32Array.of(1, 2), Float32Array.of(3, 4, 5, 6)],
    // all of them share one mean
    ['ten cells', twoPlaces(10, 5, 60, 0, 11), twoPlaces(40, 35, 60, 0, 12)],
    ['clouds far apart', twoPlaces(40, 40, 0, 0, 13), twoPlaces(60, 60, 0, 1e4, 14)],
  ])('finds none where nothing could show it: %s', (_, x, y) => {
    const { logGain } = estimateGrowth(x, x.length / d, y, y.length / d, d);
    expect(Math.max(...logGain.map(Math.abs))).toBeLessThan(1e-3);
    expect(growthEvidence(x, y, d, randomStream(1, 'evidence')).found).toBe(false);
  });

  it('finds it in as few cells as can show it', () => {
    const [x, y] = [twoPlaces(20, 10, 60, 0, 15), twoPlaces(40, 34, 60, 0, 16)];
    const { logGain } = estimateGrowth(x, 20, y, 40, d);
    logGain.forEach((gain, i) => {
      expect(gain).toBeCloseTo(Math.log(i < 10 ? 1.7 : 0.3), 1);
    });
  });
});

describe('a second cloud in which nobody grew', () => {
  const x = twoPlaces(60, 30, 3, 0, 7);
  const y = twoPlaces(80, 60, 3, 2, 8);
  const plan = unbalancedPlan(x, 60, y, 80, d, { tau: 0.1, tauColumns: Number.POSITIVE_INFINITY });
  const row = new Float64Array(80);
  const share = new Float64Array(80);
  for (let i = 0; i < 60; i++) {
    plan.row(i, row);
    const mass = row.reduce((a, b) => a + b);
    row.forEach((value, j) => {
      share[j]! += value / mass / 60;
    });
  }
  const counts = (cloud: Float32Array) => {
    const seen = new Float64Array(80);
    for (let k = 0; k < 80; k++) {
      seen[
        y.findIndex((value, e) => e % d === 0 && value === cloud[k * d] && y[e + 1] === cloud[k * d + 1]) / d
      ]!++;
    }
    return seen;
  };

  it('holds each point as often as equal rows have it for a partner', () => {
    counts(growthFreeCloud(plan, y, 80, d, { uniform: () => 0.5 })).forEach((count, j) => {
      expect(Math.abs(count - 80 * share[j]!)).toBeLessThan(1);
    });
  });

  it('does so in the mean where other cells are drawn, with the noise of both days', () => {
    const repeats = 400;
    const random = randomStream(9, 'free');
    const sum = new Float64Array(80);
    const left: number[] = [];
    for (let repeat = 0; repeat < repeats; repeat++) {
      const seen = counts(drawGrowthFreeCloud(plan, y, 80, d, random));
      seen.forEach((count, j) => {
        sum[j]! += count / repeats;
      });
      left.push(seen.subarray(0, 60).reduce((a, b) => a + b) / 80);
    }
    sum.forEach((mean, j) => {
      expect(Math.abs(mean - 80 * share[j]!)).toBeLessThan(
        6 * Math.sqrt((2 * 80 * share[j]!) / repeats) + 1e-9,
      );
    });
    const p = share.subarray(0, 60).reduce((a, b) => a + b);
    const variance = left.reduce((total, value) => total + (value - p) ** 2 / repeats, 0);
    // alone the points that are drawn would give p (1 − p) / 80
    expect(variance).toBeGreaterThan((1.2 * p * (1 - p)) / 80);
  });
});

describe('evidence of growth', () => {
  it.each([
    [0.5, true],
    [0, false],
  ])('a simulation that grows by %s a day: %s', (growth, isFound) => {
    const [, , from, to] = days({ seed: 302, cellsPerDay: 250, growth });
    const evidence = growthEvidence(from!.cells, to!.cells, 5, randomStream(1, 'evidence'));
    expect(evidence.found).toBe(isFound);
    expect(evidence.ratio > 1).toBe(isFound);
    expect(evidence.p <= 0.05).toBe(isFound);
  });
});
