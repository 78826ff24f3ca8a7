import type { FitSettings } from '../config.ts';
import type { IntervalChoice } from '../train/fit.ts';
import type { ChooseInput } from './choose.ts';

/** Cells of a timepoint in a trial: enough to tell answers apart, few enough to be quick. */
export const MOST_TRIAL_CELLS = 700;
/** Inner timepoints that are kept back in turn, spread over the course. */
export const MOST_INNER = 3;
/** Observed timepoints on each side of one that a trial sees. */
export const REACH = 2;
/** Cells of a timepoint up to which pairs come from a plan between whole clouds. */
export const MOST_PLANNED = 2000;
/** Fits for each timepoint that is kept back, at most; for the progress. */
export const USUAL_TRIALS = 5;

/**
 * Few cells allow few centres, about six cells to each, and few steps: with 40 cells a day 1,000 steps learn the cells by
 * heart.
 * @param given what stays as it is
 * @param smallest cells of the smallest timepoint
 */
export function sized(
  settings: FitSettings,
  given: readonly (keyof FitSettings)[],
  smallest: number,
): FitSettings {
  const within = (least: number, value: number, most: number) => Math.max(least, Math.min(value, most));
  const bySize = {
    centers: within(8, Math.round(smallest / 3), settings.centers),
    ...(settings.steps !== null && { steps: within(250, 2 * smallest, settings.steps) }),
  };
  const kept = Object.fromEntries(given.map((name) => [name, settings[name]]));
  return { ...settings, ...bySize, ...kept };
}

/**
 * An entropic plan between 7,000 and 8,000 cells takes 40 s. Plans of minibatches did as well on simulations (within 2 %) and
 * do not grow with the clouds.
 */
export function atFullSize(
  settings: FitSettings,
  intervals: readonly Pick<IntervalChoice, 'grows'>[],
  { clouds, given }: Pick<ChooseInput, 'clouds' | 'given'>,
): FitSettings {
  const largest = Math.max(...clouds.cells.map(({ length }) => length));
  if (largest <= MOST_PLANNED || given.includes('coupling')) return settings;
  // growth needs plans between whole clouds anyway, and its pairs come from them; balanced ones would be solved for pairs alone
  return { ...settings, coupling: intervals.every(({ grows }) => grows) ? 'global' : 'minibatch' };
}
