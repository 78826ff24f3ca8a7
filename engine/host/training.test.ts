import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ExperimentInput, parseExperiment } from '../config.ts';
import type { CategoricalColumn } from '../dataset/anndata.ts';
import { loadOptionsOf } from '../dataset/load.ts';
import { errorFromMessage, InputError } from '../errors.ts';
import { metricsOf } from '../export/results.ts';
import { openH5ad } from '../io/h5ad-read.ts';
import { writeH5ad } from '../io/h5ad-write.ts';
import { runExperiment } from '../pipeline.ts';
import { exampleDataset } from '../simulate/example.ts';
import { createHost, type Host } from './host.ts';
import { preparationOf } from './known-cells.ts';
import { createPool } from './pool.ts';
import type { Progress, Request, RequestKind, Results } from './protocol.ts';

const example = exampleDataset({ cells: 240, genes: 60 });
let folder: string;
/** counts alone: components are computed, also without the cells that are held out */
let source: string;
/** with components */
let plain: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'meander-training-'));
  source = join(folder, 'counts.h5ad');
  plain = join(folder, 'course.h5ad');
  const { nObs, nVars, counts, obsNames, varNames, day, cellType, xPca, components } = example;
  const obs = { day, cell_type: cellType };
  const cells = { nObs, nVars, obsNames, varNames, X: Float32Array.from(counts), obs };
  await writeH5ad(source, { ...cells, obsm: {} });
  await writeH5ad(plain, { ...cells, obsm: { X_pca: { values: xPca, shape: [nObs, components] } } });
});
afterAll(() => rmSync(folder, { recursive: true }));

const QUICK = { seeds: 1, steps: 40, hidden: 16, trajectories: 12, points: 4, dims: 4 } as const;
/** not done before it is stopped */
const ENDLESS = { steps: 1_000_000, patience: 1_000_000 } as const;
const experimentOf = (given: Partial<ExperimentInput> = {}) =>
  parseExperiment({ time: 'day', methods: ['ot-cfm'], ...QUICK, ...given });

type Asked<K extends RequestKind> = Extract<Request, { kind: K }>;

/** An interface that is connected to a host. */
function connect(host: Host) {
  const waiting = new Map<
    number,
    { resolve(result: never): void; reject(error: Error): void; progress: Progress[] }
  >();
  let count = 0;
  const connection = host.connect((message) => {
    const question = waiting.get(message.id)!;
    if (message.kind === 'progress') question.progress.push(message.progress);
    else if (message.kind === 'result') question.resolve(message.result as never);
    else question.reject(errorFromMessage(message.error));
  });
  function ask<K extends RequestKind>(request: Asked<K>) {
    const id = count++;
    const progress: Progress[] = [];
    const result = new Promise<Results[K]>((resolve, reject) => {
      waiting.set(id, { resolve, reject, progress });
    });
    connection.receive({ id, kind: 'request', request });
    return { result, progress, cancel: () => connection.receive({ id, kind: 'cancel' }) };
  }
  return { ask, close: connection.close };
}

function open(runsFolder: string | undefined, extra: Partial<Parameters<typeof createHost>[0]> = {}) {
  const host = createHost({
    pathsOf: (handles) => [...handles],
    targetOf: (handle) => handle,
    ...(runsFolder !== undefined && { runsFolder }),
    ...extra,
  });
  return { host, ...connect(host) };
}

/** Held until something is true, or it fails. */
async function until(isTrue: () => boolean): Promise<void> {
  for (let i = 0; i < 600 && !isTrue(); i++) await new Promise((done) => setTimeout(done, 20));
  expect(isTrue()).toBe(true);
}

const newFolder = (name: string) => join(folder, name);

describe('a training', () => {
  it('gives what `meander run` gives, to the bit, from what was prepared', async () => {
    const experiment = experimentOf({ holdOut: 'each' });
    const { host, ask } = open(newFolder('bits'));
    const { dataset } = await ask({ kind: 'open', files: [source] }).result;
    await ask({ kind: 'prepare', dataset, preparation: preparationOf(experiment) }).result;
    const training = ask({ kind: 'train', dataset, experiment });
    const info = await training.result;
    const { metrics, map, fits, shown, notes } = await ask({ kind: 'run', dataset, run: info.run }).result;
    await host.close();

    const pool = createPool(2);
    const loaded = await pool.run({ kind: 'load', paths: [source], ...loadOptionsOf(experiment) });
    const expected = metricsOf(await runExperiment(loaded, experiment, 'run', { pool }));
    await pool.close();
    const timeless = (text: unknown) =>
      JSON.parse(JSON.stringify(text), (key, value) => (key === 'seconds' ? undefined : value));
    expect(timeless(metrics)).toEqual(timeless(expected));
    expect(new Set(metrics.rows.map(({ method }) => method))).toEqual(
      new Set(['ot-cfm', 'ot', 'random', 'previous', 'next']),
    );
    expect(map).toBe('X_umap');
    expect(fits[shown]).toMatchObject({ heldOut: [], method: 'ot-cfm' });
    expect(notes).not.toContain(info.notKept);
    // nothing that was prepared is computed again but the components without held-out cells
    expect(training.progress.map(({ stage }) => stage)).not.toContain('layout');
    expect(info).toMatchObject({ name: 'Run 1', state: 'done', experiment });
    expect(info.heldOut).toEqual(expected.manifest.fits.flatMap(({ heldOut }) => heldOut));
    const mean = expected.summary.find(({ method, heldOut }) => method === 'ot-cfm' && heldOut === null);
    expect(info.means.find(({ method }) => method === 'ot-cfm')?.w1Mean).toBe(mean!.w1Mean);
  });

  it('tells its fits, losses as they are measured, and trajectories on the map', async () => {
    const { host, ask } = open(newFolder('progress'));
    const { dataset } = await ask({ kind: 'open', files: [plain] }).result;
    const experiment = experimentOf({
      methods: ['ot-mfm'],
      steps: 4000,
      hidden: 32,
      holdOut: '2',
      map: 'none',
    });
    const training = ask({ kind: 'train', dataset, experiment });
    const info = await training.result;
    const { losses } = await ask({ kind: 'run', dataset, run: info.run }).result;
    await host.close();
    const told = training.progress.flatMap(({ training }) => training ?? []);
    const shares = told.map(({ fits }) => fits.reduce((sum, { share }) => sum + share, 0));
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(told[0]!.fits.map(({ heldOut }) => heldOut)[0]).toEqual([]);
    expect(told.at(-1)!.fits.every(({ state, share }) => state === 'done' && share === 1)).toBe(true);
    const measured = told.flatMap(({ loss }) => loss ?? []);
    // told a few times a second, so the training has to last; 800 steps were too few on a fast computer
    expect(measured.length).toBeGreaterThan(2);
    for (const { fit, stage, step, value } of measured) {
      const { heldOut } = told[0]!.fits[fit]!;
      const history = losses.find((each) => each.heldOut === heldOut.join('+') && each.stage === stage)!;
      expect(history.validation[history.step.indexOf(step)]).toBe(value);
    }
    const preview = told.find((each) => each.preview)?.preview;
    if (preview) {
      expect(preview.embedding).toBe('X_pca');
      expect(preview.positions.length).toBe(preview.times.length * 12 * 2);
    }
  });

  it('is held where it is, holds up nobody else, and can be cancelled while it is held', async () => {
    const runs = newFolder('held');
    const { host, ask } = open(runs);
    const { dataset } = await ask({ kind: 'open', files: [plain] }).result;
    const experiment = experimentOf({ ...ENDLESS, map: 'none' });
    const training = ask({ kind: 'train', dataset, experiment });
    await until(() => training.progress.length > 2);
    await ask({ kind: 'hold', dataset, held: true }).result;
    await new Promise((done) => setTimeout(done, 200));
    const before = training.progress.length;
    await ask({ kind: 'positions', dataset, embedding: 'X_pca', components: [0, 1] }).result;
    await ask({ kind: 'prepare', dataset, preparation: preparationOf(experiment) }).result;
    await expect(ask({ kind: 'train', dataset, experiment }).result).rejects.toThrow(/going on/);
    expect(training.progress.length).toBe(before);
    await ask({ kind: 'hold', dataset, held: false }).result;
    await until(() => training.progress.length > before);
    await ask({ kind: 'hold', dataset, held: true }).result;
    training.cancel();
    await expect(training.result).rejects.toMatchObject({ tag: 'cancelled' });
    expect(await ask({ kind: 'runs', dataset }).result).toEqual([]);
    await host.close();
    expect(readdirSync(runs)).toEqual([]);
  });

  it('that is cut off by the end of the application is there with its choices', async () => {
    const runs = newFolder('cut');
    const experiment = experimentOf({ ...ENDLESS, map: 'none', seed: 7 });
    const first = open(runs);
    const { dataset } = await first.ask({ kind: 'open', files: [plain] }).result;
    const training = first.ask({ kind: 'train', dataset, experiment });
    training.result.catch(() => {});
    await until(() => training.progress.length > 2);
    // it goes on: another application does not take it for interrupted
    const second = open(runs);
    const elsewhere = await second.ask({ kind: 'open', files: [plain] }).result;
    expect(await second.ask({ kind: 'runs', dataset: elsewhere.dataset }).result).toEqual([]);
    await first.host.close();
    const [run, ...others] = await second.ask({ kind: 'runs', dataset: elsewhere.dataset }).result;
    expect(others).toEqual([]);
    expect(run).toMatchObject({ state: 'interrupted', verdict: null, experiment, heldOut: ['2', '3'] });
    const results = second.ask({ kind: 'run', dataset: elsewhere.dataset, run: run!.run }).result;
    await expect(results).rejects.toThrow(/interrupted/);
    await second.host.close();
  });
});

describe('runs', () => {
  it('are found again by what is in the file; deleted ones come back until the end', async () => {
    const runs = newFolder('kept');
    const moved = join(folder, 'moved.h5ad');
    copyFileSync(plain, moved);
    const experiment = experimentOf({ holdOut: 'none', map: 'none' });
    const first = open(runs);
    const { dataset } = await first.ask({ kind: 'open', files: [moved] }).result;
    const info = await first.ask({ kind: 'train', dataset, experiment }).result;
    const { run } = info;
    await first.ask({ kind: 'rename run', dataset, run, name: 'the first' }).result;
    await first.ask({ kind: 'delete run', dataset, run }).result;
    expect(await first.ask({ kind: 'runs', dataset }).result).toEqual([]);
    const back = await first.ask({ kind: 'restore run', dataset, run }).result;
    expect(back).toEqual({ ...info, name: 'the first' });
    await first.host.close();

    renameSync(moved, join(folder, 'renamed.h5ad'));
    const second = open(runs);
    const again = await second.ask({ kind: 'open', files: [join(folder, 'renamed.h5ad')] }).result;
    expect(await second.ask({ kind: 'runs', dataset: again.dataset }).result).toEqual([back]);
    const other = await second.ask({ kind: 'open', files: [source] }).result;
    expect(await second.ask({ kind: 'runs', dataset: other.dataset }).result).toEqual([]);
    const stolen = second.ask({ kind: 'run', dataset: other.dataset, run });
    await expect(stolen.result).rejects.toBeInstanceOf(InputError);
    await second.ask({ kind: 'delete run', dataset: again.dataset, run }).result;
    await second.host.close();
    expect(readdirSync(runs)).toEqual([]);
  });

  it('of the example are there again', async () => {
    const runs = newFolder('of the example');
    const first = open(runs);
    const { dataset } = await first.ask({ kind: 'example' }).result;
    const experiment = experimentOf({ holdOut: 'none', map: 'none' });
    const info = await first.ask({ kind: 'train', dataset, experiment }).result;
    await first.host.close();
    const second = open(runs);
    const again = await second.ask({ kind: 'example' }).result;
    expect(await second.ask({ kind: 'runs', dataset: again.dataset }).result).toEqual([info]);
    await second.host.close();
  });

  it('that cannot be kept are there all the same, and say so', async () => {
    const blocked = newFolder('blocked');
    writeFileSync(blocked, 'a file where the folder should be');
    const { host, ask } = open(blocked);
    const { dataset } = await ask({ kind: 'open', files: [plain] }).result;
    const experiment = experimentOf({ holdOut: 'none', map: 'none' });
    const info = await ask({ kind: 'train', dataset, experiment }).result;
    expect(info.notKept).toMatch(/could not be kept.*export its session/);
    expect(await ask({ kind: 'runs', dataset }).result).toEqual([info]);
    const { notes } = await ask({ kind: 'run', dataset, run: info.run }).result;
    expect(notes[0]).toBe(info.notKept);
    await host.close();
  });

  it('go into a copy of the cells with the labels that the user made', async () => {
    const { host, ask } = open(undefined);
    const { dataset } = await ask({ kind: 'open', files: [plain] }).result;
    const experiment = experimentOf({ holdOut: 'none', map: 'none', methods: ['ot-cfm'] });
    const { run } = await ask({ kind: 'train', dataset, experiment }).result;
    const rows = Int32Array.of(1, 4, 7);
    const label = (name: string) => ask({ kind: 'label', dataset, name, label: 'mine', rows }).result;
    for (const name of ['a/b', '..', '_index'])
      await expect(label(name)).rejects.toThrow(/cannot have this name/);
    await label('chosen');
    const target = join(newFolder('labelled'), 'out.h5ad');
    mkdirSync(join(target, '..'));
    await ask({ kind: 'export run', dataset, run, what: 'h5ad', target }).result;
    await host.close();
    const file = await openH5ad(target);
    try {
      const { codes, categories } = file.readObs('chosen') as CategoricalColumn;
      expect(Array.from(codes.keys()).filter((row) => codes[row]! >= 0)).toEqual([...rows]);
      expect(categories).toEqual(['mine']);
    } finally {
      file.close();
    }
  });

  it('opened as a session have the cells of their source, or those of the session', async () => {
    const place = newFolder('sent');
    mkdirSync(place);
    const own = join(place, 'own.h5ad');
    copyFileSync(plain, own);
    const first = open(undefined);
    const { dataset } = await first.ask({ kind: 'open', files: [own] }).result;
    const experiment = experimentOf({ holdOut: 'none', map: 'none' });
    const info = await first.ask({ kind: 'train', dataset, experiment }).result;
    const session = join(place, 'mine.meander.h5ad');
    await first.ask({ kind: 'export run', dataset, run: info.run, what: 'session', target: session }).result;

    const found = await first.ask({ kind: 'open', files: [session] }).result;
    expect(found.nVars).toBe(example.nVars);
    expect(found.experiment).toEqual(experiment);
    const [listed] = await first.ask({ kind: 'runs', dataset: found.dataset }).result;
    expect(listed).toMatchObject({ run: found.run, name: 'mine', state: 'done', verdict: info.verdict });
    await first.host.close();

    rmSync(own);
    const second = open(undefined);
    const alone = await second.ask({ kind: 'open', files: [session] }).result;
    expect(alone).toMatchObject({ nObs: example.nObs, nVars: 0 });
    expect(alone.findings[0]).toMatchObject({
      severity: 'warning',
      title: expect.stringMatching(/not there/),
    });
    const { shown } = await second.ask({ kind: 'run', dataset: alone.dataset, run: alone.run! }).result;
    expect(shown).toBe(0);
    const view = { embedding: 'X_pca', components: [0, 1] };
    const positions = { kind: 'positions', dataset: alone.dataset, ...view } as const;
    expect((await second.ask(positions).result).length).toBe(2 * example.nObs);
    const asked = { cells: null, from: 0, most: 5, times: [0.5, 3], straight: false };
    const of = { dataset: alone.dataset, run: alone.run!, fit: 0 };
    const followed = await second.ask({ kind: 'follow', ...of, ...view, ...asked }).result;
    expect(followed.positions.every(Number.isFinite)).toBe(true);
    // it can be trained again on these cells
    const again = second.ask({ kind: 'train', dataset: alone.dataset, experiment: alone.experiment! });
    expect((await again.result).means).toEqual(info.means);
    await second.host.close();
  });
});

it('an estimate counts the fits and says what is to be known', async () => {
  const { host, ask } = open(newFolder('estimate'));
  const { dataset } = await ask({ kind: 'open', files: [plain] }).result;
  const experiment = experimentOf({ methods: ['ot-cfm', 'ot-mfm'], seeds: 2 });
  const estimate = await ask({ kind: 'estimate', dataset, experiment }).result;
  expect(estimate.fits).toBe(2 + 2 * 2 * 2);
  expect(estimate.seconds).toBeGreaterThan(0);
  expect(estimate.megabytesFree).toBeGreaterThan(estimate.megabytes / 10);
  const blind = await ask({ kind: 'estimate', dataset, experiment: experimentOf({ holdOut: 'none' }) })
    .result;
  expect(blind.fits).toBe(1);
  expect(blind.notes.join(' ')).toMatch(/No timepoint is held out.*one seed/);
  await host.close();
});
