import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { InputError } from '../errors.ts';
import { randomStream } from '../random.ts';
import { type MatrixSource, openMatrix } from './h5ad-matrix.ts';
import type { CsrMatrix } from './h5ad-write.ts';
import { openHdf5 } from './hdf5.ts';
import { type Hdf5Value, saveHdf5 } from './hdf5-write.ts';

const folder = mkdtempSync(join(tmpdir(), 'meander-matrix-'));
afterAll(() => rmSync(folder, { recursive: true }));

const random = randomStream(5, 'matrix');
const [nObs, nVars] = [60, 25];
/** small integers, so that every stored type holds them; some cells and genes without any */
const dense = Float64Array.from({ length: nObs * nVars }, (_, i) =>
  Math.floor(i / nVars) % 9 === 4 || i % nVars === 7 || random.uniform() < 0.7 ? 0 : 1 + random.integer(100),
);
const at = (row: number, column: number) => dense[row * nVars + column]!;

/** One entry of a sparse matrix in its major order. */
type Entry = [major: number, minor: number, value: number];

function entriesOf(format: 'csr' | 'csc'): Entry[] {
  const [major, minor] = format === 'csr' ? [nObs, nVars] : [nVars, nObs];
  const entries: Entry[] = [];
  for (let i = 0; i < major; i++)
    for (let j = 0; j < minor; j++) {
      const value = format === 'csr' ? at(i, j) : at(j, i);
      if (value !== 0) entries.push([i, j, value]);
    }
  return entries;
}

/** Each row in any order, and some values in two parts that add up. */
function disordered(entries: Entry[]): Entry[] {
  const split = entries.flatMap(([i, j, value]): Entry[] =>
    value > 50
      ? [
          [i, j, value - 20],
          [i, j, 20],
        ]
      : [[i, j, value]],
  );
  const keys = split.map(() => random.uniform());
  return split
    .map((entry, k) => ({ entry, key: keys[k]! }))
    .sort((a, b) => a.entry[0] - b.entry[0] || a.key - b.key)
    .map(({ entry }) => entry);
}

type ToArray = (values: number[]) => Hdf5Value;
const toInt64: ToArray = (values) => BigInt64Array.from(values, BigInt);
const toInt32: ToArray = (values) => Int32Array.from(values);

interface Layout {
  format: 'csr' | 'csc';
  entries: Entry[];
  data?: ToArray;
  indices?: ToArray;
  legacy?: boolean;
  /** to spoil what is written */
  spoil?: (parts: Record<'data' | 'indices' | 'indptr', number[]>) => void;
}

async function writeSparse(name: string, layout: Layout): Promise<string> {
  const { format, entries, data = Float32Array.from, indices = toInt32, legacy, spoil } = layout;
  const major = format === 'csr' ? nObs : nVars;
  const parts = {
    data: entries.map(([, , value]) => value),
    indices: entries.map(([, j]) => j),
    indptr: Array.from({ length: major + 1 }, (_, i) => entries.filter(([m]) => m < i).length),
  };
  spoil?.(parts);
  const path = join(folder, `${name}.h5`);
  const shape = BigInt64Array.of(BigInt(nObs), BigInt(nVars));
  await saveHdf5(path, (writer) => {
    writer.group(
      'X',
      legacy
        ? { h5sparse_format: format, h5sparse_shape: shape }
        : { 'encoding-type': `${format}_matrix`, 'encoding-version': '0.1.0', shape },
    );
    writer.dataset('X/data', data === Float32Array.from ? Float32Array.from(parts.data) : data(parts.data));
    writer.dataset('X/indices', indices(parts.indices));
    writer.dataset('X/indptr', indices(parts.indptr));
  });
  return path;
}

async function writeDense(name: string, values: Hdf5Value): Promise<string> {
  const path = join(folder, `${name}.h5`);
  await saveHdf5(path, (writer) => writer.dataset('X', values, {}, [nObs, nVars]));
  return path;
}

async function withMatrix<T>(path: string, use: (matrix: MatrixSource) => T): Promise<T> {
  const root = await openHdf5(path);
  try {
    return use(openMatrix(root, 'X')!);
  } finally {
    root.close();
  }
}

function expectRows({ data, indices, indptr }: CsrMatrix, rows: number[]): void {
  expect(indptr).toHaveLength(rows.length + 1);
  rows.forEach((row, i) => {
    const columns = Array.from(indices.subarray(indptr[i], indptr[i + 1]));
    const stored = Array.from({ length: nVars }, (_, j) => j).filter((j) => at(row, j) !== 0);
    expect(columns).toEqual(stored);
    expect(Array.from(data.subarray(indptr[i], indptr[i + 1]))).toEqual(stored.map((j) => at(row, j)));
  });
}

const range = (start: number, stop: number) => Array.from({ length: stop - start }, (_, i) => start + i);

const layouts: [name: string, write: (name: string) => Promise<string>, storage: string, dtype: string][] = [
  ['csr', (n) => writeSparse(n, { format: 'csr', entries: entriesOf('csr') }), 'csr', 'float32'],
  ['csc', (n) => writeSparse(n, { format: 'csc', entries: entriesOf('csc') }), 'csc', 'float32'],
  ['dense', (n) => writeDense(n, Float32Array.from(dense)), 'dense', 'float32'],
  [
    'csr of int64 throughout',
    (n) => writeSparse(n, { format: 'csr', entries: entriesOf('csr'), data: toInt64, indices: toInt64 }),
    'csr',
    'int64',
  ],
  [
    'csc of float64, before anndata 0.7',
    (n) =>
      writeSparse(n, {
        format: 'csc',
        entries: entriesOf('csc'),
        data: (v) => Float64Array.from(v),
        legacy: true,
      }),
    'csc',
    'float64',
  ],
  [
    'csr with columns in disorder and repeated',
    (n) => writeSparse(n, { format: 'csr', entries: disordered(entriesOf('csr')) }),
    'csr',
    'float32',
  ],
  [
    'csc with rows in disorder and repeated',
    (n) => writeSparse(n, { format: 'csc', entries: disordered(entriesOf('csc')), legacy: true }),
    'csc',
    'float32',
  ],
  ['dense bytes', (n) => writeDense(n, Uint8Array.from(dense)), 'dense', 'uint8'],
  ['dense int64', (n) => writeDense(n, toInt64(Array.from(dense))), 'dense', 'int64'],
];

describe.each(layouts)('%s', (name, write, storage, dtype) => {
  const path = write(name);

  it('gives the same rows, lists of rows and columns', async () => {
    await withMatrix(await path, (matrix) => {
      expect(matrix).toMatchObject({ shape: [nObs, nVars], storage, dtype });
      expectRows(matrix.readRows(0, nObs), range(0, nObs));
      expectRows(matrix.readRows(3, 15), range(3, 15));
      expectRows(matrix.readRows(nObs, nObs), []);
      const list = Int32Array.from({ length: 40 }, () => random.integer(nObs));
      expectRows(matrix.readRowList(list), Array.from(list));
      expectRows(matrix.readRowList([]), []);
      expectRows(matrix.readRowList([59, 0, 0, 13]), [59, 0, 0, 13]);
      for (let j = 0; j < nVars; j++)
        expect(Array.from(matrix.readColumn(j))).toEqual(range(0, nObs).map((row) => at(row, j)));
    });
  });

  it('blocks cover all rows in order', async () => {
    await withMatrix(await path, (matrix) => {
      const blocks = matrix.rowBlocks(500);
      expect(blocks.flatMap(([start, stop]) => range(start, stop))).toEqual(range(0, nObs));
      if (storage !== 'csc') expect(blocks.length).toBeGreaterThan(5);
    });
  });
});

it('NaN, infinite values and stored zeros are kept', async () => {
  const entries: Entry[] = [
    [0, 1, Number.NaN],
    [0, 3, Number.POSITIVE_INFINITY],
    [2, 0, 0],
  ];
  await withMatrix(await writeSparse('odd', { format: 'csr', entries }), (matrix) => {
    const rows = matrix.readRows(0, 3);
    expect(Array.from(rows.data)).toEqual([Number.NaN, Number.POSITIVE_INFINITY, 0]);
    expect(Array.from(matrix.readColumn(1).subarray(0, 2))).toEqual([Number.NaN, 0]);
  });
});

describe.each(['csr', 'csc'] as const)('a damaged %s is refused with file and key', (format) => {
  const use = (matrix: MatrixSource) => [matrix.readRows(0, nObs), matrix.readColumn(0)];
  const cases: [name: string, key: string, spoil: NonNullable<Layout['spoil']>][] = [
    ['pointers that fall', 'X/indptr', ({ indptr }) => indptr.splice(5, 1, indptr[8]! + 1)],
    ['pointers not from 0', 'X/indptr', ({ indptr }) => indptr.splice(0, 1, 1)],
    ['pointers not to the end', 'X/indptr', ({ indptr }) => indptr.splice(-1, 1, indptr.at(-1)! - 1)],
    ['too few pointers', 'X/indptr', ({ indptr }) => indptr.splice(3, 1)],
    ['too few positions', 'X/indices', ({ indices }) => indices.pop()],
    ['a position that is too large', 'X/indices', ({ indices }) => indices.splice(9, 1, 60)],
    ['a negative position', 'X/indices', ({ indices }) => indices.splice(9, 1, -1)],
  ];
  it.each(cases)('%s', async (name, key, spoil) => {
    const path = await writeSparse(`damaged ${format} ${name}`, {
      format,
      entries: entriesOf(format),
      spoil,
    });
    const error = await withMatrix(path, use).catch((e) => e);
    expect(error).toBeInstanceOf(InputError);
    expect(error.detail).toMatchObject({ file: path, key });
  });

  it('a position beyond 31 bits, which must not come out as another one', async () => {
    const path = await writeSparse(`far ${format}`, {
      format,
      entries: entriesOf(format),
      indices: toInt64,
      spoil: ({ indices }) => indices.splice(9, 1, 2 ** 32 + 1),
    });
    await expect(withMatrix(path, use)).rejects.toThrow(InputError);
  });
});

it('a matrix that is not there is none; a group that is no matrix is refused', async () => {
  const path = join(folder, 'none.h5');
  await saveHdf5(path, (writer) => writer.group('layers', { 'encoding-type': 'dict' }));
  const root = await openHdf5(path);
  expect(openMatrix(root, 'X')).toBeUndefined();
  expect(openMatrix(root, 'raw/X')).toBeUndefined();
  expect(() => openMatrix(root, 'layers')).toThrow(InputError);
  root.close();
});
