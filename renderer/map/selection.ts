/** What a choice does to the one before it. */
export type SelectionMode = 'replace' | 'add' | 'subtract';

/**
 * The new selection as a mask [n]; null: nothing is selected, and no cell is dimmed.
 * @param mask the selection before
 */
export function combineSelection(
  mask: Uint8Array | null,
  rows: Int32Array,
  mode: SelectionMode,
  n: number,
): Uint8Array | null {
  const combined = mode !== 'replace' && mask !== null ? mask.slice() : new Uint8Array(n);
  for (const row of rows) combined[row] = mode === 'subtract' ? 0 : 1;
  return combined.includes(1) ? combined : null;
}

/** Rows of a mask, ascending. */
export function selectedRows(mask: Uint8Array | null): Int32Array<ArrayBuffer> {
  if (mask === null) return new Int32Array(0);
  const rows = new Int32Array(mask.length);
  let count = 0;
  for (let row = 0; row < mask.length; row++) if (mask[row] !== 0) rows[count++] = row;
  return rows.slice(0, count);
}
