import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { InputError } from '../errors.ts';
import type { DataFile } from './data-file.ts';
import { examine } from './examine.ts';
import type { MatrixSource } from './h5ad-matrix.ts';
import { saveHdf5 } from './hdf5-write.ts';
import { openData } from './open-data.ts';

const FIXTURES = fileURLToPath(new URL('../../fixtures/io/counts/', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'meander-open-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Described {
  obsNames: string[];
  varNames: string[];
  var: Record<string, (string | null)[]>;
  X: number[][];
}
const expected: Record<string, Described> = JSON.parse(readFileSync(`${FIXTURES}expected.json`, 'utf8'));

async function using<T>(path: string, act: (file: DataFile) => T): Promise<T> {
  const file = await openData([path]);
  try {
    return act(file);
  } finally {
    file.close();
  }
}

function denseOf(matrix: MatrixSource): number[][] {
  const { data, indices, indptr } = matrix.readRows(0, matrix.shape[0]);
  return Array.from({ length: matrix.shape[0] }, (_, row) => {
    const values = new Array<number>(matrix.shape[1]).fill(0);
    for (let k = indptr[row]!; k < indptr[row + 1]!; k++) values[indices[k]!] = data[k]!;
    return values;
  });
}

const errorOf = (path: string) =>
  openData([path]).then(
    () => expect.unreachable('nothing was thrown'),
    (error: unknown) => {
      expect(error).toBeInstanceOf(InputError);
      return error as InputError;
    },
  );

const ways: [name: string, path: string, columns: string[]][] = [
  ['ten-x-v2.h5', 'ten-x-v2.h5', ['gene_ids']],
  ['ten-x-v3.h5', 'ten-x-v3.h5', ['gene_ids', 'feature_types', 'genome']],
  ['mtx-v2', 'mtx-v2', ['gene_ids']],
  ['mtx-v2', 'mtx-v2/matrix.mtx', ['gene_ids']],
  ['mtx-v3', 'mtx-v3', ['gene_ids', 'feature_types']],
  ['mtx-v3', 'mtx-v3/GSM7_d0_matrix.mtx.gz', ['gene_ids', 'feature_types']],
  ['mtx-cells-x-genes', 'mtx-cells-x-genes', []],
];

describe.each(ways)('%s from %s, beside what scanpy reads', (name, path, columns) => {
  const reference = expected[name]!;

  it('has the same cells, genes and values', () =>
    using(FIXTURES + path, (file) => {
      expect(file.obsNames()).toEqual(reference.obsNames);
      expect(file.varNames()).toEqual(reference.varNames);
      expect([file.nObs, file.nVars]).toEqual([reference.obsNames.length, reference.varNames.length]);
      expect(denseOf(file.matrix()!)).toEqual(reference.X);
      expect(file.varColumns().map((column) => column.name)).toEqual(columns);
      for (const column of columns)
        expect(file.readVar(column)).toEqual({ kind: 'string', values: reference.var[column] });
    }));

  it('gives the same values by rows and by gene', () =>
    using(FIXTURES + path, (file) => {
      const matrix = file.matrix()!;
      const picked = matrix.readRowList([6, 0, 6]);
      expect(Array.from(picked.indptr)).toHaveLength(4);
      const sixth = reference.X[6]!.filter((value) => value !== 0);
      expect(Array.from(picked.data.subarray(0, picked.indptr[1]))).toEqual(sixth);
      for (const gene of [0, 5, file.nVars - 1])
        expect(Array.from(matrix.readColumn(gene))).toEqual(reference.X.map((row) => row[gene]));
    }));
});

describe('what was opened', () => {
  it('tells of features that are no genes, and serves the doctor', () =>
    using(`${FIXTURES}ten-x-v3.h5`, (file) => {
      expect(file.notes()).toEqual([
        'Features that are not the expression of genes are left out: 2 of "Antibody Capture".',
      ]);
      const findings = examine(file, null);
      expect(findings.some(({ title }) => /gene/i.test(title))).toBe(true);
    }));

  it('has no embedding, and says so', () =>
    using(`${FIXTURES}mtx-v2`, (file) => {
      expect(file.obsm()).toEqual([]);
      expect(() => file.readObsm('X_pca', { option: '--embedding' })).toThrow(InputError);
    }));

  it('is not changed by who changes what was read', () =>
    using(`${FIXTURES}mtx-v2`, (file) => {
      file.matrix()!.readRows(0, 8).data.fill(99);
      expect(denseOf(file.matrix()!)).toEqual(expected['mtx-v2']!.X);
    }));

  it('is in memory where it was a text, also among others', async () => {
    const memory = async (...names: string[]) => {
      const file = await openData(names.map((name) => FIXTURES + name));
      file.close();
      return file.inMemory;
    };
    expect([await memory('ten-x-v3.h5'), await memory('day0.h5ad')]).toEqual([false, false]);
    expect([await memory('mtx-v2'), await memory('ten-x-v2.h5', 'mtx-v3')]).toEqual([true, true]);
  });

  it('is told by its content, whatever it is called', async () => {
    const copies = [
      ['ten-x-v3.h5', 'counts.h5ad'],
      ['day0.h5ad', 'day0.h5'],
    ];
    for (const [from, to] of copies) writeFileSync(join(folder, to!), readFileSync(FIXTURES + from));
    await using(join(folder, 'counts.h5ad'), (file) => expect(file.nVars).toBe(10));
    await using(join(folder, 'day0.h5'), (file) => expect(file.readObsm('X_pca').shape).toEqual([5, 2]));
  });
});

interface TenX {
  shape?: number[];
  indptr?: number[];
  indices?: number[];
  types?: string[];
  without?: string;
}

async function writeTenX(name: string, { shape, indptr, indices, types, without }: TenX): Promise<string> {
  const path = join(folder, name);
  const parts = {
    barcodes: ['a', 'b'],
    data: Int32Array.of(1, 2, 3),
    indices: Int32Array.from(indices ?? [0, 2, 1]),
    indptr: Int32Array.from(indptr ?? [0, 2, 3]),
    shape: Int32Array.from(shape ?? [3, 2]),
    'features/id': ['i', 'j', 'k'],
    'features/name': ['I', 'J', 'K'],
    'features/feature_type': types ?? ['Gene Expression', 'Gene Expression', 'Gene Expression'],
  };
  await saveHdf5(path, (writer) => {
    writer.group('matrix', {});
    writer.group('matrix/features', {});
    for (const [key, values] of Object.entries(parts))
      if (key !== without) writer.dataset(`matrix/${key}`, values);
  });
  return path;
}

describe('a broken 10x file', () => {
  it.each<[string, TenX, string]>([
    ['names that are too few', { shape: [3, 4] }, 'matrix/barcodes'],
    ['genes that are too few', { shape: [5, 2] }, 'matrix/features/id'],
    ['a shape of three numbers', { shape: [3, 2, 1] }, 'matrix/shape'],
    ['no genes', { types: ['Peaks', 'Peaks', 'Peaks'] }, 'matrix/features/feature_type'],
    ['a missing part', { without: 'indptr' }, 'matrix/indptr'],
    ['missing names', { without: 'features/name' }, 'matrix/features/name'],
  ])('with %s', async (what, parts, key) => {
    const error = await errorOf(await writeTenX(`${what}.h5`, parts));
    expect(error.detail).toMatchObject({ key, action: expect.any(String) });
  });

  it.each<[string, TenX, string]>([
    ['a gene that it does not have', { indices: [0, 3, 1] }, 'matrix/indices'],
    ['pointers that go back', { indptr: [0, 4, 3] }, 'matrix/indptr'],
  ])('with %s, once it is read', async (what, parts, key) => {
    await using(await writeTenX(`${what}.h5`, parts), (file) => {
      const read = () => file.matrix()!.readRows(0, 2);
      expect(read).toThrow(InputError);
      expect(read).toThrow(expect.objectContaining({ detail: expect.objectContaining({ key }) }));
    });
  });

  it('with two genomes', async () => {
    const path = join(folder, 'two.h5');
    await saveHdf5(path, (writer) => {
      for (const genome of ['hg19', 'mm10']) {
        writer.group(genome, {});
        for (const part of ['barcodes', 'data', 'indices', 'indptr', 'shape'])
          writer.dataset(`${genome}/${part}`, Int32Array.of(0));
      }
    });
    expect((await errorOf(path)).detail.found).toBe('hg19, mm10');
  });
});

describe('what is none of these', () => {
  it('is said', async () => {
    const other = join(folder, 'other.h5');
    await saveHdf5(other, (writer) => writer.dataset('table', Int32Array.of(1)));
    expect((await errorOf(other)).message).toBe('This HDF5 file holds no AnnData.');
    expect((await errorOf(join(folder, 'nothing.h5'))).message).toBe('There is no such file.');
    expect((await errorOf(join(folder, 'nothing.mtx'))).message).toBe('There is no such file.');
    expect((await errorOf(`${FIXTURES}mtx-v2/genes.tsv`)).message).toMatch(/list of names/);
    expect((await errorOf(`${FIXTURES}requirements.txt`)).message).toBe('This is not an HDF5 file.');
    await expect(openData([])).rejects.toThrow(InputError);
  });
});
