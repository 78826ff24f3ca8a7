import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { ObsColumn } from '../dataset/anndata.ts';
import { timepointsFromColumn } from '../dataset/timepoints.ts';
import { type ErrorDetail, InputError } from '../errors.ts';
import type { DataFile } from './data-file.ts';
import { openH5ad } from './h5ad-read.ts';

const FIXTURES = fileURLToPath(new URL('../../fixtures/io/', import.meta.url));
const DATA = fileURLToPath(new URL('../../../shared/data/', import.meta.url));

type Value = string | number | boolean | null;
const expected: Record<
  'modern' | 'legacy-0.7',
  { obsNames: string[]; shape: number[]; obs: Record<string, Value[]>; obsm: Record<string, number[]> }
> = JSON.parse(readFileSync(`${FIXTURES}expected.json`, 'utf8'));

/** As pandas lists a column: missing values as null. */
function plainValues(column: ObsColumn): Value[] {
  switch (column.kind) {
    case 'number':
      return Array.from(column.values, (v) => (Number.isNaN(v) ? null : v));
    case 'string':
      return column.values;
    case 'boolean':
      return Array.from(column.values, (v) => (v < 0 ? null : v === 1));
    case 'categorical':
      return Array.from(column.codes, (code) => (code < 0 ? null : column.categories[code]!));
  }
}

async function using<T>(path: string, act: (file: DataFile) => T): Promise<T> {
  const file = await openH5ad(path);
  try {
    return act(file);
  } finally {
    file.close();
  }
}

function errorOf(act: () => unknown): { message: string; detail: ErrorDetail } {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    const { message, detail } = error as InputError;
    return { message, detail };
  }
  throw new Error('nothing was thrown');
}

describe.each(['modern', 'legacy-0.7'] as const)('%s, beside what anndata reads', (name) => {
  const reference = expected[name];

  it('has the same shape and names', () =>
    using(`${FIXTURES}${name}.h5ad`, (file) => {
      expect([file.nObs, file.nVars]).toEqual(reference.shape);
      expect(file.obsNames()).toEqual(reference.obsNames);
      expect(file.obsColumns().map((column) => column.name)).toEqual(Object.keys(reference.obs));
    }));

  it('has the same values in every column of obs', () =>
    using(`${FIXTURES}${name}.h5ad`, (file) => {
      for (const [column, values] of Object.entries(reference.obs)) {
        // anndata gives categories of booleans as booleans; here they are labels
        const wanted = column === 'truths' ? values.map((v) => (v ? 'True' : 'False')) : values;
        expect(plainValues(file.readObs(column)), column).toEqual(wanted);
        const info = file.obsColumns().find((c) => c.name === column);
        expect(info!.nUnique, column).toBe(new Set(values.filter((v) => v !== null)).size);
      }
    }));

  it('has the same embeddings', () =>
    using(`${FIXTURES}${name}.h5ad`, (file) => {
      for (const [key, values] of Object.entries(reference.obsm))
        expect(Array.from(file.readObsm(key).values), key).toEqual(values);
    }));
});

describe('modern encodings', () => {
  it('tells kinds, order and the shapes of whatever is in obsm', () =>
    using(`${FIXTURES}modern.h5ad`, (file) => {
      const kinds = Object.fromEntries(file.obsColumns().map(({ name, kind }) => [name, kind]));
      expect(kinds).toMatchObject({
        uint8: 'number',
        bool: 'boolean',
        string: 'string',
        ordered: 'categorical',
        'nullable int': 'number',
        'nullable bool': 'boolean',
        'nullable string': 'string',
      });
      expect(file.readObs('ordered')).toMatchObject({ ordered: true, categories: ['D2', 'D10'] });
      expect(file.readObs('numbers')).toMatchObject({ ordered: false });
      expect(file.obsm()).toEqual(
        expect.arrayContaining([
          { name: 'X_pca', shape: [12, 3], problem: null },
          { name: 'frame', shape: [12, 2], problem: null },
          { name: 'sparse', shape: [12, 4], problem: null },
        ]),
      );
    }));

  it('reads the first columns only', () =>
    using(`${FIXTURES}modern.h5ad`, (file) => {
      const all = file.readObsm('X_pca').values;
      const two = file.readObsm('X_pca', { columns: 2 });
      expect(two.shape).toEqual([12, 2]);
      expect(Array.from(two.values)).toEqual(Array.from(all).filter((_, i) => i % 3 < 2));
    }));

  it('reads bytes in the other order', () =>
    using(`${FIXTURES}odd.h5ad`, (file) => {
      expect(Array.from(file.readObsm('big_endian').values)).toEqual(Array.from({ length: 24 }, (_, i) => i));
    }));
});

describe('the table of anndata before 0.7', () => {
  it('is read with its categories', () =>
    using(`${FIXTURES}legacy-0.6.h5ad`, (file) => {
      expect([file.nObs, file.nVars]).toEqual([12, 2]);
      expect(file.obsNames().slice(0, 2)).toEqual(['c0', 'c1']);
      expect(file.obsColumns()).toEqual([
        { name: 'day', kind: 'categorical', nUnique: 2 },
        { name: 'x', kind: 'number', nUnique: 12 },
        { name: 'flag', kind: 'boolean', nUnique: 2 },
        { name: 's', kind: 'string', nUnique: 12 },
      ]);
      expect(plainValues(file.readObs('day')).slice(0, 3)).toEqual(['D0', 'D3', 'D0']);
      expect(plainValues(file.readObs('x')).slice(0, 3)).toEqual([0, 0.25, 0.5]);
      expect(plainValues(file.readObs('flag')).slice(0, 4)).toEqual([true, false, false, true]);
    }));

  it('has embeddings in a table, too', () =>
    using(`${FIXTURES}legacy-0.6.h5ad`, (file) => {
      expect(file.obsm()).toEqual([{ name: 'X_pca', shape: [12, 2], problem: null }]);
      expect(file.readObsm('X_pca', { columns: 1 }).shape).toEqual([12, 1]);
    }));
});

describe('what is not there or cannot serve', () => {
  const modern = `${FIXTURES}modern.h5ad`;
  const odd = `${FIXTURES}odd.h5ad`;

  it('names the columns and embeddings that there are, and the nearest', async () => {
    await using(modern, (file) => {
      const column = errorOf(() => file.readObs('Ordered', '--time'));
      expect(column.message).toBe('There is no column "Ordered" in obs.');
      expect(column.detail).toMatchObject({
        file: modern,
        key: 'obs/Ordered',
        option: '--time',
        action: 'Did you mean ordered?',
      });
      expect(column.detail.expected).toMatch(/^one of: float32, float64, int64/);
      const embedding = errorOf(() => file.readObsm('pca', { option: '--embedding' }));
      expect(embedding.message).toBe('There is no embedding "pca".');
      expect(embedding.detail).toMatchObject({
        file: modern,
        key: 'obsm/pca',
        option: '--embedding',
        action: 'Did you mean X_pca?',
      });
      expect(embedding.detail.expected).toContain('X_pca [12, 3]');
    });
  });

  it('makes sparse matrices and data frames dense', () =>
    using(modern, (file) => {
      const frame = file.readObsm('frame');
      expect(frame).toEqual({ shape: [12, 2], values: Float64Array.from({ length: 24 }, (_, i) => i >> 1) });
      const whole = file.readObsm('sparse');
      const element = file.element('obsm/sparse');
      if (element?.kind !== 'sparse') throw new Error(element?.kind);
      const { data, indices, indptr } = element;
      for (let row = 0; row < 12; row++)
        for (let column = 0; column < 4; column++) {
          const at = indices.findIndex((c, i) => c === column && i >= indptr[row]! && i < indptr[row + 1]!);
          expect(whole.values[row * 4 + column]).toBe(at < 0 ? 0 : data[at]);
        }
      const two = file.readObsm('sparse', { columns: 2 });
      expect([...two.values]).toEqual([...whole.values].filter((_, i) => i % 4 < 2));
    }));

  it('refuses more columns than there are', () =>
    using(modern, (file) => {
      expect(errorOf(() => file.readObsm('X_pca', { columns: 4, option: '--dims' })).detail).toMatchObject({
        option: '--dims',
        expected: '1 to 3',
        found: '4',
      });
    }));

  it.each([
    ['text', /type string/],
    ['vector', /\[12\]/],
    ['no_columns', /\[12, 0\]/],
    ['short', /11 rows/],
    ['lost', /broken link/],
  ])('refuses obsm/%s', (name, found) =>
    using(odd, (file) => {
      const { detail } = errorOf(() => file.readObsm(name));
      expect(detail).toMatchObject({ file: odd, key: `obsm/${name}` });
      expect(detail.found).toMatch(found);
      expect(detail.action).toBeTruthy();
    }),
  );

  it('counts values that are not finite and names the first cell', () =>
    using(odd, (file) => {
      const { detail } = errorOf(() => file.readObsm('nan', { option: '--embedding' }));
      expect(detail.key).toBe('obsm/nan');
      expect(detail.option).toBe('--embedding');
      expect(detail.found).toBe(
        '3 NaN or infinite values; the first is Infinity in cell "c4" (row 4, column 1, counted from 0)',
      );
      // only what is used must be finite
      expect(errorOf(() => file.readObsm('nan', { columns: 1 })).detail.found).toMatch(
        /^1 NaN or infinite value; the first is NaN in cell "c7" \(row 7, column 0/,
      );
    }));

  it.each([
    ['lzf strings', /LZF/, 'obs/lzf strings'],
    ['short', /\[11\]/, 'obs/short'],
    ['complex', /complex64/, 'obs/complex'],
    ['wrong code', /2 at row 2/, 'obs/wrong code/codes'],
    ['absent', undefined, 'obs/absent'],
  ])('refuses obs/%s', (name, found, key) =>
    using(odd, (file) => {
      const { detail } = errorOf(() => file.readObs(name));
      expect(detail).toMatchObject({ file: odd, key });
      if (found) expect(detail.found).toMatch(found);
      expect(detail.action).toBeTruthy();
    }),
  );

  it('lists columns that cannot be read without a number of values, and leaves out unknown kinds', () =>
    using(odd, (file) => {
      expect(file.obsColumns()).toEqual([
        { name: 'lzf strings', kind: 'string', nUnique: null },
        { name: 'short', kind: 'number', nUnique: null },
        { name: 'wrong code', kind: 'categorical', nUnique: null },
      ]);
    }));
});

describe.skipIf(!existsSync(DATA))('real files (../shared/data)', () => {
  it('cite_pca100: days, counts and coordinates', () =>
    using(`${DATA}cite_pca100.h5ad`, (file) => {
      expect([file.nObs, file.nVars]).toEqual([29394, 0]);
      const timepoints = timepointsFromColumn(file.readObs('day'), 'day');
      expect(timepoints.labels).toEqual(['2', '3', '4', '7']);
      expect(timepoints.counts).toEqual([6071, 7643, 8485, 7195]);
      const { values, shape } = file.readObsm('X_pca');
      expect(shape).toEqual([29394, 100]);
      // numpy: adata.obsm['X_pca'][[0, -1], [0, -1]] and the sum of squares in float64
      expect([values[0], values.at(-1)]).toEqual([-44.917236328125, -0.41010716557502747]);
      expect((values as Float32Array).reduce((sum, v) => sum + v * v, 0) / 154287999.56453127).toBeCloseTo(
        1,
        12,
      );
    }));

  it('emt_10d: days and counts', () =>
    using(`${DATA}emt_10d.h5ad`, (file) => {
      expect(timepointsFromColumn(file.readObs('day'), 'day').counts).toEqual([577, 885, 788, 883]);
      expect(file.readObsm('X_pca').shape).toEqual([3133, 10]);
    }));

  it('wot_subset: a categorical of floats', () =>
    using(`${DATA}wot_subset.h5ad`, (file) => {
      const timepoints = timepointsFromColumn(file.readObs('day'), 'day');
      expect(timepoints.labels).toEqual(['10', '10.5', '11']);
      expect(timepoints.counts).toEqual([85, 81, 84]);
      expect(file.nVars).toBe(1479);
      expect(errorOf(() => file.readObsm('X_pca')).detail.expected).toBe('one of: none');
    }));

  it('cellrank_adata_50: a categorical of strings', () =>
    using(`${DATA}cellrank_adata_50.h5ad`, (file) => {
      const timepoints = timepointsFromColumn(file.readObs('age(days)'), 'age(days)');
      expect(timepoints.labels).toEqual(['12', '35']);
      expect(timepoints.counts).toEqual([19, 31]);
      expect(file.obsm().map(({ name }) => name)).toEqual(['X_diffmap', 'X_pca', 'X_umap']);
    }));

  it('anndata_v0.11.4: names and nothing else', () =>
    using(`${DATA}anndata_v0.11.4.h5ad`, (file) => {
      expect([file.nObs, file.nVars]).toEqual([10, 20]);
      expect(file.obsNames()).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
      expect(file.obsColumns()).toEqual([]);
    }));
});
