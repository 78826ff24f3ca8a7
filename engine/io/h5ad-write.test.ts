import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { InputError } from '../errors.ts';
import { randomStream } from '../random.ts';
import { openH5ad } from './h5ad-read.ts';
import { type H5adContent, writeH5ad } from './h5ad-write.ts';
import { type AttributeValue, type Hdf5File, openHdf5 } from './hdf5.ts';

const folder = mkdtempSync(join(tmpdir(), 'meander-write-'));
afterAll(() => rmSync(folder, { recursive: true }));

const random = randomStream(3, 'write');
const nObs = 200;
const content: H5adContent = {
  nObs,
  nVars: 3,
  obsNames: Array.from({ length: nObs }, (_, i) => `cell ${i} β`),
  varNames: ['g0', 'g1', 'g2'],
  X: {
    data: Float32Array.from({ length: nObs }, (_, i) => i + 1),
    indices: Int32Array.from({ length: nObs }, (_, i) => i % 3),
    indptr: Int32Array.from({ length: nObs + 1 }, (_, i) => i),
  },
  obs: {
    day: Float64Array.from({ length: nObs }, (_, i) => [0, 2.5, 7][i % 3]!),
    score: Float32Array.from({ length: nObs }, (_, i) => (i === 5 ? Number.NaN : random.normal())),
    count: Int32Array.from({ length: nObs }, (_, i) => i),
    type: Array.from({ length: nObs }, (_, i) => [null, 'b', 'a β'][i % 3]!),
    // more than an 8-bit code can tell
    own: Array.from({ length: nObs }, (_, i) => `own ${i}`),
  },
  var: { weight: Float64Array.of(1, 2, 3) },
  obsm: {
    X_pca: { values: Float32Array.from({ length: nObs * 4 }, () => random.normal()), shape: [nObs, 4] },
    X_map: { values: Float64Array.from({ length: nObs * 2 }, () => random.normal()), shape: [nObs, 2] },
  },
  uns: {
    title: 'a β',
    seed: 42,
    share: 0.25,
    names: ['x', 'y'],
    list: Int32Array.of(1, 2),
    nested: { deep: { value: -1 } },
    none: {},
  },
};

async function withHdf5<T>(path: string, act: (file: Hdf5File) => T): Promise<T> {
  const file = await openHdf5(path);
  try {
    return act(file);
  } finally {
    file.close();
  }
}

describe('what was written', () => {
  const path = join(folder, 'all.h5ad');

  it('reads back the same', async () => {
    await writeH5ad(path, content);
    const file = await openH5ad(path);
    try {
      expect([file.nObs, file.nVars]).toEqual([nObs, 3]);
      expect(file.obsNames()).toEqual(content.obsNames);
      expect(file.obsColumns()).toEqual([
        { name: 'day', kind: 'number', nUnique: 3 },
        { name: 'score', kind: 'number', nUnique: nObs - 1 },
        { name: 'count', kind: 'number', nUnique: nObs },
        { name: 'type', kind: 'categorical', nUnique: 2 },
        { name: 'own', kind: 'categorical', nUnique: nObs },
      ]);
      expect(file.readObs('score')).toEqual({ kind: 'number', values: content.obs!.score });
      for (const name of ['type', 'own']) {
        const column = file.readObs(name);
        if (column.kind !== 'categorical') throw new Error(column.kind);
        const labels = Array.from(column.codes, (code) => (code < 0 ? null : column.categories[code]));
        expect(labels).toEqual(content.obs![name]);
      }
      for (const [name, matrix] of Object.entries(content.obsm!)) expect(file.readObsm(name)).toEqual(matrix);
    } finally {
      file.close();
    }
  });

  it('declares the encodings of AnnData', async () => {
    const encodings: [string, string, string][] = [
      ['/', 'anndata', '0.1.0'],
      ['X', 'csr_matrix', '0.1.0'],
      ['obs', 'dataframe', '0.2.0'],
      ['obs/_index', 'string-array', '0.2.0'],
      ['obs/day', 'array', '0.2.0'],
      ['obs/type', 'categorical', '0.2.0'],
      ['obs/type/categories', 'string-array', '0.2.0'],
      ['obs/type/codes', 'array', '0.2.0'],
      ['var', 'dataframe', '0.2.0'],
      ['obsm', 'dict', '0.1.0'],
      ['obsm/X_pca', 'array', '0.2.0'],
      ['layers', 'dict', '0.1.0'],
      ['obsp', 'dict', '0.1.0'],
      ['varm', 'dict', '0.1.0'],
      ['varp', 'dict', '0.1.0'],
      ['uns', 'dict', '0.1.0'],
      ['uns/title', 'string', '0.2.0'],
      ['uns/seed', 'numeric-scalar', '0.2.0'],
      ['uns/names', 'string-array', '0.2.0'],
      ['uns/list', 'array', '0.2.0'],
      ['uns/nested/deep', 'dict', '0.1.0'],
    ];
    await withHdf5(path, (file) => {
      for (const [key, type, version] of encodings) {
        const node = key === '/' ? file : file.get(key);
        const found: (AttributeValue | undefined)[] = ['encoding-type', 'encoding-version'].map((name) =>
          node?.attribute(name),
        );
        expect(found, key).toEqual([type, version]);
      }
      expect(file.get('X')?.attribute('shape')).toEqual([nObs, 3]);
      expect(file.get('obs')?.attribute('column-order')).toEqual(Object.keys(content.obs!));
      expect(file.get('obs')?.attribute('_index')).toBe('_index');
      expect(file.get('obs/type')?.attribute('ordered')).toBe(0);
    });
  });

  it('may be as little as names, or a dense X', async () => {
    const small = join(folder, 'small.h5ad');
    await writeH5ad(small, { nObs: 2, nVars: 0, obsNames: ['a', 'b'], varNames: [] });
    const file = await openH5ad(small);
    expect([file.nObs, file.nVars, file.obsNames(), file.obsColumns(), file.obsm()]).toEqual([
      2,
      0,
      ['a', 'b'],
      [],
      [],
    ]);
    file.close();
    const X = Float32Array.of(1, 2, 3, 4, 5, 6);
    await writeH5ad(small, { nObs: 2, nVars: 3, obsNames: ['a', 'b'], varNames: ['x', 'y', 'z'], X });
    await withHdf5(small, (root) => {
      const node = root.get('X');
      expect(node?.kind === 'dataset' && [node.shape, node.numbers()]).toEqual([[2, 3], X]);
    });
  });
});

describe('what cannot be written', () => {
  const small: H5adContent = { nObs: 2, nVars: 0, obsNames: ['a', 'b'], varNames: [] };
  const refused = async (path: string, wrong: H5adContent) => {
    const error = await writeH5ad(path, wrong).then(
      () => undefined,
      (e: unknown) => e,
    );
    expect(error).toBeInstanceOf(InputError);
    return (error as InputError).detail;
  };

  it('is named, and what was there before stays', async () => {
    const path = join(folder, 'kept.h5ad');
    writeFileSync(path, 'old');
    expect(await refused(path, { ...small, obs: { x: Float32Array.of(1) } })).toMatchObject({
      file: path,
      key: 'obs/x',
      expected: '2 values',
      found: '1',
    });
    expect(await refused(path, { ...small, obs: { 'a/b': Float32Array.of(1, 2) } })).toMatchObject({
      key: 'obs/a/b',
      expected: 'a name without "/"',
    });
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(folder).filter((name) => name.includes('partial'))).toEqual([]);
  });

  it('is a place that is not there, or a folder', async () => {
    const path = join(folder, 'no', 'such', 'folder.h5ad');
    expect(await refused(path, small)).toMatchObject({ file: path, found: 'no such folder' });
    expect(await refused(folder, small)).toMatchObject({ file: folder, found: 'a folder' });
    expect(existsSync(folder)).toBe(true);
  });
});
