import type { FitSettings } from '../config.ts';
import type { Answer, Question } from './choices.ts';
import type { ChooseInput } from './choose.ts';
import type { Comparison } from './compare.ts';
import { usualIn } from './expectation.ts';
import type { Candidate } from './trial.ts';

/** An answer to try. */
export interface Alternative extends Candidate {
  /** log ratio of W1 with it over without it, as a rule in data with so much noise (see usualIn) */
  usual: number;
}

type Alternatives = (current: Candidate) => Alternative[];

/**
 * What answers do as a rule, over a bent path (RBF, ρ .1) of balanced pairs on an even clock: log ratios of W1 on random simulated courses,
 * without noise (see usualIn; DECISIONS.md, `auto`).
 */
export const USUAL = {
  straight: 0.11,
  // simulated cells move at a constant speed, so they cannot tell
  realClock: 0,
  growth: [
    // the two strengths differ by less than their standard errors: trials tell between them
    { tau: 0.8, growthTiming: 'steady', usual: -0.07 },
    { tau: 0.4, growthTiming: 'steady', usual: -0.07 },
    { tau: 0.8, growthTiming: 'early', usual: 0.09 },
  ],
} as const;

/**
 * @param inner how many timepoints are kept back in turn
 * @param beyondNoise see `shareBeyondNoise`
 */
export function questionsOf(
  { clocks, given }: Pick<ChooseInput, 'clocks' | 'given'>,
  inner: number,
  beyondNoise: number,
): [Question, Alternatives][] {
  const change = (
    { settings, bends }: Candidate,
    usual: number,
    changed: Partial<FitSettings> & Partial<Pick<Candidate, 'bends'>>,
  ): Alternative => {
    const { bends: bent = bends, ...others } = changed;
    return { settings: { ...settings, ...others }, bends: bent, usual: usualIn(usual, beyondNoise) };
  };
  const clocksDiffer = clocks.index.some((time, k) => Math.abs(time - clocks.real[k]!) > 1e-6);
  // where one timepoint lies between its neighbours says nothing of the others
  const canTell = inner > 1 && clocksDiffer;
  return [
    ['paths', (current) => [change(current, USUAL.straight, { bends: false })]],
    ['clock', (current) => (canTell ? [change(current, USUAL.realClock, { timeScale: 'real' })] : [])],
    [
      'growth',
      (current) => {
        // pairs at random know nothing of growth
        if (current.settings.coupling === 'independent') return [];
        const stands = usualOf(current.settings);
        return growthsBeside(current, given).map((growth) =>
          change(current, usualOf({ ...current.settings, ...growth }) - stands, growth),
        );
      },
    ],
  ];
}

/** The kinds of growth to try, with what the user gave of them, each once and none that stands already. */
function growthsBeside({ settings }: Candidate, given: readonly (keyof FitSettings)[]) {
  const kinds = USUAL.growth.map(({ tau, growthTiming }) => ({
    growth: 'on' as const,
    tau: given.includes('tau') ? settings.tau : tau,
    growthTiming: given.includes('growthTiming') ? settings.growthTiming : growthTiming,
  }));
  const isSame = (one: Partial<FitSettings>, other: Partial<FitSettings>) =>
    one.growth === other.growth && one.tau === other.tau && one.growthTiming === other.growthTiming;
  return kinds.filter(
    (kind, i) => !isSame(kind, settings) && kinds.findIndex((one) => isSame(one, kind)) === i,
  );
}

/** What growth does as a rule, beside none: of a strength that was not measured, what others of its timing do. */
function usualOf({ growth, tau, growthTiming }: FitSettings): number {
  if (growth === 'off') return 0;
  const timed = USUAL.growth.filter((one) => one.growthTiming === growthTiming);
  return (timed.find((one) => one.tau === tau) ?? timed[0]!).usual;
}

/** Whether a candidate leaves what the user gave as it is; who names a metric wants bent paths. */
export function isOpen(
  candidate: Candidate,
  current: Candidate,
  given: readonly (keyof FitSettings)[],
): boolean {
  if (given.includes('metric') && !candidate.bends) return false;
  return given.every((name) => candidate.settings[name] === current.settings[name]);
}

const ratioOf = (log: number) => (log < Number.POSITIVE_INFINITY ? Math.exp(log) : null);

/** What stood, then what was tried, each with the settings in which they differ. */
export function answersOf(
  current: Candidate,
  tried: readonly Candidate[],
  found: readonly Comparison[],
  expected: readonly number[],
): Answer[] {
  const differs = (name: keyof FitSettings) =>
    tried.some(({ settings }) => settings[name] !== current.settings[name]);
  const asked = (Object.keys(current.settings) as (keyof FitSettings)[]).filter(differs);
  const answer = (
    { settings, bends }: Candidate,
    { w1, energy }: Pick<Comparison, 'w1' | 'energy'>,
    expectation: number,
  ) => ({
    settings: Object.fromEntries(asked.map((name) => [name, settings[name]])),
    bends,
    w1Ratio: ratioOf(w1),
    energyRatio: ratioOf(energy),
    expectedRatio: ratioOf(expectation),
  });
  return [
    answer(current, { w1: 0, energy: 0 }, 0),
    ...tried.map((candidate, i) => answer(candidate, found[i]!, expected[i]!)),
  ];
}
