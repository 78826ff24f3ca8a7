import { type ErrorPlace, InputError } from '../errors.ts';
import type { ObsColumn } from './anndata.ts';
import { distinctValues, valueText } from './column-values.ts';
import { listNames, nearestName } from './names.ts';
import { readTimes, unitOfLabels, unitOfName } from './read-times.ts';
import { type DisplayUnit, parseTime, timeUnit } from './time-label.ts';

/** The cells' times as an ordered list of timepoints. */
export interface Timepoints {
  /** as shown and as typed after `--hold-out`, e.g. `2`, `10.5`, `day 7`; ordered by time */
  labels: string[];
  /** ascending, in `unit` */
  times: number[];
  /** of the times, for display; empty: not known */
  unit: DisplayUnit;
  /** `[nObs]`: index of the cell's timepoint, −1 = it has none and takes no part */
  cellTimepoint: Int32Array;
  /** cells of each timepoint */
  counts: number[];
  /** cells whose time is missing in the column */
  withoutTimepoint: number;
  /** cells that take no part since the user left them out: by the subset, by a timepoint that was dropped */
  leftOut: { subset: number; dropped: number };
  /** what was read into the labels, for the reader */
  notes: string[];
}

/** One timepoint as the user wants it; labels that no edit names are dropped. */
export interface TimepointEdit {
  /** of the column; several are merged */
  labels: string[];
  /** null: what the label says; of merged ones the mean */
  time: number | null;
  /** null: the label, or the merged labels joined by / */
  name: string | null;
}

export interface TimepointOptions {
  /** as the user named it, for errors */
  file?: string;
  /** `[nObs]`: 0 = the cell takes no part; default: all do */
  keep?: Uint8Array | null;
  /** default: each label of the column is a timepoint */
  edits?: readonly TimepointEdit[] | null;
  /** labels in their order, where the file says so; asked for only if the labels carry no times */
  ordering?: () => string[] | undefined;
}

/** More distinct values than this are no timepoints but a measurement. */
export const MOST_TIMEPOINTS = 100;

/**
 * Reads a column of `obs` as time: numbers, texts that carry a number or a range (`day 7`, `E8.5`, `24h`, `Day 00-03`),
 * or texts whose order the file gives.
 * @param name the column's, for errors
 * @throws InputError: labels without one readable time or of different kinds, fewer than 2 or more than 100 timepoints,
 * a timepoint with one cell, an edit that names no label or the same one twice
 */
export function timepointsFromColumn(
  column: ObsColumn,
  name: string,
  { file, keep = null, edits = null, ordering }: TimepointOptions = {},
): Timepoints {
  const place: ErrorPlace = { ...(file !== undefined && { file }), key: `obs/${name}`, option: '--time' };
  if (column.kind === 'boolean')
    throw new InputError('This column cannot serve as time.', {
      ...place,
      expected: 'numbers, or texts that carry a number each',
      found: 'true and false',
      action: 'Choose another column.',
    });
  const { values, codes } = distinctValues(column);
  const texts = values.map(valueText);
  const tally = countCells(values.length, codes, keep);
  const used = values.map((_, v) => v).filter((v) => tally.counts[v]! > 0);
  if (edits === null)
    checkNumber(
      used.map((v) => texts[v]!),
      tally.missing,
      place,
    );
  const groups = edits === null ? used.map((v) => asIs(v)) : editedGroups(edits, texts, used, place);
  // steps of an order are no real times: they do not stand beside times that the user gave
  const order = () => {
    if (groups.some((group) => group.time !== null)) return undefined;
    return column.kind === 'categorical' && column.ordered ? texts : ordering?.();
  };
  const read = readTimes(
    groups.flatMap((group) => (group.time === null ? group.values : [])),
    values,
    order,
    place,
  );
  const timed = groups
    .map((group) => ({
      values: group.values,
      label: group.name ?? group.values.map((v) => read.labels.get(v) ?? texts[v]!).join('/'),
      time: group.time ?? mean(group.values.map((v) => read.times.get(v)!)),
      cells: group.values.reduce((sum, v) => sum + tally.counts[v]!, 0),
    }))
    .sort((a, b) => a.time - b.time);
  const labels = timed.map(({ label }) => label);
  const times = timed.map(({ time }) => time);
  checkDistinct(labels, times, place);
  checkNames(labels, place);
  checkCells(
    labels,
    timed.map(({ cells }) => cells),
    place,
  );
  const rank = new Int32Array(values.length).fill(-1);
  timed.forEach((timepoint, k) => {
    for (const v of timepoint.values) rank[v] = k;
  });
  const counts = timed.map(({ cells }) => cells);
  const present = tally.counts.reduce((sum, n) => sum + n, 0);
  return {
    labels,
    times,
    unit: read.byOrder ? '' : read.unit || unitOfLabels(texts, used) || unitOfName(name),
    cellTimepoint: codes.map((code, i) => (code < 0 || keep?.[i] === 0 ? -1 : rank[code]!)),
    counts,
    withoutTimepoint: tally.missing,
    leftOut: { subset: tally.outside, dropped: present - counts.reduce((sum, n) => sum + n, 0) },
    notes: [...read.notes, ...absentNotes(texts, tally, rank, edits), ...droppedNotes(texts, tally, rank)],
  };
}

interface Tally {
  /** cells of each distinct value that take part */
  counts: number[];
  /** cells of each distinct value that the subset leaves out */
  leftOut: number[];
  missing: number;
  outside: number;
}

function droppedNotes(texts: string[], { counts }: Tally, rank: Int32Array): string[] {
  const dropped = texts.flatMap((text, v) =>
    rank[v]! < 0 && counts[v]! > 0 ? [`${text} (${counts[v]})`] : [],
  );
  return dropped.length > 0
    ? [`Labels that --timepoints does not name take no part, with their cells: ${listNames(dropped)}.`]
    : [];
}

function absentNotes(
  texts: string[],
  { counts, leftOut }: Tally,
  rank: Int32Array,
  edits: TimepointOptions['edits'],
): string[] {
  const absent = texts.filter((_, v) => rank[v]! < 0 && counts[v] === 0 && leftOut[v]! > 0);
  return absent.length > 0 && !edits ? [`No cell of the subset is of: ${listNames(absent)}.`] : [];
}

/** What was read into the labels and which cells take no part, as sentences. */
export function describeLeftOut({ notes, withoutTimepoint, leftOut }: Timepoints): string[] {
  return [
    ...notes,
    ...(withoutTimepoint > 0 ? [`${withoutTimepoint} cells have no time and take no part.`] : []),
    ...(leftOut.subset > 0 ? [`${leftOut.subset} cells are outside of the subset and take no part.`] : []),
  ];
}

interface Group {
  /** indices of distinct values */
  values: number[];
  time: number | null;
  name: string | null;
}

const asIs = (v: number): Group => ({ values: [v], time: null, name: null });

const mean = (numbers: number[]) => numbers.reduce((sum, x) => sum + x, 0) / numbers.length;

function countCells(distinct: number, codes: Int32Array, keep: Uint8Array | null): Tally {
  const counts = new Array<number>(distinct).fill(0);
  const leftOut = new Array<number>(distinct).fill(0);
  let missing = 0;
  let outside = 0;
  codes.forEach((code, i) => {
    if (keep?.[i] === 0) {
      outside++;
      if (code >= 0) leftOut[code]!++;
    } else if (code < 0) missing++;
    else counts[code]!++;
  });
  return { counts, leftOut, missing, outside };
}

function editedGroups(
  edits: readonly TimepointEdit[],
  texts: string[],
  used: number[],
  place: ErrorPlace,
): Group[] {
  const there = used.map((v) => texts[v]!);
  const taken = new Set<number>();
  const wrong = (message: string, detail: object) =>
    new InputError(message, { ...place, option: '--timepoints', ...detail });
  const groups = edits.map(({ labels, time, name }): Group => {
    const values = labels.map((label) => {
      const k = matchLabel(label, { labels: there });
      if (k < 0) {
        const near = nearestName(label, there);
        throw wrong(`There is no timepoint "${label}".`, {
          expected: `one of: ${listNames(there)}`,
          found: `"${label}"`,
          action: near === undefined ? 'Name one of these.' : `Did you mean ${near}?`,
        });
      }
      if (taken.has(k))
        throw wrong('A label is named twice.', {
          expected: 'each label in one timepoint at most',
          found: `"${label}"`,
          action: 'Name it once.',
        });
      taken.add(k);
      return used[k]!;
    });
    return { values, time, name };
  });
  if (groups.length < 2)
    throw wrong('There are fewer than two timepoints.', {
      expected: 'at least two of the labels',
      found: String(groups.length),
      action: 'Name more labels.',
    });
  return groups;
}

/**
 * The index of the timepoint that a text means: the same text, or the same number when both are plain numbers;
 * −1 if there is none.
 */
export function matchLabel(text: string, { labels }: Pick<Timepoints, 'labels'>): number {
  const exact = labels.indexOf(text);
  if (exact >= 0) return exact;
  const plain = (label: string) => {
    const parsed = parseTime(label);
    return parsed && timeUnit(label) === '' ? parsed.time : undefined;
  };
  const number = plain(text);
  return number === undefined ? -1 : labels.findIndex((label) => plain(label) === number);
}

function checkNumber(used: string[], withoutTimepoint: number, place: ErrorPlace): void {
  if (used.length < 2) {
    const missing = withoutTimepoint > 0 ? `, and ${withoutTimepoint} cells without a value` : '';
    throw new InputError('There are fewer than two timepoints.', {
      ...place,
      expected: 'at least two different times',
      found: (used.length === 0 ? 'no values' : `one value: ${used[0]}`) + missing,
      action: 'Choose another column, or a file with several timepoints.',
    });
  }
  if (used.length > MOST_TIMEPOINTS)
    throw new InputError('This column has too many different values to be the time of collection.', {
      ...place,
      expected: `at most ${MOST_TIMEPOINTS} timepoints`,
      found: `${used.length} different values, e.g. ${listNames(used.slice(0, 3))}`,
      action: 'Choose the column that holds the day or hour at which the cells were collected.',
    });
}

function checkDistinct(labels: string[], times: number[], place: ErrorPlace): void {
  const k = times.findIndex((time, i) => i > 0 && time === times[i - 1]);
  if (k < 0) return;
  throw new InputError('Two labels mean the same time.', {
    ...place,
    expected: 'one label for each time',
    found: `"${labels[k - 1]}" and "${labels[k]}" both mean ${times[k]}`,
    action: `Merge them or say their times with --timepoints, e.g. --timepoints '"${labels[k - 1]}"+"${labels[k]}",…'.`,
  });
}

function checkNames(labels: string[], place: ErrorPlace): void {
  const double = labels.find((label, i) => labels.indexOf(label) !== i);
  if (double === undefined) return;
  throw new InputError('Two timepoints have the same name.', {
    ...place,
    option: '--timepoints',
    expected: 'a name of its own for each, and no label of another one',
    found: `"${double}"`,
    action: 'Give each its own name.',
  });
}

function checkCells(labels: string[], counts: number[], place: ErrorPlace): void {
  const single = labels.filter((_, k) => counts[k]! < 2);
  if (single.length === 0) return;
  throw new InputError('A timepoint has only one cell.', {
    ...place,
    expected: 'at least 2 cells at each timepoint',
    found: `one cell at: ${listNames(single)}`,
    action: 'Leave them out or merge them with --timepoints, or choose another column.',
  });
}
