import type { ExperimentInput } from '../../engine/config.ts';

/** A label of the time column, as the file has it. */
export interface ColumnLabel {
  label: string;
  /** what the label says; null: it says no time */
  time: number | null;
  cells: number;
}

/** One timepoint of the table that the user edits. */
export interface TimepointRow {
  /** of the column; several are merged */
  labels: string[];
  /** the user's; null: what the labels say */
  name: string | null;
  time: number | null;
  /** the time that counts: the user's, else the mean of what the labels say; null: not known */
  shownTime: number | null;
  cells: number;
}

export type TimepointEdits = NonNullable<ExperimentInput['timepoints']>;

/** The table: what the edits make of the labels, in the order of time, and the labels that take no part. */
export function rowsOf(labels: readonly ColumnLabel[], edits: TimepointEdits | null | undefined) {
  const plain = () => labels.map(({ label }) => ({ labels: [label] }));
  const rows = (edits ?? plain()).map((edit) => completeRow(edit, labels)).sort(byTime);
  const named = new Set(rows.flatMap((row) => row.labels));
  return { rows, leftOut: labels.filter(({ label }) => !named.has(label)) };
}

/** The edits that give these rows; null: each label as it is. */
export function editsOf(
  rows: readonly TimepointRow[],
  labels: readonly ColumnLabel[],
): TimepointEdits | null {
  const untouched = rows.every((row) => row.labels.length === 1 && row.name === null && row.time === null);
  if (untouched && rows.length === labels.length) return null;
  return rows.map(({ labels, name, time }) => ({ labels, name, time }));
}

export const rowName = (row: Pick<TimepointRow, 'name' | 'labels'>) => row.name ?? row.labels.join('/');

const replaceRow = (rows: readonly TimepointRow[], at: number, change: Partial<TimepointRow>) =>
  rows.map((row, i) => (i === at ? { ...row, ...change } : row));

/** An empty name, or the one it has anyway, is none. */
export function renameRow(rows: readonly TimepointRow[], at: number, name: string): TimepointRow[] {
  const text = name.trim();
  return replaceRow(rows, at, { name: text === '' || text === rows[at]!.labels.join('/') ? null : text });
}

export function timeRow(rows: readonly TimepointRow[], at: number, time: number | null): TimepointRow[] {
  return replaceRow(rows, at, { time });
}

export const dropRows = (rows: readonly TimepointRow[], which: ReadonlySet<number>) =>
  rows.filter((_, i) => !which.has(i));

/** One timepoint of several; a name or a time that one of them was given is kept. */
export function mergeRows(rows: readonly TimepointRow[], which: ReadonlySet<number>): TimepointRow[] {
  const merged = rows.filter((_, i) => which.has(i));
  if (merged.length < 2) return [...rows];
  const first = rows.findIndex((_, i) => which.has(i));
  const one: TimepointRow = {
    labels: merged.flatMap((row) => row.labels),
    name: merged.find((row) => row.name !== null)?.name ?? null,
    time: merged.find((row) => row.time !== null)?.time ?? null,
    shownTime: null,
    cells: merged.reduce((sum, row) => sum + row.cells, 0),
  };
  return rows.flatMap((row, i) => (i === first ? [one] : which.has(i) ? [] : [row]));
}

/** Each label of a merged timepoint by itself again. */
export function splitRow(rows: readonly TimepointRow[], at: number): TimepointRow[] {
  return rows.flatMap((row, i) => (i === at ? row.labels.map(alone) : [row]));
}

export const takeBack = (rows: readonly TimepointRow[], label: string) => [...rows, alone(label)];

/** Order is by time, so a place is changed by exchanging times; where some are not known, all get their place as time. */
export function moveRow(rows: readonly TimepointRow[], at: number, by: -1 | 1): TimepointRow[] {
  const to = at + by;
  if (to < 0 || to >= rows.length) return [...rows];
  const times = rows.every((row) => row.shownTime !== null)
    ? rows.map((row) => row.shownTime)
    : rows.map((_, i) => i);
  const moved = rows.map((row, i) => ({ ...row, time: row.time === null && !touches(i) ? null : times[i]! }));
  function touches(i: number) {
    return i === at || i === to || rows.some((row) => row.shownTime === null);
  }
  moved[at] = { ...moved[at]!, time: times[to]! };
  moved[to] = { ...moved[to]!, time: times[at]! };
  return moved;
}

const alone = (label: string): TimepointRow => ({
  labels: [label],
  name: null,
  time: null,
  shownTime: null,
  cells: 0,
});

function completeRow(edit: TimepointEdits[number], all: readonly ColumnLabel[]): TimepointRow {
  const found = edit.labels.map((label) => all.find((one) => one.label === label));
  const said = found.map((one) => one?.time ?? null);
  const known = said.every((time) => time !== null);
  const time = edit.time ?? null;
  return {
    labels: edit.labels,
    name: edit.name ?? null,
    time,
    shownTime: time ?? (known ? said.reduce((sum, t) => sum + t!, 0) / said.length : null),
    cells: found.reduce((sum, one) => sum + (one?.cells ?? 0), 0),
  };
}

function byTime(a: TimepointRow, b: TimepointRow): number {
  if (a.shownTime === null || b.shownTime === null)
    return Number(a.shownTime === null) - Number(b.shownTime === null);
  return a.shownTime - b.shownTime;
}
