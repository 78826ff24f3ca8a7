import { DEFAULT_COMPARISON, type Method } from '../../engine/config.ts';
import type { Change } from './choices.ts';

/** What can be chosen to find the paths, as cards say it. */
export const METHOD_CARDS = [
  {
    value: 'auto',
    title: 'Automatic',
    about: 'Keeps days back to see what predicts your cells best: straight or bent paths, growth, the clock.',
  },
  {
    value: 'ot-cfm',
    title: 'Straight paths (OT-CFM)',
    about: 'Cells that fit together are joined by straight lines, from which the velocities are learned.',
  },
  {
    value: 'ot-mfm',
    title: 'Bent paths (OT-MFM)',
    about: 'The same, with paths that bend to stay where cells are.',
  },
] as const satisfies readonly { value: Method; title: string; about: string }[];

/** What the others are compared with. */
const STRAIGHT: Method = 'ot-cfm';

const chosen = ({ methods }: Change): readonly Method[] => methods ?? DEFAULT_COMPARISON;

export const mainMethod = (experiment: Change): Method => chosen(experiment)[0]!;

export const comparesStraight = (experiment: Change): boolean => chosen(experiment).includes(STRAIGHT);

/** Methods beside the main one and straight paths, which the cards do not have. */
export const otherMethods = (experiment: Change): Method[] =>
  chosen(experiment).filter((method, i) => i > 0 && method !== STRAIGHT);

export function withMain(experiment: Change, main: Method): Method[] {
  return [...new Set([main, ...(comparesStraight(experiment) ? [STRAIGHT] : [])])];
}

export function withStraight(experiment: Change, on: boolean): Method[] {
  const rest = chosen(experiment).filter((method, i) => i === 0 || method !== STRAIGHT);
  return [...new Set([...rest, ...(on ? [STRAIGHT] : [])])];
}

export const fittedMethods = (experiment: Change): readonly Method[] => chosen(experiment);
