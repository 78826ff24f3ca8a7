/** How many cells of a mask `[n]` are chosen. */
export function countSelected(mask: Uint8Array | null): number {
  let count = 0;
  if (mask) for (let row = 0; row < mask.length; row++) count += mask[row]!;
  return count;
}

/** The cells of a category, −1 for those without one. */
export function rowsWithCode(codes: Int32Array, code: number): Int32Array<ArrayBuffer> {
  return rowsWhere(codes.length, (row) => (code < 0 ? codes[row]! < 0 : codes[row] === code));
}

/** The cells whose value lies in a range, both ends included. */
export function rowsInRange(values: Float32Array, min: number, max: number): Int32Array<ArrayBuffer> {
  return rowsWhere(values.length, (row) => values[row]! >= min && values[row]! <= max);
}

function rowsWhere(n: number, test: (row: number) => boolean): Int32Array<ArrayBuffer> {
  const rows = new Int32Array(n);
  let count = 0;
  for (let row = 0; row < n; row++) if (test(row)) rows[count++] = row;
  return rows.slice(0, count);
}

/** Cells of a mask in each category, the most first. */
export function countByCode(mask: Uint8Array, codes: Int32Array, categories: number) {
  const counts = new Uint32Array(categories);
  for (let row = 0; row < mask.length; row++) {
    const code = codes[row]!;
    if (mask[row] !== 0 && code >= 0) counts[code]!++;
  }
  return [...counts.keys()]
    .filter((code) => counts[code]! > 0)
    .map((code) => ({ code, count: counts[code]! }))
    .sort((a, b) => b.count - a.count);
}
