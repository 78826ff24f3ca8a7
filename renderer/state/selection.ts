/** Chosen cells as one byte each, `[nObs]`: 1 = chosen. */
export function selectionOf(rows: Int32Array, nObs: number): Uint8Array | null {
  if (rows.length === 0) return null;
  const selection = new Uint8Array(nObs);
  for (const row of rows) selection[row] = 1;
  return selection;
}

export function rowsOfSelection(selection: Uint8Array): Int32Array {
  let n = 0;
  for (const one of selection) n += one;
  const rows = new Int32Array(n);
  let k = 0;
  for (let i = 0; i < selection.length; i++) if (selection[i] === 1) rows[k++] = i;
  return rows;
}

export const countSelected = (selection: Uint8Array | null) =>
  selection === null ? 0 : selection.reduce((sum, one) => sum + one, 0);

/** The cells of one category; chosen ones of others stay with `add`. */
export function selectCode(codes: Int32Array, code: number, add: Uint8Array | null): Uint8Array {
  const selection = add === null ? new Uint8Array(codes.length) : add.slice();
  for (let i = 0; i < codes.length; i++) if (codes[i] === code) selection[i] = 1;
  return selection;
}

/** The cells whose value lies in a range, both ends included. */
export function selectRange(values: Float32Array, min: number, max: number): Uint8Array {
  return Uint8Array.from(values, (value) => Number(value >= min && value <= max));
}
