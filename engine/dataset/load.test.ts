import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { csrOf, generatedCounts, readPreprocessReference } from '../../fixtures/reference/preprocess.ts';
import { type ExperimentInput, parseExperiment } from '../config.ts';
import { CancelledError, type InputError } from '../errors.ts';
import { ARRAY, DICT, type H5adContent, writeH5ad } from '../io/h5ad-write.ts';
import { saveHdf5 } from '../io/hdf5-write.ts';
import { loadDataset, loadOptionsOf, pointsWithout } from './load.ts';

const folder = mkdtempSync(join(tmpdir(), 'meander-load-'));
afterAll(() => rmSync(folder, { recursive: true }));

const reference = readPreprocessReference();
const all = generatedCounts(reference);
const rows = all.slice(0, 90).map((row) => row.slice(0, 120));
const days = rows.map((_, i) => [0, 2, 5][i % 3]!);

let written = 0;
async function fileOf(cells: ArrayLike<number>[], more: Partial<H5adContent> = {}): Promise<string> {
  const path = join(folder, `${written++}.h5ad`);
  await writeH5ad(path, {
    nObs: cells.length,
    nVars: cells[0]!.length,
    obsNames: cells.map((_, i) => `cell ${i}`),
    varNames: Array.from({ length: cells[0]!.length }, (_, j) => (j < 5 ? `MT-${j}` : `gene ${j}`)),
    X: csrOf(cells),
    obs: { day: Float64Array.from(cells, (_, i) => days[i]!) },
    ...more,
  });
  return path;
}
const load = (path: string, given: Partial<ExperimentInput> = {}) =>
  loadDataset(
    [path],
    loadOptionsOf(
      parseExperiment({ time: 'day', methods: ['ot-mfm'], seeds: 1, dims: 5, variableGenes: 40, ...given }),
    ),
  );
const errorOf = async (promise: Promise<unknown>) =>
  (await promise.then(
    () => undefined,
    (error: unknown) => error,
  )) as InputError;

describe('a file with counts only', () => {
  it('gets principal components, also without each held-out timepoint', async () => {
    const dataset = await load(await fileOf(rows));
    expect(dataset.embedding).toMatchObject({ name: 'X_pca', dims: 5 });
    expect(dataset.embedding.computed).toMatchObject({ expression: 'X', state: 'counts' });
    expect(dataset.embedding.computed!.genes.length).toBe(40);
    expect(dataset.heldOutEmbeddings.map(({ heldOut, dims }) => [heldOut, dims])).toEqual([[[1], 5]]);
    expect(dataset.notes.join(' ')).toMatch(/computed from X, which holds counts.*done anew without them/);
  });

  it('lets no held-out cell change the space of the fit that holds it out', async () => {
    const other = rows.map((row, i) => (days[i] === 2 ? row.map((value, j) => (value * 3 + j) % 11) : row));
    const [before, after] = [await load(await fileOf(rows)), await load(await fileOf(other))];
    const seen = (points: Float32Array) => points.filter((_, at) => days[Math.floor(at / 5)] !== 2);
    expect(seen(pointsWithout(after, [1]))).toEqual(seen(pointsWithout(before, [1])));
    expect(seen(after.embedding.points)).not.toEqual(seen(before.embedding.points));
    // as published: one space, which saw them
    const paper = await load(await fileOf(rows), { protocol: 'paper' });
    expect(pointsWithout(paper, [1])).toEqual(before.embedding.points);
  });

  it('fits on the cells that take part, and places the others too', async () => {
    const type = rows.map((_, i) => (i % 7 === 0 ? 'doublet' : 'cell'));
    const other = rows.map((row, i) => (i % 7 === 0 ? row.map((value) => 9 * value) : row));
    const where = [{ column: 'type', keep: ['cell'] }];
    const [a, b] = await Promise.all(
      [rows, other].map(async (cells) =>
        load(await fileOf(cells, { obs: { day: Float64Array.from(days), type } }), { where }),
      ),
    );
    expect(b!.embedding.computed!.loadings).toEqual(a!.embedding.computed!.loadings);
    expect(a!.embedding.points.every(Number.isFinite)).toBe(true);
  });

  it('says the same for the same bits, again and again', async () => {
    const path = await fileOf(rows);
    expect(await load(path)).toEqual(await load(path));
  });
});

describe('what the file has', () => {
  const own = {
    values: Float32Array.from({ length: 180 }, (_, i) => i % 13),
    shape: [90, 2] as [number, number],
  };

  it('is used, and said to have seen the held-out cells', async () => {
    const path = await fileOf(rows, { obsm: { X_pca: own } });
    const dataset = await load(path, { dims: null });
    expect(dataset.embedding).toMatchObject({ dims: 2, points: own.values, computed: null });
    expect(dataset.heldOutEmbeddings).toEqual([]);
    expect(dataset.notes.join(' ')).toMatch(/may have seen the held-out cells/);
  });

  it('is computed anew where its expression is named', async () => {
    const path = await fileOf(rows, { obsm: { X_pca: own } });
    const dataset = await load(path, { expression: 'X' });
    expect(dataset.embedding.points).toEqual((await load(await fileOf(rows))).embedding.points);
  });

  it('cannot be another embedding that is not there, nor another matrix', async () => {
    const path = await fileOf(rows);
    expect((await errorOf(load(path, { embedding: 'X_harmony' }))).detail.key).toBe('obsm/X_harmony');
    const other = join(folder, 'other.h5ad');
    await writeH5ad(other, {
      nObs: 90,
      nVars: 0,
      obsNames: rows.map((_, i) => `cell ${i}`),
      varNames: [],
      obs: { day: Float64Array.from(days) },
      obsm: { X_harmony: own },
    });
    expect((await errorOf(load(other))).detail.action).toBe('Name what serves: --embedding X_harmony.');
    expect(await errorOf(load(path, { expression: 'layers/counts' }))).toMatchObject({
      detail: { option: '--expression', expected: 'one of: X' },
    });
  });

  it('is counts, wherever they are, where variable genes are told from counts', async () => {
    const logged = rows.map((row) => row.map((value) => Math.log1p(value / 7)));
    const bare = await fileOf(logged);
    const path = join(folder, 'layer.h5ad');
    await saveHdf5(
      path,
      (writer) => {
        writer.group('layers', DICT);
        writer.dataset('layers/counts', Float32Array.from(rows.flatMap((row) => [...row])), ARRAY, [90, 120]);
      },
      { copyOf: { path: bare, bytes: 100_000 } },
    );
    expect((await load(path)).embedding.computed).toMatchObject({ expression: 'X' });
    const dataset = await load(path, { flavour: 'seurat_v3' });
    expect(dataset.embedding.computed).toMatchObject({ expression: 'layers/counts', state: 'counts' });
    const none = await errorOf(load(bare, { flavour: 'seurat_v3' }));
    expect(none.detail.option).toBe('--flavour');
  });

  it('need not be clear, if the user says what it is', async () => {
    const odd = rows.map((row, i) => row.map((value, j) => value * (20 + ((i * 7 + j) % 5)) + 0.5));
    const path = await fileOf(odd);
    expect((await errorOf(load(path))).message).toMatch(/not clear what was done/);
    const dataset = await load(path, { expressionState: 'counts' });
    expect(dataset.embedding.computed!.state).toBe('counts');
  });
});

describe('quality', () => {
  it('leaves cells out by limits, which change nothing for the others', async () => {
    const cells = rows.map((row, i) => (i % 9 === 4 ? row.map((value, j) => (j < 5 ? 500 : value)) : row));
    const dataset = await load(await fileOf(cells), { maxMitochondrial: 0.5, minGenes: 1 });
    expect([...dataset.timepoints.cellTimepoint].filter((k) => k < 0).length).toBe(10);
    expect(dataset.notes[0]).toBe('0 cells have fewer than 1 genes and take no part.');
    expect(dataset.notes[1]).toMatch(/^10 cells have more than 50 %/);
    // of the cells that the conditions leave
    const where = [{ column: 'day', min: 2, max: null }];
    const within = await load(await fileOf(cells), { maxMitochondrial: 0.5, where });
    const failing = days.filter((day, i) => day >= 2 && i % 9 === 4).length;
    expect(within.notes[1]).toMatch(new RegExp(`^${failing} cells have more than 50 %`));
    expect(within.timepoints.counts.reduce((sum, n) => sum + n, 0)).toBe(60 - failing);
  });

  it('needs counts, mitochondrial genes and a cell that passes', async () => {
    const logged = await fileOf(rows.map((row) => row.map((value) => Math.log1p(value / 7))));
    expect((await errorOf(load(logged, { minGenes: 3 }))).detail.option).toBe('--min-genes');
    const nameless = await fileOf(rows, { varNames: Array.from({ length: 120 }, (_, j) => `gene ${j}`) });
    expect((await errorOf(load(nameless, { maxMitochondrial: 0.2 }))).message).toMatch(/mitochondrial/);
    expect((await errorOf(load(await fileOf(rows), { minCounts: 1e9 }))).message).toMatch(/No cell passes/);
  });
});

describe('what cannot be', () => {
  it.each([
    ['NaN', Number.NaN],
    ['negative, where the rest is counts', -2],
    ['infinite', Number.POSITIVE_INFINITY],
  ])('is said with its cell and gene: %s', async (_, value) => {
    // beyond the sample that tells what X is: no value may hide there
    const many = Array.from({ length: 700 }, (_row, i) => rows[i % 90]!);
    let hidden: InputError | undefined;
    for (let i = 0; i < 700 && !hidden?.detail?.found?.includes('cell'); i += 53) {
      const cells = many.map((row, k) => (k === i ? row.map((x, j) => (j === 3 ? value : x)) : row));
      const obs = { day: Float64Array.from(cells, (_row, k) => k % 3) };
      hidden = await errorOf(load(await fileOf(cells, { obs }), { expressionState: 'counts' }));
      expect(hidden.detail.found).toBe(`${value} in cell cell ${i}, gene MT-3`);
      expect(hidden.detail.key).toBe('X');
    }
  });

  it('is more dimensions than cells or genes allow; fewer are taken where none are asked for', async () => {
    const path = await fileOf(rows.map((row) => row.slice(0, 4)));
    expect(await errorOf(load(path, { dims: 30 }))).toMatchObject({ detail: { option: '--dims' } });
    const few = await load(await fileOf(rows.slice(0, 12)), { dims: null });
    expect([few.embedding.dims, few.heldOutEmbeddings[0]!.dims]).toEqual([7, 7]);
    expect(few.notes.join(' ')).toMatch(/11 principal components.*7 of them are used/);
    const dataset = await load(path, { dims: null });
    expect(dataset.embedding.dims).toBeLessThanOrEqual(4);
    expect(dataset.embedding.points.every(Number.isFinite)).toBe(true);
  });

  it('is a file of constant or of no counts', async () => {
    const constant = rows.map(() => [2, 2, 2]);
    expect((await errorOf(load(await fileOf(constant)))).message).toMatch(/No gene varies/);
    expect((await errorOf(load(await fileOf(rows.map(() => [0, 0]))))).message).toMatch(/any counts/);
    const rare = await errorOf(load(await fileOf(rows), { minCells: 91 }));
    expect(rare).toMatchObject({ detail: { option: '--min-cells' } });
  });

  it('stops when asked', async () => {
    const config = parseExperiment({ time: 'day', methods: ['ot-mfm'], seeds: 1 });
    const stopped = loadDataset([await fileOf(rows)], loadOptionsOf(config), { shouldStop: () => true });
    await expect(stopped).rejects.toBeInstanceOf(CancelledError);
  });
});
