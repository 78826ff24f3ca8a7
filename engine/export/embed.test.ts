import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { csrOf, generatedCounts, readPreprocessReference } from '../../fixtures/reference/preprocess.ts';
import { type ExperimentInput, parseExperiment } from '../config.ts';
import { loadDataset, loadOptionsOf } from '../dataset/load.ts';
import { CancelledError, InputError } from '../errors.ts';
import { openH5ad } from '../io/h5ad-read.ts';
import { type H5adContent, writeH5ad } from '../io/h5ad-write.ts';
import { type EmbedOptions, embedFile } from './embed.ts';

const folder = mkdtempSync(join(tmpdir(), 'meander-embed-'));
afterAll(() => rmSync(folder, { recursive: true }));

const rows = generatedCounts(readPreprocessReference())
  .slice(0, 60)
  .map((row) => row.slice(0, 80));
const content: H5adContent = {
  nObs: 60,
  nVars: 80,
  obsNames: rows.map((_, i) => `cell ${i}`),
  varNames: Array.from({ length: 80 }, (_, j) => (j < 3 ? `mt-${j}` : `gene ${j}`)),
  X: csrOf(rows),
  obs: {
    day: Float64Array.from(rows, (_, i) => i % 3),
    total_counts: Float64Array.from(rows, () => 7),
    type: rows.map((_, i) => ['a', 'b', null][i % 3]!),
  },
  uns: { note: 'kept' },
};
let written = 0;
const next = () => join(folder, `${written++}.h5ad`);
async function fileOf(more: Partial<H5adContent> = {}): Promise<string> {
  const path = next();
  await writeH5ad(path, { ...content, ...more });
  return path;
}
const configOf = (given: Partial<ExperimentInput> = {}) =>
  parseExperiment({ time: 'day', methods: ['ot-mfm'], seeds: 1, dims: 4, variableGenes: 30, ...given });
const optionsOf = (given: Partial<ExperimentInput> = {}): EmbedOptions => loadOptionsOf(configOf(given));
async function opened<T>(path: string, look: (file: Awaited<ReturnType<typeof openH5ad>>) => T): Promise<T> {
  const file = await openH5ad(path);
  try {
    return look(file);
  } finally {
    file.close();
  }
}

describe('an h5ad with counts', () => {
  it('gains components, a map and quality, and keeps all that it had', async () => {
    const path = await fileOf();
    const out = next();
    const notes = await embedFile([path], out, optionsOf());
    expect(notes.join(' ')).toMatch(/computed from X.*The map is computed from 4 dimensions/);
    await opened(out, (file) => {
      expect(file.obsm().map(({ name, shape }) => [name, ...shape])).toEqual([
        ['X_pca', 60, 4],
        ['X_umap', 60, 2],
      ]);
      expect(file.readObsm('X_umap').values.every(Number.isFinite)).toBe(true);
      expect(file.readObs('total_counts')).toEqual({ kind: 'number', values: content.obs!.total_counts });
      const sums = rows.map((row) => row.filter((value) => value > 0).length);
      expect(file.readObs('n_genes_by_counts')).toEqual({
        kind: 'number',
        values: Float64Array.from(sums),
      });
      expect(file.obsColumns().map(({ name }) => name)).toEqual([
        'day',
        'total_counts',
        'type',
        'n_genes_by_counts',
        'pct_counts_mt',
      ]);
      expect(file.matrix()!.readRows(0, 60)).toEqual(content.X);
      expect(file.element('uns/note')).toBeDefined();
    });
  });

  it('has components that a fit then takes: the same as it would have computed', async () => {
    const path = await fileOf();
    const out = next();
    await embedFile([path], out, optionsOf());
    const [before, after] = await Promise.all(
      [path, out].map((from) => loadDataset([from], loadOptionsOf(configOf()))),
    );
    expect(after!.embedding.computed).toBe(null);
    expect(after!.embedding.points).toEqual(before!.embedding.points);
    expect(after!.map!.name).toBe('X_umap');
    // points = (log1p(normalised) − mean) · loadings: what varm/PCs says of the genes
    const { values, shape } = await opened(out, (file) => file.readVarm('PCs'));
    expect(shape).toEqual([80, 4]);
    const chosen = before!.embedding.computed!.columns;
    const others = Array.from({ length: 80 }, (_, j) => j).filter((j) => !chosen.includes(j));
    expect(others.every((j) => values.slice(4 * j, 4 * j + 4).every((value) => value === 0))).toBe(true);
    expect([...chosen.slice(0, 3)].every((j) => values.slice(4 * j, 4 * j + 4).some((v) => v !== 0))).toBe(
      true,
    );
  });

  it('gives the same values to the bit again', async () => {
    const path = await fileOf();
    const [a, b] = [next(), next()];
    await embedFile([path], a, optionsOf());
    await embedFile([path], b, optionsOf());
    // not the same bytes: HDF5 notes the second in which an array was made
    const all = (file: Awaited<ReturnType<typeof openH5ad>>) =>
      ['obs', 'var', 'obsm', 'varm', 'uns', 'X'].map((key) => file.element(key));
    expect(await opened(a, all)).toEqual(await opened(b, all));
  });

  it('keeps an embedding and a map that it has', async () => {
    const own = {
      values: Float32Array.from({ length: 120 }, (_, i) => i % 11),
      shape: [60, 2] as [number, number],
    };
    const path = await fileOf({ obsm: { X_pca: own, X_umap: own } });
    const out = next();
    const notes = await embedFile([path], out, optionsOf({ dims: null }));
    expect(notes.join(' ')).toMatch(/map is the file's own/);
    await opened(out, (file) => expect(file.readObsm('X_umap').values).toEqual(own.values));
    await expect(embedFile([path], next(), optionsOf({ expression: 'X' }))).rejects.toThrow(/X_pca already/);
  });

  it('writes over nothing: of components or a map that cannot be used, nor a ranking of genes', async () => {
    const highly_variable_rank = Float32Array.from({ length: 80 }, (_, j) => j);
    const ranked = next();
    await embedFile([await fileOf({ var: { highly_variable_rank } })], ranked, optionsOf());
    await opened(ranked, (file) =>
      expect(file.readVar('highly_variable_rank')).toEqual({
        kind: 'number',
        values: highly_variable_rank,
      }),
    );
    const PCs = { values: new Float64Array(320).fill(3), shape: [80, 4] as [number, number] };
    const left = embedFile([await fileOf({ varm: { PCs } })], next(), optionsOf());
    await expect(left).rejects.toMatchObject({ detail: { key: 'varm/PCs' } });
    const X_umap = { values: new Float32Array(120).fill(Number.NaN), shape: [60, 2] as [number, number] };
    const path = await fileOf({ obsm: { X_umap } });
    await expect(embedFile([path], next(), optionsOf())).rejects.toMatchObject({
      detail: { key: 'obsm/X_umap', option: '--map' },
    });
    await embedFile([path], next(), optionsOf({ map: 'none' }));
  });
});

describe('other files', () => {
  it('become an h5ad: two, joined, with their columns, and places for all cells', async () => {
    const paths = [await fileOf(), await fileOf({ obs: { day: content.obs!.day! } })];
    const out = next();
    await embedFile(paths, out, optionsOf({ where: [{ column: 'day', min: 1, max: null }] }));
    await opened(out, (file) => {
      expect(file.nObs).toBe(120);
      expect(file.obsColumns().map(({ name }) => name)).toContain('file');
      expect(file.readObsm('X_pca').values.every(Number.isFinite)).toBe(true);
      expect(file.matrix()!.readRows(60, 61)).toMatchObject(csrOf(rows.slice(0, 1)));
      expect(() => file.readObsm('X_umap')).toThrow(/no finite/);
    });
  });
});

describe('what cannot be written', () => {
  it('is said before any work', async () => {
    const path = await fileOf();
    const there = next();
    writeFileSync(there, 'mine');
    await expect(embedFile([path], there, optionsOf())).rejects.toBeInstanceOf(InputError);
    expect(readFileSync(there, 'utf8')).toBe('mine');
  });

  it('leaves nothing behind when stopped', async () => {
    const out = next();
    const stopped = embedFile([await fileOf()], out, optionsOf(), { shouldStop: () => true });
    await expect(stopped).rejects.toBeInstanceOf(CancelledError);
    expect(() => readFileSync(out)).toThrow();
  });
});
