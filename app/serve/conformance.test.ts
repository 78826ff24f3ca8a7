import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageChannel, Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { CancelledError, InputError, WorkError } from '../../engine/errors.ts';
import { createHost } from '../../engine/host/host.ts';
import {
  type EngineMessage,
  type FileInfo,
  type Progress,
  preparationSchema,
  type Request,
} from '../../engine/host/protocol.ts';
import { writeH5ad } from '../../engine/io/h5ad-write.ts';
import { randomStream } from '../../engine/random.ts';
import { exampleDataset } from '../../engine/simulate/example.ts';
import { writeExample } from '../../engine/simulate/write-example.ts';
// biome-ignore-start lint/style/noRestrictedImports: both ends of the contract meet here
import { type Client, createClient } from '../../renderer/client/client.ts';
import type { Transport } from '../../renderer/client/engine-client.ts';
import { createPortTransport, type Port } from '../../renderer/client/message-port.ts';
import { createSocketTransport, type Socket } from '../../renderer/client/socket-transport.ts';
// biome-ignore-end lint/style/noRestrictedImports: as above
import { startServer } from '../serve.ts';
import { enter } from '../testing/served.ts';

/** One interface and its engine, with what goes over the line in between. */
interface Line {
  client: Client;
  messages: EngineMessage[];
  handleOf(name: string): string;
  /** whatever, past the client */
  sendRaw(message: unknown): void;
  /** as when the page is closed, or the engine's process ends */
  disconnect(): void;
  close(): Promise<void>;
}

const example = exampleDataset();
const PREPARATION = preparationSchema.parse({});
/** More cells than can be laid out in the time that a cancel takes. */
const MANY = 4000;
/** each with the kind of its last task */
const workers = new Map<Worker, string>();
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meander-conformance-'));
  await writeExample(join(folder, 'example.h5ad'));
  const random = randomStream(1, 'conformance');
  const cloud = Float32Array.from({ length: MANY * 20 }, () => random.normal());
  cloud.fill(Number.NaN, 0, 20);
  await writeH5ad(join(folder, 'many.h5ad'), {
    nObs: MANY,
    nVars: 0,
    obsNames: Array.from({ length: MANY }, (_, i) => `cell ${i}`),
    varNames: [],
    obs: {
      day: Float64Array.from({ length: MANY }, (_, i) => i % 3),
      good: Int32Array.from({ length: MANY }, (_, i) => Number(i > 0)),
    },
    obsm: { X_cloud: { values: cloud, shape: [MANY, 20] } },
  });
  await writeText(join(folder, 'text'), 300, 40, 5);
  await writeText(join(folder, 'long text'), 20_000, 500, 100);
  const { postMessage } = Worker.prototype;
  vi.spyOn(Worker.prototype, 'postMessage').mockImplementation(function (this: Worker, ...args) {
    workers.set(this, (args[0] as { kind: string }).kind);
    return postMessage.apply(this, args as Parameters<typeof postMessage>);
  });
});

afterAll(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

/** A matrix.mtx with names; entry k of a cell c is the gene 3k + c, with the value k + 1. */
async function writeText(path: string, cells: number, genes: number, each: number): Promise<void> {
  await mkdir(path);
  const lines = [`%%MatrixMarket matrix coordinate integer general`, `${genes} ${cells} ${cells * each}`];
  for (let c = 0; c < cells; c++)
    for (let k = 0; k < each; k++) lines.push(`${((3 * k + c) % genes) + 1} ${c + 1} ${k + 1}`);
  await writeFile(join(path, 'matrix.mtx'), `${lines.join('\n')}\n`);
  await writeFile(join(path, 'barcodes.tsv'), Array.from({ length: cells }, (_, c) => `b${c}\n`).join(''));
  await writeFile(
    join(path, 'genes.tsv'),
    Array.from({ length: genes }, (_, g) => `ENSG${String(g).padStart(11, '0')}\tGene${g}\n`).join(''),
  );
}

function deferred(): { promise: Promise<void>; resolve(): void } {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

const idle = async (worker: Worker) => {
  const before = worker.performance.eventLoopUtilization();
  await new Promise((resolve) => setTimeout(resolve, 100));
  return worker.performance.eventLoopUtilization(before).utilization < 0.5;
};
const alive = () => [...workers.keys()].filter(({ threadId }) => threadId !== -1);

async function overPorts(): Promise<Line> {
  const host = createHost({
    pathsOf: (handles) =>
      handles.map((handle) => {
        if (!handle.startsWith('file ')) throw new InputError('This file is not known.');
        return join(folder, handle.slice(5));
      }),
  });
  const { port1, port2 } = new MessageChannel();
  const connection = host.connect((message) => port1.postMessage(message));
  port1.on('message', (message) => connection.receive(message));
  const transport = createPortTransport();
  transport.attach(port2 as unknown as Port);
  return {
    ...observed(transport),
    handleOf: (name) => `file ${name}`,
    sendRaw: (message) => port2.postMessage(message),
    disconnect() {
      void connection.close();
      transport.lose();
    },
    async close() {
      port1.close();
      await host.close();
    },
  };
}

async function overSocket(): Promise<Line> {
  const pages = await mkdtemp(join(tmpdir(), 'meander-pages-'));
  await writeFile(join(pages, 'index.html'), '<!doctype html>');
  const server = await startServer({ folders: [folder], port: 0, interfaceFolder: pages });
  const { origin, cookie } = await enter(server.url);
  const files = (await (await fetch(`${origin}/api/files`, { headers: { cookie } })).json()) as FileInfo[];
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/engine`, { headers: { cookie }, origin });
  socket.on('error', () => {});
  const transport = createSocketTransport(socket as unknown as Socket);
  const { Packr } = await import('msgpackr');
  return {
    ...observed(transport),
    handleOf: (name) => files.find((file) => file.name === name)?.handle ?? name,
    sendRaw: (message) => socket.send(new Packr({ useRecords: false, moreTypes: true }).pack(message)),
    disconnect: () => socket.terminate(),
    async close() {
      await server.close();
      await rm(pages, { recursive: true });
    },
  };
}

function observed(transport: Transport): Pick<Line, 'client' | 'messages'> {
  const messages: EngineMessage[] = [];
  const client = createClient({
    ...transport,
    onMessage: (listener) =>
      transport.onMessage((message) => {
        messages.push(message);
        listener(message);
      }),
  });
  return { client, messages };
}

describe.each([
  ['MessagePort', overPorts],
  ['WebSocket', overSocket],
])('over a %s', (_, connect) => {
  let line: Line;
  let client: Client;
  let dataset: string;
  let many: string;
  beforeAll(async () => {
    workers.clear();
    line = await connect();
    client = line.client;
    ({ dataset } = await open('example.h5ad'));
    ({ dataset: many } = await open('many.h5ad'));
  });
  afterAll(() => line.close());

  const open = (name: string) => client.request({ kind: 'open', files: [line.handleOf(name)] });
  /** a map of cells that takes its time */
  const longWork = () =>
    ({
      kind: 'prepare',
      dataset: many,
      preparation: { ...PREPARATION, embedding: 'X_cloud', where: [{ column: 'good', min: 1, max: null }] },
    }) satisfies Request;

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
    const before = new Set(alive());
    const error = await client
      .request({ kind: 'timepoints', dataset, time: 'dya', timepoints: null, where: [] })
      .catch((error: unknown) => error);
    expect(error).toBeInstanceOf(InputError);
    expect((error as InputError).detail).toMatchObject({ file: 'example.h5ad', key: 'obs/dya' });
    expect(JSON.stringify(line.messages)).not.toContain(folder);
    // what the user got wrong costs no worker, which may keep a large text in memory
    expect(new Set(alive())).toEqual(before);
    await expect(open('nowhere')).rejects.toBeInstanceOf(InputError);
    await expect(client.request({ kind: 'gene', dataset, column: 1e6 })).rejects.toBeInstanceOf(InputError);
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

  test('quick requests do not wait for long ones', async () => {
    const stop = new AbortController();
    const begun = deferred();
    let ended = false;
    const long = client
      .request(longWork(), {
        signal: stop.signal,
        onProgress: ({ stage }) => stage !== 'reading' && begun.resolve(),
      })
      .finally(() => {
        ended = true;
      });
    await begun.promise;
    await client.request({ kind: 'obs', dataset: many, column: 'day' });
    expect(ended).toBe(false);
    stop.abort();
    await expect(long).rejects.toBeInstanceOf(CancelledError);
  });

  // how soon a cancel is answered is part of the contract; a busy machine gets another try
  test.each(['prepare', 'open'] as const)(
    'a cancel of %s is answered within 500 ms, and nothing goes on',
    { retry: 2 },
    async (what) => {
      const stop = new AbortController();
      const begun = deferred();
      const options = {
        signal: stop.signal,
        onProgress: ({ stage }: Progress) => (what === 'open' || stage !== 'reading') && begun.resolve(),
      };
      const before = new Set(alive());
      const running =
        what === 'open'
          ? client.request({ kind: 'open', files: [line.handleOf('long text')] }, options)
          : client.request(longWork(), options);
      await begun.promise;
      line.messages.length = 0;
      const start = performance.now();
      stop.abort();
      await expect(running).rejects.toBeInstanceOf(CancelledError);
      const answers = () => line.messages.filter(({ kind }) => kind !== 'progress');
      await vi.waitFor(() => expect(answers()).toHaveLength(1), { timeout: 5000, interval: 5 });
      expect(performance.now() - start).toBeLessThan(500);
      expect(answers()[0]).toMatchObject({ kind: 'error', error: { tag: 'cancelled' } });
      expect(await Promise.all(alive().map(idle))).not.toContain(false);
      const more = () => alive().filter((worker) => !before.has(worker));
      if (what === 'open') await vi.waitFor(() => expect(more()).toEqual([]));
      expect(answers()).toHaveLength(1);
      await client.request({ kind: 'obs', dataset, column: 'day' });
    },
  );

  test('a worker that is killed is told, and the next request works', async () => {
    const busyWith = (kind: string) => alive().filter((worker) => workers.get(worker) === kind);
    const running = client.request(longWork(), {
      onProgress: () => void busyWith('prepare')[0]?.terminate(),
    });
    await expect(running).rejects.toBeInstanceOf(WorkError);
    await client.request({ kind: 'obs', dataset: many, column: 'day' });
    await Promise.all(busyWith('read obs').map((worker) => worker.terminate()));
    const days = await client.request({ kind: 'obs', dataset: many, column: 'day' });
    expect(days.kind === 'numbers' && [...days.values.subarray(0, 4)]).toEqual([0, 1, 2, 0]);
  });

  test('when the line breaks, what waits is told so, and nothing goes on behind it', async () => {
    const begun = deferred();
    const lost = deferred();
    client.onLost(lost.resolve);
    const running = client.request(longWork(), { onProgress: () => begun.resolve() });
    const told = expect(running).rejects.toBeInstanceOf(WorkError);
    await begun.promise;
    line.disconnect();
    await Promise.all([told, lost.promise]);
    await expect(client.request({ kind: 'example' })).rejects.toBeInstanceOf(WorkError);
    // those of the datasets are gone; those for long work, of all connections, may stay
    await vi.waitFor(() => expect(alive().map((worker) => workers.get(worker))).not.toContain('read obs'));
    expect(await Promise.all(alive().map(idle))).not.toContain(false);
  });
});
