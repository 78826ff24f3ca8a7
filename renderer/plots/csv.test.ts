import { expect, test } from 'vitest';
import { csvOf, parseCsv } from './csv.ts';

const FIELDS = [
  'plain',
  'comma, "quote"',
  'two\r\nlines',
  '=1+1',
  "'=1+1",
  '-day',
  '@x',
  '0012',
  '',
  'أسبوع ٣',
  '第3天',
  0.1 + 0.2,
  -0,
  1e-300,
  Number.NaN,
  Number.NEGATIVE_INFINITY,
  null,
];

test('what is written reads back, texts as texts and numbers to the last digit', () => {
  const { header, rows } = parseCsv(csvOf(['a', 'b, c'], [FIELDS, [...FIELDS].reverse()]));
  expect(header).toEqual(['a', 'b, c']);
  expect(rows).toEqual([FIELDS, [...FIELDS].reverse()]);
});

test('a spreadsheet runs none of it', () => {
  for (const field of csvOf([], [['=cmd', '+1', '-1', '@a', '\tx']]).split(','))
    expect(field.replaceAll('"', '').trimEnd()).not.toMatch(/^[=+\-@\t]/);
});
