import type { FitSettings } from '../config.ts';
import { joinAnd, timepointLabel, timepointList } from '../figures/words.ts';
import type { IntervalChoice } from '../train/fit.ts';
import { MOST_ENERGY } from './allowed.ts';
import type { Answer, Choices, Question } from './choices.ts';

/** One question in words: what was taken, and how the others did. */
export interface ChoiceWords {
  question: string;
  taken: string;
  /**
   * how far predictions of the other answers were from the cells kept back, beside that of the one taken; where one was nearer, what
   * is expected of it with what simulated courses show (see expectedRatio)
   */
  others: string;
}

const TITLES: Record<Question, string> = {
  paths: 'Paths between paired cells',
  clock: 'Time',
  growth: 'Growth',
};

const METRICS: Record<FitSettings['metric'], string> = {
  rbf: 'bent along the cells (learned density, RBF)',
  land: 'bent along the cells (local variance, LAND)',
};

function nameOf(question: Question, { settings, bends }: Answer): string {
  switch (question) {
    case 'paths':
      return bends ? METRICS[settings.metric ?? 'rbf'] : 'straight';
    case 'clock':
      return settings.timeScale === 'real' ? 'by the real times' : 'timepoints evenly spaced';
    case 'growth':
      // where growth was asked for, answers differ in the rest alone
      return settings.growth === 'off' ? 'none' : `cells divide and die${growthWords(settings)}`;
  }
}

const TIMINGS: Record<FitSettings['growthTiming'], string> = {
  steady: 'at a constant rate',
  early: 'at once',
};

function growthWords({ tau, growthTiming }: Answer['settings']): string {
  const known = [
    ...(tau === undefined ? [] : [`τ ${tau}`]),
    ...(growthTiming === undefined ? [] : [TIMINGS[growthTiming]]),
  ];
  return known.length > 0 ? ` (${known.join(', ')})` : '';
}

/** What is known of the fit that chose. */
export interface ChoosingFit extends Pick<Choices, 'evidence' | 'intervals' | 'growth'> {
  /** labels of the timepoints that it saw, between which its intervals lie */
  observed: readonly string[];
  /** labels of those that were kept back in turn */
  triedOn: readonly string[];
}

/** What `auto` asked and took. @param unit of time, e.g. `day` */
export function choiceWords(fit: Omit<ChoosingFit, 'triedOn' | 'growth'>, unit?: string): ChoiceWords[] {
  return fit.evidence.map(({ question, answers, taken }) => ({
    question: TITLES[question],
    taken: takenWords(question, answers[0]!, answers[taken]!, (holds) => intervalWords(fit, holds, unit)),
    others: answers
      .filter((_, i) => i !== taken)
      .map((answer) => `${nameOf(question, answer)}: ${beside(answer, answers[taken]!)}`)
      .join('; '),
  }));
}

/**
 * @param stood before it was asked
 * @param where the intervals in which something holds, in words; null: in all or none
 */
function takenWords(
  question: Question,
  stood: Answer,
  taken: Answer,
  where: (holds: (interval: IntervalChoice) => boolean) => string | null,
): string {
  const name = nameOf(question, taken);
  if (question === 'paths') {
    const straight = where(({ bends }) => !bends);
    return straight === null ? name : `${nameOf(question, stood)}; straight ${straight}`;
  }
  const growing = question === 'growth' ? where(({ grows }) => grows) : null;
  return growing === null ? name : `${name}, ${growing} alone`;
}

/** e.g. `from day 0 to day 2 and from day 3 to day 7` */
function intervalWords(
  { intervals, observed }: Pick<ChoosingFit, 'intervals' | 'observed'>,
  holds: (interval: IntervalChoice) => boolean,
  unit: string | undefined,
): string | null {
  const places = [...intervals.keys()].filter((i) => holds(intervals[i]!));
  if (places.length === 0 || places.length === intervals.length) return null;
  const name = (k: number) => timepointLabel(observed[k]!, unit);
  return joinAnd(places.map((i) => `from ${name(i)} to ${name(i + 1)}`));
}

/** On which timepoints answers were tried, or why none was. */
export function triedWords(
  { triedOn, evidence, intervals, growth }: Omit<ChoosingFit, 'observed'>,
  unit?: string,
): string {
  const noise = noiseWords(growth);
  if (triedOn.length === 0)
    return intervals.length > 1
      ? `All that is asked was given, so nothing was tried.${noise}`
      : `No timepoint lies between two others that the fit may see, so nothing could be tried; what did best on simulated time courses was taken.${noise}`;
  const where = timepointList(triedOn, unit);
  const isChanged = (question: Question, taken: number) =>
    taken > 0 || (question === 'paths' && intervals.some(({ bends }) => !bends));
  const changed = evidence
    .filter(({ question, taken }) => isChanged(question, taken))
    .map(({ question }) => TITLES[question].toLowerCase());
  const outcome =
    changed.length === 0
      ? 'none of what was tried is expected to do better than the usual settings'
      : `better answers are to be expected for: ${joinAnd(changed)}`;
  return `To choose, ${where} ${triedOn.length > 1 ? 'were kept back in turn' : 'was kept back'} and predicted from the other timepoints; ${outcome}.${noise}`;
}

function noiseWords(growth: Choices['growth']): string {
  const asked = growth.filter((interval) => interval !== null);
  if (asked.length === 0 || asked.some(({ found }) => found)) return '';
  return ' Cells carry masses, which serve predictions; but no difference in growth beyond noise was found, so none is told.';
}

function beside(answer: Answer, taken: Answer): string {
  const ratio = between(answer.w1Ratio, taken.w1Ratio);
  if (ratio === null) return 'failed';
  const expected = between(answer.expectedRatio, taken.expectedRatio);
  // trials alone would have taken it
  const weighed = expected === null || ratio >= 0.995 ? '' : `, with simulated courses ${farther(expected)}`;
  return `${farther(ratio)}${weighed}${ratio < 1.005 ? forbidden(answer) : ''}`;
}

/** Why an answer that is as near or nearer could not be taken. */
function forbidden({ energyRatio }: Answer): string {
  if (typeof energyRatio === 'number' && energyRatio >= MOST_ENERGY)
    return `, but by the energy distance ${farther(energyRatio)}`;
  return '';
}

function between(one: number | null | undefined, other: number | null | undefined): number | null {
  if (typeof one !== 'number' || typeof other !== 'number') return null;
  const ratio = one / other;
  return Number.isFinite(ratio) ? ratio : null;
}

function farther(ratio: number): string {
  const percent = Math.round(100 * Math.abs(ratio - 1));
  if (percent < 1) return 'as near';
  return ratio > 1 ? `${percent}\u00a0% farther` : `${percent}\u00a0% nearer`;
}
