import { type ErrorPlace, InputError } from '../errors.ts';
import type { ObsColumn } from './anndata.ts';
import { listNames, nearestName } from './names.ts';
import {
  convertUnits,
  type DisplayUnit,
  displayUnit,
  type ParsedTime,
  parseTime,
  shortestText,
  timeUnit,
  unitsAgree,
} from './time-label.ts';

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
  const { values, codes } = distinctValues(column, place);
  const texts = values.map((value) => (typeof value === 'number' ? shortestText(value) : value));
  const tally = countCells(values.length, codes, keep);
  const used = values.map((_, v) => v).filter((v) => tally.counts[v]! > 0);
  if (edits === null)
    checkNumber(
      used.map((v) => texts[v]!),
      tally.missing,
      place,
    );
  const groups = edits === null ? used.map((v) => asIs(v)) : editedGroups(edits, texts, used, place);
  const order = () => (column.kind === 'categorical' && column.ordered ? texts : ordering?.());
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
    unit: read.unit || unitOfLabels(texts, used) || unitOfName(name),
    cellTimepoint: codes.map((code, i) => (code < 0 || keep?.[i] === 0 ? -1 : rank[code]!)),
    counts,
    withoutTimepoint: tally.missing,
    leftOut: { subset: tally.outside, dropped: present - counts.reduce((sum, n) => sum + n, 0) },
    notes: read.notes,
  };
}

/** What was read into the labels and which cells take no part, as sentences. */
export function describeLeftOut({ notes, withoutTimepoint, leftOut }: Timepoints): string[] {
  return [
    ...notes,
    ...(withoutTimepoint > 0 ? [`${withoutTimepoint} cells have no time and take no part.`] : []),
    ...(leftOut.dropped > 0
      ? [`${leftOut.dropped} cells of timepoints that are not asked for take no part.`]
      : []),
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

function countCells(distinct: number, codes: Int32Array, keep: Uint8Array | null) {
  const counts = new Array<number>(distinct).fill(0);
  let missing = 0;
  let outside = 0;
  codes.forEach((code, i) => {
    if (keep?.[i] === 0) outside++;
    else if (code < 0) missing++;
    else counts[code]!++;
  });
  return { counts, missing, outside };
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
  const names = edits.flatMap(({ name }) => name ?? []);
  const double = names.find((name, i) => names.indexOf(name) !== i);
  if (double !== undefined)
    throw wrong('Two timepoints have the same name.', {
      found: `"${double}"`,
      action: 'Give each its own name.',
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

interface ReadTimes {
  times: Map<number, number>;
  labels: Map<number, string>;
  unit: DisplayUnit;
  notes: string[];
}

/** The times of some of the distinct values, by what they carry, else by the order that the file gives. */
function readTimes(
  wanted: number[],
  values: (string | number)[],
  order: () => string[] | undefined,
  place: ErrorPlace,
): ReadTimes {
  const parsed = wanted.map((v) => parseValue(values[v]!));
  if (parsed.some((time) => time === undefined)) {
    const ordered = timesByOrder(wanted, values, order());
    if (ordered) return ordered;
  }
  const read = parsed.map((time, i) => time ?? unreadable(values[wanted[i]!]!, place));
  const labels = new Map(wanted.map((v, i) => [v, read[i]!.label]));
  const notes = read.some(({ range }) => range)
    ? [
        `The middle of a range is taken as its time: ${listNames(
          read.filter(({ range }) => range).map(({ label, time }) => `${label} = ${time}`),
          3,
        )}.`,
      ]
    : [];
  const first = read.find(({ unit }) => unit !== '');
  const other = first && read.find((time) => !sameUnit(time, first));
  if (!first || !other)
    return { times: new Map(wanted.map((v, i) => [v, read[i]!.time])), labels, unit: '', notes };
  const converted = convertUnits(read);
  if (!converted) throw differentUnits(first, other, place);
  const text = `Times of different units ("${first.label}", "${other.label}") are converted to ${converted.unit}s.`;
  return {
    times: new Map(wanted.map((v, i) => [v, converted.times[i]!])),
    labels,
    unit: converted.unit,
    notes: [...notes, text],
  };
}

// a bare 0 is zero in any unit
const sameUnit = (a: ParsedTime, b: ParsedTime) =>
  unitsAgree(a.unit, b.unit) || (a.unit === '' && a.time === 0);

function timesByOrder(
  wanted: number[],
  values: (string | number)[],
  order: string[] | undefined,
): ReadTimes | undefined {
  if (!order) return undefined;
  const known = order.filter((label) => wanted.some((v) => values[v] === label));
  if (known.length !== wanted.length) return undefined;
  const times = new Map(wanted.map((v) => [v, known.indexOf(String(values[v]))]));
  return {
    times,
    labels: new Map(wanted.map((v) => [v, String(values[v])])),
    unit: '',
    notes: [
      `The labels carry no times; their order in the file is taken, one step each: ${listNames(known, 6)}.`,
    ],
  };
}

function unitOfLabels(texts: string[], used: number[]): DisplayUnit {
  const units = used.map((v) => displayUnit(timeUnit(texts[v]!))).filter((unit) => unit !== '');
  return units.every((unit) => unit === units[0]) ? (units[0] ?? '') : '';
}

/** `day`, `age(days)`, `collection_day`, `hpf` */
function unitOfName(name: string): DisplayUnit {
  const words = name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/)
    // one letter says too little in a column's name
    .filter((word) => word.length > 1);
  return words.map(displayUnit).find((unit) => unit !== '') ?? '';
}

/** Distinct values in order of their appearance, and each cell's index into them (−1 = missing). */
function distinctValues(
  column: ObsColumn,
  place: ErrorPlace,
): { values: (string | number)[]; codes: Int32Array } {
  switch (column.kind) {
    case 'categorical': {
      const values = Array.isArray(column.categories) ? column.categories : shortNumbers(column.categories);
      // a category may itself be NaN
      const missing = values.map((value) => typeof value === 'number' && Number.isNaN(value));
      return { values, codes: column.codes.map((code) => (code >= 0 && missing[code] ? -1 : code)) };
    }
    case 'boolean':
      throw new InputError('This column cannot serve as time.', {
        ...place,
        expected: 'numbers, or texts that carry a number each',
        found: 'true and false',
        action: 'Choose another column.',
      });
    default: {
      const index = new Map<string | number, number>();
      const codes = Int32Array.from(column.values as ArrayLike<string | number | null>, (value) => {
        if (value === null || Number.isNaN(value)) return -1;
        let code = index.get(value);
        if (code === undefined) {
          code = index.size;
          index.set(value, code);
        }
        return code;
      });
      const values = [...index.keys()];
      return {
        values: column.kind === 'number' ? shortNumbers(column.values, values as number[]) : values,
        codes,
      };
    }
  }
}

/** 32-bit floats as the number that their shortest text means: 0.1, not 0.10000000149. */
function shortNumbers(stored: Float32Array | Float64Array, values: ArrayLike<number> = stored): number[] {
  return Array.from(values, stored instanceof Float32Array ? (v) => Number(shortestText(v, true)) : (v) => v);
}

function parseValue(value: string | number): ParsedTime | undefined {
  if (typeof value === 'string') return parseTime(value);
  return Number.isFinite(value)
    ? { label: shortestText(value), time: value, unit: '', range: false }
    : undefined;
}

function unreadable(value: string | number, place: ErrorPlace): never {
  throw new InputError(`The label "${value}" cannot be read as a time.`, {
    ...place,
    expected:
      'a number, or a text that carries one number or range, e.g. 2, 10.5, day 7, E8.5, 24h, Day 00-03',
    found: `"${value}"`,
    action: "Choose another column, or say the times, e.g. --timepoints 'control=0,treated=3'.",
  });
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

function differentUnits(first: ParsedTime, other: ParsedTime, place: ErrorPlace): InputError {
  return new InputError('The labels of the timepoints are not of one kind, so their order is not known.', {
    ...place,
    expected: 'the same words around every number, or units that can be converted (min, h, d, w)',
    found: `"${first.label}" and "${other.label}"`,
    action: "Choose another column, or say the times, e.g. --timepoints 'E8.5=8.5,P0=19'.",
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
