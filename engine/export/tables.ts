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
}

/**
 * Trajectories as CSV (RFC 4180, UTF-8, CRLF), one line a point: trajectory (from 0), cell, time, coordinates.
 * Yields the header and then one chunk a trajectory, so that the whole text need not be in memory.
 * Numbers have the fewest digits that give the same float32 back.
 */
export function* trajectoriesCsv(table: TrajectoriesTable): Generator<string, void, undefined> {
  const { cellNames, times, points, dims, coordinateName } = table;
  const coordinates = Array.from({ length: dims }, (_, k) => csvText(`${coordinateName}_${k + 1}`));
  yield `${['trajectory', 'cell', 'time', ...coordinates].join(',')}\r\n`;
  const timeTexts = times.map((time) => float32Text(Math.fround(time)));
  for (let r = 0; r < cellNames.length; r++) {
    const cell = csvText(cellNames[r]);
    let chunk = '';
    for (let s = 0; s < times.length; s++) {
      chunk += `${r},${cell},${timeTexts[s]}`;
      const start = (s * cellNames.length + r) * dims;
      for (let k = 0; k < dims; k++) chunk += `,${float32Text(points[start + k])}`;
      chunk += '\r\n';
    }
    yield chunk;
  }
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
