import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { ObsColumn } from '../dataset/anndata.ts';
import { distinctValues } from '../dataset/column-values.ts';
import { assessTimeColumns } from '../dataset/time-columns.ts';
import { timepointsFromColumn } from '../dataset/timepoints.ts';
import { InputError } from '../errors.ts';
import type { DataFile } from './data-file.ts';
import { examine } from './examine.ts';
import type { MatrixSource } from './h5ad-matrix.ts';
import { writeH5ad } from './h5ad-write.ts';
import { openData } from './open-data.ts';

const FIXTURES = fileURLToPath(new URL('../../fixtures/io/counts/', import.meta.url));
const DAYS = ['day0', 'day3', 'day10'].map((day) => `${FIXTURES}${day}.h5ad`);
const folder = mkdtempSync(join(tmpdir(), 'meander-joined-'));
afterAll(() => rmSync(folder, { recursive: true }));

type Value = string | number | boolean | null;
interface Joined {
  obsNames: string[];
  varNames: string[];
  X: number[][];
  counts: number[][];
  raw: { varNames: string[]; X: number[][] };
  obs: Record<string, Value[]>;
}
const { joined: expected }: { joined: Joined } = JSON.parse(readFileSync(`${FIXTURES}expected.json`, 'utf8'));

const opened: DataFile[] = [];
afterEach(() => {
  for (const file of opened.splice(0)) file.close();
});
async function open(paths: string[]): Promise<DataFile> {
  const file = await openData(paths);
  opened.push(file);
  return file;
}

function denseOf({ shape: [rows, columns], ...matrix }: MatrixSource, list?: number[]): number[][] {
  const { data, indices, indptr } = list ? matrix.readRowList(list) : matrix.readRows(0, rows);
  return Array.from({ length: indptr.length - 1 }, (_, row) => {
    const values = new Array<number>(columns).fill(0);
    for (let k = indptr[row]!; k < indptr[row + 1]!; k++) {
      expect(k === indptr[row]! || indices[k]! > indices[k - 1]!).toBe(true);
      values[indices[k]!] = data[k]!;
    }
    return values;
  });
}

function valuesOf(column: ObsColumn): Value[] {
  const { values, codes } = distinctValues(column);
  const plain = column.kind === 'boolean' ? [false, true] : values;
  return Array.from(codes, (code) => (code < 0 ? null : plain[code]!));
}

let written = 0;
async function write(genes: string[]): Promise<string> {
  const path = join(folder, `f${written++}.h5ad`);
  const obsNames = [`a${written}`, `b${written}`];
  const X = Float32Array.from({ length: 2 * genes.length }, (_, i) => 10 * written + i);
  await writeH5ad(path, { nObs: 2, nVars: genes.length, obsNames, varNames: genes, X });
  return path;
}

describe('three files, beside what anndata joins', () => {
  it('have the cells, the common genes and the values', async () => {
    const file = await open(DAYS);
    expect(file.obsNames()).toEqual(expected.obsNames);
    expect(file.varNames()).toEqual(expected.varNames);
    expect([file.nObs, file.nVars]).toEqual([expected.obsNames.length, expected.varNames.length]);
    expect(denseOf(file.matrix()!)).toEqual(expected.X);
    expect(denseOf(file.matrix('layers/counts')!)).toEqual(expected.counts);
    expect(file.raw()!.varNames()).toEqual(expected.raw.varNames);
    expect(denseOf(file.matrix('raw/X')!)).toEqual(expected.raw.X);
  });

  it('have the columns of obs of all', async () => {
    const file = await open(DAYS);
    for (const [name, values] of Object.entries(expected.obs)) {
      const found = valuesOf(file.readObs(name));
      // pandas gives 0.1 of float32 as 0.10000000149
      if (name === 'n') expect(found).toEqual(values.map((v) => expect.closeTo(Number(v), 7)));
      else expect(found, name).toEqual(values);
    }
    expect(file.obsColumns().map(({ name, kind }) => [name, kind])).toEqual([
      ['n', 'number'],
      ['type', 'categorical'],
      ['batch', 'string'],
      ['flag', 'boolean'],
      ['only', expect.any(String)],
      ['file', 'categorical'],
    ]);
    expect(valuesOf(file.readObs('batch')).slice(3, 8)).toEqual(['2', '1', 'x', 'y', 'x']);
  });

  it('are the same in whatever way they are read', async () => {
    const matrix = (await open(DAYS)).matrix()!;
    const blocks = matrix.rowBlocks(1);
    expect(blocks[0]![0]).toBe(0);
    expect(blocks.at(-1)![1]).toBe(15);
    const all = blocks.flatMap(([start, stop]) => {
      const { data } = matrix.readRows(start, stop);
      return Array.from(data);
    });
    expect(all).toEqual(expected.X.flat().filter((value) => value !== 0));
    const rows = [14, 0, 7, 7, 4, 5, 11];
    expect(denseOf(matrix, rows)).toEqual(rows.map((row) => expected.X[row]));
    expect(denseOf(matrix, [])).toEqual([]);
    const progress: [number, number][] = [];
    for (let gene = 0; gene < matrix.shape[1]; gene++) {
      const column = matrix.readColumn(gene, { onProgress: (...step) => progress.push(step) });
      expect(column).toEqual(Float32Array.from(expected.X, (row) => row[gene]!));
    }
    for (const [done, total] of progress) expect(done).toBeLessThanOrEqual(total);
  });

  it('have var where they agree, and say what they left out', async () => {
    const file = await open(DAYS);
    expect(file.varColumns().map(({ name }) => name)).toEqual(['gene_ids']);
    expect(file.readVar('gene_ids')).toEqual({
      kind: 'string',
      values: file.varNames().map((name) => `ENSG${name.slice(4).padStart(11, '0')}`),
    });
    expect(file.layers()).toEqual(['counts']);
    expect(file.matrix('layers/more')).toBeUndefined();
    expect(file.obsm()).toEqual([]);
    expect(() => file.readObsm('X_pca')).toThrow(InputError);
    const notes = file.notes().join('\n');
    for (const words of [
      '4 genes are in all 3 files, which have 6 to 8',
      'X_pca',
      'more',
      'only',
      'batch',
      '-0',
    ])
      expect(notes).toContain(words);
  });

  it('have their time in their names', async () => {
    const file = await open(DAYS);
    const { candidates } = assessTimeColumns(file);
    expect(candidates[0]).toMatchObject({
      name: 'file',
      labels: ['day0', 'day3', 'day10'],
      times: [0, 3, 10],
    });
    const { counts, cellTimepoint } = timepointsFromColumn(file.readObs('file'), 'file');
    expect(counts).toEqual([5, 6, 4]);
    expect(Array.from(cellTimepoint)).toEqual([
      ...Array(5).fill(0),
      ...Array(6).fill(1),
      ...Array(4).fill(2),
    ]);
    expect(() => examine(file, 'file')).not.toThrow();
  });
});

describe('files of different kinds', () => {
  it('are joined alike, in the given order', async () => {
    const paths = ['mtx-v2', 'ten-x-v3.h5', 'mtx-v3/GSM7_d0_matrix.mtx.gz'].map((name) => FIXTURES + name);
    const [old, , folderFile] = await Promise.all(paths.map((path) => open([path])));
    const file = await open(paths);
    expect(file.nObs).toBe(24);
    expect(valuesOf(file.readObs('file')).filter((_, i) => i % 8 === 0)).toHaveLength(3);
    // Gene0 is there twice in each: told apart by the ids
    const ids = valuesOf(file.readVar('gene_ids'));
    expect(ids).toEqual([0, 1, 3, 5, 6, 7, 8, 10, 11].map((i) => `ENSG${String(i).padStart(11, '0')}`));
    for (const [gene, id] of ids.entries()) {
      const column = file.matrix()!.readColumn(gene);
      for (const [one, from] of [
        [old!, 0],
        [folderFile!, 16],
      ] as const) {
        const place = valuesOf(one.readVar('gene_ids')).indexOf(id!);
        expect(column.slice(from, from + 8)).toEqual(one.matrix()!.readColumn(place));
      }
    }
    expect(file.notes().join('\n')).toMatch(/joined by their ids/);
  });

  it('keep counts that are exact in one of them only', async () => {
    const path = join(folder, 'big');
    mkdirSync(path);
    const lines = ['%%MatrixMarket matrix coordinate integer general', '1 1 1', '1 1 16777217', ''];
    writeFileSync(join(path, 'matrix.mtx'), lines.join('\n'));
    writeFileSync(join(path, 'barcodes.tsv'), 'c\n');
    writeFileSync(join(path, 'genes.tsv'), 'id\tg\n');
    const matrix = (await open([await write(['g']), path])).matrix()!;
    expect(matrix.dtype).toBe('float64');
    expect(Array.from(matrix.readRows(0, 3).data).at(-1)).toBe(16777217);
    expect(Array.from(matrix.readRowList([2, 0]).data)[0]).toBe(16777217);
  });
});

describe('names of cells', () => {
  it('stay as they are where they do not collide', async () => {
    const file = await open([await write(['g', 'h']), await write(['h', 'g'])]);
    expect(file.obsNames().join()).not.toContain('-');
    expect(denseOf(file.matrix()!).flat()).toHaveLength(8);
  });
});

describe('what cannot be joined', () => {
  it('a file given twice, also by another path', async () => {
    const path = DAYS[0]!;
    for (const again of [path, path.replace('counts/', 'counts/mtx-v2/../')])
      await expect(openData([path, again])).rejects.toThrow('The same file is given twice.');
    const mtx = `${FIXTURES}mtx-v2`;
    await expect(openData([mtx, `${mtx}/matrix.mtx`])).rejects.toThrow('The same file is given twice.');
  });

  it('files without a common gene', async () => {
    const paths = [await write(['a', 'b']), await write(['c', 'd'])];
    await expect(openData(paths)).rejects.toMatchObject({
      tag: 'input',
      detail: { key: 'var', found: expect.stringContaining('a, b') },
    });
  });

  it('a file that is not there, whose name is in the error', async () => {
    const missing = join(folder, 'missing.h5ad');
    await expect(openData([DAYS[0]!, missing])).rejects.toMatchObject({ detail: { file: missing } });
  });
});

it('folders of one timepoint each are joined, with their names as time', async () => {
  const paths = ['E8.5', 'E9.0'].map((name) => join(folder, name));
  for (const path of paths) {
    mkdirSync(path);
    for (const name of ['matrix.mtx', 'barcodes.tsv', 'genes.tsv'])
      copyFileSync(`${FIXTURES}mtx-v2/${name}`, join(path, name));
  }
  const file = await open(paths);
  expect(assessTimeColumns(file).candidates[0]).toMatchObject({ name: 'file', times: [8.5, 9] });
  expect(file.nVars).toBe(12);
});
