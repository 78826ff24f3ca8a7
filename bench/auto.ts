import { availableParallelism } from 'node:os';
import { Command } from 'commander';
import { type Method, parseExperiment } from '../engine/config.ts';
import { exactPlan } from '../engine/coupling/exact-ot.ts';
import { gatherRows, rowsWhere } from '../engine/dataset/clouds.ts';
import { loadOptionsOf } from '../engine/dataset/load.ts';
import type { FitJob, FitResult } from '../engine/evaluate/held-out.ts';
import type { SharedDataset } from '../engine/evaluate/space.ts';
import { tInterval } from '../engine/evaluate/t-interval.ts';
import { toyDataset, toyRow } from '../engine/evaluate/toy.ts';
import { createPool } from '../engine/host/pool.ts';
import { shareDataset } from '../engine/pipeline.ts';
import { givenSettings, resolveFitSettings } from '../engine/presets.ts';
import { exampleDataset } from '../engine/simulate/example.ts';
import { type GrowingOptions, simulateGrowing } from '../engine/simulate/growing.ts';
import { makeToy } from '../engine/simulate/toy-example.ts';

/**
 * Whether `auto` is as near to held-out cells as the better of OT-CFM and static transport, on simulated time courses: each
 * inner timepoint held out in turn, the data of each seed simulated anew (EMT: of a file, so that only the fits differ). For each set: mean W1 of
 * the three, the ratio of the means, and a 95 % interval of the ratio over seeds. The surface has two timepoints and nothing to hold out: there
 * it is the mean distance of the cells to the surface half-way.
 */
const program = new Command('bench auto')
  .option('--sets <LIST>', 'which of the sets')
  .option('--seeds <N>', 'seeds from --seed upwards', '10')
  .option('--seed <N>', 'the first', '71')
  .option('--emt <FILE>', 'the epithelial–mesenchymal transition', '../shared/data/emt_10d.h5ad')
  .parse();
const flags = program.opts<{ sets?: string; seeds: string; seed: string; emt: string }>();

const grown = (options: GrowingOptions) => (seed: number) => {
  const { points, dims, timepoint, days } = simulateGrowing({ seed, ...options });
  return shared(points, dims, timepoint, [...days]);
};
const branching = (curvature: number) => (seed: number) => {
  const { xPca, components, day } = exampleDataset({ seed, curvature });
  const times = [...new Set(day)].sort((a, b) => a - b);
  return shared(
    xPca,
    components,
    Int32Array.from(day, (time) => times.indexOf(time)),
    times,
  );
};
const toy = (name: 'arch' | 'sphere') => (seed: number) => {
  const { points, dims, cellTimepoint, times } = makeToy(name, seed, 700).data;
  return shared(points, dims, cellTimepoint, times);
};

/** W1 at held-out timepoints, or what stands for it, of the three. */
interface Found {
  auto: number;
  cfm: number;
  ot: number;
}

const SETS: Record<string, (seed: number) => SharedDataset | Promise<SharedDataset>> = {
  growing: grown({}),
  'without growth': grown({ growth: 0 }),
  'uneven days': grown({ days: [0, 1, 2, 4, 5] }),
  'bent, growing': grown({ growth: 0.4, curvature: 1.2 }),
  'batch shift': grown({ growth: 0.3, batchShift: 0.1 }),
  'few cells': grown({ cellsPerDay: 40 }),
  'few cells, without growth': grown({ cellsPerDay: 40, growth: 0 }),
  '30 dimensions': grown({ dims: 30, noise: 0.04 }),
  example: branching(1),
  'straight rays': branching(0.1),
  arch: toy('arch'),
  sphere: toy('sphere'),
  EMT: async () => {
    const config = parseExperiment({ time: 'day', methods: ['auto'], seeds: 1, holdOut: 'each' });
    const dataset = await pool.run({ kind: 'load', paths: [flags.emt], ...loadOptionsOf(config) });
    return shareDataset(dataset, config);
  },
};

/** Of simulated cells. */
function shared(
  points: Float32Array,
  dims: number,
  cellTimepoint: Int32Array,
  times: number[],
): SharedDataset {
  const base = { dims, points, cellTimepoint, times, timeScale: 'index' } as const;
  return { ...base, cellType: null, batch: null, manifold: null };
}

const pool = createPool(availableParallelism());
const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

function fitOf(
  dataset: SharedDataset,
  method: Method,
  heldOut: number[],
  seed: number,
  trajectories: FitJob['trajectories'] = null,
): Promise<FitResult> {
  const config = parseExperiment({ time: 'day', methods: [method], seeds: 1 });
  const settings = resolveFitSettings(config, { method, dims: dataset.dims, heldOut });
  const given = givenSettings(config);
  const job = { method, heldOut, seed, settings, given, wideBackend: 'auto', trajectories } as const;
  return pool.run({ kind: 'fit', dataset, job });
}

async function w1Of(...of: Parameters<typeof fitOf>): Promise<number> {
  const fit = await fitOf(...of);
  return fit.predictions[0]!.distances?.w1 ?? Number.POSITIVE_INFINITY;
}

async function staticOf(dataset: SharedDataset, heldOut: number[], seed: number): Promise<number> {
  const { rows } = await pool.run({ kind: 'baselines', dataset, job: { heldOut, seed, whiten: false } });
  return rows.find(({ method }) => method === 'ot')!.distances.w1;
}

/** How far cells are from the surface half-way. */
async function ofSurface(seed: number): Promise<Found> {
  const toy = makeToy('surface', seed, 700);
  const dataset = toyDataset(toy);
  const { dims, points, cellTimepoint } = dataset;
  const [from, to] = [0, 1].map((at) => rowsWhere(cellTimepoint, (k) => k === at));
  const trajectories = { cells: from!, points: 3 };
  const ofMethod = async (method: Method) =>
    toyRow(toy, await fitOf(dataset, method, [], seed, trajectories)).distance ?? Number.POSITIVE_INFINITY;
  const [x, y] = [gatherRows(points, dims, from!), gatherRows(points, dims, to!)];
  const { rows, columns } = exactPlan(x, y, dims, { cost: 'squared-euclidean' });
  const half = Float32Array.from({ length: rows.length * dims }, (_, at) => {
    const [e, j] = [Math.floor(at / dims), at % dims];
    return (x[rows[e]! * dims + j]! + y[columns[e]! * dims + j]!) / 2;
  });
  const [auto, cfm] = await Promise.all([ofMethod('auto'), ofMethod('ot-cfm')]);
  return { auto, cfm, ot: mean([...toy.data.distanceToManifold(half)]) };
}

async function ofSeed(make: (typeof SETS)[string], seed: number): Promise<Found> {
  const dataset = await make(seed);
  const inner = dataset.times.slice(1, -1).map((_, k) => [k + 1]);
  const all = async (of: (heldOut: number[]) => Promise<number>) => mean(await Promise.all(inner.map(of)));
  return {
    auto: await all((heldOut) => w1Of(dataset, 'auto', heldOut, seed)),
    cfm: await all((heldOut) => w1Of(dataset, 'ot-cfm', heldOut, seed)),
    ot: await all((heldOut) => staticOf(dataset, heldOut, seed)),
  };
}

try {
  for (const name of [...Object.keys(SETS), 'surface']) {
    if (flags.sets && !flags.sets.split(',').includes(name)) continue;
    const seeds = Array.from({ length: Number(flags.seeds) }, (_, i) => Number(flags.seed) + i);
    const of = (seed: number) => (name === 'surface' ? ofSurface(seed) : ofSeed(SETS[name]!, seed));
    const found = await Promise.all(seeds.map(of));
    const [auto, cfm, ot] = (['auto', 'cfm', 'ot'] as const).map((key) => mean(found.map((row) => row[key])));
    const better = Math.min(cfm!, ot!);
    const bySeed = found.map((row) => row.auto / (cfm! < ot! ? row.cfm : row.ot));
    const { low, high } = tInterval(bySeed);
    const band = low === null ? '' : ` (${low.toFixed(3)} to ${high!.toFixed(3)})`;
    process.stdout.write(
      `${name}: auto ${auto!.toPrecision(4)}, ot-cfm ${cfm!.toPrecision(4)}, ot ${ot!.toPrecision(4)}; auto / better ${(auto! / better).toFixed(3)}${band}, ${seeds.length} seeds: ${bySeed.map((ratio) => ratio.toFixed(3)).join(' ')}\n`,
    );
  }
} finally {
  await pool.close();
}
