import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CancelledError, InputError } from '../errors.ts';
import { randomStream } from '../random.ts';
import { cacheFolder, clearCache, listCache } from './gene-cache.ts';
import { ensureGeneIndex, geneIndexState, listIndexes, openGeneIndex, readGene } from './gene-index.ts';
import { openMatrix } from './h5ad-matrix.ts';
import { type CsrMatrix, writeH5ad } from './h5ad-write.ts';
import { openHdf5 } from './hdf5.ts';

const home = mkdtempSync(join(tmpdir(), 'meander-genes-'));
const [nObs, nVars] = [400, 30];
const before = { ...process.env };
let file: string;
let genes: Float32Array[];

beforeAll(async () => {
  file = await writeRandom('cells.h5ad', 1);
  genes = await scan(file);
});
beforeEach(() => {
  process.env.MEANDER_CACHE = mkdtempSync(join(home, 'cache-'));
  delete process.env.MEANDER_CACHE_GB;
});
afterEach(() => {
  process.env = { ...before };
});
afterAll(() => rmSync(home, { recursive: true }));

function randomMatrix(seed: number): CsrMatrix {
  const random = randomStream(seed, 'gene index');
  const [data, indices, indptr] = [[], [], [0]] as [number[], number[], number[]];
  for (let row = 0; row < nObs; row++) {
    // gene 4 is nowhere; some cells have nothing
    for (let gene = 0; gene < nVars; gene++)
      if (gene !== 4 && row % 7 !== 3 && random.uniform() < 0.2) {
        indices.push(gene);
        data.push(random.normal());
      }
    indptr.push(data.length);
  }
  return {
    data: Float32Array.from(data),
    indices: Int32Array.from(indices),
    indptr: Int32Array.from(indptr),
  };
}

async function writeRandom(name: string, seed: number): Promise<string> {
  const path = join(home, name);
  await writeH5ad(path, {
    nObs,
    nVars,
    obsNames: Array.from({ length: nObs }, (_, i) => `cell ${i}`),
    varNames: Array.from({ length: nVars }, (_, i) => `gene ${i}`),
    X: randomMatrix(seed),
  });
  return path;
}

async function scan(path: string): Promise<Float32Array[]> {
  const root = await openHdf5(path);
  const matrix = openMatrix(root, 'X')!;
  const columns = Array.from({ length: nVars }, (_, gene) => matrix.readColumn(gene));
  root.close();
  return columns;
}

function indexed(path = file): Float32Array[] | undefined {
  const index = openGeneIndex(path, 'X');
  if (!index) return undefined;
  const columns = Array.from({ length: nVars }, (_, gene) => index.readColumn(gene));
  index.close();
  return columns;
}

const cached = () => listCache()[0]!;

/** Changes one byte. */
function damage(path: string, offset: number): void {
  const descriptor = openSync(path, 'r+');
  writeSync(descriptor, Uint8Array.of(0xa5), 0, 1, offset);
  closeSync(descriptor);
}

describe('a gene from the index', () => {
  it.each([1e6, 700, 100, 3])('is the gene in the file, with parts of %d values', async (partEntries) => {
    expect(await ensureGeneIndex(file, 'X', { partEntries })).toBe(true);
    expect(indexed()).toEqual(genes);
    expect(await readGene(file, 'X', 3)).toEqual(genes[3]);
    expect(await ensureGeneIndex(file, 'X')).toBe(false);
  });

  it('needs no index to be read', async () => {
    expect(await readGene(file, 'X', 3)).toEqual(genes[3]);
    expect(listCache()).toEqual([]);
  });

  it('has its size said before and after', async () => {
    const { bytes, state } = await geneIndexState(file);
    expect(state).toBe('absent');
    await ensureGeneIndex(file);
    const after = await geneIndexState(file);
    expect(after).toEqual({ state: 'present', bytes: cached().bytes });
    expect(Math.abs(after.bytes - bytes)).toBeLessThan(5000);
    expect(listIndexes()).toMatchObject([{ key: 'X', source: { path: file }, partial: false }]);
  });

  it('progress rises to the number of cells', async () => {
    const steps: number[] = [];
    await ensureGeneIndex(file, 'X', { partEntries: 100, onProgress: (step) => steps.push(step) });
    expect(steps).toEqual([...steps].sort((a, b) => a - b));
    expect(steps.length).toBeGreaterThan(20);
    expect(steps.at(-1)).toBe(nObs);
  });
});

describe('an index that does not fit', () => {
  it('is built anew when the file has changed', async () => {
    const changing = await writeRandom('changing.h5ad', 1);
    await ensureGeneIndex(changing);
    await writeRandom('changing.h5ad', 2);
    expect(openGeneIndex(changing, 'X')).toBeUndefined();
    expect(await readGene(changing, 'X', 3)).toEqual((await scan(changing))[3]);
    expect(await ensureGeneIndex(changing)).toBe(true);
    expect(indexed(changing)).toEqual(await scan(changing));
    expect(listCache()).toHaveLength(1);
  });

  it('with a gene damaged, gives the gene of the file and goes', async () => {
    await ensureGeneIndex(file, 'X', { partEntries: 700 });
    damage(cached().path, 64 + 5);
    expect(await readGene(file, 'X', 0)).toEqual(genes[0]);
    expect(listCache()).toEqual([]);
    expect(await ensureGeneIndex(file)).toBe(true);
    expect(indexed()).toEqual(genes);
  });

  it.each([
    ['magic', (_: number) => 2],
    ['head', (_: number) => 18],
    ['tables', (bytes: number) => bytes - 9],
  ])('with its %s damaged, is none and goes', async (_, offset) => {
    await ensureGeneIndex(file);
    damage(cached().path, offset(cached().bytes));
    expect(openGeneIndex(file, 'X')).toBeUndefined();
    expect(listCache()).toEqual([]);
  });

  it.each([0, 10, 64, 5000])('cut to %d bytes, is none and goes', async (bytes) => {
    await ensureGeneIndex(file);
    truncateSync(cached().path, bytes);
    expect(openGeneIndex(file, 'X')).toBeUndefined();
    expect(listCache()).toEqual([]);
  });
});

describe('the cache', () => {
  it('holds nothing after a stop, wherever it comes', async () => {
    for (const limit of [0, 1, 5, 20]) {
      let asked = 0;
      const shouldStop = () => asked++ >= limit;
      await expect(ensureGeneIndex(file, 'X', { partEntries: 100, shouldStop })).rejects.toThrow(
        CancelledError,
      );
      expect(readdirSync(cacheFolder())).toEqual([]);
    }
  });

  it('refuses what is larger than its bound, with the way out', async () => {
    process.env.MEANDER_CACHE_GB = '0.00001';
    const error = await ensureGeneIndex(file).catch((e) => e);
    expect(error).toBeInstanceOf(InputError);
    expect(error.detail).toMatchObject({ key: 'X', option: 'MEANDER_CACHE_GB' });
  });

  it('drops what was used least recently when the bound is reached', async () => {
    const others = [await writeRandom('second.h5ad', 2), await writeRandom('third.h5ad', 3)];
    await ensureGeneIndex(file);
    const bytes = cached().bytes;
    await ensureGeneIndex(others[0]!);
    for (const [i, { path }] of listCache().entries()) utimesSync(path, 1000 + i, 1000 + i);
    openGeneIndex(file, 'X')!.close();
    process.env.MEANDER_CACHE_GB = String((2.6 * bytes) / 1e9);
    await ensureGeneIndex(others[1]!);
    expect(
      listIndexes()
        .map(({ source }) => source!.path)
        .sort(),
    ).toEqual([file, others[1]].sort());
  });

  it('removes its own files only, those left behind by a kill after a while', async () => {
    const foreign = join(cacheFolder(), 'notes.txt');
    const partial = join(cacheFolder(), 'abc.genes.1-1.partial');
    writeFileSync(foreign, 'mine');
    writeFileSync(partial, 'half');
    await ensureGeneIndex(file);
    expect(statSync(partial).size).toBe(4);
    utimesSync(partial, 1000, 1000);
    await ensureGeneIndex(await writeRandom('fourth.h5ad', 4));
    expect(() => statSync(partial)).toThrow();
    expect(clearCache().files).toBe(2);
    expect(readdirSync(cacheFolder())).toEqual(['notes.txt']);
  });
});
