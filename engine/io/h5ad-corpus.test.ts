import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import type { DataFile } from './data-file.ts';
import type { H5adElement, Series } from './h5ad-element.ts';
import { openH5ad } from './h5ad-read.ts';
import { seriesTexts } from './h5ad-series.ts';

const CORPUS = fileURLToPath(new URL('../../fixtures/anndata/', import.meta.url));
const DATA = fileURLToPath(new URL('../../../shared/data/', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'meander-corpus-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The form in which dump.py tells what anndata reads. */
type Dumped = { [key: string]: unknown };
const INLINE = 64;

function dumpedValues(values: ArrayLike<number> | string[]): unknown {
  if (values.length > INLINE) return `sha256 ${digest(values)}`;
  return Array.from(values as ArrayLike<number | string>, plain);
}

function plain(value: number | string): number | string {
  return typeof value === 'string' || Number.isFinite(value) ? value : String(value);
}

function digest(values: ArrayLike<number> | string[]): string {
  const hash = createHash('sha256');
  if (Array.isArray(values)) hash.update(values.map((text) => `${text}\0`).join(''));
  else
    hash.update(new Uint8Array(Float64Array.from(values, (v) => (Number.isNaN(v) ? Number.NaN : v)).buffer));
  return hash.digest('hex');
}

function dumpedSeries(series: Series): Dumped {
  switch (series.kind) {
    case 'array':
      return { ...series, values: dumpedValues(series.values) };
    case 'nullable': {
      const { kind, dtype, values, mask } = series;
      const filled = Array.isArray(values)
        ? values.map((v, i) => (mask[i] ? '' : v))
        : values.map((v, i) => (mask[i] ? 0 : v));
      return { kind, dtype, values: dumpedValues(filled), mask: dumpedValues(mask) };
    }
    case 'categorical':
      return {
        ...series,
        codes: dumpedValues(series.codes),
        categories: dumpedSeries(series.categories),
      };
    case 'unsupported':
      return { kind: 'unsupported' };
  }
}

function dumpedIndex(index: Series): Dumped {
  const texts = index.kind === 'array' ? undefined : seriesTexts(index);
  return texts
    ? { kind: 'array', dtype: 'string', shape: [texts.length], values: dumpedValues(texts) }
    : dumpedSeries(index);
}

function dumped(element: H5adElement): Dumped {
  switch (element.kind) {
    case 'null':
    case 'string':
    case 'boolean':
      return element;
    case 'number':
      // anndata forgets the type
      return { kind: 'number', value: plain(element.value) };
    case 'sparse': {
      const { data, indices, indptr } = element;
      return {
        ...element,
        data: dumpedValues(data),
        indices: dumpedValues(indices),
        indptr: dumpedValues(indptr),
      };
    }
    case 'dataframe':
      return {
        kind: 'dataframe',
        index: dumpedIndex(element.index),
        columns: element.columns.map(({ name, series }) => [name, dumpedSeries(series)]),
      };
    case 'dict':
      return {
        kind: 'dict',
        entries: Object.fromEntries([...element.entries].map(([name, child]) => [name, dumped(child)])),
      };
    case 'records':
      return {
        kind: 'records',
        shape: element.shape,
        fields: Object.fromEntries(element.fields.map(({ name, series }) => [name, dumpedSeries(series)])),
      };
    default:
      return dumpedSeries(element);
  }
}

async function expectSame(path: string, reference: string): Promise<void> {
  const elements: Record<string, Dumped> = JSON.parse(readFileSync(reference, 'utf8'));
  const file = await openH5ad(path);
  try {
    for (const [key, wanted] of Object.entries(elements)) {
      const element = file.element(key);
      // anndata shows a slot that is not in the file as an empty one
      const found = element ? dumped(element) : { kind: 'dict', entries: {} };
      expect(found, key).toEqual(wanted);
    }
    expectMatricesLikeElements(file);
    if (!('X' in elements)) expect([undefined, { kind: 'null' }]).toContainEqual(file.element('X'));
    if (!('raw' in elements)) expect([undefined, { kind: 'null' }]).toContainEqual(file.element('raw'));
  } finally {
    file.close();
  }
}

/** Row-major, entries at the same position summed. */
function dense(element: H5adElement | undefined): number[] {
  // −0 is no entry of a sparse matrix
  if (element?.kind === 'array') return Array.from(element.values as ArrayLike<number>, (v) => v + 0);
  if (element?.kind !== 'sparse') throw new Error(element?.kind);
  const { format, shape, data, indices, indptr } = element;
  const values = new Array<number>(shape[0] * shape[1]).fill(0);
  for (let major = 0; major + 1 < indptr.length; major++)
    for (let i = indptr[major]!; i < indptr[major + 1]!; i++) {
      const at = format === 'csr' ? major * shape[1] + indices[i]! : indices[i]! * shape[1] + major;
      values[at] = values[at]! + data[i]!;
    }
  return values;
}

function expectMatricesLikeElements(file: DataFile): void {
  const keys = ['X', 'raw/X', ...file.layers().map((name) => `layers/${name}`)];
  for (const key of keys) {
    const matrix = file.matrix(key);
    if (!matrix) continue;
    const [rows, columns] = matrix.shape;
    const { data, indices, indptr } = matrix.readRows(0, rows);
    const read: H5adElement = {
      kind: 'sparse',
      format: 'csr',
      dtype: matrix.dtype,
      shape: [rows, columns],
      data,
      indices,
      indptr,
    };
    expect(dense(read), key).toEqual(dense(file.element(key)));
  }
}

describe('every element equals what anndata reads, value by value', () => {
  const versions = readdirSync(CORPUS).filter((name) => /^\d.*\.h5ad\.gz$/.test(name));

  it.each(versions)('%s', async (name) => {
    const path = join(folder, basename(name, '.gz'));
    writeFileSync(path, gunzipSync(readFileSync(join(CORPUS, name))));
    await expectSame(path, join(CORPUS, name.replace('.h5ad.gz', '.json')));
  });

  const data = readdirSync(join(CORPUS, 'data')).map((name) => basename(name, '.json'));

  it.skipIf(!existsSync(DATA)).each(data)('../shared/data/%s.h5ad', async (name) => {
    await expectSame(join(DATA, `${name}.h5ad`), join(CORPUS, 'data', `${name}.json`));
  });
});
