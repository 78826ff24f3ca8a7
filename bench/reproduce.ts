import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { Command } from 'commander';
import { loadOptionsOf } from '../engine/dataset/load.ts';
import {
  createPool,
  type Experiment,
  type FitResult,
  type MetricsRow,
  metricsOf,
  parseExperiment,
  planExperiment,
  runExperiment,
} from '../engine/index.ts';

/**
 * The tables of the single-cell experiments on the CITE file: each method, held-out day and seed by the preset `paper`.
 * One line a fit in `<out>/<dims>d.jsonl`; lines that are there already are not computed again, so it can be stopped
 * and goes on. Beside them the manifest.
 */
const program = new Command('reproduce')
  .option('--file <FILE>', 'the CITE time course', '../shared/data/cite_pca100.h5ad')
  .option('--dims <LIST>', 'dimensions', '5,50,100')
  .option('--methods <LIST>', 'methods', 'ot-mfm,ot-cfm,i-mfm,i-cfm')
  .option('--hold-out <LIST>', 'days held out in turn', '3,4')
  .option('--seeds <N>', 'seeds from 42', '5')
  .option('--workers <N>', 'fits at the same time', String(availableParallelism()))
  .option('--out <DIR>', 'folder of the rows', 'bench/reproduced')
  .parse();
const flags =
  program.opts<Record<'file' | 'dims' | 'methods' | 'holdOut' | 'seeds' | 'workers' | 'out', string>>();

const pool = createPool(Number(flags.workers));
try {
  for (const dims of flags.dims.split(',').map(Number)) await reproduce(dims);
} finally {
  await pool.close();
}

async function reproduce(dims: number): Promise<void> {
  const config = parseExperiment({
    time: 'day',
    dims,
    preset: 'paper',
    holdOut: flags.holdOut,
    methods: flags.methods.split(','),
    seeds: Number(flags.seeds),
  });
  const path = join(flags.out, `${dims}d.jsonl`);
  mkdirSync(dirname(path), { recursive: true });
  const known = new Set(existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n').map(keyOfLine) : []);
  const dataset = await pool.run({ kind: 'load', paths: [flags.file], ...loadOptionsOf(config) });
  const { labels } = dataset.timepoints;
  const append = (experiment: Experiment) => {
    for (const row of metricsOf(experiment).rows) {
      if (!known.has(keyOf(row))) appendFileSync(path, `${JSON.stringify(row)}\n`);
    }
  };
  const one = (fits: FitResult[]): Experiment => ({
    config,
    dataset,
    fits,
    baselines: [],
    map: null,
    notes: [],
  });

  const { jobs } = planExperiment(dataset, config, 'evaluate');
  const missing = jobs.filter(
    ({ method, heldOut, seed }) => !known.has(keyOf({ method, heldOut: labels[heldOut[0]!]!, seed })),
  );
  process.stdout.write(`${dims} dimensions: ${missing.length} of ${jobs.length} fits to do\n`);
  let done = 0;
  const results = await runExperiment(dataset, config, 'evaluate', {
    pool,
    only: (job) =>
      missing.some((m) => m.method === job.method && m.seed === job.seed && sameList(m.heldOut, job.heldOut)),
    onEvent(event) {
      if (event.kind !== 'fitted') return;
      append(one([event.result]));
      done += 1;
      const { method, heldOut, seed, seconds } = event.result;
      const day = heldOut.map((k) => labels[k]).join('+');
      process.stdout.write(
        `[${done}/${missing.length}] ${method}, day ${day}, seed ${seed}: ${Math.round(seconds)} s\n`,
      );
    },
  });
  append({ ...results, fits: [] }); // the baselines
  if (missing.length > 0) {
    writeFileSync(
      join(flags.out, `${dims}d.manifest.json`),
      `${JSON.stringify({ ...metricsOf(results).manifest, config }, null, 2)}\n`,
    );
  }
}

function keyOf({ method, heldOut, seed }: Pick<MetricsRow, 'method' | 'heldOut' | 'seed'>): string {
  return JSON.stringify([method, heldOut, seed]);
}

function keyOfLine(line: string): string {
  return keyOf(JSON.parse(line) as MetricsRow);
}

function sameList(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}
