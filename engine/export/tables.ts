import { rowsWhere } from '../dataset/clouds.ts';
import type { Experiment } from '../pipeline.ts';
import type { Metrics } from './results.ts';

export interface TrajectoriesTable {
  /** name of each start cell, `[trajectories]` */
  cellNames: readonly string[];
  /** in real units, `[times]` */
  times: readonly number[];
  /** row-major `[times, trajectories, dims]` */
  points: Float32Array;
  dims: number;
  /** e.g. `X_pca`, which gives the columns `X_pca_1`, `X_pca_2`, … */
  coordinateName: string;
  /** the same points on the map for the eye; null: there is none */
  map: { name: string /** [times, trajectories, 2] */; points: Float32Array } | null;
  /** descendants of a start cell, the mean cell's being 1 [times, trajectories]; absent: growth is ignored */
  mass?: Float32Array;
  /** distance to the cells that the fit has seen, above 1: far from any [times, trajectories]; absent: not known */
  cellDistance?: Float32Array;
  /** root mean square distance over seeds, in the embedding's units [times, trajectories]; absent: one seed */
  spread?: Float32Array;
}

/** What is known of each point beside its place: columns of one number, in this order, those that there are. */
function pointColumns(table: TrajectoriesTable): { name: string; values: Float32Array }[] {
  return (['mass', 'cellDistance', 'spread'] as const).flatMap((name) => {
    const values = table[name];
    return values ? [{ name, values }] : [];
  });
}

/**
 * Trajectories as CSV (RFC 4180, UTF-8, CRLF), one line a point: trajectory (from 0), cell, time, coordinates, place on the map, and
 * where they are known `mass`, `cellDistance` and `spread`.
 * Yields the header and then one chunk a trajectory, so that the whole text need not be in memory.
 * Numbers have the fewest digits that give the same float32 back.
 */
export function* trajectoriesCsv(table: TrajectoriesTable): Generator<string, void, undefined> {
  const { cellNames, times, points, dims, coordinateName, map } = table;
  const more = pointColumns(table);
  const named = (name: string, n: number) => Array.from({ length: n }, (_, k) => csvText(`${name}_${k + 1}`));
  const coordinates = [
    ...named(coordinateName, dims),
    ...(map ? named(map.name, 2) : []),
    ...more.map(({ name }) => name),
  ];
  yield `${['trajectory', 'cell', 'time', ...coordinates].join(',')}\r\n`;
  const timeTexts = times.map((time) => float32Text(Math.fround(time)));
  for (let r = 0; r < cellNames.length; r++) {
    const cell = csvText(cellNames[r]);
    let chunk = '';
    for (let s = 0; s < times.length; s++) {
      chunk += `${r},${cell},${timeTexts[s]}`;
      const start = (s * cellNames.length + r) * dims;
      for (let k = 0; k < dims; k++) chunk += `,${float32Text(points[start + k])}`;
      if (map) {
        const place = 2 * (s * cellNames.length + r);
        chunk += `,${float32Text(map.points[place]!)},${float32Text(map.points[place + 1]!)}`;
      }
      for (const { values } of more) chunk += `,${float32Text(values[s * cellNames.length + r]!)}`;
      chunk += '\r\n';
    }
    yield chunk;
  }
}

/** A table by columns, for CSV and Parquet; null: no value. */
export type Table = Column[];

export type Column =
  | { name: string; kind: 'text'; values: (string | null)[] }
  | { name: string; kind: 'float32'; values: Float32Array }
  | { name: string; kind: 'float64'; values: (number | null)[] }
  | { name: string; kind: 'int32'; values: Int32Array };

/** The same rows and columns as trajectories.csv. */
export function trajectoryTable(table: TrajectoriesTable): Table {
  const { cellNames, times, points, dims, coordinateName, map } = table;
  const rows = cellNames.length * times.length;
  const trajectory = new Int32Array(rows);
  const cell: string[] = [];
  const time: number[] = [];
  const order = new Int32Array(rows);
  for (let r = 0, row = 0; r < cellNames.length; r++) {
    for (let s = 0; s < times.length; s++, row++) {
      trajectory[row] = r;
      cell.push(cellNames[r]!);
      time.push(times[s]!);
      order[row] = s * cellNames.length + r;
    }
  }
  return [
    { name: 'trajectory', kind: 'int32', values: trajectory },
    { name: 'cell', kind: 'text', values: cell },
    { name: 'time', kind: 'float64', values: time },
    ...coordinateColumns(coordinateName, dims, rows, (row, k) => points[order[row]! * dims + k]!),
    ...(map ? coordinateColumns(map.name, 2, rows, (row, k) => map.points[order[row]! * 2 + k]!) : []),
    ...pointColumns(table).map(({ name, values }) => ({
      name,
      kind: 'float32' as const,
      values: Float32Array.from(order, (at) => values[at]!),
    })),
  ];
}

/** Where a fit puts cells at a timepoint that it never saw. */
export interface PredictedCells {
  method: string;
  heldOut: string;
  /** labels held out together, joined by `+`; null where it was alone */
  heldOutTogether: string | null;
  seed: number;
  /** rows of the cells that were followed, of the last observed timepoint before */
  cells: Int32Array;
  /** [cells, dims] in the embedding's units */
  points: Float32Array;
  /** how many cells each stands for [cells]; absent: growth is ignored */
  mass?: Float32Array;
}

export function predictionsOf({ dataset, fits }: Experiment): PredictedCells[] {
  const { labels, cellTimepoint } = dataset.timepoints;
  return fits.flatMap(({ method, heldOut, seed, predictions }) =>
    predictions.map(({ timepoint, points, mass, rows }) => {
      let before = timepoint - 1;
      while (heldOut.includes(before)) before--;
      return {
        method,
        heldOut: labels[timepoint]!,
        heldOutTogether: heldOut.length > 1 ? heldOut.map((k) => labels[k]).join('+') : null,
        seed,
        cells: rows ?? rowsWhere(cellTimepoint, (k) => k === before),
        points,
        ...(mass && { mass }),
      };
    }),
  );
}

/** A row for each predicted cell: method, heldOut, heldOutTogether, seed, the cell that it comes from, coordinates, and mass where growth is on. */
export function predictionTable(experiment: Experiment): Table {
  const { obsNames, embedding } = experiment.dataset;
  const { dims, name } = embedding;
  const parts = predictionsOf(experiment);
  const rows = parts.reduce((sum, { cells }) => sum + cells.length, 0);
  const points = new Float32Array(rows * dims);
  let start = 0;
  for (const part of parts) {
    points.set(part.points, start);
    start += part.points.length;
  }
  const each = <T>(of: (part: PredictedCells) => T): T[] =>
    parts.flatMap((part) => new Array<T>(part.cells.length).fill(of(part)));
  return [
    { name: 'method', kind: 'text', values: each((part) => part.method) },
    { name: 'heldOut', kind: 'text', values: each((part) => part.heldOut) },
    { name: 'heldOutTogether', kind: 'text', values: each((part) => part.heldOutTogether) },
    { name: 'seed', kind: 'int32', values: Int32Array.from(each((part) => part.seed)) },
    {
      name: 'cell',
      kind: 'text',
      values: parts.flatMap(({ cells }) => Array.from(cells, (cell) => obsNames[cell]!)),
    },
    ...coordinateColumns(name, dims, rows, (row, k) => points[row * dims + k]!),
    ...(parts.some(({ mass }) => mass)
      ? [{ name: 'mass', kind: 'float32' as const, values: massesOf(parts) }]
      : []),
  ];
}

/** A fit without growth counts each of its cells as one. */
function massesOf(parts: readonly PredictedCells[]): Float32Array {
  return Float32Array.from(parts.flatMap(({ cells, mass }) => Array.from(cells, (_, i) => mass?.[i] ?? 1)));
}

/** The rows of metrics.json. */
export function metricsTable({ rows }: Pick<Metrics, 'rows'>): Table {
  const text = (name: Extract<keyof (typeof rows)[number], string>): Column => ({
    name,
    kind: 'text',
    values: rows.map((row) => row[name] as string | null),
  });
  const number = (name: Extract<keyof (typeof rows)[number], string>): Column => ({
    name,
    kind: 'float64',
    values: rows.map((row) => row[name] as number | null),
  });
  return [
    ...(['method', 'metric', 'coupling', 'protocol', 'heldOut', 'heldOutTogether', 'cellType'] as const).map(
      text,
    ),
    ...(
      [
        'dims',
        'seed',
        'w1',
        'w2',
        'mmd',
        'energy',
        'w1AtFloorSize',
        'w1AtEqualSize',
        'w1Low',
        'w1High',
        'equalSize',
        'seconds',
        'steps',
      ] as const
    ).map(number),
  ];
}

function coordinateColumns(
  name: string,
  dims: number,
  rows: number,
  at: (row: number, k: number) => number,
): Column[] {
  return Array.from({ length: dims }, (_, k) => ({
    name: `${name}_${k + 1}`,
    kind: 'float32',
    values: Float32Array.from({ length: rows }, (_value, row) => at(row, k)),
  }));
}

/** A table as CSV (RFC 4180, UTF-8, CRLF), in chunks; no value: an empty field. */
export function* tableCsv(table: Table): Generator<string, void, undefined> {
  yield `${table.map(({ name }) => csvText(name)).join(',')}\r\n`;
  const rows = table[0]?.values.length ?? 0;
  const field = ({ kind, values }: Column, row: number) => {
    const value = values[row];
    if (value === null || value === undefined) return '';
    if (typeof value === 'string') return csvText(value);
    return kind === 'float32' ? float32Text(value) : float64Text(value);
  };
  const CHUNK = 1000;
  for (let start = 0; start < rows; start += CHUNK) {
    let chunk = '';
    for (let row = start; row < Math.min(rows, start + CHUNK); row++)
      chunk += `${table.map((column) => field(column, row)).join(',')}\r\n`;
    yield chunk;
  }
}

function float64Text(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? 'NaN' : value > 0 ? 'inf' : '-inf';
}

/**
 * A text as a CSV field: quoted where it needs to be. Text that a spreadsheet would run as a formula (it begins
 * with = + - @ tab or CR) gets an apostrophe in front.
 */
export function csvText(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** The shortest decimal that rounds to the same float32; `NaN`, `inf`, `-inf` for what is not finite. */
export function float32Text(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? 'inf' : '-inf';
  // any decimal of up to six digits survives float32, so six digits already show a shorter one; nine always suffice
  for (let digits = 6; digits < 9; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === value) return String(rounded);
  }
  return String(Number(value.toPrecision(9)));
}
