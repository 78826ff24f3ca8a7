/** Rows of the cells whose timepoint is kept, ascending. */
export function rowsWhere(cellTimepoint: Int32Array, keep: (timepoint: number) => boolean): Int32Array {
  const rows: number[] = [];
  cellTimepoint.forEach((timepoint, row) => {
    if (keep(timepoint)) rows.push(row);
  });
  return Int32Array.from(rows);
}

/** A copy of the rows of points [n, d]. */
export function gatherRows(points: Float32Array, d: number, rows: Int32Array): Float32Array {
  const out = new Float32Array(rows.length * d);
  rows.forEach((row, i) => {
    out.set(points.subarray(row * d, (row + 1) * d), i * d);
  });
  return out;
}
