import type { Kernels } from '../compute/kernels.ts';
import type { FitSettings } from '../config.ts';
import { drawWithoutReplacement, randomStream } from '../random.ts';
import type { Clouds } from '../train/clouds.ts';
import { intervalEvidenceOf } from '../train/unbalanced-couplings.ts';
import type { Answer, Choices, Evidence, Question } from './choices.ts';
import { MOST_INNER, MOST_PLANNED, MOST_TRIAL_CELLS, REACH, USUAL_TRIALS } from './size.ts';
import { type Candidate, runTrial, type TrialResult } from './trial.ts';

/** How much lower W1 must be for another answer than the one before: trials scatter by 1 to 2 %. */
const MARGIN = 0.02;
/** W1 also falls where a cloud shrinks; the energy distance does not reward that, and must not rise above this. */
const MOST_ENERGY = 1.1;

export interface ChooseInput {
  /** the observed timepoints in the training space; times are set by the clock that is tried */
  clouds: Clouds;
  /** their places among all timepoints, and the model's time by each clock, of all of these */
  observed: readonly number[];
  clocks: Record<FitSettings['timeScale'], readonly number[]>;
  /** the preset with what the user gave */
  settings: FitSettings;
  /** the names of what the user gave: it is kept */
  given: readonly (keyof FitSettings)[];
  seed: number;
}

export interface ChooseHooks {
  shouldStop(): boolean;
  onProgress(progress: { step: number; steps: number }): void;
}

/**
 * Chooses settings by trials: each inner observed timepoint is kept back in turn, and what predicts it best is taken, question by
 * question, the answer that stands being changed only where another is clearly better. Cells that are held out of the fit
 * are never seen. With two observed timepoints nothing can be tried, and the preset is taken.
 */
export function chooseSettings(
  kernels: Kernels,
  input: ChooseInput,
  hooks: ChooseHooks,
): { settings: FitSettings; choices: Choices } {
  const { clouds, observed, given } = input;
  const settings = sized(input);
  const innerPlaces = clouds.cells.slice(1, -1).map((_, k) => k + 1);
  const inner = spread(innerPlaces, MOST_INNER);
  const trials = createTrials(kernels, input, inner, hooks);
  const margin = leastGain(clouds);
  let current: Candidate = { settings, bends: true };
  const evidence: Evidence[] = [];
  let growth: Choices['growth'] = [];
  let intervals = clouds.cells.slice(1).map(() => ({ bends: true, grows: settings.growth === 'on' }));
  for (const [question, alternatives] of inner.length === 0 ? [] : questionsOf(input)) {
    const tried = alternatives(current).filter((candidate) => isOpen(candidate, current, given));
    if (tried.length === 0) continue;
    const found = tried.map((candidate) => trials.compare(candidate, current));
    const best = bestOf(found, Number.NEGATIVE_INFINITY);
    const clear = found[best] !== undefined && found[best]!.w1 < Math.log(1 - margin);
    const holds = where(found[best], inner, intervals.length, margin);
    let taken = clear ? best : -1;
    if (question === 'growth' && !given.includes('growth') && holds.includes(true)) {
      growth = growthBeyondNoise(input, tried[best]!.settings, holds, hooks);
      intervals = intervals.map(({ bends }, i) => ({ bends, grows: growth[i]?.found === true }));
      taken = intervals.some(({ grows }) => grows) ? best : -1;
    }
    evidence.push({ question, answers: answersOf(current, tried, found), taken: taken + 1 });
    if (taken >= 0) current = tried[taken]!;
    if (question === 'paths' && tried[best]?.bends === false)
      intervals = intervals.map(({ grows }, i) => ({ bends: !holds[i]!, grows }));
  }
  return {
    settings: atFullSize(current.settings, input),
    choices: {
      method: intervals.some(({ bends }) => bends) ? 'ot-mfm' : 'ot-cfm',
      intervals,
      triedOn: inner.map((k) => observed[k]!),
      evidence,
      growth,
    },
  };
}

/**
 * Unbalanced pairs may predict better for other reasons than growth (cells ahead of their day); it is taken only where growth is
 * beyond noise too. Null where a trial spoke against it.
 */
function growthBeyondNoise(
  { clouds, seed }: ChooseInput,
  settings: FitSettings,
  holds: readonly boolean[],
  hooks: ChooseHooks,
): Choices['growth'] {
  return holds.map((isAsked, i) => {
    if (!isAsked) return null;
    const cells = clouds.cells.slice(i, i + 2);
    const { p, ratio, found } = intervalEvidenceOf({ ...clouds, cells }, settings, seed, hooks)[0]!;
    return { p, ratio, found };
  });
}

/**
 * An entropic plan between 7,000 and 8,000 cells takes 40 s. Plans of minibatches did as well on simulations (within 2 %) and
 * do not grow with the clouds.
 */
function atFullSize(settings: FitSettings, { clouds, given }: ChooseInput): FitSettings {
  const largest = Math.max(...clouds.cells.map(({ length }) => length));
  if (largest <= MOST_PLANNED || given.includes('coupling')) return settings;
  // growth needs plans between whole clouds anyway, and its pairs come from them
  return { ...settings, coupling: settings.growth === 'on' ? 'global' : 'minibatch' };
}

const ratioOf = (log: number) => (log < Number.POSITIVE_INFINITY ? Math.exp(log) : null);

/** What stood, then what was tried, each with the settings in which they differ. */
function answersOf(current: Candidate, tried: readonly Candidate[], found: readonly Comparison[]): Answer[] {
  const differs = (name: keyof FitSettings) =>
    tried.some(({ settings }) => settings[name] !== current.settings[name]);
  const asked = (Object.keys(current.settings) as (keyof FitSettings)[]).filter(differs);
  const answer = ({ settings, bends }: Candidate, { w1, energy }: Pick<Comparison, 'w1' | 'energy'>) => ({
    settings: Object.fromEntries(asked.map((name) => [name, settings[name]])),
    bends,
    w1Ratio: ratioOf(w1),
    energyRatio: ratioOf(energy),
  });
  return [
    answer(current, { w1: 0, energy: 0 }),
    ...tried.map((candidate, i) => answer(candidate, found[i]!)),
  ];
}

/**
 * Few cells allow few centres, about six cells to each, and few steps: with 40 cells a day 1,000 steps learn the cells by
 * heart.
 */
function sized({ settings, given, clouds }: ChooseInput): FitSettings {
  const smallest = Math.min(...clouds.cells.map(({ length }) => length));
  const within = (least: number, value: number, most: number) => Math.max(least, Math.min(value, most));
  const bySize = {
    centers: within(8, Math.round(smallest / 3), settings.centers),
    ...(settings.steps !== null && { steps: within(250, 2 * smallest, settings.steps) }),
  };
  const kept = Object.fromEntries(given.map((name) => [name, settings[name]]));
  return { ...settings, ...bySize, ...kept };
}

type Alternatives = (current: Candidate) => Candidate[];

function questionsOf({ clocks }: ChooseInput): [Question, Alternatives][] {
  const change = (current: Candidate, settings: Partial<FitSettings>, bends = current.bends) => ({
    settings: { ...current.settings, ...settings },
    bends,
  });
  const clocksDiffer = clocks.index.some((time, k) => Math.abs(time - clocks.real[k]!) > 1e-6);
  return [
    ['paths', (current) => [change(current, {}, false), change(current, { metric: 'land', rho: 0.01 })]],
    ['clock', (current) => (clocksDiffer ? [change(current, { timeScale: 'real' })] : [])],
    ['steps', (current) => [change(current, { steps: Math.round((current.settings.steps ?? 1000) / 2) })]],
    [
      'growth',
      (current) =>
        // pairs at random know nothing of growth
        (current.settings.coupling === 'independent' ? [] : [0.4, 1.6]).flatMap((tau) =>
          (['steady', 'early'] as const).map((growthTiming) =>
            change(current, { growth: 'on', tau, growthTiming }),
          ),
        ),
    ],
  ];
}

/** Whether a candidate leaves what the user gave as it is; who names a metric wants bent paths. */
function isOpen(candidate: Candidate, current: Candidate, given: readonly (keyof FitSettings)[]): boolean {
  if (given.includes('metric') && !candidate.bends) return false;
  return given.every((name) => candidate.settings[name] === current.settings[name]);
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** How a candidate compares with another: mean log ratios over the trials, negative where it is better. */
interface Comparison {
  w1: number;
  energy: number;
  /** of w1, at each timepoint that was kept back */
  each: number[];
}

/**
 * Where an answer holds, of each interval: by the timepoints at its ends, if they were kept back, and all of them to equal
 * parts, since one alone says little.
 */
function where(
  found: Comparison | undefined,
  inner: readonly number[],
  intervals: number,
  margin: number,
): boolean[] {
  return Array.from({ length: intervals }, (_, i) => {
    if (!found || found.energy >= Math.log(MOST_ENERGY)) return false;
    const near = found.each.filter((_, k) => inner[k] === i || inner[k] === i + 1);
    return (near.length > 0 ? (found.w1 + mean(near)) / 2 : found.w1) < Math.log(1 - margin);
  });
}

/** @returns the index of the best that is clearly better; −1: none is */
function bestOf(found: readonly Comparison[], margin: number): number {
  let best = -1;
  found.forEach(({ w1, energy }, i) => {
    const least = best < 0 ? Math.log(1 - margin) : found[best]!.w1;
    if (w1 < least && energy < Math.log(MOST_ENERGY)) best = i;
  });
  return best;
}

/** W1 of few cells scatters: with 40 a day by a tenth. */
function leastGain({ cells }: Clouds): number {
  return Math.max(MARGIN, 0.6 / Math.sqrt(Math.min(...cells.map(({ length }) => length))));
}

/** Trials of candidates, each made once: one fit serves all ways of predicting. */
function createTrials(
  kernels: Kernels,
  { clouds, observed, clocks, seed }: ChooseInput,
  inner: readonly number[],
  hooks: ChooseHooks,
) {
  const few = clouds.cells.map((rows, k) => someOf(rows, seed, k));
  const known = new Map<string, TrialResult[]>();
  let step = 0;
  function trial({ settings, bends }: Candidate, k: number, repeat: number): TrialResult {
    const { predictFrom, growthTiming, ...fitted } = settings;
    const key = JSON.stringify([fitted, bends, k, repeat]);
    const results = known.get(key) ?? run({ settings, bends }, k, repeat);
    known.set(key, results);
    const isMeant = (one: TrialResult) =>
      one.predictFrom === predictFrom && (settings.growth === 'off' || one.growthTiming === growthTiming);
    return results.find(isMeant)!;
  }
  function run(candidate: Candidate, k: number, repeat: number): TrialResult[] {
    hooks.onProgress({ step: step++, steps: Math.max(step, inner.length * USUAL_TRIALS) });
    const times = observed.map((at) => clocks[candidate.settings.timeScale][at]!);
    const [from, to] = [Math.max(0, k - REACH), Math.min(few.length, k + REACH + 1)];
    const part = { ...clouds, times: times.slice(from, to), cells: few.slice(from, to) };
    return runTrial(kernels, part, k - from, candidate, seed + 7919 * repeat, hooks.shouldStop);
  }
  function compareAt(candidate: Candidate, current: Candidate, repeat: number): Comparison {
    const ratios = (of: 'w1' | 'energy') =>
      inner.map((k) => {
        const [other, before] = [trial(candidate, k, repeat)[of], trial(current, k, repeat)[of]];
        return Math.log(Math.max(other, 1e-12) / Math.max(before, 1e-12));
      });
    const each = ratios('w1');
    return { w1: mean(each), energy: mean(ratios('energy')), each };
  }
  return {
    /** With one inner timepoint what looks better is fitted a second time. */
    compare(candidate: Candidate, current: Candidate): Comparison {
      const first = compareAt(candidate, current, 0);
      if (inner.length > 1 || first.w1 >= 0) return first;
      const second = compareAt(candidate, current, 1);
      const w1 = mean([first.w1, second.w1]);
      return { w1, energy: mean([first.energy, second.energy]), each: [w1] };
    },
  };
}

function someOf(rows: Int32Array, seed: number, k: number): Int32Array {
  if (rows.length <= MOST_TRIAL_CELLS) return rows;
  return drawWithoutReplacement(rows.length, MOST_TRIAL_CELLS, randomStream(seed, 'trial', 'cells', k))
    .map((i) => rows[i]!)
    .sort();
}

/** At most so many of a list, evenly spread. */
function spread<T>(list: readonly T[], most: number): T[] {
  if (list.length <= most) return [...list];
  return Array.from({ length: most }, (_, i) => list[Math.round(((i + 0.5) * list.length) / most - 0.5)]!);
}
