import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, inflateSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { type ErrorDetail, InputError } from '../errors.ts';
import { createPool } from '../host/pool.ts';
import type { DataFile } from './data-file.ts';
import { openH5ad } from './h5ad-read.ts';
import { saveHdf5 } from './hdf5-write.ts';

const FIXTURES = fileURLToPath(new URL('../../fixtures/anndata/', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'meander-broken-'));
afterAll(() => rmSync(folder, { recursive: true }));

function unpacked(name: string): string {
  const path = join(folder, name);
  writeFileSync(path, gunzipSync(readFileSync(`${FIXTURES}${name}.gz`)));
  return path;
}

const broken = unpacked('broken.h5ad');
const filters = unpacked('filters.h5ad');

async function using<T>(path: string, act: (file: DataFile) => T): Promise<T> {
  const file = await openH5ad(path);
  try {
    return act(file);
  } finally {
    file.close();
  }
}

function errorOf(act: () => unknown): { message: string; detail: ErrorDetail } {
  const start = performance.now();
  try {
    act();
  } catch (error) {
    expect(performance.now() - start).toBeLessThan(5000);
    expect(error).toBeInstanceOf(InputError);
    const { message, detail } = error as InputError;
    expect(detail.file).toBeTruthy();
    return { message, detail };
  }
  throw new Error('nothing was thrown');
}

describe('filters', () => {
  const values = Float32Array.from({ length: 180 }, (_, i) => i / 4);

  it('of all plugins give the values that were written', () =>
    using(filters, (file) => {
      const names = file.obsm().map(({ name }) => name);
      expect(names).toHaveLength(15);
      for (const name of names.filter((n) => n !== 'half'))
        expect(file.readObsm(name), name).toEqual({ values, shape: [60, 3] });
    }));

  it('give texts, too', () =>
    using(filters, (file) => {
      const texts = Array.from({ length: 60 }, (_, i) => `label ${i % 7} β`);
      for (const name of ['bz2', 'lz4', 'zstd', 'gzip'])
        expect(file.readObs(name), name).toEqual({ kind: 'string', values: texts });
    }));

  it('that are missing are named, with what to do', () =>
    using(broken, (file) => {
      const problems = new Map(file.obsm().map(({ name, problem }) => [name, problem]));
      for (const [name, found] of [
        ['unknown filter', 'SZ (filter 32017)'],
        ['blosc zlib', 'Blosc with zlib inside'],
        ['blosc2 zlib', 'Blosc2 with zlib inside'],
      ] as const) {
        const { message, detail } = errorOf(() => file.readObsm(name));
        expect(message).toContain('compressed in a way that cannot be read');
        expect(detail).toMatchObject({ file: broken, key: `obsm/${name}`, found });
        expect(detail.action).toContain('compression="gzip"');
        expect(problems.get(name)).toContain(found);
      }
      expect(errorOf(() => file.readObs('lzf text')).detail).toMatchObject({
        key: 'obs/lzf text',
        found: 'LZF-compressed text of h5py 3.16 or later',
      });
      expect(file.readObsm('good').values[5]).toBe(5);
    }));
});

describe('half precision', () => {
  it('reads as numpy converts it', () =>
    using(filters, (file) => {
      // numpy.float16([0.1, -65504, 6e-8]) as float32
      expect([...file.readObsm('half').values.subarray(0, 3)]).toEqual([0.0999755859375, -65504, 2 ** -24]);
    }));
});

describe('values that cannot be told are an error, never rounded or replaced', () => {
  it.each([
    ['large', /9007199254740992/],
    ['negative', /-1152921504606847000/],
    ['latin1', /99,97,102,233/],
    ['half true', /the byte 2/],
  ])('obs/%s', (name, found) =>
    using(broken, (file) => {
      const { message, detail } = errorOf(() => file.readObs(name));
      expect(message).toContain('values that cannot be read');
      expect(detail).toMatchObject({ file: broken, key: `obs/${name}` });
      expect(detail.found).toMatch(found);
    }),
  );
});

describe('parts that do not fit together', () => {
  it.each([
    ['obs/long', 'obs/long', /\[61\]/],
    ['obs/square', 'obs/square', /\[60, 60\]/],
    ['obs/group', 'obs/group', /without an encoding/],
    ['obs/short mask', 'obs/short mask/mask', /59/],
    ['obs/codes', 'obs/codes/codes', /3 at row 0/],
    ['obs/not there', 'obs/not there', undefined],
    ['obsm/short indptr', 'obsm/short indptr/indptr', /60/],
    ['obsm/swapped indptr', 'obsm/swapped indptr/indptr', /3 after 4/],
    ['obsm/long indptr', 'obsm/long indptr/indptr', /0 to 120/],
    ['obsm/outside', 'obsm/outside/indices', /4 at position 7/],
    ['obsm/negative', 'obsm/negative/indices', /-1 at position 0/],
    ['obsm/few indices', 'obsm/few indices/indices', /59/],
    ['obsm/no data', 'obsm/no data/data', /nothing/],
    ['obsm/fewer rows', 'obsm/fewer rows', /59 rows/],
    ['obsm/complex', 'obsm/complex', /complex64/],
    ['obsm/long double', 'obsm/long double', /float128/],
    ['layers/few cells', 'layers/few cells', /59 rows/],
    ['layers/few genes', 'layers/few genes', /3 columns/],
    ['uns frame', 'uns frame/lost', /nothing/],
  ])('%s', (name, key, found) =>
    using(broken, (file) => {
      const [slot, child] = name.split('/') as [string, string];
      const { detail } = errorOf(() => {
        if (slot === 'obs') file.readObs(child);
        else if (slot === 'obsm') file.readObsm(child);
        else if (slot === 'layers') file.matrix(name);
        else file.element(name);
      });
      expect(detail).toMatchObject({ file: broken, key });
      if (found) expect(detail.found).toMatch(found);
    }),
  );

  it('X has other genes than var, or obs is no table', async () => {
    const path = join(folder, 'shapes.h5ad');
    const names = Array.from({ length: 3 }, (_, i) => `n${i}`);
    const save = (obs: boolean) =>
      saveHdf5(path, (writer) => {
        for (const key of obs ? ['obs', 'var'] : ['var']) {
          writer.group(key, { 'encoding-type': 'dataframe', _index: '_index' });
          writer.dataset(`${key}/_index`, names);
        }
        if (!obs) writer.dataset('obs', Float64Array.of(1, 2));
        writer.dataset('X', new Float32Array(6), {}, [3, 2]);
      });
    const opened = () =>
      openH5ad(path).then(
        () => undefined,
        (error: InputError) => error.detail,
      );
    await save(true);
    expect(await opened()).toMatchObject({ file: path, key: 'X', found: '2 columns' });
    await save(false);
    expect(await opened()).toMatchObject({ file: path, key: 'obs', expected: 'a table', found: 'float64' });
  });
});

describe('links', () => {
  it.each([
    ['soft', 'a broken link'],
    ['external', 'a link into nowhere.h5'],
    ['circle', 'too many links'],
    ['type', 'the description of a type'],
    ['virtual', 'nothing'],
  ])('obsm/%s', (name, found) =>
    using(broken, (file) => {
      expect(errorOf(() => file.readObsm(name)).detail).toMatchObject({
        file: broken,
        key: `obsm/${name}`,
        found,
      });
    }),
  );

  it.each(['uns', 'loops'])('%s is a group that contains itself', (key) =>
    using(broken, (file) => {
      const { message, detail } = errorOf(() => file.element(key));
      expect(message).toBe('A group of the file contains itself.');
      expect(detail.key).toMatch(new RegExp(`^${key}/`));
    }),
  );

  it('leave the rest readable', () =>
    using(broken, (file) => {
      expect(file.element('uns/good')).toEqual({ kind: 'number', value: 1, dtype: 'int64' });
      expect(file.obsm().filter(({ problem }) => problem === null)).toEqual(
        expect.arrayContaining([{ name: 'good', shape: [60, 3], problem: null }]),
      );
    }));
});

describe('damaged chunks', () => {
  const bytes = readFileSync(broken);
  const stored = Buffer.from(Float32Array.from({ length: 48 }, (_, i) => i).buffer);

  /** The file with 4 bytes of the first chunk of `obsm/NAME` changed. */
  function damaged(name: 'gzip' | 'fletcher'): string {
    const path = join(folder, `${name}.h5ad`);
    const copy = Uint8Array.from(bytes);
    const at = name === 'gzip' ? gzipChunk() : fletcherChunk();
    expect(at).toBeGreaterThan(0);
    copy.fill(0x55, at + 8, at + 12);
    writeFileSync(path, copy);
    return path;
  }

  function gzipChunk(): number {
    for (let at = bytes.indexOf(0x78); at >= 0; at = bytes.indexOf(0x78, at + 1))
      try {
        if (inflateSync(bytes.subarray(at)).equals(stored)) return at;
      } catch {}
    return -1;
  }

  /** The chunk that is followed by its checksum, unlike the same values stored in one piece. */
  function fletcherChunk(): number {
    const next = Buffer.from(Float32Array.of(48, 49).buffer);
    for (let at = bytes.indexOf(stored); at >= 0; at = bytes.indexOf(stored, at + 1))
      if (!bytes.subarray(at + stored.length, at + stored.length + 8).equals(next)) return at;
    return -1;
  }

  it.each(['gzip', 'fletcher'] as const)('of obsm/%s are an error', async (name) => {
    const path = damaged(name);
    const { message, detail } = await using(path, (file) => errorOf(() => file.readObsm(name)));
    expect(message).toContain('damaged or cut short');
    expect(detail).toMatchObject({ file: path, key: `obsm/${name}` });
  });
});

describe('a worker after an error', () => {
  it('is replaced, so that the next task succeeds, also where the error was passed over', async () => {
    const short = join(folder, 'short.h5ad');
    writeFileSync(short, readFileSync(filters).subarray(0, 40_000));
    const pool = createPool(1);
    try {
      const good = await pool.run({ kind: 'inspect', paths: [filters] });
      for (const path of [short, broken, join(FIXTURES, 'README.md')]) {
        await pool.run({ kind: 'inspect', paths: [path] }).catch((error: unknown) => {
          expect(error).toBeInstanceOf(InputError);
          expect((error as InputError).detail.file).toBe(path);
        });
        expect(await pool.run({ kind: 'inspect', paths: [filters] })).toEqual(good);
      }
    } finally {
      await pool.close();
    }
  });
});
