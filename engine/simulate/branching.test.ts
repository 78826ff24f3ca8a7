import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { InputError } from '../errors.ts';
import { branchingDays, simulateBranching } from './branching.ts';
import { type ExampleDataset, exampleDataset } from './example.ts';

const bent = exampleDataset();
const straight = exampleDataset({ curvature: 0 });

describe('simulateBranching', () => {
  it('repeats its bits for a seed and changes with it', () => {
    const digest = (seed: number) =>
      createHash('sha256')
        .update(simulateBranching({ seed, cells: 400 }).counts)
        .digest('hex');
    expect(digest(7)).toBe(digest(7));
    expect(digest(8)).not.toBe(digest(7));
  });

  it('has the promised size, with all cells on four uneven days', () => {
    expect(bent.nObs).toBeGreaterThanOrEqual(2000);
    expect(bent.nVars).toBeGreaterThanOrEqual(200);
    expect(bent.counts.length).toBe(bent.nObs * bent.nVars);
    expect(new Set(bent.obsNames).size).toBe(bent.nObs);
    expect(new Set(bent.varNames).size).toBe(bent.nVars);
    expect(new Set(bent.day)).toEqual(new Set(branchingDays));
    expect(new Set(bent.cellType)).toEqual(new Set(['progenitor', 'intermediate', 'fate A', 'fate B']));
  });

  it('draws counts whose variance over cells is at least their mean (Poisson and biology above it)', () => {
    const { nObs, nVars, counts } = bent;
    for (let g = 0; g < nVars; g++) {
      let sum = 0;
      let squares = 0;
      for (let i = 0; i < nObs; i++) {
        sum += counts[i * nVars + g];
        squares += counts[i * nVars + g] ** 2;
      }
      const mean = sum / nObs;
      expect(mean).toBeGreaterThan(0);
      expect(squares / nObs - mean * mean).toBeGreaterThan(mean * 0.9);
    }
  });

  it('moves on with the day, with cells of one day out of step', () => {
    const means = branchingDays.map((day) => {
      const own = bent.progress.filter((_, i) => bent.day[i] === day);
      const mean = own.reduce((a, b) => a + b, 0) / own.length;
      const sd = Math.sqrt(own.reduce((a, b) => a + (b - mean) ** 2, 0) / own.length);
      expect(sd).toBeGreaterThan(0.05);
      return mean;
    });
    expect([...means].sort((a, b) => a - b)).toEqual(means);
    expect(means[3] - means[0]).toBeGreaterThan(0.6);
  });

  it('refuses what it cannot simulate', () => {
    expect(() => simulateBranching({ curvature: -1 })).toThrow(InputError);
    expect(() => simulateBranching({ cells: 39 })).toThrow(InputError);
    expect(() => simulateBranching({ genes: 20.5 })).toThrow(InputError);
  });
});

describe('the embedded example', () => {
  it('shows its structure in two components', () => {
    const [first, second, third] = bent.explainedVarianceRatio;
    expect(first + second).toBeGreaterThan(0.8);
    expect(third).toBeLessThan(0.02);
  });

  // the midpoints of straight paths over a held-out day against how close cells lie to each other
  for (const [before, heldOut, after] of [
    [0, 2, 3],
    [2, 3, 7],
  ]) {
    it(`leaves the cells on the straight path over day ${heldOut}, but not without curvature`, () => {
      expect(departure(bent, before, heldOut, after, 2)).toBeGreaterThan(3);
      expect(departure(straight, before, heldOut, after, 2)).toBeLessThan(1.1);
      const bent10 = departure(bent, before, heldOut, after, 10);
      const straight10 = departure(straight, before, heldOut, after, 10);
      expect(bent10).toBeGreaterThan(1.2);
      expect(straight10).toBeLessThan(1.1);
    });
  }
});

/**
 * Mean distance from the midpoints to the nearest cell of any day, over the mean distance from a held-out cell to its
 * nearest other cell. Pairs join cells of equal rank in progress within a fate.
 */
function departure(
  data: ExampleDataset,
  before: number,
  heldOut: number,
  after: number,
  dims: number,
): number {
  const { xPca, components, nObs } = data;
  const row = (i: number) => xPca.subarray(i * components, i * components + dims);
  const cellsOf = (day: number, fate: number) =>
    Array.from({ length: nObs }, (_, i) => i)
      .filter((i) => data.day[i] === day && data.fate[i] === fate)
      .sort((i, j) => data.progress[i] - data.progress[j]);

  const nearest = (point: ArrayLike<number>, except: number) => {
    let best = Number.POSITIVE_INFINITY;
    for (let i = 0; i < nObs; i++) {
      if (i === except) continue;
      let square = 0;
      for (let k = 0; k < dims; k++) square += (xPca[i * components + k] - point[k]) ** 2;
      best = Math.min(best, square);
    }
    return Math.sqrt(best);
  };

  const fromMidpoints: number[] = [];
  const fromCells: number[] = [];
  for (const fate of [0, 1]) {
    const starts = cellsOf(before, fate);
    const ends = cellsOf(after, fate);
    for (let r = 0; r < Math.min(starts.length, ends.length); r++) {
      const end = row(ends[r]);
      const middle = row(starts[r]).map((v, k) => (v + end[k]) / 2);
      fromMidpoints.push(nearest(middle, -1));
    }
    for (const i of cellsOf(heldOut, fate)) fromCells.push(nearest(row(i), i));
  }
  const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  return mean(fromMidpoints) / mean(fromCells);
}
