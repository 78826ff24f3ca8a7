import { formatCount, joinAnd, timepointList } from '../../engine/figures/words.ts';

/** Which timepoints a training does not see, as the form has it: `holdOut` of an experiment. */
export type HeldOut =
  /** every inner one in turn */
  | { how: 'each' }
  /** these, each in turn or all at once */
  | { how: 'chosen'; labels: string[]; together: boolean }
  | { how: 'none' }
  /** groups of several kinds, as the command line takes them */
  | { how: 'other'; text: string };

export const EACH: HeldOut = { how: 'each' };

/** Reads `each`, `none`, `3,4` and `3+4`; labels with signs of their own are in double quotes. */
export function heldOutOf(text: string | undefined): HeldOut {
  if (text === undefined || text === 'each') return EACH;
  if (text === 'none') return { how: 'none' };
  const parts = partsOf(text);
  if (parts === null) return { how: 'other', text };
  const signs = new Set(parts.signs);
  if (signs.size > 1) return { how: 'other', text };
  return { how: 'chosen', labels: parts.labels, together: signs.has('+') };
}

/** The text of the option. */
export function heldOutText(heldOut: HeldOut): string {
  switch (heldOut.how) {
    case 'each':
    case 'none':
      return heldOut.how;
    case 'other':
      return heldOut.text;
    case 'chosen':
      return heldOut.labels.map(quoted).join(heldOut.together ? '+' : ',');
  }
}

/** Those that lie between two others, which alone can be held out. */
export const innerLabels = (labels: readonly string[]): string[] => labels.slice(1, -1);

/** How many groups are held out, each of which is fitted on its own. */
export function groupsHeldOut(heldOut: HeldOut, labels: readonly string[]): number {
  if (heldOut.how === 'each') return innerLabels(labels).length;
  if (heldOut.how === 'none') return 0;
  if (heldOut.how === 'other') return heldOut.text.split(',').length;
  return heldOut.together ? 1 : heldOut.labels.length;
}

/** In a few words: `each inner day in turn`, `days 3 and 4 together`. */
export function heldOutWords(heldOut: HeldOut, unit = ''): string {
  switch (heldOut.how) {
    case 'each':
      return `each inner ${unit || 'timepoint'} in turn`;
    case 'none':
      return 'nothing is held out';
    case 'other':
      return heldOut.text;
    case 'chosen':
      return `${timepointList(heldOut.labels, unit || undefined)}${
        heldOut.labels.length < 2 ? '' : heldOut.together ? ' together' : ', each in turn'
      }`;
  }
}

/** Of groups joined by +, as runs and fits name them. */
export function groupWords(groups: readonly string[], unit = ''): string {
  if (groups.length === 0) return 'nothing held out';
  if (groups.length > 4) return `${formatCount(groups.length)} ${unit || 'timepoint'}s, each in turn`;
  return joinAnd(groups.map((group) => timepointList(group.split('+'), unit || undefined)));
}

const quoted = (label: string) => (/[,+"]|^(each|none)$/.test(label) ? `"${label}"` : label);

/** @returns null: a quotation mark is not closed, or a part is empty */
function partsOf(text: string): { labels: string[]; signs: string[] } | null {
  const found = [...text.matchAll(/\s*(?:"([^"]*)"|([^,+"]+?))\s*([,+]|$)/gy)];
  const read = found.reduce((sum, [whole]) => sum + whole.length, 0);
  if (found.length === 0 || read !== text.length || found.at(-1)![3] !== '') return null;
  return {
    labels: found.map(([, inQuotes, plain]) => inQuotes ?? plain!),
    signs: found.slice(0, -1).map(([, , , sign]) => sign!),
  };
}
