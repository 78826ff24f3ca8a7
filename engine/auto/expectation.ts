/**
 * What trials and simulated courses together let expect of an answer. A trial keeps one timepoint back where the fit has
 * fewer left, so it says little by itself: on random simulated courses the regression of the log ratio of W1 at the timepoint that was really
 * held out on that in one trial has a slope of about .14 (DECISIONS.md, `auto`).
 */

/** Correlation of one trial with the truth; that of the mean over several follows by Spearman and Brown. */
const RELIABILITY = 0.14;

/** An answer is taken where W1 is expected to fall by more than this, were there no noise: other seeds move it as much. */
export const LEAST = 0.01;

/** On simulated courses answers differ by about this power of the share beyond noise: hardly at all up to a half. */
const POWER = 3;

/**
 * What an answer does as a rule in data with so much noise.
 * @param usual log ratio of W1 with the answer over without, on simulated courses without noise
 * @param beyondNoise see `shareBeyondNoise`
 */
export const usualIn = (usual: number, beyondNoise: number): number => usual * beyondNoise ** POWER;

/**
 * @param trials mean log ratio of W1 with the answer over without, over the timepoints that were kept back
 * @param usual the same on simulated courses
 * @param inner how many timepoints were kept back
 * @returns the log ratio to expect
 */
export function expectedRatio(trials: number, usual: number, inner: number): number {
  const weight = (inner * RELIABILITY) / (1 + (inner - 1) * RELIABILITY);
  return (1 - weight) * usual + weight * trials;
}

/** Whether a log ratio is beyond what other seeds do, which is less where noise levels all answers. */
export const isClear = (expected: number, beyondNoise: number): boolean =>
  expected < Math.log(1 - LEAST * beyondNoise);
