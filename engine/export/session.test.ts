import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Kernels } from '../compute/kernels.ts';
import { loadKernels } from '../compute/wasm.ts';
import { type ExperimentInput, parseExperiment } from '../config.ts';
import { loadDataset, loadOptionsOf } from '../dataset/load.ts';
import { mapCells, placePoints } from '../embedding/cell-map.ts';
import { InputError } from '../errors.ts';
import { runBaselineJob } from '../evaluate/baselines.ts';
import { runFitJob } from '../evaluate/held-out.ts';
import type { Distances } from '../evaluate/measure.ts';
import { joinPaths } from '../evaluate/path-band.ts';
import { rebuildFit } from '../evaluate/rebuild.ts';
import { rollTrajectories } from '../evaluate/trajectories.ts';
import { openH5ad } from '../io/h5ad-read.ts';
import { type H5adContent, writeH5ad } from '../io/h5ad-write.ts';
import { openHdf5 } from '../io/hdf5.ts';
import { type Experiment, planExperiment, shareDataset } from '../pipeline.ts';
import { randomStream } from '../random.ts';
import { exportReport, exportSession } from './export-session.ts';
import { renderReport } from './report.ts';
import { metricsOf, reportInput, trajectoriesOf } from './results.ts';
import { readSession, writeSession } from './session.ts';
import { sessionSources } from './session-source.ts';
import { predictionTable, tableCsv, trajectoriesCsv, trajectoryTable } from './tables.ts';

const hooks = { shouldStop: () => false, onProgress: () => {} };
let kernels: Kernels;
let folder: string;
let source: string;
let session: string;
let experiment: Experiment;

beforeAll(async () => {
  kernels = await loadKernels({ megabytes: 64 });
  folder = mkdtempSync(join(tmpdir(), 'meander-session-'));
  source = join(folder, 'course.h5ad');
  await writeH5ad(source, clouds());
  experiment = await perform('evaluate', { methods: ['ot-mfm', 'i-cfm'], label: 'type', batch: 'plate' });
  session = join(folder, 'results.meander.h5ad');
  await writeSession(session, {
    experiment,
    command: 'evaluate',
    sources: sessionSources([source], session, undefined),
  });
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Three clouds that drift, a cell in ten without a time. */
function clouds(extra = 0): H5adContent {
  const random = randomStream(11, 'session clouds');
  const nObs = 150;
  const day = Float64Array.from({ length: nObs }, (_, i) =>
    i % 10 === 9 ? Number.NaN : [0, 1.5, 4][i % 3]!,
  );
  const values = new Float32Array(nObs * 3);
  for (let i = 0; i < nObs; i++)
    for (let j = 0; j < 3; j++) values[i * 3 + j] = (j === 0 ? (i % 3) + extra : 0) + 0.4 * random.normal();
  return {
    nObs,
    nVars: 0,
    obsNames: Array.from({ length: nObs }, (_, i) => `cell ${i} β`),
    varNames: [],
    obs: {
      day,
      type: Array.from({ length: nObs }, (_, i) => [null, 'b', 'a, "c"'][i % 7] ?? null),
      plate: Array.from({ length: nObs }, (_, i) => `plate ${i % 2}`),
    },
    obsm: { X_pca: { values, shape: [nObs, 3] } },
  };
}

async function perform(
  purpose: 'run' | 'evaluate',
  given: Partial<ExperimentInput>,
  path = source,
): Promise<Experiment> {
  const settings = { seeds: 1, maxEpochs: 6, hidden: 8, trajectories: 9, points: 4, ...given };
  const config = parseExperiment({ time: 'day', methods: ['ot-mfm'], ...settings });
  const dataset = await loadDataset([path], loadOptionsOf(config));
  const shared = shareDataset(dataset, config);
  const { jobs, baselineJobs, notes } = planExperiment(dataset, config, purpose);
  const fits = jobs.map((job) => runFitJob(kernels, shared, job, hooks));
  return {
    config,
    dataset,
    fits: joinPaths(fits),
    baselines: baselineJobs.map((job) => runBaselineJob(shared, job, hooks)),
    map: mapOf(shared, fits),
    notes,
  };
}

function mapOf(shared: ReturnType<typeof shareDataset>, fits: Experiment['fits']): Experiment['map'] {
  const coordinates = mapCells(shared, 42);
  const { points } = fits.find((fit) => fit.trajectories !== null)!.trajectories!;
  return {
    name: 'X_umap',
    coordinates,
    computed: true,
    trajectories: placePoints(points, shared, coordinates, 42),
  };
}

const errorOf = async (promise: Promise<unknown>) =>
  (await promise.then(
    () => undefined,
    (error: unknown) => error,
  )) as InputError;

describe('a restored session', () => {
  it('has everything to the bit: data, fits, metrics and report', async () => {
    const restored = await readSession(session);
    const { versions, ...rest } = restored.experiment;
    expect(rest).toStrictEqual(experiment);
    const metrics = metricsOf(restored.experiment);
    expect(JSON.stringify(metrics)).toBe(JSON.stringify(metricsOf(experiment)));
    expect(versions).toEqual(metrics.manifest.versions);
    const page = (of: Experiment) => renderReport(reportInput(of, metricsOf(of), 'evaluate'));
    expect(page(restored.experiment)).toBe(page(experiment));
    const out = join(folder, 'again.html');
    await exportReport(session, out);
    expect(readFileSync(out, 'utf8')).toBe(page(experiment));
  });

  it('has an embedding that was computed, and knows its source again by computing it', async () => {
    const counts = join(folder, 'counts.h5ad');
    const random = randomStream(12, 'session counts');
    const { obsNames, obs, nObs } = clouds();
    await writeH5ad(counts, {
      nObs,
      nVars: 30,
      obsNames,
      varNames: Array.from({ length: 30 }, (_, j) => `gene ${j}`),
      X: Float32Array.from({ length: nObs * 30 }, () => random.integer(6)),
      obs: { day: obs!.day! },
    });
    const made = await perform('run', { dims: 4 }, counts);
    const path = join(folder, 'counts.meander.h5ad');
    const origin = sessionSources([counts], path, undefined);
    await writeSession(path, { experiment: made, command: 'run', sources: origin });
    utimesSync(counts, 1, 1);
    const { experiment: restored, source: found } = await readSession(path);
    expect(restored.dataset).toStrictEqual(made.dataset);
    expect(made.dataset.heldOutEmbeddings.length).toBe(1);
    expect(found.state).toBe('unchanged');
  });

  it('keeps the versions that made it, whatever restores it', async () => {
    const restored = await readSession(session);
    const old = { ...restored.experiment, versions: { meander: '0.0.1' } };
    const path = join(folder, 'old.meander.h5ad');
    await writeSession(path, {
      experiment: old,
      command: 'run',
      sources: sessionSources([source], path, undefined),
    });
    const again = await readSession(path);
    expect(metricsOf(again.experiment).manifest.versions).toEqual({ meander: '0.0.1' });
  });

  it('rolls out the same trajectories from its weights', async () => {
    const { experiment: restored } = await readSession(session);
    const fit = restored.fits[0]!;
    const shared = shareDataset(restored.dataset, restored.config);
    const mark = kernels.mark();
    const { field, space, trainingPoints } = rebuildFit(kernels, shared, fit);
    const job = { cells: fit.trajectories!.cells, points: restored.config.points };
    const rolled = rollTrajectories(field, shared, trainingPoints, space, fit.settings, job, hooks);
    kernels.release(mark);
    const { cellDistance, ...paths } = experiment.fits[0]!.trajectories!;
    expect(rolled).toEqual(paths);
    expect(cellDistance!.length).toBe(9 * paths.times.length);
    expect(fit.networks.interpolant!.sizes).toEqual([7, 8, 8, 8, 3]);
    expect(restored.fits.at(-1)!.networks.interpolant).toBeNull();
  });

  it('of `run` has the velocity of each cell; a diverged fit comes back too', async () => {
    const ran = await perform('run', { holdOut: 'none' });
    const wild = await perform('run', { learningRate: 1e30 });
    expect(wild.fits[0]!.velocity).toBeNull();
    for (const of of [ran, wild]) {
      const path = join(folder, 'run.meander.h5ad');
      await writeSession(path, {
        experiment: of,
        command: 'run',
        sources: sessionSources([source], path, undefined),
      });
      const { versions: _, ...rest } = (await readSession(path)).experiment;
      expect(rest).toStrictEqual(of);
    }
    const path = join(folder, 'run.meander.h5ad');
    await writeSession(path, {
      experiment: ran,
      command: 'run',
      sources: sessionSources([source], path, undefined),
    });
    const root = await openHdf5(path);
    const stored = root.get('obsm/meander_velocity');
    if (stored?.kind !== 'dataset') throw new Error('no velocity');
    expect(stored.shape).toEqual([150, 3]);
    expect(stored.numbers()).toEqual(ran.fits[0]!.velocity);
    root.close();
  });

  it('of a fit with growth has its masses, in tables and report too, and rolls them out again', async () => {
    const grown = await perform('run', { methods: ['ot-cfm'], growth: 'on' });
    const path = join(folder, 'grown.meander.h5ad');
    const sources = sessionSources([source], path, undefined);
    await writeSession(path, { experiment: grown, command: 'run', sources });
    const { experiment: restored } = await readSession(path);
    expect(restored.fits).toStrictEqual(grown.fits);
    const fit = restored.fits[0]!;
    const shared = shareDataset(restored.dataset, restored.config);
    const mark = kernels.mark();
    const { field, space, trainingPoints, growth } = rebuildFit(kernels, shared, fit);
    const job = { cells: fit.trajectories!.cells, points: restored.config.points };
    const { cellDistance: _, ...paths } = fit.trajectories!;
    expect(rollTrajectories(field, shared, trainingPoints, space, fit.settings, job, hooks, growth)).toEqual(
      paths,
    );
    kernels.release(mark);
    const { mass } = fit.trajectories!;
    const column = trajectoryTable(trajectoriesOf(restored)!).find(({ name }) => name === 'mass')!;
    // a table goes along a trajectory, the array by times
    expect(Array.from((column.values as Float32Array).slice(0, 3))).toEqual(
      [0, 1, 2].map((time) => mass![9 * time]),
    );
    const predicted = predictionTable(restored).at(-1)!;
    expect(predicted.values.slice(0, 5)).toEqual(restored.fits[1]!.predictions[0]!.mass!.slice(0, 5));
    const notes = (of: Experiment) => reportInput(of, metricsOf(of), 'run').notes.join(' ');
    expect(notes(restored)).toContain('Growth is estimated');
    expect(notes(experiment)).toContain('Growth is ignored');
  });

  it('of several seeds has one set of trajectories, with their spread over the fits', async () => {
    const ran = await perform('run', { seeds: 3, holdOut: 'none' });
    expect(ran.fits.map(({ seed, trajectories, velocity }) => [seed, !!trajectories, !!velocity])).toEqual([
      [42, true, true],
      [43, false, false],
      [44, false, false],
    ]);
    const { spread, times } = ran.fits[0]!.trajectories!;
    expect(spread!.seeds).toBe(3);
    // they start at one place and part
    expect(Math.max(...spread!.distance.subarray(0, 9))).toBeLessThan(1e-6);
    expect(Math.min(...spread!.distance.subarray(-9))).toBeGreaterThan(1e-4);
    const path = join(folder, 'seeds.meander.h5ad');
    const sources = sessionSources([source], path, undefined);
    await writeSession(path, { experiment: ran, command: 'run', sources });
    const { versions: _, ...rest } = (await readSession(path)).experiment;
    expect(rest).toStrictEqual(ran);
    const root = await openHdf5(path);
    const stored = root.get('uns/meander/experiment/fits/0/trajectories/spread/distance');
    expect(stored?.kind === 'dataset' && stored.shape).toEqual([times.length, 9]);
    root.close();
    expect(metricsOf(ran).trajectories).toMatchObject({ seeds: 3, shareFar: expect.any(Number) });
    expect(metricsOf(experiment).trajectories).toMatchObject({ seeds: 1, spread: null });
  });

  it('of before bands and distances to cells were measured opens, and reports none', async () => {
    const withoutBand = ({ atEqualSize: _, ...distances }: Distances) => distances;
    const old: Experiment = {
      ...experiment,
      fits: experiment.fits.map((fit) => {
        const { cellDistance: _, ...trajectories } = fit.trajectories ?? {};
        return {
          ...fit,
          trajectories: fit.trajectories && (trajectories as NonNullable<typeof fit.trajectories>),
          predictions: fit.predictions.map((each) => ({
            ...each,
            distances: each.distances && withoutBand(each.distances),
          })),
        };
      }),
      baselines: experiment.baselines.map((each) => ({
        ...each,
        rows: each.rows.map((row) => ({ ...row, distances: withoutBand(row.distances) })),
      })),
    };
    const path = join(folder, 'before.meander.h5ad');
    const sources = sessionSources([source], path, undefined);
    await writeSession(path, { experiment: old, command: 'evaluate', sources });
    const { experiment: restored } = await readSession(path);
    const metrics = metricsOf(restored);
    expect(metrics.trajectories).toEqual({ shareFar: null, seeds: 1, spread: null });
    expect(metrics.rows.map((row) => row.w1)).toEqual(metricsOf(experiment).rows.map((row) => row.w1));
    expect(metrics.rows.every((row) => row.w1AtEqualSize === null)).toBe(true);
    const page = renderReport(reportInput(restored, metrics, 'evaluate'));
    expect(page).not.toContain('equal numbers of cells</h3>');
    expect(trajectoryTable(trajectoriesOf(restored)!).at(-1)!.name).toBe('X_umap_2');
  });

  it('is an h5ad whose obs says what a reader wants to know', async () => {
    const file = await openH5ad(session);
    expect(file.obsColumns().map(({ name, kind }) => [name, kind])).toEqual([
      ['plate', 'categorical'],
      ['type', 'categorical'],
      ['day', 'categorical'],
      ['meander_timepoint', 'number'],
    ]);
    expect(file.obsNames()).toEqual(experiment.dataset.obsNames);
    const times = file.readObs('meander_timepoint');
    const { obs } = clouds();
    expect(times).toEqual({ kind: 'number', values: obs!.day });
    file.close();
  });
});

describe('the source of a session', () => {
  const placed = async (name: string, act: (home: string, copy: string) => Promise<void> | void) => {
    const home = join(folder, name);
    mkdirSync(home);
    const [copy, path] = [join(home, 'course.h5ad'), join(home, 'out.meander.h5ad')];
    copyFileSync(source, copy);
    await writeSession(path, {
      experiment,
      command: 'run',
      sources: sessionSources([copy], path, undefined),
    });
    await act(home, copy);
    return (await readSession(path)).source;
  };

  it('is unchanged, also with another date', async () => {
    expect((await placed('same', () => {})).state).toBe('unchanged');
    const touched = await placed('touched', (_, copy) => utimesSync(copy, 1, 1));
    expect(touched.state).toBe('unchanged');
  });

  it('is changed, missing, or found with the session in another folder', async () => {
    const changed = await placed('changed', (_, copy) => writeH5ad(copy, clouds(1)));
    expect(changed.state).toBe('changed');
    const missing = await placed('missing', (_, copy) => rmSync(copy));
    expect(missing).toEqual({ paths: [join(folder, 'missing', 'course.h5ad')], state: 'missing' });
    await placed('before', () => {});
    renameSync(join(folder, 'before'), join(folder, 'after'));
    const { source: moved } = await readSession(join(folder, 'after', 'out.meander.h5ad'));
    expect(moved).toEqual({ paths: [join(folder, 'after', 'course.h5ad')], state: 'moved' });
  });
});

describe('what is no session', () => {
  it('an h5ad of cells', async () => {
    const { detail, message } = await errorOf(readSession(source));
    expect(message).toMatch(/no session/);
    expect(detail).toMatchObject({ file: source, found: 'an h5ad without a session' });
  });

  const rewritten = async (name: string, change: (tree: Record<string, unknown>) => void) => {
    const { splitTree } = await import('../io/tree-arrays.ts');
    const { text } = splitTree({ experiment: { notes: [] } }, new Map());
    const tree: Record<string, unknown> = { kind: 'session', schema: 2, state: text, sha256: 'x' };
    change(tree);
    const path = join(folder, name);
    await writeH5ad(path, { ...clouds(), uns: { meander: tree as Record<string, string> } });
    return path;
  };

  it.each([
    ['a newer', 3, /^Update/],
    ['an older', 1, /^Repeat the fit/],
  ])('one of %s version', async (_, schema, action) => {
    const path = await rewritten(`version-${schema}.h5ad`, (tree) => {
      tree.schema = schema;
    });
    const { detail } = await errorOf(readSession(path));
    expect(detail).toMatchObject({ file: path, found: `version ${schema}` });
    expect(detail.action).toMatch(action);
  });

  it('one that was changed or is not whole: never other numbers', async () => {
    const incomplete = await rewritten('incomplete.h5ad', (tree) => {
      tree.state = '{"a":{"$array":"gone"}}';
    });
    expect((await errorOf(readSession(incomplete))).detail).toMatchObject({ key: 'uns/meander/gone' });
    const text = await rewritten('text.h5ad', (tree) => {
      tree.state = '{"a":';
    });
    expect((await errorOf(readSession(text))).message).toMatch(/damaged/);
    // one bit of one number
    const bytes = readFileSync(session);
    const weights = experiment.fits[0]!.networks.vectorField.parameters as Float32Array;
    const at = bytes.indexOf(Buffer.from(weights.buffer, weights.byteOffset, 64));
    expect(at).toBeGreaterThan(0);
    bytes[at + 10]! ^= 1;
    const path = join(folder, 'bit.meander.h5ad');
    (await import('node:fs')).writeFileSync(path, bytes);
    const error = await errorOf(readSession(path));
    expect(error).toBeInstanceOf(InputError);
    expect(error.message).toMatch(/damaged/);
  });
});

describe('tables of a session', () => {
  const rows = async (what: 'trajectories' | 'predictions' | 'metrics') => {
    const [csv, parquet] = [join(folder, `${what}.csv`), join(folder, `${what}.parquet`)];
    await exportSession(session, { csv, parquet, what });
    const bytes = readFileSync(parquet);
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
    return { csv: readFileSync(csv, 'utf8'), parquet: await parquetReadObjects({ file }) };
  };

  it('trajectories are those of trajectories.csv, in Parquet as numbers', async () => {
    const { csv, parquet } = await rows('trajectories');
    const table = trajectoriesOf(experiment)!;
    expect(csv).toBe([...trajectoriesCsv(table)].join(''));
    const n = table.cellNames.length;
    expect(parquet.length).toBe(n * table.times.length);
    parquet.forEach((row, i) => {
      const [r, s] = [Math.floor(i / table.times.length), i % table.times.length];
      const at = (s * n + r) * 3;
      expect(row).toEqual({
        trajectory: r,
        cell: table.cellNames[r],
        time: table.times[s],
        X_pca_1: table.points[at],
        X_pca_2: table.points[at + 1],
        X_pca_3: table.points[at + 2],
        X_umap_1: table.map!.points[2 * (s * n + r)],
        X_umap_2: table.map!.points[2 * (s * n + r) + 1],
        cellDistance: table.cellDistance![s * n + r],
      });
    });
    // the two ways to the same text
    const general = [...tableCsv(trajectoryTable(table))].join('').split('\r\n');
    expect(general.length).toBe(csv.split('\r\n').length);
    expect(general[0]).toBe(csv.split('\r\n')[0]);
  });

  it('predictions name the cell that each comes from; metrics are the rows of metrics.json', async () => {
    const { parquet } = await rows('predictions');
    const { obsNames, timepoints } = experiment.dataset;
    const [fit] = experiment.fits;
    const first = obsNames.filter((_, i) => timepoints.cellTimepoint[i] === 0);
    const own = parquet.filter((row) => row.method === 'ot-mfm');
    expect(own.map((row) => row.cell)).toEqual(first);
    expect(own.map((row) => row.X_pca_2)).toEqual(
      first.map((_, i) => fit!.predictions[0]!.points[3 * i + 1]),
    );
    const metrics = await rows('metrics');
    expect(metrics.parquet.map((row) => ({ ...row }))).toEqual(metricsOf(experiment).rows);
    expect(metrics.csv).toContain('"a, ""c"""');
  });

  it('two outputs of one name, or a table that is not there, are refused', async () => {
    const same = exportSession(session, { csv: session, what: 'metrics' });
    expect((await errorOf(same)).detail).toMatchObject({ file: session, option: '--csv' });
    const path = join(folder, 'bare.meander.h5ad');
    const bare = { ...experiment, fits: [], baselines: [], map: null };
    await writeSession(path, {
      experiment: bare,
      command: 'run',
      sources: sessionSources([source], path, undefined),
    });
    const none = exportSession(path, { csv: join(folder, 'none.csv'), what: 'predictions' });
    expect((await errorOf(none)).detail).toMatchObject({ file: path, option: '--what' });
  });
});
