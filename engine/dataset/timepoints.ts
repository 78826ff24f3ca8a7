import { type ErrorPlace, InputError } from '../errors.ts';
import type { ObsColumn, ObsSource } from './anndata.ts';
import { listNames } from './names.ts';
import { type ParsedTime, parseTime, shortestText, timeUnit, unitsAgree } from './time-label.ts';

/** The cells' times as an ordered list of timepoints. */
export interface Timepoints {
  /** as shown and as typed after `--hold-out`, e.g. `2`, `10.5`, `day 7`; ordered by time */
  labels: string[];
  /** ascending, in the column's own unit (days, hours) */
  times: number[];
  /** `[nObs]`: index of the cell's timepoint, −1 = it has none and takes no part */
  cellTimepoint: Int32Array;
  /** cells of each timepoint */
  counts: number[];
  /** cells whose time is missing in the column */
  withoutTimepoint: number;
}

export interface TimeColumnCandidate {
  name: string;
  labels: string[];
  times: number[];
}

/** More distinct values than this are no timepoints but a measurement. */
const MOST_TIMEPOINTS = 100;

/**
 * Reads a column of `obs` as time: numbers, or texts that are a number or carry one (`day 7`, `E8.5`, `24h`).
 * @param name the column's, for errors
 * @param file as the user named it, for errors
 * @throws InputError: labels without one readable time or of different units, fewer than 2 or more than 100 timepoints,
 * a timepoint with one cell
 */
export function timepointsFromColumn(column: ObsColumn, name: string, file?: string): Timepoints {
  const place: ErrorPlace = { ...(file !== undefined && { file }), key: `obs/${name}`, option: '--time' };
  const { values, codes } = distinctValues(column, place);
  const counts = new Array<number>(values.length).fill(0);
  let withoutTimepoint = 0;
  for (const code of codes) {
    if (code < 0) withoutTimepoint++;
    else counts[code]!++;
  }
  const used = values.map((_, v) => v).filter((v) => counts[v]! > 0);
  checkNumber(
    used.map((v) => String(values[v])),
    withoutTimepoint,
    place,
  );
  const parsed = new Map(used.map((v) => [v, readTime(values[v]!, place)]));
  checkUnits([...parsed.values()], place);
  const order = used.toSorted((a, b) => parsed.get(a)!.time - parsed.get(b)!.time);
  const labels = order.map((v) => parsed.get(v)!.label);
  const times = order.map((v) => parsed.get(v)!.time);
  checkDistinct(labels, times, place);
  const cells = order.map((v) => counts[v]!);
  checkCells(labels, cells, place);
  const rank = new Int32Array(values.length).fill(-1);
  order.forEach((v, k) => {
    rank[v] = k;
  });
  return {
    labels,
    times,
    cellTimepoint: codes.map((code) => (code < 0 ? -1 : rank[code]!)),
    counts: cells,
    withoutTimepoint,
  };
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

/**
 * The columns that can serve as time, best first: by what the name and the labels say, then by how few timepoints
 * there are. Columns that cannot serve or be read are left out.
 */
export function rankTimeColumns(source: ObsSource): TimeColumnCandidate[] {
  const scored = source.obsColumns().flatMap(({ name, kind, nUnique }) => {
    if (kind === 'boolean' || nUnique === null || nUnique < 2 || nUnique > MOST_TIMEPOINTS) return [];
    try {
      const { labels, times } = timepointsFromColumn(source.readObs(name), name);
      return [{ name, labels, times, score: nameScore(name) + labelScore(labels[labels.length - 1]!) }];
    } catch (error) {
      if (error instanceof InputError) return [];
      throw error;
    }
  });
  return scored
    .filter(({ score }) => score >= 0)
    .sort((a, b) => b.score - a.score || a.labels.length - b.labels.length)
    .map(({ name, labels, times }) => ({ name, labels, times }));
}

const TIME_NAMES =
  /(^|[^a-z])(days?|dpf|dpi|hpf|hours?|hrs?|time|times|timepoint|time[ _.-]?points?|age|stage|weeks?|months?)([^a-z]|$)/;
const OTHER_NAMES =
  /pseudo|latent|batch|cluster|leiden|louvain|sample|replicate|donor|plate|lane|patient|mouse|library|doublet|phase|score|^n_|_n_|counts?$/;
const TIME_UNITS =
  /^(d|day|e|p|h|hr|hour|hpf|dpf|dpi|t|time|timepoint|tp|w|wk|week|m|mo|month|min|minute|y|yr|year|stage|age|hh|cs)$/;

function nameScore(name: string): number {
  // camelCase is two words too: collectionDay
  const plain = name.replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase();
  return (TIME_NAMES.test(plain) ? 4 : 0) - (OTHER_NAMES.test(plain) ? 4 : 0);
}

function labelScore(label: string): number {
  const unit = timeUnit(label);
  if (unit === '') return 1;
  return TIME_UNITS.test(unit) ? 3 : -2;
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

function readTime(value: string | number, place: ErrorPlace): ParsedTime {
  const parsed =
    typeof value === 'string'
      ? parseTime(value)
      : Number.isFinite(value)
        ? { label: shortestText(value), time: value, unit: '' }
        : undefined;
  if (parsed) return parsed;
  throw new InputError(`The label "${value}" cannot be read as a time.`, {
    ...place,
    expected: 'a number, or a text that carries one number, e.g. 2, 10.5, day 7, E8.5, 24h',
    found: `"${value}"`,
    action:
      'Write the times as numbers in this column (e.g. 0, 2, 7) and save the file, or choose another column.',
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

function checkUnits(times: ParsedTime[], place: ErrorPlace): void {
  const first = times.find(({ unit }) => unit !== '');
  if (!first) return;
  // a bare 0 is zero in any unit
  const other = times.find(({ unit, time }) => !unitsAgree(unit, first.unit) && !(unit === '' && time === 0));
  if (!other) return;
  throw new InputError('The labels of the timepoints are not of one kind, so their order is not known.', {
    ...place,
    expected: 'the same words around every number',
    found: `"${first.label}" and "${other.label}"`,
    action:
      'Write the times as numbers of one unit in this column and save the file, or choose another column.',
  });
}

function checkDistinct(labels: string[], times: number[], place: ErrorPlace): void {
  const k = times.findIndex((time, i) => i > 0 && time === times[i - 1]);
  if (k < 0) return;
  throw new InputError('Two labels mean the same time.', {
    ...place,
    expected: 'one label for each time',
    found: `"${labels[k - 1]}" and "${labels[k]}" both mean ${times[k]}`,
    action: 'Give both the same label in this column and save the file, or choose another column.',
  });
}

function checkCells(labels: string[], counts: number[], place: ErrorPlace): void {
  const single = labels.filter((_, k) => counts[k]! < 2);
  if (single.length === 0) return;
  throw new InputError('A timepoint has only one cell.', {
    ...place,
    expected: 'at least 2 cells at each timepoint',
    found: `one cell at: ${listNames(single)}`,
    action: 'Remove these cells from the file, or choose another column.',
  });
}
