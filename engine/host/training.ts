import type { ExperimentConfig } from '../config.ts';
import { type Dataset, loadOptionsOf } from '../dataset/load.ts';
import { CancelledError, InputError } from '../errors.ts';
import { estimateBaselines, estimateOf } from '../estimate.ts';
import { sessionSources } from '../export/session-source.ts';
import { type Experiment, planExperiment, runExperiment } from '../pipeline.ts';
import { affordableWorkers } from './estimate.ts';
import { withGrowthPrior } from './growth-prior.ts';
import { knownCells, knownMap } from './known-cells.ts';
import { createPool, type Pool, type RunOptions } from './pool.ts';
import type { Prepared } from './prepare.ts';
import type { Source } from './reader.ts';
import type { RunInfo } from './run-protocol.ts';
import type { RunRecord } from './run-record.ts';
import type { BegunRun, RunStore } from './run-store.ts';
import type { SessionColumn } from './session-columns.ts';
import { createClock, type TrainingWatch, watchTraining } from './training-progress.ts';

export interface TrainingInput {
  source: Source;
  identity: RunRecord['source'];
  columns: SessionColumn[];
  /** null: nothing was computed for these choices */
  prepared: Prepared | null;
  experiment: ExperimentConfig;
}

export interface TrainingPlace {
  store: RunStore;
  workers: number;
  /** why a training is stopped where its user did not stop it: it is kept as interrupted */
  isEnding(): boolean;
  /** what was estimated and what it took */
  onTimed?(estimated: number, took: number): void;
}

/** A training that goes on. */
export interface Training {
  readonly result: Promise<RunInfo>;
  hold(held: boolean): void;
}

/**
 * Loads, fits, measures and keeps a run, in workers of its own: they end with it, memory and all, and holding them holds nobody
 * else. What comes out is, to the bit, what `meander run` makes of the same files and choices.
 */
export function startTraining(input: TrainingInput, place: TrainingPlace, options: RunOptions): Training {
  const clock = createClock();
  const running: { pool?: Pool; watch?: TrainingWatch; held: boolean } = { held: false };
  let isOver = false;
  const result = perform();
  return {
    result,
    hold(held) {
      running.held = held;
      clock.hold(held);
      running.watch?.hold(held);
      running.pool?.hold(held);
    },
  };

  async function perform(): Promise<RunInfo> {
    const begun = await place.store.begin(input.identity, input.experiment);
    try {
      const experiment = await fitAll(begun);
      return await keep(begun, experiment);
    } catch (error) {
      if (error instanceof CancelledError && place.isEnding()) await begun.interrupt();
      else begun.forget();
      throw error;
    } finally {
      isOver = true;
      await running.pool?.close();
    }
  }

  function openPool(workers: number): Pool {
    const pool = createPool(workers);
    running.pool = pool;
    if (running.held) pool.hold(true);
    return pool;
  }

  async function fitAll(begun: BegunRun): Promise<Experiment> {
    const { source, columns, prepared, experiment: config } = input;
    const loading = openPool(1);
    const known = prepared && knownCells(prepared);
    const task = { kind: 'load cells', source, columns, known } as const;
    const dataset = await loading.run({ ...task, ...loadOptionsOf(config) }, options);
    await loading.close();
    const { jobs, baselineJobs } = planExperiment(dataset, config, 'run');
    const { labels, counts } = dataset.timepoints;
    await begun.holdsOut(namesOf(baselineJobs.length > 0 ? baselineJobs : jobs, labels));
    const { dims, name } = dataset.embedding;
    const costs = jobs.map((job) => estimateOf(job, dims, counts));
    const compared = baselineJobs.map(({ heldOut }) => estimateBaselines(heldOut, counts));
    const pool = openPool(affordableWorkers([...costs, ...compared], place.workers));
    const map = prepared && knownMap(prepared, dataset);
    const drawn = dataset.map?.name ?? (map ? 'X_umap' : name);
    const watch = watchTraining(jobs, { labels, counts, dims, view: drawn }, (progress) =>
      options.onProgress?.(progress),
    );
    running.watch = watch;
    if (running.held) watch.hold(true);
    const { signal } = options;
    const fitted = await runExperiment(dataset, config, 'run', {
      pool,
      live: true,
      map,
      onEvent: watch.onEvent,
      ...(signal && { signal }),
    });
    const estimated = costs.reduce((sum, { seconds }) => sum + seconds, 0);
    place.onTimed?.(
      estimated,
      fitted.fits.reduce((sum, { seconds }) => sum + seconds, 0),
    );
    return withGrowthPrior(fitted, source.paths, pool, signal ? { signal } : {});
  }

  async function keep(begun: BegunRun, experiment: Experiment): Promise<RunInfo> {
    const { paths } = input.source;
    const { signal } = options;
    return begun.keep(clock.seconds(), async (path) => {
      // it may be asked for again long after the others have ended
      const pool = isOver ? createPool(1) : running.pool!;
      const sources = sessionSources(paths, path, undefined);
      const task = { kind: 'save session', path, sources, experiment, command: 'run' } as const;
      return pool.run(task, isOver || !signal ? {} : { signal }).finally(() => isOver && pool.close());
    });
  }
}

function namesOf(jobs: readonly { heldOut: number[] }[], labels: Dataset['timepoints']['labels']): string[] {
  const groups = jobs.map(({ heldOut }) => heldOut.map((k) => labels[k]!).join('+'));
  return [...new Set(groups)].filter((group) => group !== '');
}

/** @throws InputError: one goes on already */
export function requireIdle(training: Training | null): void {
  if (training === null) return;
  throw new InputError('A training of these cells is going on.', {
    action: 'Wait until it is done, or cancel it.',
  });
}
