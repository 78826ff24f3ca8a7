import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseExperiment } from '../config.ts';
import type { CategoricalColumn } from '../dataset/anndata.ts';
import { loadDataset, loadOptionsOf } from '../dataset/load.ts';
import type { InputError } from '../errors.ts';
import type { FitResult } from '../evaluate/held-out.ts';
import { openH5ad } from '../io/h5ad-read.ts';
import { type H5adContent, writeH5ad } from '../io/h5ad-write.ts';
import { openHdf5 } from '../io/hdf5.ts';
import type { Experiment } from '../pipeline.ts';
import { resolveFitSettings } from '../presets.ts';
import { randomStream } from '../random.ts';
import { exportSession } from './export-session.ts';
import { exportH5ad } from './h5ad-export.ts';
import { cellTimes, writeSession } from './session.ts';
import { sessionSources } from './session-source.ts';

const FIXTURES = fileURLToPath(new URL('../../fixtures/', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'meander-export-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Files of every version of anndata: legacy tables, codes of categories elsewhere, booleans, sparse, nested. */
const versions = readdirSync(join(FIXTURES, 'anndata')).filter((name) => /^\d.*\.h5ad\.gz$/.test(name));
const fileOf = (name: string) => join(folder, basename(name, '.gz'));
const out = (path: string) => path.replace('.h5ad', '.out.h5ad');
const sessionOf = (path: string) => path.replace('.h5ad', '.meander.h5ad');

/** Results of the right shapes; what is in them does not matter here. */
async function experimentOn(path: string, seed: number, dims = 2, trajectories = 2): Promise<Experiment> {
  const config = parseExperiment({ time: 'floats', methods: ['ot-mfm'], seeds: 1, dims, seed });
  const dataset = await loadDataset([path], loadOptionsOf(config));
  const { nObs, timepoints } = dataset;
  const random = randomStream(seed, 'export');
  const normals = (n: number) => Float32Array.from({ length: n }, () => random.normal());
  const settings = resolveFitSettings(config, { method: 'ot-mfm', dims, heldOut: [] });
  const common = {
    method: 'ot-mfm',
    seed,
    kernels: 'wasm-simd',
    settings: { ...settings, bandwidth: 1 },
    steps: 1,
    seconds: 1,
    losses: [],
    networks: {
      interpolant: null,
      vectorField: { sizes: [dims + 1, dims], parameters: normals(dims * (dims + 2)) },
    },
    notes: [],
  } satisfies Partial<FitResult>;
  const velocity = normals(nObs * dims);
  timepoints.cellTimepoint.forEach((k, cell) => {
    if (k < 0) velocity.fill(Number.NaN, cell * dims, (cell + 1) * dims);
  });
  const cells = Int32Array.from({ length: trajectories }, (_, i) => i);
  const fits: FitResult[] = [
    {
      ...common,
      heldOut: [],
      predictions: [],
      trajectories: {
        cells,
        times: [0, 1, 7],
        points: normals(3 * trajectories * dims),
        cellDistance: normals(3 * trajectories),
      },
      velocity,
    },
    {
      ...common,
      heldOut: [1],
      predictions: [
        { timepoint: 1, points: normals(timepoints.counts[0]! * dims), distances: null, path: null },
      ],
      trajectories: null,
      velocity: null,
    },
  ];
  const map = {
    name: 'X_of_map',
    coordinates: normals(dataset.nObs * 2),
    computed: true,
    trajectories: null,
  };
  return { config, dataset, fits, baselines: [], map, notes: [] };
}

async function saved(path: string, experiment: Experiment): Promise<string> {
  const session = sessionOf(path);
  await writeSession(session, {
    experiment,
    command: 'run',
    sources: sessionSources([path], session, undefined),
  });
  return session;
}

beforeAll(async () => {
  for (const name of versions) {
    writeFileSync(fileOf(name), gunzipSync(readFileSync(join(FIXTURES, 'anndata', name))));
    await saved(fileOf(name), await experimentOn(fileOf(name), 1));
  }
});

const SLOTS = ['obs', 'var', 'obsm', 'varm', 'layers', 'obsp', 'varp', 'uns', 'X', 'raw'];

/** Everything that was in the file before, as it reads now. */
async function elements(path: string) {
  const file = await openH5ad(path);
  try {
    return SLOTS.map((key) => {
      const element = file.element(key);
      if (element?.kind === 'dataframe')
        return { ...element, columns: element.columns.filter(({ name }) => name !== 'meander_timepoint') };
      if (element?.kind !== 'dict') return element;
      const entries = [...element.entries].filter(
        ([name]) => !/^(meander(_velocity|_umap)?|X_of_map)$/.test(name),
      );
      return { ...element, entries: new Map(entries) };
    });
  } finally {
    file.close();
  }
}

/** What an export wrote, wherever the form of the file has room for it. */
async function results(path: string) {
  const root = await openHdf5(path);
  try {
    const numbers = (...keys: string[]) => {
      const node = keys
        .map((key) => (root.get(key.split('/')[0]!)?.kind === 'group' ? root.get(key) : undefined))
        .find(Boolean);
      return node?.kind === 'dataset' ? { shape: node.shape, values: node.numbers() } : undefined;
    };
    const cells = root.get('uns/meander/trajectory_cells');
    return {
      velocity: numbers('obsm/meander_velocity', 'uns/meander/velocity'),
      timepoint: numbers('obs/meander_timepoint', 'uns/meander/timepoint'),
      // the later of two exports finds the name taken
      map: numbers('obsm/meander_umap', 'obsm/X_of_map', 'uns/meander/umap'),
      trajectories: numbers('uns/meander/trajectory_points'),
      cellDistance: numbers('uns/meander/trajectory_cell_distance'),
      spread: numbers('uns/meander/trajectory_spread'),
      predictions: numbers('uns/meander/prediction_points'),
      cells: cells?.kind === 'dataset' ? cells.strings() : undefined,
    };
  } finally {
    root.close();
  }
}

function expected({ dataset, fits, map }: Experiment): Awaited<ReturnType<typeof results>> {
  const { dims } = dataset.embedding;
  const { velocity, trajectories } = fits[0]!;
  const { points } = fits[1]!.predictions[0]!;
  return {
    velocity: { shape: [dataset.nObs, dims], values: velocity! },
    timepoint: { shape: [dataset.nObs], values: cellTimes(dataset) },
    map: { shape: [dataset.nObs, 2], values: map!.coordinates },
    trajectories: {
      shape: [trajectories!.times.length, trajectories!.cells.length, dims],
      values: trajectories!.points,
    },
    cellDistance: {
      shape: [trajectories!.times.length, trajectories!.cells.length],
      values: trajectories!.cellDistance!,
    },
    // one seed
    spread: { shape: [0, trajectories!.cells.length], values: new Float32Array() },
    predictions: { shape: [points.length / dims, dims], values: points },
    cells: Array.from(trajectories!.cells, (cell) => dataset.obsNames[cell]!),
  };
}

describe.each(versions)('a copy of %s', (name) => {
  const path = fileOf(name);

  it('has the results, and all that was there as it was', async () => {
    const bytes = readFileSync(path);
    chmodSync(path, 0o444);
    expect(await exportH5ad(sessionOf(path), out(path))).toBe(path);
    expect(readFileSync(path).equals(bytes)).toBe(true);
    expect(statSync(out(path)).mode & 0o200).toBe(0o200);
    expect(await elements(out(path))).toEqual(await elements(path));
    expect(await results(out(path))).toEqual(expected(await experimentOn(path, 1)));
  });

  it('has the labels that the user made, under names of ours where it has such a column', async () => {
    const { nObs } = (await experimentOn(path, 1)).dataset;
    const codes = Int32Array.from({ length: nObs }, (_, i) => (i % 3) - 1);
    const column = { codes, categories: ['left', 'right'], ordered: false };
    const labels = ['my label', 'floats'].map((name) => ({ name, column }));
    const target = path.replace('.h5ad', '.labelled.h5ad');
    await exportH5ad(sessionOf(path), target, { labels });
    const wanted = Array.from(codes, (code) => column.categories[code] ?? null);
    const root = await openHdf5(target);
    const isOld = root.get('obs')?.kind === 'dataset';
    try {
      for (const label of isOld ? ['my label', 'floats'] : []) {
        const node = root.get(`uns/meander/labels/${label}`);
        expect(node?.kind === 'dataset' && node.strings()).toEqual(wanted.map((text) => text ?? ''));
      }
    } finally {
      root.close();
    }
    if (isOld) return;
    const file = await openH5ad(target);
    try {
      for (const name of ['my label', 'meander_floats']) {
        const read = file.readObs(name) as CategoricalColumn;
        expect(Array.from(read.codes, (code) => read.categories[code] ?? null)).toEqual(wanted);
      }
      const own = await openH5ad(path);
      const before = own.obsColumns().map(({ name }) => name);
      own.close();
      const after = file.obsColumns().map(({ name }) => name);
      expect(after).toEqual([...before, 'my label', 'meander_floats', 'meander_timepoint']);
      expect(file.readObs('floats')).toEqual((await openH5ad(path)).readObs('floats'));
    } finally {
      file.close();
    }
  });

  it('can be a source itself: later results of other sizes replace the earlier ones', async () => {
    const again = path.replace('.h5ad', '.again.h5ad');
    copyFileSync(out(path), again);
    const experiment = await experimentOn(again, 2, 3, 3);
    await exportH5ad(await saved(again, experiment), out(again));
    expect(await elements(out(again))).toEqual(await elements(path));
    expect(await results(out(again))).toEqual(expected(experiment));
    // a fit without velocities leaves none of another
    const [, heldOut] = experiment.fits;
    const only = { ...experiment, fits: [heldOut!] };
    await exportH5ad(await saved(again, only), out(again));
    const { velocity, cells } = await results(out(again));
    expect(velocity!.values.every(Number.isNaN)).toBe(true);
    expect(cells).toEqual([]);
  });
});

describe('an export that cannot be made', () => {
  const path = fileOf(versions[0]!);
  const errorOf = async (promise: Promise<unknown>) =>
    (await promise.then(
      () => undefined,
      (error: unknown) => error,
    )) as InputError;

  it('of a source that is missing or changed says what to do; another place of it serves', async () => {
    const home = mkdtempSync(join(folder, 'moved-'));
    const [source, target] = [join(home, 'cells.h5ad'), join(home, 'out.h5ad')];
    copyFileSync(path, source);
    const session = await saved(source, await experimentOn(source, 1));
    await writeH5ad(source, otherCells());
    expect((await errorOf(exportH5ad(session, target))).message).toMatch(/changed/);
    const other = exportH5ad(session, target, { source });
    expect((await errorOf(other)).detail).toMatchObject({ option: '--source', file: source });
    rmSync(source);
    const { detail } = await errorOf(exportH5ad(session, target));
    expect(detail).toMatchObject({ file: source, action: 'Name it with --source FILE.' });
    expect(readdirSync(home)).toEqual([basename(session)]);
    expect(await exportH5ad(session, target, { source: path })).toBe(path);
  });

  it('over the source, over the session, or over a file that is no export', async () => {
    for (const target of [path, sessionOf(path)])
      expect((await errorOf(exportH5ad(sessionOf(path), target))).message).toMatch(/made from/);
    const mine = join(folder, 'thesis.h5ad');
    writeFileSync(mine, 'mine');
    expect((await errorOf(exportH5ad(sessionOf(path), mine))).detail).toMatchObject({ file: mine });
    expect(readFileSync(mine, 'utf8')).toBe('mine');
  });

  it('into a file that has something else under a name of the results', async () => {
    const source = join(folder, 'foreign.h5ad');
    const content = otherCells();
    const values = new Float64Array(content.nObs);
    await writeH5ad(source, {
      ...content,
      obsm: { ...content.obsm, meander_velocity: { values, shape: [content.nObs, 1] } },
    });
    const target = out(source);
    const error = await errorOf(exportH5ad(await saved(source, await experimentOn(source, 1)), target));
    expect(error.detail).toMatchObject({ file: target, key: 'obsm/meander_velocity' });
    expect(existsSync(target)).toBe(false);
  });
});

function otherCells(): H5adContent & { obsm: object } {
  const nObs = 6;
  return {
    nObs,
    nVars: 0,
    obsNames: Array.from({ length: nObs }, (_, i) => `other ${i}`),
    varNames: [],
    obs: { floats: Float64Array.of(0, 0, 1, 1, 2, 2) },
    obsm: { X_pca: { values: new Float32Array(nObs * 2).fill(1), shape: [nObs, 2] } },
  };
}

/** A Python with anndata and scanpy (fixtures/anndata/check-requirements.txt). */
const PYTHON = [
  process.env.MEANDER_PYTHON,
  fileURLToPath(new URL('../../.venv-oracle/bin/python', import.meta.url)),
].find((path) => path !== undefined && existsSync(path));

it.skipIf(PYTHON === undefined)(
  'real anndata and scanpy read sessions and exports, every former element equal',
  async () => {
    const exports = versions.map((name) => [fileOf(name), out(fileOf(name))]);
    const sessions = versions.map((name) => sessionOf(fileOf(name)));
    const tables: string[][] = [];
    for (const what of ['trajectories', 'predictions'] as const) {
      const [parquet, csv] = [join(folder, `${what}.parquet`), join(folder, `${what}.csv`)];
      await exportSession(sessions[0]!, { parquet, csv, what });
      tables.push([parquet, csv]);
    }
    const { status, stdout, stderr } = spawnSync(PYTHON!, [join(FIXTURES, 'anndata', 'check_session.py')], {
      input: JSON.stringify({ sessions, exports, tables }),
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(stdout).toBe(`${sessions.length} sessions\n${exports.length} exports\n2 tables\n`);
  },
);
