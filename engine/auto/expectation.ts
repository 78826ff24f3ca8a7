/**
 * What trials and simulated courses together let expect of an answer. A trial keeps one timepoint back where the fit has
 * fewer left, so it says little by itself: on random simulated courses the correlation of the log ratio of W1 in one trial with that of the
 * timepoint that was really held out was .4 to .6, and its regression on a trial has a slope of about .3 (DECISIONS.md, `auto`).
 */

/** Correlation of one trial with the truth; that of the mean over several follows by Spearman and Brown. */
const RELIABILITY = 0.3;

/** An answer is taken where W1 is expected to fall by more than this: other seeds move it as much. */
const LEAST = Math.log(1 - 0.01);

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

export const isClear = (expected: number): boolean => expected < LEAST;
