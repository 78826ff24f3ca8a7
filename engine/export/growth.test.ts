import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import type { Choices } from '../auto/choices.ts';
import { type ExperimentInput, parseExperiment } from '../config.ts';
import type { GrowthPrior } from '../dataset/growth-gene-prior.ts';
import { loadDataset, loadOptionsOf } from '../dataset/load.ts';
import { InputError } from '../errors.ts';
import type { FitResult } from '../evaluate/held-out.ts';
import { withGrowthPrior } from '../host/growth-prior.ts';
import type { Pool } from '../host/pool.ts';
import { openH5ad } from '../io/h5ad-read.ts';
import { writeH5ad } from '../io/h5ad-write.ts';
import { openHdf5 } from '../io/hdf5.ts';
import type { Experiment } from '../pipeline.ts';
import { resolveFitSettings } from '../presets.ts';
import { randomStream } from '../random.ts';
import { exportSession } from './export-session.ts';
import { GROWTH_PRIOR, GROWTH_RATE, growthFacts, growthNotes } from './growth-facts.ts';
import { growthTable } from './growth-table.ts';
import { exportH5ad } from './h5ad-export.ts';
import { methodsText } from './methods-text.ts';
import { metricsOf } from './results.ts';
import { readSession, writeSession } from './session.ts';
import { sessionSources } from './session-source.ts';

const folder = mkdtempSync(join(tmpdir(), 'meander-growth-'));
afterAll(() => rmSync(folder, { recursive: true }));

const CELLS = 40;

async function source(name: string): Promise<string> {
  const random = randomStream(3, 'growth cells');
  const path = join(folder, name);
  await writeH5ad(path, {
    nObs: CELLS,
    nVars: 0,
    obsNames: Array.from({ length: CELLS }, (_, i) => `cell ${i}`),
    varNames: [],
    // every tenth cell takes no part
    obs: { day: Array.from({ length: CELLS }, (_, i) => (i % 10 === 9 ? null : `day ${[0, 2, 7][i % 3]}`)) },
    obsm: {
      X_pca: { values: Float32Array.from({ length: 2 * CELLS }, () => random.normal()), shape: [CELLS, 2] },
    },
  });
  return path;
}

/** Results of the right shapes, with growth and a prior that orders the cells of day 0 alike, of day 2 the other way. */
async function experimentOn(path: string, given: Partial<ExperimentInput> = {}): Promise<Experiment> {
  const config = parseExperiment({ time: 'day', methods: ['ot-cfm'], seeds: 1, growth: 'on', ...given });
  const dataset = await loadDataset([path], loadOptionsOf(config));
  const { nObs, embedding, timepoints } = dataset;
  const random = randomStream(4, 'growth');
  const normals = (n: number) => Float32Array.from({ length: n }, () => random.normal());
  const growthRate = normals(nObs).map((rate, i) =>
    [0, 1].includes(timepoints.cellTimepoint[i]!) ? rate : Number.NaN,
  );
  const signs = [1, -1, 1];
  const score = growthRate.map((rate, i) => {
    const k = timepoints.cellTimepoint[i]!;
    return k < 0 ? Number.NaN : signs[k]! * Math.exp(Number.isNaN(rate) ? 0 : rate);
  });
  const settings = resolveFitSettings(config, { method: 'ot-cfm', dims: embedding.dims, heldOut: [] });
  const fit: FitResult = {
    method: 'ot-cfm',
    heldOut: [],
    seed: 1,
    kernels: 'wasm-simd',
    settings: { ...settings, bandwidth: 1 },
    steps: 1,
    seconds: 1,
    losses: [],
    predictions: [],
    trajectories: { cells: Int32Array.of(0), times: [0, 7], points: normals(2 * embedding.dims) },
    velocity: normals(nObs * embedding.dims),
    ...(settings.growth === 'on' && { growthRate }),
    networks: { interpolant: null, vectorField: { sizes: [3, 2], parameters: normals(8) } },
    notes: [],
  };
  const part = { genes: ['A', 'B'], of: 97, source: 'a paper' };
  const prior: GrowthPrior = {
    score,
    proliferation: { ...part, score: normals(nObs) },
    apoptosis: { ...part, of: 159, score: null },
    expression: 'X',
  };
  const experiment = { config, dataset, fits: [fit], baselines: [], map: null, notes: [] };
  return settings.growth === 'on' ? { ...experiment, growthPrior: prior } : experiment;
}

async function saved(path: string, experiment: Experiment): Promise<string> {
  const session = path.replace('.h5ad', '.meander.h5ad');
  const sources = sessionSources([path], session, undefined);
  await writeSession(session, { experiment, command: 'run', sources });
  return session;
}

async function column(path: string, key: string): Promise<ArrayLike<number> | undefined> {
  const file = await openHdf5(path);
  try {
    const node = file.get(key);
    return node?.kind === 'dataset' ? node.numbers() : undefined;
  } finally {
    file.close();
  }
}

describe('growth of an experiment', () => {
  it('is in the session, its obs, the exported copy and its description', async () => {
    const path = await source('cells.h5ad');
    const experiment = await experimentOn(path);
    const session = await saved(path, experiment);
    const { versions: _, ...restored } = (await readSession(session)).experiment;
    expect(restored).toStrictEqual(experiment);
    const out = join(folder, 'out.h5ad');
    await exportH5ad(session, out);
    const wanted = {
      [GROWTH_RATE]: experiment.fits[0]!.growthRate!,
      [GROWTH_PRIOR]: priorOf(experiment).score,
    };
    for (const file of [session, out])
      for (const [name, values] of Object.entries(wanted))
        expect(await column(file, `obs/${name}`)).toEqual(values);
    const file = await openH5ad(out);
    const about = file.element('uns/meander/growth') as { value: string };
    expect(JSON.parse(about.value)).toEqual(JSON.parse(JSON.stringify(metricsOf(experiment).growth)));
    expect(file.obsColumns().map(({ name }) => name)).toEqual([
      'day',
      'meander_timepoint',
      ...Object.keys(wanted),
    ]);
    file.close();
    expect(growthFacts(experiment)!.rate!.unit).toBe('per day');
  });

  it('of an earlier export is not taken for that of a fit without', async () => {
    const path = await source('grown.h5ad');
    const grown = join(folder, 'again.h5ad');
    await exportH5ad(await saved(path, await experimentOn(path)), grown);
    const plain = await experimentOn(grown, { growth: 'off' });
    const out = join(folder, 'again-out.h5ad');
    await exportH5ad(await saved(grown, plain), out);
    for (const name of [GROWTH_RATE, GROWTH_PRIOR]) {
      const values = await column(out, `obs/${name}`);
      expect(Array.from(values!).every(Number.isNaN)).toBe(true);
    }
  });

  it('is in uns where obs cannot gain a column', async () => {
    const path = join(folder, 'old.h5ad');
    const old = new URL('../../fixtures/anndata/0.6.22.h5ad.gz', import.meta.url);
    writeFileSync(path, gunzipSync(readFileSync(old)));
    const experiment = await experimentOn(path, { time: 'floats', dims: 2 });
    const out = join(folder, 'old-out.h5ad');
    await exportH5ad(await saved(path, experiment), out);
    expect(await column(out, 'uns/meander/growth_rate')).toEqual(experiment.fits[0]!.growthRate);
    expect(await column(out, 'uns/meander/growth_prior')).toEqual(priorOf(experiment).score);
  });

  it('leaves no trace where it is off, as in sessions of before', async () => {
    const path = await source('plain.h5ad');
    const experiment = await experimentOn(path, { growth: 'off' });
    const session = await saved(path, experiment);
    const file = await openH5ad(session);
    expect(file.obsColumns().map(({ name }) => name)).toEqual(['day', 'meander_timepoint']);
    file.close();
    const { versions: _, ...restored } = (await readSession(session)).experiment;
    expect(restored).toStrictEqual(experiment);
    expect(metricsOf(experiment)).not.toHaveProperty('growth');
    expect(growthNotes(experiment)).toEqual([expect.stringMatching(/^Growth is ignored/)]);
    const table = exportSession(session, { csv: join(folder, 'none.csv'), what: 'growth' });
    await expect(table).rejects.toThrow(/holds no growth/);
  });

  it('is a table of the cells that take part', async () => {
    const path = await source('table.h5ad');
    const experiment = await experimentOn(path);
    const table = growthTable(experiment)!;
    expect(table.map(({ name }) => name)).toEqual([
      ...['cell', 'timepoint', 'growth_rate', 'growth_prior', 'proliferation'],
    ]);
    const rows = Array.from({ length: CELLS }, (_, i) => i).filter((i) => i % 10 !== 9);
    expect(table[0]!.values).toEqual(rows.map((i) => `cell ${i}`));
    expect(table[2]!.values).toEqual(Float32Array.from(rows, (i) => experiment.fits[0]!.growthRate![i]!));
    const csv = join(folder, 'growth.csv');
    await exportSession(await saved(path, experiment), { csv, what: 'growth' });
    expect(readFileSync(csv, 'utf8').split('\r\n')[3]).toMatch(/^cell 2,day 7,NaN,1,/);
  });

  it('is compared with the genes within timepoints, in words too', async () => {
    const experiment = await experimentOn(await source('words.h5ad'));
    const { timepoints, mean } = growthFacts(experiment)!.rankCorrelation!;
    // day 0 has 13 of the cells, day 2 has 12, in opposite orders
    const counts = timepoints.map(({ cells }) => cells);
    expect(timepoints.map(({ correlation }) => Math.round(correlation! * 1e9) / 1e9)).toEqual([1, -1]);
    expect(mean).toBeCloseTo((counts[0]! - counts[1]!) / (counts[0]! + counts[1]!), 9);
    const words = growthNotes(experiment).join(' ');
    expect(words).toMatch(/relative to the mean cell .*; snapshots say nothing of totals/);
    expect(words).toMatch(/2 of 97 genes of division, 2 of 159 genes of death \(too few: left out\)/);
    expect(words).toMatch(/day 0: 1\.00, day 2: -1\.00/);
  });
});

describe('growth within noise', () => {
  /** As `auto` chose it: growth beyond noise after some timepoints alone. */
  async function chosen(found: (boolean | null)[]): Promise<Experiment> {
    const experiment = await experimentOn(await source(`noise ${found.join(' ')}.h5ad`));
    const [fit] = experiment.fits;
    const { growthRate, ...rest } = fit!;
    const told = found.some((one) => one === true);
    const { cellTimepoint } = experiment.dataset.timepoints;
    const choices: Choices = {
      method: 'ot-cfm',
      intervals: found.map((one) => ({ bends: false, grows: one !== null })),
      triedOn: [1],
      evidence: [],
      growth: found.map((one) => (one === null ? null : { p: one ? 0.05 : 0.5, ratio: 1, found: one })),
    };
    const rate = growthRate!.map((value, i) => (found[cellTimepoint[i]!] === true ? value : Number.NaN));
    const auto: FitResult = { ...rest, method: 'auto', choices, ...(told && { growthRate: rate }) };
    return { ...experiment, fits: [auto] };
  }

  it('is said where rates of some timepoints are missing, with them and in the methods', async () => {
    for (const found of [
      [true, false],
      [true, null],
    ]) {
      const experiment = await chosen(found);
      expect(growthFacts(experiment)!.rate!.meaning).toContain(
        'at the last timepoint and at day 2, after which growth is within noise',
      );
      const words = /After day 2 growth is within noise or pairs are balanced/;
      expect(growthNotes(experiment).join(' ')).toMatch(words);
      expect(methodsText({ experiment }, 'cells.h5ad')).toMatch(words);
      expect(
        growthFacts(experiment)!.rankCorrelation!.timepoints.map(({ correlation }) => correlation),
      ).toEqual([expect.closeTo(1, 9), null]);
    }
    expect(growthNotes(await chosen([true, true])).join(' ')).not.toMatch(/within noise/);
  });

  it('everywhere: no column, no rates, and why', async () => {
    const experiment = await chosen([false, false]);
    expect(growthFacts(experiment)!.rate).toBeNull();
    expect(growthTable(experiment)!.map(({ name }) => name)).not.toContain('growth_rate');
    expect(growthNotes(experiment).join(' ')).toMatch(/Cells carry masses, .* so cells have no growth rates/);
    const [fit] = experiment.fits;
    const diverged = { ...experiment, fits: [{ ...fit!, velocity: null }] };
    expect(growthNotes(diverged).join(' ')).toMatch(/diverged, so cells have no growth rates/);
    const heldOut = { ...experiment, fits: [{ ...fit!, heldOut: [1] }] };
    expect(growthNotes(heldOut).join(' ')).not.toMatch(/no growth rates/);
  });
});

describe('the prior of an experiment', () => {
  const poolThat = (run: () => Promise<unknown>) => ({ run }) as unknown as Pool;

  it('that cannot be had is said with its reason, and does not end the work', async () => {
    const path = await source('missing.h5ad');
    const { growthPrior: _, ...experiment } = await experimentOn(path);
    const pool = poolThat(async () => {
      throw new InputError('No genes.', { found: 'peaks', action: 'Take another file.' });
    });
    const made = await withGrowthPrior(experiment, [path], pool, {});
    expect(made.growthPrior).toEqual({ missing: 'No genes. Found: peaks. Take another file.' });
    expect(growthNotes(made).join(' ')).toContain('No genes. Found: peaks.');
    const failing = poolThat(async () => {
      throw new TypeError('defect');
    });
    await expect(withGrowthPrior(experiment, [path], failing, {})).rejects.toThrow('defect');
  });

  it('is not asked for where no fit has growth', async () => {
    const experiment = await experimentOn(await source('off.h5ad'), { growth: 'off' });
    const pool = poolThat(() => Promise.reject(new Error('asked')));
    expect(await withGrowthPrior(experiment, [], pool, {})).toBe(experiment);
  });
});

function priorOf({ growthPrior }: Experiment): GrowthPrior {
  if (!growthPrior || 'missing' in growthPrior) throw new Error('no prior');
  return growthPrior;
}
