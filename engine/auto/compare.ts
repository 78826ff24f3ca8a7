import type { Kernels } from '../compute/kernels.ts';
import { drawWithoutReplacement, randomStream } from '../random.ts';
import { isAllowed } from './allowed.ts';
import type { ChooseHooks, ChooseInput } from './choose.ts';
import { expectedRatio, isClear } from './expectation.ts';
import { MOST_TRIAL_CELLS, REACH, USUAL_TRIALS } from './size.ts';
import { type Candidate, runTrial, type TrialResult } from './trial.ts';

/** How a candidate compares with another: mean log ratios over the trials, negative where it is better. */
export interface Comparison {
  w1: number;
  energy: number;
  /** of w1, at each timepoint that was kept back */
  each: number[];
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Trials of candidates, each made once: one fit serves all ways of predicting. */
export function createTrials(
  kernels: Kernels,
  { clouds, observed, clocks, seed }: ChooseInput,
  inner: readonly number[],
  hooks: ChooseHooks,
) {
  const few = clouds.cells.map((rows, k) => someOf(rows, seed, k));
  const known = new Map<string, TrialResult[]>();
  let step = 0;
  function trial({ settings, bends }: Candidate, k: number): TrialResult {
    const { predictFrom, growthTiming, ...fitted } = settings;
    const key = JSON.stringify([fitted, bends, k]);
    const results = known.get(key) ?? run({ settings, bends }, k);
    known.set(key, results);
    const isMeant = (one: TrialResult) =>
      one.predictFrom === predictFrom && (settings.growth === 'off' || one.growthTiming === growthTiming);
    return results.find(isMeant)!;
  }
  function run(candidate: Candidate, k: number): TrialResult[] {
    hooks.onProgress({ step: step++, steps: Math.max(step, inner.length * USUAL_TRIALS) });
    const times = observed.map((at) => clocks[candidate.settings.timeScale][at]!);
    const [from, to] = [Math.max(0, k - REACH), Math.min(few.length, k + REACH + 1)];
    const part = { ...clouds, times: times.slice(from, to), cells: few.slice(from, to) };
    return runTrial(kernels, part, k - from, candidate, seed, hooks.shouldStop);
  }
  return {
    compare(candidate: Candidate, current: Candidate): Comparison {
      const ratios = (of: 'w1' | 'energy') =>
        inner.map((k) => {
          const [other, before] = [trial(candidate, k)[of], trial(current, k)[of]];
          return Math.log(Math.max(other, 1e-12) / Math.max(before, 1e-12));
        });
      const each = ratios('w1');
      return { w1: mean(each), energy: mean(ratios('energy')), each };
    },
  };
}

function someOf(rows: Int32Array, seed: number, k: number): Int32Array {
  if (rows.length <= MOST_TRIAL_CELLS) return rows;
  return drawWithoutReplacement(rows.length, MOST_TRIAL_CELLS, randomStream(seed, 'trial', 'cells', k))
    .map((i) => rows[i]!)
    .sort();
}

/**
 * Where an answer holds, of each interval: by the timepoints at its ends, if they were kept back, and all of them to equal
 * parts, since one alone says little.
 * @param usual what the answer does as a rule (see Alternative)
 * @param beyondNoise see `shareBeyondNoise`
 */
export function where(
  found: Comparison,
  usual: number,
  beyondNoise: number,
  inner: readonly number[],
  intervals: number,
): boolean[] {
  return Array.from({ length: intervals }, (_, i) => {
    if (!isAllowed(found)) return false;
    const near = found.each.filter((_, k) => inner[k] === i || inner[k] === i + 1);
    const trials = near.length > 0 ? (found.w1 + mean(near)) / 2 : found.w1;
    return isClear(expectedRatio(trials, usual, inner.length), beyondNoise);
  });
}

/** @returns the index of the answer with the lowest expectation among those that the trials allow; −1: there is none */
export function bestOf(found: readonly Comparison[], expected: readonly number[]): number {
  let best = -1;
  found.forEach((one, i) => {
    if (isAllowed(one) && expected[i]! < (expected[best] ?? Number.POSITIVE_INFINITY)) best = i;
  });
  return best;
}
