import { InputError } from '../errors.ts';
import { type RandomStream, shuffle } from '../random.ts';
import { listNames, nearestName } from './names.ts';
import { hasOpenQuote, splitOutsideQuotes, unquoted } from './quoted-list.ts';
import { timeUnit } from './time-label.ts';
import { matchLabel, type Timepoints } from './timepoints.ts';

const OPTION = '--hold-out';

/**
 * Which timepoints are held out, one group a fit, each ascending.
 * @param text `each` = every inner timepoint in turn; `none`; `3,4` = each of these in turn; `3+4` = together;
 * a label with `,` or `+` in it is put in double quotes
 * @throws InputError: unknown label, first or last timepoint, nothing to hold out, no text or a part without one
 */
export function parseHoldOut(text: string, timepoints: Pick<Timepoints, 'labels'>): number[][] {
  const { labels } = timepoints;
  if (text.trim() === '')
    throw wrong('No timepoint is named.', 'nothing', 'Name timepoints, or write each or none.');
  if (text.trim() === 'none') return [];
  if (text.trim() === 'each') return eachInner(labels);
  const groups = split(text, ',').map((group) =>
    split(group, '+').map((label) => findInner(unquote(label, text), timepoints)),
  );
  const distinct = new Map(
    groups.map((group) => {
      const sorted = [...new Set(group)].sort((a, b) => a - b);
      return [sorted.join(), sorted];
    }),
  );
  return [...distinct.values()];
}

/**
 * As `parseHoldOut`, but with two timepoints `each` holds out none.
 */
export function heldOutGroups(text: string, timepoints: Pick<Timepoints, 'labels'>): number[][] {
  return text === 'each' && timepoints.labels.length === 2 ? [] : parseHoldOut(text, timepoints);
}

function eachInner(labels: string[]): number[][] {
  if (labels.length < 3)
    throw wrong(
      'There is no inner timepoint to hold out.',
      `${labels.length} timepoints: ${listNames(labels)}`,
      'Write --hold-out none, or use a file with three or more timepoints.',
    );
  return labels.slice(1, -1).map((_, k) => [k + 1]);
}

function findInner(label: string, timepoints: Pick<Timepoints, 'labels'>): number {
  const { labels } = timepoints;
  const k = matchLabel(label, timepoints);
  if (k < 0) {
    // 5 is not near 10.5, but 7 may be meant for day 7
    const near = nearestName(
      label,
      labels.filter((other) => timeUnit(other) !== ''),
    );
    throw new InputError(`There is no timepoint "${label}".`, {
      option: OPTION,
      expected: `one of: ${listNames(labels)}`,
      found: `"${label}"`,
      action: near === undefined ? 'Name one of these.' : `Did you mean ${near}?`,
    });
  }
  if (k > 0 && k < labels.length - 1) return k;
  throw new InputError(`The ${k === 0 ? 'first' : 'last'} timepoint cannot be held out.`, {
    option: OPTION,
    expected:
      labels.length > 2
        ? `a timepoint between two others: ${listNames(labels.slice(1, -1))}`
        : 'a timepoint between two others; there is none',
    found: `"${labels[k]}", which has no timepoint ${k === 0 ? 'before' : 'after'} it to interpolate from`,
    action: labels.length > 2 ? 'Name an inner timepoint, or write each.' : 'Write --hold-out none.',
  });
}

function split(text: string, separator: string): string[] {
  if (hasOpenQuote(text))
    throw wrong('A quotation mark is not closed.', text, 'Put both marks around the label.');
  return splitOutsideQuotes(text, separator);
}

function unquote(part: string, whole: string): string {
  const label = unquoted(part);
  if (label === undefined)
    throw wrong(
      'A part of the list names no timepoint.',
      `${part.trim() || 'nothing'} in: ${whole}`,
      'Separate labels by one , or +, and put a label with these signs in double quotes.',
    );
  return label;
}

function wrong(message: string, found: string, action: string): InputError {
  return new InputError(message, {
    option: OPTION,
    expected: 'each, none, labels in turn (3,4) or together (3+4)',
    found,
    action,
  });
}

export interface SplitOptions {
  /** share of a timepoint's cells that validate; default 0.1 */
  validationShare?: number;
  /** cells of each timepoint in one step; default 128 */
  minibatch?: number;
}

/** A timepoint's cells in two parts, in random order. */
export interface CellSplit {
  train: Int32Array;
  validation: Int32Array;
  /** there was one cell only, so it is in both parts */
  shared: boolean;
}

/** The cells of one fit, split; the lists are by timepoint. */
export interface TrainingCells {
  train: Int32Array[];
  validation: Int32Array[];
  /** cells of each timepoint in one training step: at most what was asked, at most the smallest training part */
  minibatch: number;
  /** the same in validation */
  validationMinibatch: number;
  /** one minibatch of each timepoint is a step */
  stepsPerEpoch: number;
  /** timepoints with one cell, which is in both parts */
  shared: number[];
}

/** Few cells: the validation part is never more than this. */
const MOST_VALIDATION = 0.2;

/**
 * Splits a timepoint's cells: `validationShare` of them validate, but a whole minibatch if that is not more than 20 %,
 * and one cell at least.
 * @param indices the timepoint's cells; left as they are
 */
export function splitTimepointCells(
  indices: Int32Array,
  { validationShare = 0.1, minibatch = 128 }: SplitOptions,
  random: RandomStream,
): CellSplit {
  const n = indices.length;
  const order = shuffle(indices.slice(), random);
  if (n === 1) return { train: order, validation: order.slice(), shared: true };
  const wanted = Math.max(Math.round(validationShare * n), minibatch);
  const size = Math.max(1, Math.min(wanted, Math.floor(MOST_VALIDATION * n)));
  return { train: order.slice(size), validation: order.slice(0, size), shared: false };
}

/**
 * Splits every timepoint of a fit.
 * @param cells the cells of each timepoint that the fit may see, none of them empty
 */
export function splitCells(cells: Int32Array[], options: SplitOptions, random: RandomStream): TrainingCells {
  const splits = cells.map((indices) => splitTimepointCells(indices, options, random));
  const train = splits.map((split) => split.train);
  const validation = splits.map((split) => split.validation);
  const wanted = options.minibatch ?? 128;
  const smallest = Math.min(...train.map((part) => part.length));
  const minibatch = Math.min(wanted, smallest);
  return {
    train,
    validation,
    minibatch,
    validationMinibatch: Math.min(wanted, ...validation.map((part) => part.length)),
    stepsPerEpoch: Math.max(1, Math.floor(smallest / minibatch)),
    shared: splits.flatMap((split, k) => (split.shared ? [k] : [])),
  };
}
