import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { InputError } from '../../engine/errors.ts';
import { type Progress, preparationSchema } from '../../engine/host/protocol.ts';
import { exampleDataset } from '../../engine/simulate/example.ts';
import { writeExample } from '../../engine/simulate/write-example.ts';
import { LINES, type Line } from '../testing/lines.ts';
import { writeMany, writeText } from '../testing/many-cells.ts';
import { type WatchedWorkers, watchWorkers } from '../testing/workers.ts';

const example = exampleDataset();
const PREPARATION = preparationSchema.parse({});
let workers: WatchedWorkers;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meander-conformance-'));
  await writeExample(join(folder, 'example.h5ad'));
  await writeMany(join(folder, 'many.h5ad'));
  await writeText(join(folder, 'text'), 300, 40, 5);
  workers = watchWorkers();
});

afterAll(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

describe.each(LINES)('over a %s', (_, connect) => {
  let line: Line;
  let client: Line['client'];
  let dataset: string;
  beforeAll(async () => {
    workers.forget();
    line = await connect(folder);
    client = line.client;
    ({ dataset } = await open('example.h5ad'));
  });
  afterAll(() => line.close());

  const open = (name: string) => client.request({ kind: 'open', files: [line.handleOf(name)] });

  test('the example is what is simulated', async () => {
    const opened = await client.request({ kind: 'example' });
    expect(opened).toMatchObject({ name: 'Example', nObs: example.nObs, nVars: example.nVars });
    expect(opened.timeColumns[0]!.name).toBe('day');
    expect(opened.embeddings).toEqual([
      { name: 'X_pca', dims: example.components, problem: null, computed: false },
    ]);
  });

  test('what is read of a file are its bits', async () => {
    const [first, third] = [0, 2];
    const positions = await client.request({
      kind: 'positions',
      dataset,
      embedding: 'X_pca',
      components: [third, first],
    });
    const { components: dims, xPca, counts, nVars, nObs } = example;
    const expected = new Float32Array(2 * nObs);
    for (let i = 0; i < nObs; i++) expected.set([xPca[i * dims + third]!, xPca[i * dims + first]!], 2 * i);
    expect(positions).toBeInstanceOf(Float32Array);
    expect(new Uint32Array(positions.slice().buffer)).toEqual(new Uint32Array(expected.buffer));
    const gene = await client.request({ kind: 'gene', dataset, column: 7 });
    expect(gene).toEqual(Float32Array.from({ length: nObs }, (_, i) => counts[i * nVars + 7]!));
  });

  test('timepoints, with edits and a subset', async () => {
    const timepoints = await client.request({
      kind: 'timepoints',
      dataset,
      time: 'day',
      timepoints: null,
      where: [],
    });
    const merged = await client.request({
      kind: 'timepoints',
      dataset,
      time: 'day',
      timepoints: [
        { labels: [timepoints.labels[0]!], time: null, name: null },
        { labels: timepoints.labels.slice(1), time: null, name: 'late' },
      ],
      where: [],
    });
    expect(timepoints.counts.reduce((sum, n) => sum + n, 0)).toBe(example.nObs);
    expect(merged.labels).toEqual([timepoints.labels[0], 'late']);
    expect(merged.counts[1]).toBe(example.nObs - timepoints.counts[0]!);
    expect(merged.cellTimepoint).toEqual(timepoints.cellTimepoint.map((k) => Math.min(k, 1)));
  });

  test('columns, a cell, a kept choice, and cells chosen by it', async () => {
    const rows = Int32Array.of(5, 9, 20, 21);
    const obs = await client.request({ kind: 'label', dataset, name: 'mine', label: '<b>A</b>', rows });
    expect(obs.at(-1)).toEqual({ name: 'mine', kind: 'categorical', nUnique: 1 });
    const types = await client.request({ kind: 'obs', dataset, column: 'cell_type' });
    const mine = await client.request({ kind: 'obs', dataset, column: 'mine' });
    if (types.kind !== 'categories' || mine.kind !== 'categories') throw new Error('no categories');
    expect([...mine.codes].flatMap((code, row) => (code === 0 ? [row] : []))).toEqual([...rows]);
    const cell = await client.request({ kind: 'cell', dataset, row: 9 });
    expect(cell.name).toBe(example.obsNames[9]);
    expect(cell.facts).toContainEqual({ column: 'cell_type', value: types.names[types.codes[9]!] });
    expect(cell.facts).toContainEqual({ column: 'mine', value: '<b>A</b>' });
    const where = [{ column: 'mine', drop: ['<b>A</b>'] }];
    const without = await client.request({
      kind: 'timepoints',
      dataset,
      time: 'day',
      timepoints: null,
      where,
    });
    expect(without.leftOut.subset).toBe(rows.length);
    const more = Int32Array.of(21, 30);
    await client.request({ kind: 'label', dataset, name: 'mine', label: 'B', rows: more });
    const both = await client.request({ kind: 'obs', dataset, column: 'mine' });
    if (both.kind !== 'categories') throw new Error('no categories');
    expect([5, 9, 20, 21, 30, 31].map((row) => both.names[both.codes[row]!])).toEqual([
      ...Array(3).fill('<b>A</b>'),
      'B',
      'B',
      undefined,
    ]);
    await expect(
      client.request({ kind: 'label', dataset, name: 'day', label: 'x', rows }),
    ).rejects.toBeInstanceOf(InputError);
  });

  test('a folder with a text matrix: genes by name and id, values', async () => {
    const { dataset, nVars } = await open('text');
    expect(nVars).toBe(40);
    const find = (text: string) => client.request({ kind: 'find genes', dataset, text, most: 5 });
    expect((await find('gene1')).map(({ name }) => name)).toEqual([
      'Gene1',
      'Gene10',
      'Gene11',
      'Gene12',
      'Gene13',
    ]);
    const [gene] = await find('ENSG00000000007');
    expect(gene).toEqual({ name: 'Gene7', id: 'ENSG00000000007', column: 7 });
    const values = await client.request({ kind: 'gene', dataset, column: 7 });
    const expected = Float32Array.from({ length: 300 }, (_, c) => {
      const k = [0, 1, 2, 3, 4].find((k) => (3 * k + c) % 40 === 7);
      return k === undefined ? 0 : k + 1;
    });
    expect(values).toEqual(expected);
  });

  test('a map is computed, with progress, for the cells that are chosen; it is kept, and used again', async () => {
    const stages = new Set<Progress['stage']>();
    const preparation = { ...PREPARATION, where: [{ column: 'day', min: null, max: 1 }] };
    const prepared = await client.request(
      { kind: 'prepare', dataset, preparation },
      { onProgress: ({ stage }) => stages.add(stage) },
    );
    expect(prepared.map).toBe('X_umap');
    expect(prepared.embeddings.map(({ name, computed }) => [name, computed])).toEqual([
      ['X_pca', false],
      ['X_umap', true],
    ]);
    expect([...stages]).toEqual(expect.arrayContaining(['neighbours', 'layout']));
    const positions = () =>
      client.request({ kind: 'positions', dataset, embedding: 'X_umap', components: [0, 1] });
    const map = await positions();
    const days = await client.request({ kind: 'obs', dataset, column: 'day' });
    if (days.kind !== 'numbers') throw new Error('no numbers');
    expect([...map].map(Number.isNaN)).toEqual([...days.values].flatMap((day) => [day > 1, day > 1]));
    line.messages.length = 0;
    await client.request({ kind: 'prepare', dataset, preparation });
    expect(line.messages.map(({ kind }) => kind)).toEqual(['result']);
    expect(await positions()).toEqual(map);
  });

  test('components are computed from counts', async () => {
    const { dataset } = await open('text');
    const preparation = { ...PREPARATION, dims: 4 };
    const prepared = await client.request({ kind: 'prepare', dataset, preparation });
    expect(prepared.embeddings).toEqual([
      { name: 'X_pca', dims: 4, problem: null, computed: true },
      { name: 'X_umap', dims: 2, problem: null, computed: true },
    ]);
    const places = await client.request({
      kind: 'positions',
      dataset,
      embedding: 'X_pca',
      components: [0, 3],
    });
    const variance = (k: number) => {
      const values = [...places].filter((_, at) => at % 2 === k);
      return values.reduce((sum, value) => sum + value * value, 0);
    };
    expect(variance(0)).toBeGreaterThan(variance(1));
  });

  test('a cell without a place has none', async () => {
    const { dataset, embeddings } = await open('many.h5ad');
    expect(embeddings[0]).toMatchObject({ name: 'X_cloud', problem: null });
    const places = await client.request({
      kind: 'positions',
      dataset,
      embedding: 'X_cloud',
      components: [1],
    });
    expect([...places].flatMap((value, row) => (Number.isNaN(value) ? [row] : []))).toEqual([0]);
  });

  test('errors keep their kind and say what to do, without paths', async () => {
    await client.request({ kind: 'cell', dataset, row: 0 });
    const before = new Set(workers.alive());
    const error = await client
      .request({ kind: 'timepoints', dataset, time: 'dya', timepoints: null, where: [] })
      .catch((error: unknown) => error);
    expect(error).toBeInstanceOf(InputError);
    expect((error as InputError).detail).toMatchObject({ file: 'example.h5ad', key: 'obs/dya' });
    expect(JSON.stringify(line.messages)).not.toContain(folder);
    // what the user got wrong costs no worker, which may keep a large text in memory
    expect(new Set(workers.alive())).toEqual(before);
    await expect(open('nowhere')).rejects.toBeInstanceOf(InputError);
    await expect(client.request({ kind: 'gene', dataset, column: 1e6 })).rejects.toBeInstanceOf(InputError);
    // the example's genes have no names that tell of growth
    const growth = {
      kind: 'growth',
      dataset,
      expression: null,
      expressionState: 'auto',
      targetSum: null,
    } as const;
    await expect(client.request(growth)).rejects.toThrow(/genes that tell of growth are not in this file/);
    await expect(client.request({ kind: 'cell', dataset, row: 1e6 })).rejects.toBeInstanceOf(InputError);
    await expect(
      client.request({ kind: 'positions', dataset, embedding: 'X_pca', components: [500] }),
    ).rejects.toBeInstanceOf(InputError);
    const text = await open('text');
    await client.request({ kind: 'close', dataset: text.dataset });
    await expect(client.request({ kind: 'cell', dataset: text.dataset, row: 0 })).rejects.toBeInstanceOf(
      InputError,
    );
  });

  test('what is no message of ours is answered if it has an id, and harms nobody', async () => {
    const answered = () => line.messages.map(({ id }) => id);
    line.messages.length = 0;
    line.sendRaw('nonsense');
    line.sendRaw({ kind: 'request', request: { kind: 'example' } });
    line.sendRaw({ id: 900, kind: 'request', request: { kind: 'open', files: ['/etc/passwd'], path: '/' } });
    line.sendRaw({ id: 901, kind: 'request', request: { kind: 'open', files: ['/etc/passwd'] } });
    line.sendRaw({ id: 902, kind: 'cancel' });
    line.sendRaw({ id: -1, kind: 'cancel' });
    await expect(open('nowhere')).rejects.toBeInstanceOf(InputError);
    expect(answered()).toEqual(expect.arrayContaining([900, 901]));
    expect(answered()).not.toContain(902);
    for (const message of line.messages.filter(({ id }) => id >= 900))
      expect(message).toMatchObject({ kind: 'error', error: { tag: 'input' } });
  });
});
