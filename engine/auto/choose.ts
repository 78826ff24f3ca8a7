import type { Kernels } from '../compute/kernels.ts';
import type { FitSettings } from '../config.ts';
import type { Clouds } from '../train/clouds.ts';
import { intervalEvidenceOf } from '../train/unbalanced-couplings.ts';
import { shareBeyondNoise } from './beyond-noise.ts';
import type { Choices, Question } from './choices.ts';
import { bestOf, type Comparison, createTrials, where } from './compare.ts';
import { expectedRatio, isClear } from './expectation.ts';
import { answersOf, isOpen, questionsOf } from './questions.ts';
import { atFullSize, MOST_INNER, sized } from './size.ts';
import type { Candidate } from './trial.ts';

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
 * Chooses settings by trials: each inner observed timepoint is kept back in turn, and what is expected to predict best is taken, question by
 * question, from the trials and from what simulated courses show (see expectedRatio). Cells that are held out of the fit
 * are never seen. With two observed timepoints nothing can be tried, and the preset is taken.
 */
export function chooseSettings(
  kernels: Kernels,
  input: ChooseInput,
  hooks: ChooseHooks,
): { settings: FitSettings; choices: Choices } {
  const { clouds, observed, given } = input;
  const settings = sized(input.settings, given, Math.min(...clouds.cells.map(({ length }) => length)));
  const innerPlaces = clouds.cells.slice(1, -1).map((_, k) => k + 1);
  const inner = spread(innerPlaces, MOST_INNER);
  const trials = createTrials(kernels, input, inner, hooks);
  const grows = settings.growth === 'on';
  let state: State = {
    current: { settings, bends: true },
    intervals: clouds.cells.slice(1).map(() => ({ bends: true, grows })),
    evidence: [],
  };
  const beyondNoise = inner.length === 0 ? 0 : shareBeyondNoise(clouds, input.seed, hooks.shouldStop);
  const questions = inner.length === 0 ? [] : questionsOf(input, inner.length, beyondNoise);
  for (const [question, alternatives] of questions) {
    const { current } = state;
    const tried = alternatives(current).filter((candidate) => isOpen(candidate, current, given));
    if (tried.length === 0) continue;
    const found = tried.map((candidate) => trials.compare(candidate, current));
    const expected = found.map(({ w1 }, i) => expectedRatio(w1, tried[i]!.usual, inner.length));
    const best = bestOf(found, expected);
    const taken = isClear(expected[best] ?? 0, beyondNoise) ? best : -1;
    const holds =
      best < 0
        ? state.intervals.map(() => false)
        : where(found[best]!, tried[best]!.usual, beyondNoise, inner, state.intervals.length);
    const asked: Asked = { question, tried, found, expected, best, taken, holds };
    if (question === 'paths') state = withPaths(state, asked);
    else if (question === 'growth' && !given.includes('growth')) state = withGrowth(state, asked);
    else state = answered(state, asked);
  }
  const { current, intervals, evidence } = state;
  return {
    settings: atFullSize(current.settings, intervals, input),
    choices: {
      method: intervals.some(({ bends }) => bends) ? 'ot-mfm' : 'ot-cfm',
      intervals,
      triedOn: evidence.length === 0 ? [] : inner.map((k) => observed[k]!),
      evidence,
      growth: growthBeyondNoise(current.settings, intervals, input, hooks),
    },
  };
}

/** What stands so far. */
interface State extends Pick<Choices, 'intervals' | 'evidence'> {
  current: Candidate;
}

/** A question with what its trials say. */
interface Asked {
  question: Question;
  tried: Candidate[];
  found: Comparison[];
  /** log ratio of W1 to expect of each (see expectedRatio) */
  expected: number[];
  /** index of the best answer; −1: none can be taken */
  best: number;
  /** the same, where it is expected to be better than what stands; else −1 */
  taken: number;
  /** whether it is, of each interval */
  holds: boolean[];
}

function answered(state: State, { question, tried, found, expected, taken }: Asked): State {
  return {
    ...state,
    current: tried[taken] ?? state.current,
    evidence: [
      ...state.evidence,
      { question, answers: answersOf(state.current, tried, found, expected), taken: taken + 1 },
    ],
  };
}

/** Paths are straight in the intervals where these predict clearly better; what stands then is what holds as a rule. */
function withPaths(state: State, asked: Asked): State {
  const { best, holds } = asked;
  const intervals = state.intervals.map((interval, i) => ({ ...interval, bends: !holds[i] }));
  const taken = holds.every(Boolean) ? best : holds.some(Boolean) ? asked.taken : -1;
  return answered({ ...state, intervals }, { ...asked, taken });
}

/** Unbalanced pairs are taken in the intervals where they predict clearly better. */
function withGrowth(state: State, asked: Asked): State {
  const { best, holds } = asked;
  if (!holds.includes(true)) return answered(state, { ...asked, taken: -1 });
  const intervals = state.intervals.map(({ bends }, i) => ({ bends, grows: holds[i]! }));
  return answered({ ...state, intervals }, { ...asked, taken: best });
}

/**
 * Unbalanced pairs may predict better for other reasons than growth (cells ahead of their day): what is told of growth needs
 * evidence of its own.
 */
function growthBeyondNoise(
  { coupling }: FitSettings,
  intervals: Choices['intervals'],
  { clouds, seed }: ChooseInput,
  hooks: ChooseHooks,
): Choices['growth'] {
  // pairs at random know nothing of growth
  if (coupling === 'independent' || !intervals.some(({ grows }) => grows)) return [];
  return intervals.map(({ grows }, i) => {
    if (!grows) return null;
    const { p, ratio, found } = intervalEvidenceOf(clouds, i, seed, hooks);
    return { p, ratio, found };
  });
}

/** At most so many of a list, evenly spread. */
function spread<T>(list: readonly T[], most: number): T[] {
  if (list.length <= most) return [...list];
  return Array.from({ length: most }, (_, i) => list[Math.round(((i + 0.5) * list.length) / most - 0.5)]!);
}
