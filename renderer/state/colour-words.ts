import type { ColourBy } from './choices.ts';

export const GROWTH_SCORE = 'Growth score (genes)';

/** What the cells are coloured by, as it is written on the button and on a figure. */
export function colourWords(by: ColourBy | null): string {
  if (by === null) return 'nothing';
  if (by.kind === 'timepoint') return 'timepoint';
  if (by.kind === 'growth') return GROWTH_SCORE;
  return by.kind === 'column' ? by.column : by.gene.name;
}
