import type { Comparison } from './compare.ts';

/** Other seeds move W1 in a trial as much as this: an answer that lies within it is not spoken against. */
export const MOST_W1 = 1.02;
/** W1 also falls where a cloud shrinks; the energy distance does not reward that, and must not rise above this. */
export const MOST_ENERGY = 1.1;

/** Whether the trials allow an answer at all: what is usual may speak for it, but not against them. */
export const isAllowed = ({ w1, energy }: Pick<Comparison, 'w1' | 'energy'>) =>
  w1 < Math.log(MOST_W1) && energy < Math.log(MOST_ENERGY);
