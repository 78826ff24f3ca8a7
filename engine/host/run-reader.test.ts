import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Kernels } from '../compute/kernels.ts';
import { loadKernels } from '../compute/wasm.ts';
import { type ExperimentInput, parseExperiment } from '../config.ts';
import { loadDataset, loadOptionsOf, pointsWithout } from '../dataset/load.ts';
import { mapCells, placePoints } from '../embedding/cell-map.ts';
import { CancelledError, InputError } from '../errors.ts';
import { runFitJob } from '../evaluate/held-out.ts';
import { joinPaths } from '../evaluate/path-band.ts';
import { renderReport } from '../export/report.ts';
import { metricsOf, reportInput } from '../export/results.ts';
import { writeSession } from '../export/session.ts';
import { sessionSources } from '../export/session-source.ts';
import { openH5ad } from '../io/h5ad-read.ts';
import { writeH5ad } from '../io/h5ad-write.ts';
import { type Experiment, planExperiment, shareDataset } from '../pipeline.ts';
import { exampleDataset } from '../simulate/example.ts';
import type { RunExport, RunInfo } from './run-protocol.ts';
import { performOnRun, type RunAnswer, type RunAsk } from './run-reader.ts';

const quiet = { shouldStop: () => false, onProgress: () => {} };
const example = exampleDataset({ cells: 320, genes: 60 });
const FIXTURES = fileURLToPath(new URL('../../fixtures/anndata/', import.meta.url));
/** A Python with anndata and pandas (fixtures/anndata/check-requirements.txt). */
const PYTHON = [
  process.env.MEANDER_PYTHON,
  fileURLToPath(new URL('../../.venv-oracle/bin/python', import.meta.url)),
].find((path) => path !== undefined && existsSync(path));
let kernels: Kernels;
let folder: string;
let source: string;
/** counts, principal components computed, growth, two seeds */
let grown: Kept;
/** components of the file */
let plain: Kept;

interface Kept {
  path: string;
  experiment: Experiment;
}

beforeAll(async () => {
  kernels = await loadKernels({ megabytes: 64 });
  folder = mkdtempSync(join(tmpdir(), 'meander-run-'));
  source = join(folder, 'course.h5ad');
  const { nObs, nVars, counts, obsNames, varNames, day, cellType, xPca, components } = example;
  await writeH5ad(source, {
    nObs,
    nVars,
    obsNames,
    varNames,
    X: Float32Array.from(counts),
    obs: { day, cell_type: cellType },
    obsm: { X_pca: { values: xPca, shape: [nObs, components] } },
  });
  grown = await keep('grown', { expression: 'X', dims: 4, growth: 'on', seeds: 2, methods: ['ot-mfm'] });
  plain = await keep('plain', { holdOut: 'none', methods: ['ot-cfm'], dims: 3 });
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

async function keep(name: string, given: Partial<ExperimentInput>, from = source): Promise<Kept> {
  const settings = { seeds: 1, steps: 30, hidden: 16, trajectories: 12, points: 4, ...given };
  const config = parseExperiment({ time: 'day', methods: ['ot-cfm'], ...settings });
  const dataset = await loadDataset([from], loadOptionsOf(config));
  const whole = shareDataset(dataset, config);
  const shared = (heldOut: number[]) => ({ ...whole, points: pointsWithout(dataset, heldOut) });
  const { jobs, notes } = planExperiment(dataset, config, 'run');
  const fits = joinPaths(jobs.map((job) => runFitJob(kernels, shared(job.heldOut), job, quiet)));
  const coordinates = mapCells(whole, config.seed);
  const trajectories = placePoints(fits[0]!.trajectories!.points, whole, coordinates, config.seed);
  const map = { name: 'X_umap', coordinates, computed: true, trajectories };
  const experiment: Experiment = { config, dataset, fits, baselines: [], map, notes };
  const path = join(folder, `${name}.meander.h5ad`);
  await writeSession(path, { experiment, command: 'run', sources: sessionSources([from], path, undefined) });
  return { path, experiment };
}

type Ask<K extends RunAsk['kind']> = Extract<RunAsk, { kind: K }>;

async function ask<K extends RunAsk['kind']>(
  { path }: Kept,
  question: { kind: K } & Ask<K>,
  hooks = quiet,
): Promise<RunAnswer<Ask<K>>> {
  const { result } = await performOnRun({ kind: 'on run', path, name: 'My run', ask: question }, hooks);
  return result as RunAnswer<Ask<K>>;
}

const info = {} as RunInfo;
const shownOf = ({ experiment }: Kept) => experiment.fits[0]!.trajectories!;
const view = { embedding: 'X_pca', components: [0, 1] };

describe('a run', () => {
  it('has the metrics, notes and losses of its report', async () => {
    const { experiment } = grown;
    const results = await ask(grown, { kind: 'run', info });
    const metrics = metricsOf(experiment);
    expect(JSON.stringify(results.metrics)).toBe(JSON.stringify(metrics));
    const report = reportInput(experiment, metrics, 'run');
    expect(results.notes).toEqual(report.notes);
    expect(renderReport(report)).toContain(results.verdict.sentence.slice(0, 30));
    expect(results.losses.map(({ validation }) => validation)).toEqual(
      report.losses.map(({ validation }) => validation),
    );
    expect(results.shown).toBe(0);
    expect(results.fits.every(({ grows, bends }) => grows && bends)).toBe(true);
    expect(results.genes).toEqual({ known: true });
    expect(results.exports).toContain('growth.csv');
  });

  it('says beforehand what it has not', async () => {
    const { exports, genes } = await ask(plain, { kind: 'run', info });
    expect(exports).not.toContain('predictions.csv');
    expect(genes).toMatchObject({ known: false, why: expect.stringContaining('varm/PCs') });
    const asked = ask(plain, {
      kind: 'gene along',
      fit: 0,
      cells: null,
      from: 0,
      most: 5,
      times: [3],
      column: 0,
    });
    await expect(asked).rejects.toThrow(InputError);
  });
});

describe('cells that are followed', () => {
  it.each(['grown', 'plain'] as const)('come out as the trajectories of the run (%s)', async (name) => {
    const kept = name === 'grown' ? grown : plain;
    const { cells, times, points, mass, cellDistance, spread } = shownOf(kept);
    const { dims } = kept.experiment.dataset.embedding;
    const components = [dims - 1, 0, 1];
    const followed = await ask(kept, {
      ...{ kind: 'follow' as const, fit: 0, embedding: 'X_pca', components, straight: false },
      ...{ cells: null, from: 0, most: 12, times: times.slice(1) },
    });
    expect([...followed.cells]).toEqual([...cells]);
    expect(followed.times).toEqual(times);
    expect(followed.finished).toBe(true);
    const wanted = Float32Array.from(
      { length: times.length * cells.length * 3 },
      (_, i) => points[Math.floor(i / 3) * dims + components[i % 3]!]!,
    );
    expectClose(followed.positions, wanted, 1e-6);
    expectClose(followed.cellDistance, cellDistance!, 1e-5);
    if (name === 'plain') {
      expect([followed.mass, followed.spread]).toEqual([null, null]);
    } else {
      expectClose(followed.mass!, mass!, 1e-5);
      expectClose(followed.spread!, spread!.distance, 1e-5);
    }
  });

  it('stand on the map of the run where its trajectories do', async () => {
    const { times } = shownOf(plain);
    const followed = await ask(plain, {
      ...{ kind: 'follow' as const, fit: 0, embedding: 'X_umap', components: [0, 1], straight: false },
      ...{ cells: null, from: 0, most: 12, times: times.slice(1) },
    });
    expectClose(followed.positions, plain.experiment.map!.trajectories!, 1e-4);
  });

  it('are placed on components of all cells where a fit has components of its own', async () => {
    const { experiment } = grown;
    const fit = experiment.fits.findIndex(({ heldOut }) => heldOut.length > 0);
    const { heldOut } = experiment.fits[fit]!;
    const { embedding, timepoints } = experiment.dataset;
    const from = heldOut[0]! - 1;
    const followed = await ask(grown, {
      ...{ kind: 'follow' as const, fit, ...view, straight: true, cells: null, from, most: 8 },
      times: [timepoints.times[heldOut[0]!]!],
    });
    // at the start they are real cells, which have a place of their own
    const places = followed.cells.length * 2;
    const own = Float32Array.from(
      { length: places },
      (_, i) => embedding.points[followed.cells[i >> 1]! * embedding.dims + (i % 2)]!,
    );
    expectClose(followed.positions.slice(0, places), own, 1e-6);
    expectClose(followed.straight!.positions.slice(0, places), own, 1e-6);
    expect(followed.positions.every(Number.isFinite)).toBe(true);
  });

  it('may be placed on what was computed for the open file, and on what the file holds', async () => {
    const { nObs } = plain.experiment.dataset;
    const question = { kind: 'follow' as const, fit: 0, straight: false, from: 0, most: 9, times: [1] };
    const cells = null;
    const points = Float32Array.from({ length: 3 * nObs }, (_, i) => Math.floor(i / 3) + (i % 3) / 10);
    const task = { kind: 'on run', path: plain.path, name: '' } as const;
    const shown = { embedding: 'X_umap', components: [2, 1, 0] };
    const embeddings = [{ name: 'X_umap', dims: 3, points }];
    const { result } = await performOnRun(
      { ...task, ask: { ...question, cells, ...shown }, embeddings },
      quiet,
    );
    const { positions, cells: rows } = result as RunAnswer<Ask<'follow'>>;
    rows.forEach((row, i) => {
      for (let c = 0; c < 3; c++) expect(positions[3 * i + c]).toBeCloseTo(row + (2 - c) / 10, 3);
    });
    const stored = await ask(plain, { ...question, cells, embedding: 'X_pca', components: [8, 9] });
    expect(stored.positions.every(Number.isFinite)).toBe(true);
    await expect(ask(plain, { ...question, cells, embedding: 'X_none', components: [0, 1] })).rejects.toThrow(
      InputError,
    );
  });

  it('are told to be the wrong ones, and can be stopped', async () => {
    const question: Omit<Ask<'follow'>, 'cells'> = {
      kind: 'follow',
      fit: 0,
      ...view,
      straight: false,
      from: 0,
      most: 5,
      times: [1],
    };
    const other = plain.experiment.dataset.timepoints.cellTimepoint.indexOf(1);
    for (const cells of [[], [other], [-1], [1e6]])
      await expect(ask(plain, { ...question, cells: Int32Array.from(cells) })).rejects.toThrow(InputError);
    await expect(ask(plain, { ...question, cells: null, fit: 9 })).rejects.toThrow(InputError);
    await expect(ask(plain, { ...question, cells: null, from: 9 })).rejects.toThrow(InputError);
    const stopped = ask(plain, { ...question, cells: null }, { ...quiet, shouldStop: () => true });
    await expect(stopped).rejects.toThrow(CancelledError);
  });
});

describe('arrows', () => {
  it('are the mean velocities that the run keeps, at its first timepoint', async () => {
    const { experiment, path } = plain;
    const velocity = experiment.fits[0]!.velocity!;
    const { dims } = experiment.dataset.embedding;
    const { result } = await performOnRun(
      { kind: 'on run', path, name: '', ask: { kind: 'arrows', fit: 0, ...view, time: 0, grid: 4 } },
      quiet,
    );
    const { directions, counts } = result as RunAnswer<Ask<'arrows'>>;
    const rows = experiment.dataset.timepoints.cellTimepoint;
    const mean = (component: number) => {
      const own = velocity.filter((_, i) => i % dims === component && rows[Math.floor(i / dims)] === 0);
      return own.reduce((sum, value) => sum + value, 0) / own.length;
    };
    const total = counts.reduce((sum, count) => sum + count, 0);
    const drawn = (component: number) =>
      counts.reduce((sum, count, i) => sum + count * directions[2 * i + component]!, 0) / total;
    // squares with fewer than three cells have no arrow
    expect(total).toBeGreaterThan(70);
    for (const component of [0, 1]) expect(drawn(component) / mean(component)).toBeCloseTo(1, 1);
  });

  it('on a map go where cells go', async () => {
    const { times } = plain.experiment.dataset.timepoints;
    const arrows = await ask(plain, {
      kind: 'arrows',
      fit: 0,
      embedding: 'X_umap',
      components: [0, 1],
      time: 1,
      grid: 12,
    });
    const followed = await ask(plain, {
      ...{ kind: 'follow' as const, fit: 0, embedding: 'X_umap', components: [0, 1], straight: false },
      ...{ cells: null, from: 0, most: 1000, times: [0.75, 1.25] },
    });
    expect(times[1]).toBe(2);
    const n = followed.cells.length;
    let [same, all] = [0, 0];
    arrows.counts.forEach((count, i) => {
      const at = [arrows.positions[2 * i]!, arrows.positions[2 * i + 1]!];
      const near = Array.from({ length: n }, (_, cell) => cell).filter(
        (cell) =>
          Math.hypot(
            followed.positions[2 * (n + cell)]! - at[0]!,
            followed.positions[2 * (n + cell) + 1]! - at[1]!,
          ) < 1,
      );
      if (near.length === 0) return;
      const way = [0, 1].map((c) =>
        near.reduce(
          (sum, cell) =>
            sum + followed.positions[2 * (2 * n + cell) + c]! - followed.positions[2 * (n + cell) + c]!,
          0,
        ),
      );
      all += count;
      if (way[0]! * arrows.directions[2 * i]! + way[1]! * arrows.directions[2 * i + 1]! > 0) same += count;
    });
    expect(all).toBeGreaterThan(20);
    expect(same / all).toBeGreaterThan(0.8);
  });
});

describe('a gene along trajectories', () => {
  it('is on average what was measured, since components keep means', async () => {
    const { dataset } = grown.experiment;
    const { counts, times } = dataset.timepoints;
    const along = await ask(grown, {
      ...{
        kind: 'gene along' as const,
        fit: 0,
        cells: null,
        from: 0,
        most: 1000,
        times: times.slice(1),
        column: 3,
      },
    });
    expect(along.times).toEqual(times);
    const mean = (of: 'measured' | 'reconstructed') =>
      along.real.reduce((sum, each, k) => sum + counts[k]! * each[of], 0) / dataset.nObs;
    expect(mean('reconstructed')).toBeCloseTo(mean('measured'), 4);
    expect(along.mean[0]).toBeCloseTo(along.real[0]!.reconstructed, 4);
    along.mean.forEach((value, i) => {
      expect(along.low[i]).toBeLessThanOrEqual(value);
      expect(along.high[i]).toBeGreaterThanOrEqual(value);
    });
    expect(along.about).toContain('Approximate');
  });

  it('can be told of counts too, where a file has the loadings of their logarithms', async () => {
    const { nObs, nVars, counts, obsNames, varNames, day, xPca, components, loadings } = example;
    const path = join(folder, 'counts.h5ad');
    const obsm = { X_pca: { values: xPca, shape: [nObs, components] as [number, number] } };
    const varm = { PCs: { values: loadings, shape: [nVars, components] as [number, number] } };
    const X = Float32Array.from(counts);
    await writeH5ad(path, { nObs, nVars, obsNames, varNames, X, obs: { day }, obsm, varm });
    const kept = await keep('counts', { holdOut: 'none' }, path);
    const question = { kind: 'gene along' as const, fit: 0, cells: null, from: 0, most: 20, times: [1] };
    const { about, real } = await ask(kept, { ...question, column: 7 });
    expect(about).toContain('normalised to 10000');
    // ten components of sixty genes hold most of each
    for (const { measured, reconstructed } of real)
      expect(Math.abs(measured - reconstructed)).toBeLessThan(0.2);
  });

  it('is the same by loadings that a file holds as by computed ones', async () => {
    const { embedding, nObs } = grown.experiment.dataset;
    const { loadings, columns, mean } = embedding.computed!;
    const file = await openH5ad(source);
    const { X } = exampleLogs();
    file.close();
    const nVars = 60;
    const PCs = new Float64Array(nVars * embedding.dims);
    columns.forEach((column, j) => {
      PCs.set(loadings.subarray(j * embedding.dims, (j + 1) * embedding.dims), column * embedding.dims);
    });
    const paths = [join(folder, 'stored.h5ad'), join(folder, 'other.h5ad')];
    const { obsNames, varNames, day } = example;
    const obsm = { X_pca: { values: embedding.points, shape: [nObs, embedding.dims] as [number, number] } };
    const varm = (values: Float64Array) => ({
      PCs: { values, shape: [nVars, embedding.dims] as [number, number] },
    });
    await writeH5ad(paths[0]!, { nObs, nVars, obsNames, varNames, X, obs: { day }, obsm, varm: varm(PCs) });
    // of another analysis
    const turned = PCs.map((value) => -value);
    await writeH5ad(paths[1]!, {
      nObs,
      nVars,
      obsNames,
      varNames,
      X,
      obs: { day },
      obsm,
      varm: varm(turned),
    });
    const [stored, other] = [
      await keep('stored', { holdOut: 'none' }, paths[0]),
      await keep('other', { holdOut: 'none' }, paths[1]),
    ];
    expect((await ask(stored, { kind: 'run', info })).genes).toEqual({ known: true });
    const column = columns[5]!;
    const question: Ask<'gene along'> = {
      kind: 'gene along',
      fit: 0,
      cells: null,
      from: 0,
      most: 20,
      times: [1],
      column,
    };
    const [a, b] = [await ask(stored, question), await ask(grown, question)];
    a.real.forEach((each, k) => {
      expect(each.reconstructed).toBeCloseTo(b.real[k]!.reconstructed, 3);
      expect(each.measured).toBeCloseTo(b.real[k]!.measured, 4);
    });
    expect(mean.length).toBe(columns.length);
    await expect(ask(other, question)).rejects.toMatchObject({
      detail: { found: expect.stringContaining('do not fit') },
    });
  });
});

describe('what is taken away', () => {
  const target = (name: string) => join(folder, name);
  const exported = async (kept: Kept, what: RunExport, name: string) => {
    const { bytes } = await ask(kept, { kind: 'export run', what, target: target(name) });
    const content = readFileSync(target(name));
    expect(bytes).toBe(content.length);
    return content;
  };

  it('is the session itself, metrics, report and tables', async () => {
    const { experiment } = grown;
    expect((await exported(grown, 'session', 'copy.h5ad')).equals(readFileSync(grown.path))).toBe(true);
    const metrics = metricsOf(experiment);
    expect(JSON.parse(String(await exported(grown, 'metrics.json', 'm.json')))).toEqual(
      JSON.parse(JSON.stringify(metrics)),
    );
    expect(String(await exported(grown, 'report', 'r.html'))).toBe(
      renderReport(reportInput(experiment, metrics, 'run')),
    );
    const csv = String(await exported(grown, 'predictions.csv', 'p.csv'));
    const parquet = await exported(grown, 'predictions.parquet', 'p.parquet');
    const rows = await parquetReadObjects({
      file: parquet.buffer.slice(parquet.byteOffset, parquet.byteOffset + parquet.length) as ArrayBuffer,
    });
    expect(csv.trimEnd().split('\r\n').length).toBe(rows.length + 1);
    await exported(grown, 'h5ad', 'full.h5ad');
    const copy = await openH5ad(target('full.h5ad'));
    expect(copy.obsm().map(({ name }) => name)).toContain('meander_velocity');
    copy.close();
    await expect(exported(plain, 'growth.csv', 'g.csv')).rejects.toThrow(InputError);
    await expect(ask(plain, { kind: 'export run', what: 'report', target: plain.path })).rejects.toThrow(
      InputError,
    );
  });

  it('is a methods section that says what was done, and nothing else', async () => {
    const [long, short] = [
      String(await exported(grown, 'methods', 'methods.md')),
      String(await exported(plain, 'methods', 'methods.txt')),
    ];
    const { manifest, summary } = metricsOf(grown.experiment);
    const { w1Mean } = summary.find(({ heldOut }) => heldOut === null)!;
    const settings = grown.experiment.fits[0]!.settings;
    for (const fact of [
      manifest.input.dataSha256,
      manifest.versions.node!,
      w1Mean!.toPrecision(4),
      '42 to 43',
    ])
      expect(long).toContain(fact);
    expect(long).toContain(`σ = ${Number(settings.bandwidth.toPrecision(4))}`);
    // each reference that is listed is cited, in the order of the list, and no other
    for (const text of [long, short]) {
      const [body, list] = text.split(/^(?:## )?References$/m) as [string, string];
      const cited = [...body.matchAll(/\[([\d, ]+)\]/g)].flatMap(([, numbers]) =>
        numbers!.split(', ').map(Number),
      );
      const listed = [...list.matchAll(/^(\d+)\. /gm)].map(([, number]) => Number(number));
      expect([...new Set(cited)]).toEqual(listed);
    }
    for (const [words, inLong, inShort] of [
      ['arXiv:2405.14780', true, false],
      ['arXiv:2302.00482', false, true],
      ['SCANPY', true, false],
      ['unbalanced', true, false],
      ['Wasserstein', true, false],
      ['held out', true, false],
      ['UMAP', true, true],
      ['straight', false, true],
    ] as const) {
      expect([words, long.includes(words)]).toEqual([words, inLong]);
      expect([words, short.includes(words)]).toEqual([words, inShort]);
    }
    expect(long.startsWith('# ')).toBe(true);
    expect(short).not.toMatch(/^#/m);
  });

  it('is a configuration that gives the same metrics again', async () => {
    const { config } = JSON.parse(String(await exported(grown, 'configuration', 'c.json'))) as {
      config: ExperimentInput;
    };
    const again = await keep('again', config);
    const timeless = ({ experiment }: Kept) =>
      metricsOf(experiment).rows.map(({ seconds: _, ...row }) => row);
    expect(timeless(again)).toEqual(timeless(grown));
  });

  it.each(['csv', 'parquet', 'h5ad'] as const)('is predicted cells of any time, as %s', async (format) => {
    const { times } = shownOf(grown);
    const moment = 2;
    const time = times[moment]!;
    await ask(grown, {
      ...{ kind: 'export cells' as const, fit: 0, cells: null, from: 0, most: 12, time, format },
      target: target(`cells.${format}`),
    });
    const { cells, points, mass } = shownOf(grown);
    const n = cells.length;
    const wanted = Array.from(cells, (cell, i) => ({
      cell: example.obsNames[cell],
      first: points[(moment * n + i) * 4]!,
      mass: mass![moment * n + i]!,
    }));
    const found = await readCells(target(`cells.${format}`), format);
    found.forEach((each, i) => {
      expect(each.cell).toBe(wanted[i]!.cell);
      expect(each.first).toBeCloseTo(wanted[i]!.first, 4);
      expect(each.mass).toBeCloseTo(wanted[i]!.mass, 4);
    });
    expect(found.length).toBe(n);
  });

  it.skipIf(PYTHON === undefined)('is read by real anndata and pandas', async () => {
    const { status, stdout, stderr } = spawnSync(
      PYTHON!,
      [
        join(FIXTURES, 'check_predicted.py'),
        ...['h5ad', 'csv', 'parquet'].map((end) => target(`cells.${end}`)),
      ],
      { encoding: 'utf8' },
    );
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(stdout).toBe('12 cells, X_pca, X_umap\n');
  });
});

async function readCells(path: string, format: 'csv' | 'parquet' | 'h5ad') {
  if (format === 'csv') {
    const [head, ...lines] = readFileSync(path, 'utf8').trimEnd().split('\r\n');
    const at = (name: string) => head!.split(',').indexOf(name);
    return lines.map((line) => {
      const values = line.split(',');
      return {
        cell: values[at('cell')],
        first: Number(values[at('X_pca_1')]),
        mass: Number(values[at('mass')]),
      };
    });
  }
  if (format === 'parquet') {
    const bytes = readFileSync(path);
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
    const rows = await parquetReadObjects({ file });
    return rows.map((row) => ({
      cell: row.cell as string,
      first: row.X_pca_1 as number,
      mass: row.mass as number,
    }));
  }
  const file = await openH5ad(path);
  try {
    const column = file.readObs('cell_of_origin');
    const mass = file.readObs('mass');
    const { values } = file.readObsm('X_pca');
    if (column.kind !== 'categorical' || mass.kind !== 'number')
      throw new Error(`${column.kind}, ${mass.kind}`);
    return Array.from(column.codes, (code, i) => ({
      cell: column.categories[code] as string,
      first: values[4 * i]!,
      mass: mass.values[i]!,
    }));
  } finally {
    file.close();
  }
}

/** As the components were computed from: counts normalised to the median, logged. */
function exampleLogs(): { X: Float32Array } {
  const { nObs, nVars, counts } = example;
  const totals = Array.from({ length: nObs }, (_, i) =>
    counts.subarray(i * nVars, (i + 1) * nVars).reduce((sum, count) => sum + count, 0),
  );
  const { targetSum } = grown.experiment.dataset.embedding.computed!;
  return {
    X: Float32Array.from(counts, (count, at) =>
      Math.log1p((count * targetSum!) / totals[Math.floor(at / nVars)]!),
    ),
  };
}

function expectClose(found: Float32Array, wanted: Float32Array, tolerance: number): void {
  expect(found.length).toBe(wanted.length);
  const scale = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6);
  const worst = found.reduce((most, value, i) => Math.max(most, Math.abs(value - wanted[i]!)), 0);
  expect(worst / scale).toBeLessThanOrEqual(tolerance);
}
