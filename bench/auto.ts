import { availableParallelism } from 'node:os';
import { Command } from 'commander';
import { type Method, parseExperiment } from '../engine/config.ts';
import type { SharedDataset } from '../engine/evaluate/space.ts';
import { tInterval } from '../engine/evaluate/t-interval.ts';
import { createPool } from '../engine/host/pool.ts';
import { givenSettings, resolveFitSettings } from '../engine/presets.ts';
import { exampleDataset } from '../engine/simulate/example.ts';
import { type GrowingOptions, simulateGrowing } from '../engine/simulate/growing.ts';
import { makeToy } from '../engine/simulate/toy-example.ts';

/**
 * Whether `auto` is as near to held-out cells as the better of OT-CFM and static transport, on simulated time courses: each
 * inner timepoint held out in turn, the data of each seed simulated anew. For each set: mean W1 of the three, the ratio of the
 * means, and a 95 % interval of the ratio over seeds.
 */
const program = new Command('bench auto')
  .option('--sets <LIST>', 'which of the sets')
  .option('--seeds <N>', 'seeds from --seed upwards', '10')
  .option('--seed <N>', 'the first', '71')
  .parse();
const flags = program.opts<{ sets?: string; seeds: string; seed: string }>();

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

const SETS: Record<string, (seed: number) => SharedDataset> = {
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
};

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

async function w1Of(
  dataset: SharedDataset,
  method: Method,
  heldOut: number[],
  seed: number,
): Promise<number> {
  const config = parseExperiment({ time: 'day', methods: [method], seeds: 1 });
  const settings = resolveFitSettings(config, { method, dims: dataset.dims, heldOut });
  const given = givenSettings(config);
  const job = { method, heldOut, seed, settings, given, wideBackend: 'auto', trajectories: null } as const;
  const fit = await pool.run({ kind: 'fit', dataset, job: { ...job, heldOut } });
  return fit.predictions[0]!.distances?.w1 ?? Number.POSITIVE_INFINITY;
}

async function staticOf(dataset: SharedDataset, heldOut: number[], seed: number): Promise<number> {
  const { rows } = await pool.run({ kind: 'baselines', dataset, job: { heldOut, seed, whiten: false } });
  return rows.find(({ method }) => method === 'ot')!.distances.w1;
}

async function ofSeed(make: (seed: number) => SharedDataset, seed: number) {
  const dataset = make(seed);
  const inner = dataset.times.slice(1, -1).map((_, k) => [k + 1]);
  const all = async (of: (heldOut: number[]) => Promise<number>) => mean(await Promise.all(inner.map(of)));
  return {
    auto: await all((heldOut) => w1Of(dataset, 'auto', heldOut, seed)),
    cfm: await all((heldOut) => w1Of(dataset, 'ot-cfm', heldOut, seed)),
    ot: await all((heldOut) => staticOf(dataset, heldOut, seed)),
  };
}

try {
  for (const [name, make] of Object.entries(SETS)) {
    if (flags.sets && !flags.sets.split(',').includes(name)) continue;
    const seeds = Array.from({ length: Number(flags.seeds) }, (_, i) => Number(flags.seed) + i);
    const found = await Promise.all(seeds.map((seed) => ofSeed(make, seed)));
    const [auto, cfm, ot] = (['auto', 'cfm', 'ot'] as const).map((key) => mean(found.map((row) => row[key])));
    const better = Math.min(cfm!, ot!);
    const { low, high } = tInterval(found.map((row) => row.auto / (cfm! < ot! ? row.cfm : row.ot)));
    const band = low === null ? '' : ` (${low.toFixed(3)} to ${high!.toFixed(3)})`;
    process.stdout.write(
      `${name}: auto ${auto!.toPrecision(4)}, ot-cfm ${cfm!.toPrecision(4)}, ot ${ot!.toPrecision(4)}; auto / better ${(auto! / better).toFixed(3)}${band}, ${seeds.length} seeds\n`,
    );
  }
} finally {
  await pool.close();
}
