/** A field of a table: no value is an empty field. */
export type Field = string | number | null | undefined;

/**
 * A table as CSV (RFC 4180, UTF-8, CRLF). Numbers have all their digits; texts are in quotation marks, so that a text of digits
 * stays one. A text that a spreadsheet would run as a formula gets an apostrophe in front.
 */
export function csvOf(header: readonly string[], rows: readonly (readonly Field[])[]): string {
  return [header, ...rows].map((row) => `${row.map(fieldText).join(',')}\r\n`).join('');
}

function fieldText(field: Field): string {
  if (field === null || field === undefined) return '';
  if (typeof field === 'number') return numberText(field);
  const safe = /^'*[=+\-@\t\r]/.test(field) ? `'${field}` : field;
  return `"${safe.replaceAll('"', '""')}"`;
}

function numberText(value: number): string {
  if (Number.isFinite(value)) return Object.is(value, -0) ? '-0' : String(value);
  return Number.isNaN(value) ? 'NaN' : value > 0 ? 'inf' : '-inf';
}

/** Reads what `csvOf` writes: quoted fields are texts, others numbers, empty ones null. */
export function parseCsv(text: string): { header: string[]; rows: (string | number | null)[][] } {
  const lines: (string | number | null)[][] = [];
  let line: (string | number | null)[] = [];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy)) {
    line.push(quoted !== undefined ? textIn(quoted) : numberIn(plain!));
    if (end === ',') continue;
    lines.push(line);
    line = [];
  }
  const [header = [], ...rows] = lines;
  return { header: header.map(String), rows };
}

function textIn(quoted: string): string {
  const text = quoted.replaceAll('""', '"');
  return /^'+[=+\-@\t\r]/.test(text) ? text.slice(1) : text;
}

function numberIn(plain: string): number | null {
  if (plain === '') return null;
  if (plain === 'inf') return Number.POSITIVE_INFINITY;
  return plain === '-inf' ? Number.NEGATIVE_INFINITY : Number(plain);
}
