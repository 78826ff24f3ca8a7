import { type ErrorPlace, InputError } from '../errors.ts';
import { listNames } from './names.ts';
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

/** Times of distinct values of a column, by their index. */
export interface ReadTimes {
  times: Map<number, number>;
  labels: Map<number, string>;
  unit: DisplayUnit;
  /** the times are steps of an order, in no unit */
  byOrder: boolean;
  notes: string[];
}

/** The times of some of the distinct values, by what they carry, else by the order that the file gives. */
export function readTimes(
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
    return {
      times: new Map(wanted.map((v, i) => [v, read[i]!.time])),
      labels,
      unit: '',
      byOrder: false,
      notes,
    };
  const converted = convertUnits(read);
  if (!converted) throw differentUnits(first, other, place);
  const text = `Times of different units ("${first.label}", "${other.label}") are converted to ${converted.unit}s.`;
  return {
    times: new Map(wanted.map((v, i) => [v, converted.times[i]!])),
    labels,
    unit: converted.unit,
    byOrder: false,
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
    byOrder: true,
    notes: [
      `The labels carry no times; their order in the file is taken, one step each: ${listNames(known, 6)}.`,
    ],
  };
}

/** The unit that all labels name; empty: none, or several. */
export function unitOfLabels(texts: string[], used: number[]): DisplayUnit {
  const units = used.map((v) => displayUnit(timeUnit(texts[v]!))).filter((unit) => unit !== '');
  return units.every((unit) => unit === units[0]) ? (units[0] ?? '') : '';
}

/** The unit that a column's name says: `day`, `age(days)`, `collection_day`, `hpf` */
export function unitOfName(name: string): DisplayUnit {
  const words = name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/)
    // one letter says too little in a column's name
    .filter((word) => word.length > 1);
  return words.map(displayUnit).find((unit) => unit !== '') ?? '';
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

function differentUnits(first: ParsedTime, other: ParsedTime, place: ErrorPlace): InputError {
  return new InputError('The labels of the timepoints are not of one kind, so their order is not known.', {
    ...place,
    expected: 'the same words around every number, or units that can be converted (min, h, d, w; hpf, dpf)',
    found: `"${first.label}" and "${other.label}"`,
    action: "Choose another column, or say the times, e.g. --timepoints 'E8.5=8.5,P0=19'.",
  });
}
