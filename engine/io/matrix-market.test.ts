import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { CancelledError, type ErrorDetail, InputError } from '../errors.ts';
import { randomStream } from '../random.ts';
import type { CsrMatrix } from './h5ad-write.ts';
import { readMatrixMarket } from './matrix-market.ts';
import { openMatrixMarket } from './matrix-market-folder.ts';
import { type Scan, scanNumber } from './matrix-market-number.ts';

const folder = mkdtempSync(join(tmpdir(), 'meander-mtx-'));
afterAll(() => rmSync(folder, { recursive: true }));

const HEAD = '%%MatrixMarket matrix coordinate integer general\n';
const asCells = () => true;

function write(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const read = (text: string, hooks = {}) => readMatrixMarket(write('x.mtx', text), asCells, hooks);

async function errorOf(work: Promise<unknown>): Promise<{ message: string; detail: ErrorDetail }> {
  const error = await work.then(
    () => expect.unreachable('nothing was thrown'),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(InputError);
  return error as InputError;
}

/** `row column value`, in the order of the rows, one a line */
function textOf({ data, indices, indptr }: CsrMatrix): string {
  const lines: string[] = [];
  for (let row = 0; row + 1 < indptr.length; row++)
    for (let k = indptr[row]!; k < indptr[row + 1]!; k++) lines.push(`${row} ${indices[k]} ${data[k]}`);
  return lines.join('\n');
}

describe('a number', () => {
  const random = randomStream(3, 'decimals');
  const digits = (n: number) => Array.from({ length: n }, () => random.integer(10)).join('');
  const texts = Array.from({ length: 3000 }, () => {
    const sign = ['', '-', '+'][random.integer(3)]!;
    const point = random.integer(3) > 0 ? `.${digits(random.integer(12))}` : '';
    const exponent = random.integer(3) === 0 ? `e${random.integer(40) - 20}` : '';
    return `${sign}${digits(1 + random.integer(14))}${point}${exponent}`;
  });

  it('is the nearest to its text, as the language reads it', () => {
    for (const text of [...texts, '.5', '5.', '1E3', '0.1', '123456789012345678901234567890'])
      expect(scanNumber(Buffer.from(`${text}\n`), { at: 0 }), text).toBe(Number(text));
  });

  it.each(['', '.', '-', 'e5', '1e', '1.2.3', '0x10', 'nan', 'NaN', 'inf', '1e999', '1,5', '--1'])(
    'is not %j',
    (text) => {
      const scan: Scan = { at: 0 };
      expect(scanNumber(Buffer.from(`${text} 7\n`).subarray(text === '' ? 2 : 0), scan)).toBeNaN();
    },
  );
});

describe('a matrix', () => {
  const random = randomStream(4, 'mtx');
  const [rows, columns] = [400, 700];
  // more than one block of text
  const all = Array.from({ length: rows * columns }, (_, i) => i).filter(() => random.uniform() < 0.4);
  const entries = all.map((i) => ({
    row: Math.floor(i / columns),
    column: i % columns,
    value: 1 + (i % 90),
  }));
  const shuffled = entries
    .map((entry) => ({ entry, key: random.uniform() }))
    .sort((a, b) => a.key - b.key)
    .map(({ entry }) => entry);
  const text = (list: typeof entries, head = HEAD, end = '\n') =>
    `${head}${rows} ${columns} ${list.length}${end}${list.map(({ row, column, value }) => `${row + 1} ${column + 1} ${value}`).join(end)}`;

  const expected = entries.map(({ row, column, value }) => `${row} ${column} ${value}`).join('\n');
  const orders: [string, typeof entries][] = [
    ['by rows', entries],
    ['by columns', entries.toSorted((a, b) => a.column - b.column || a.row - b.row)],
    ['backwards', entries.toReversed()],
    ['by rows, columns descending', entries.toSorted((a, b) => a.row - b.row || b.column - a.column)],
    ['in any order', shuffled],
  ];

  it.each(orders)('is the same whatever the order of its lines: %s', async (_, list) => {
    const content = text(list);
    expect(content.length).toBeGreaterThan(2 ** 20);
    const matrix = await read(content);
    expect(textOf(matrix) === expected).toBe(true);
    expect(matrix.data).toBeInstanceOf(Float32Array);
  });

  it('is the same packed, with carriage returns, comments and empty lines', async () => {
    const head = `${HEAD}%\n% made by hand\n\n`;
    const content = text(entries, head.replaceAll('\n', '\r\n'), '\r\n');
    for (const path of [write('crlf.mtx', content), write('packed.mtx', gzipSync(content))])
      expect(textOf(await readMatrixMarket(path, asCells)) === expected).toBe(true);
    // as several programs pack: one part after the other
    const parts = Buffer.concat([gzipSync(content.slice(0, 9999)), gzipSync(content.slice(9999))]);
    expect(textOf(await readMatrixMarket(write('parts.mtx.gz', parts), asCells)) === expected).toBe(true);
  });

  it('is turned where its columns are the cells', async () => {
    const path = write('turned.mtx', text(shuffled));
    const turned = textOf(await readMatrixMarket(path, () => false));
    const byColumn = entries.toSorted((a, b) => a.column - b.column || a.row - b.row);
    const lines = byColumn.map(({ row, column, value }) => `${column} ${row} ${value}`);
    expect(turned === lines.join('\n')).toBe(true);
  });

  it('sums what is given twice, and knows patterns and blanks', async () => {
    expect(textOf(await read(`${HEAD}2 3 4\n1 3 5\n1 1 2\n\n  1\t3  6 \n2 2 0\n`)).split('\n')).toEqual([
      '0 0 2',
      '0 2 11',
      '1 1 0',
    ]);
    const pattern = '%%matrixmarket MATRIX coordinate pattern general\n2 2 2\n1 1\n2 1';
    expect(textOf(await read(pattern)).split('\n')).toEqual(['0 0 1', '1 0 1']);
    expect(textOf(await read(`${HEAD}0 0 0\n`)).split('\n')).toEqual(['']);
  });

  it('keeps counts exact where float32 is not', async () => {
    const { data } = await read(`${HEAD}1 3 3\n1 1 7\n1 2 16777217\n1 3 8\n`);
    expect(Array.from(data)).toEqual([7, 16777217, 8]);
  });

  it('can be stopped, and tells how far it is', async () => {
    const path = write('long.mtx', text(entries));
    const steps: [number, number][] = [];
    await readMatrixMarket(path, asCells, { onProgress: (...step) => steps.push(step) });
    const size = readFileSync(path).length;
    expect(steps.length).toBeGreaterThan(1);
    expect(steps.at(-1)).toEqual([size, size]);
    await expect(readMatrixMarket(path, asCells, { shouldStop: () => true })).rejects.toThrow(CancelledError);
  });

  it('that is packed and cut short is refused', async () => {
    const packed = gzipSync(text(entries));
    const path = write('short.mtx.gz', packed.subarray(0, packed.length / 2));
    const { message, detail } = await errorOf(readMatrixMarket(path, asCells));
    expect(message).toMatch(/cut short/);
    expect(detail.file).toBe(path);
  });
});

describe('a broken matrix', () => {
  const banner = (words: string) => `%%MatrixMarket ${words}\n2 2 1\n1 1 1\n`;
  it.each<[string, string, Partial<ErrorDetail>]>([
    ['another file', 'a,b,c\n', { key: 'line 1', found: 'a,b,c' }],
    ['a dense one', banner('matrix array real general'), { expected: 'coordinate', found: 'array' }],
    ['a symmetric one', banner('matrix coordinate real symmetric'), { found: 'symmetric' }],
    ['complex numbers', banner('matrix coordinate complex general'), { found: 'complex' }],
    ['no size', `${HEAD}2 2\n1 1 1\n`, { key: 'line 2', found: '2 2' }],
    ['a negative size', `${HEAD}2 -2 1\n`, { key: 'line 2' }],
    ['nothing after the heading', HEAD, { found: `${HEAD.length} bytes` }],
    ['too few values', `${HEAD}2 2 3\n1 1 1\n2 2 1\n`, { expected: '3 values', found: 'the end after 2' }],
    ['too many values', `${HEAD}2 2 1\n1 1 1\n2 2 1\n`, { key: 'line 4', found: '2 2 1' }],
    ['a cut line', `${HEAD}2 2 2\n1 1 1\n2 2`, { key: 'line 4', found: '2 2' }],
    ['a text', `${HEAD}2 2 1\n%\n1 1 many\n`, { key: 'line 3', found: '%' }],
    ['no number', `${HEAD}2 2 1\n1 1 many\n`, { key: 'line 3', found: '1 1 many' }],
    ['NaN', `${HEAD}2 2 1\n1 1 nan\n`, { key: 'line 3', found: '1 1 nan' }],
    ['a fourth column', `${HEAD}2 2 1\n1 1 1 1\n`, { key: 'line 3' }],
    ['a row of zero', `${HEAD}2 2 1\n0 1 1\n`, { key: 'line 3', found: '0 1 1' }],
    ['a column beyond', `${HEAD}2 2 2\n1 1 1\n\n1 3 1\n`, { key: 'line 5', found: '1 3 1' }],
    ['a row with a fraction', `${HEAD}2 2 1\n1.5 1 1\n`, { key: 'line 3' }],
  ])('%s', async (_, content, detail) => {
    const error = await errorOf(read(content));
    expect(error.detail).toMatchObject({ ...detail, action: expect.any(String) });
  });

  it('without lines is refused before it fills the memory', async () => {
    const path = write('binary.mtx', Buffer.alloc(3 * 2 ** 20, 'x'));
    expect((await errorOf(readMatrixMarket(path, asCells))).message).toMatch(/not a Matrix Market/);
  });
});

describe('a folder', () => {
  let made = 0;
  function make(files: Record<string, string>): string {
    const path = join(folder, `folder${++made}`);
    mkdirSync(path);
    for (const [name, content] of Object.entries(files)) writeFileSync(join(path, name), content);
    return path;
  }
  const matrix = `${HEAD}3 2 2\n1 1 4\n3 2 5\n`;
  const cells = 'c1\nc2\n';
  const genes = 'i1\tg1\ni2\tg2\ni3\tg3\n';

  it('with several matrices asks which one, and takes the one that is named', async () => {
    const files = Object.fromEntries(
      ['d0', 'd3'].flatMap((day) => [
        [`${day}_matrix.mtx`, day === 'd0' ? matrix : matrix.replace('1 1 4', '2 1 9')],
        [`${day}_barcodes.tsv`, cells.replaceAll('c', day)],
        [`${day}_genes.tsv`, genes],
      ]),
    );
    const path = make(files);
    expect((await errorOf(openMatrixMarket(path))).detail.found).toBe('d0_matrix.mtx, d3_matrix.mtx');
    const file = await openMatrixMarket(join(path, 'd3_matrix.mtx'));
    expect(file.obsNames()).toEqual(['d31', 'd32']);
    expect(Array.from(file.matrix()!.readColumn(1))).toEqual([9, 0]);
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ['no matrix', { 'barcodes.tsv': cells }, /no matrix in this folder/],
    ['no barcodes', { 'matrix.mtx': matrix, 'genes.tsv': genes }, /belongs to the matrix is missing/],
    ['no genes', { 'matrix.mtx': matrix, 'barcodes.tsv': cells }, /belongs to the matrix is missing/],
    [
      'names that do not fit',
      { 'matrix.mtx': matrix, 'barcodes.tsv': 'c1\n', 'genes.tsv': genes },
      /names do not fit/,
    ],
  ])('with %s is refused', async (_, files, message) => {
    expect((await errorOf(openMatrixMarket(make(files)))).message).toMatch(message);
  });

  it('with a heading in its names says so', async () => {
    const path = make({ 'matrix.mtx': matrix, 'barcodes.tsv': `x\n${cells}`, 'genes.tsv': genes });
    expect((await errorOf(openMatrixMarket(path))).detail.action).toMatch(/heading/);
  });

  it('with as many cells as genes is taken as 10x writes it, and says so', async () => {
    const square = `${HEAD}2 2 1\n1 2 8\n`;
    const path = make({ 'matrix.mtx': square, 'barcodes.tsv': cells, 'genes.tsv': 'i1\tg1\ni2\tg2\n' });
    const file = await openMatrixMarket(path);
    expect(Array.from(file.matrix()!.readColumn(0))).toEqual([0, 8]);
    expect(file.notes()[0]).toMatch(/as many cells as genes/);
  });

  it('of antibodies only has no genes', async () => {
    const types = genes.replaceAll(/\n/g, '\tAntibody Capture\n');
    const path = make({ 'matrix.mtx': matrix, 'barcodes.tsv': cells, 'features.tsv': types });
    expect((await errorOf(openMatrixMarket(path))).message).toMatch(/no genes/);
  });
});
