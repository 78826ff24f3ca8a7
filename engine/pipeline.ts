import { setMaxListeners } from 'node:events';
import type { ExperimentConfig } from './config.ts';
import type { GrowthPrior, NoGrowthPrior } from './dataset/growth-gene-prior.ts';
import { type Dataset, pointsWithout } from './dataset/load.ts';
import { type CellMap, MAP_NAME } from './dataset/map.ts';
import { heldOutGroups } from './dataset/split.ts';
import { InputError } from './errors.ts';
import type { BaselineJob, BaselineResult } from './evaluate/baselines.ts';
import type { FitJob, FitResult } from './evaluate/held-out.ts';
import { joinPaths } from './evaluate/path-band.ts';
import type { SharedDataset } from './evaluate/space.ts';
import type { Pool } from './host/pool.ts';
import type { Progress } from './host/protocol.ts';
import type { TaskProgress } from './host/tasks.ts';
import { givenSettings, resolveFitSettings } from './presets.ts';
import { drawWithoutReplacement, randomStream } from './random.ts';

/** What happens in an experiment, for whoever shows it. */
export type ExperimentEvent =
  | { kind: 'progress'; job: FitJob; progress: TaskProgress }
  | { kind: 'fitted'; job: FitJob; result: FitResult; done: number; total: number }
  | { kind: 'compared'; job: BaselineJob; result: BaselineResult }
  | { kind: 'mapping'; progress: Progress };

export interface ExperimentOptions {
  pool: Pool;
  signal?: AbortSignal;
  onEvent?: (event: ExperimentEvent) => void;
  /** which of the planned fits to run, where some are known already; default: all */
  only?: (job: FitJob) => boolean;
  /** the map of these cells where the file has none and it was computed before [nObs, 2] */
  map?: Float32Array | null;
  /** the trajectories that will be shown are told while they are trained; what comes out is the same */
  live?: boolean;
}

/** The map for the eye, with the trajectories on it. */
export interface ExperimentMap extends CellMap {
  /** false: it is the file's */
  computed: boolean;
  /** [times, trajectories, 2]; null: there are none, or they diverged */
  trajectories: Float32Array | null;
}

export interface Experiment {
  config: ExperimentConfig;
  dataset: Dataset;
  /** in the order of the plan, whatever the order in which they ended */
  fits: FitResult[];
  /** of each held-out group; empty without */
  baselines: BaselineResult[];
  /** null: none is wanted, or the file has none and no trajectories are asked for */
  map: ExperimentMap | null;
  notes: string[];
  /** what genes let expect of growth, or why nothing (see withGrowthPrior); absent: no fit has growth */
  growthPrior?: GrowthPrior | NoGrowthPrior;
  /** of the programs that made it, where it was restored from a session; default: these */
  versions?: Record<string, string>;
}

/**
 * The whole experiment: plans the fits, runs them in the pool's workers, gathers the results. Given dataset and
 * configuration, the same bits for any number of workers.
 */
export async function runExperiment(
  dataset: Dataset,
  config: ExperimentConfig,
  purpose: 'run' | 'evaluate',
  { pool, signal, onEvent, only = () => true, map: known = null, live = false }: ExperimentOptions,
): Promise<Experiment> {
  const { jobs: planned, baselineJobs, notes } = planExperiment(dataset, config, purpose);
  const jobs = planned.filter(only);
  const shared = shareDatasets(dataset, config);
  let done = 0;
  const stopRest = new AbortController();
  const anySignal = signal ? AbortSignal.any([signal, stopRest.signal]) : stopRest.signal;
  setMaxListeners(0, anySignal); // each fit listens
  const mapping = mapOf(
    dataset,
    config,
    purpose,
    async () =>
      known ??
      pool.run(
        { kind: 'map', dataset: shared([]), seed: config.seed },
        { signal: anySignal, onProgress: (progress) => onEvent?.({ kind: 'mapping', progress }) },
      ),
  );
  const livePlace = dataset.map?.coordinates ?? known;
  const shown = live ? jobs.find(({ trajectories }) => trajectories !== null) : undefined;
  const liveView = shown?.trajectories && {
    live: { cells: shown.trajectories.cells, map: livePlace && sharedCopy(livePlace) },
  };
  // without a map, components are drawn: those of a fit that has others of its own would not be the same
  const isWatched = (job: FitJob) =>
    job === shown || (job.method === shown?.method && (livePlace || dataset.heldOutEmbeddings.length === 0));
  const running = jobs.map(async (job) => {
    const result = await pool.run(
      { kind: 'fit', dataset: shared(job.heldOut), job, ...(isWatched(job) && liveView) },
      { signal: anySignal, onProgress: (progress) => onEvent?.({ kind: 'progress', job, progress }) },
    );
    done += 1;
    onEvent?.({ kind: 'fitted', job, result, done, total: jobs.length });
    return result;
  });
  const comparing = baselineJobs.map(async (job) => {
    const result = await pool.run(
      { kind: 'baselines', dataset: shared(job.heldOut), job },
      { signal: anySignal },
    );
    onEvent?.({ kind: 'compared', job, result });
    return result;
  });
  const withTrajectories = async (map: Omit<ExperimentMap, 'trajectories'>, fits: FitResult[]) => {
    const rolled = fits.find((fit) => fit.trajectories !== null);
    if (!rolled) return { ...map, trajectories: null };
    const task = { kind: 'place', map: map.coordinates, seed: config.seed } as const;
    const { points } = rolled.trajectories!;
    const placed = await pool.run(
      { ...task, points, dataset: shared(rolled.heldOut) },
      { signal: anySignal },
    );
    return { ...map, trajectories: placed };
  };
  try {
    const [all, baselines, map] = await Promise.all([Promise.all(running), Promise.all(comparing), mapping]);
    const fits = joinPaths(all);
    return { config, dataset, fits, baselines, map: map && (await withTrajectories(map, fits)), notes };
  } catch (error) {
    // one fit failed or all were stopped: no other goes on behind the error's back
    stopRest.abort();
    await Promise.allSettled([mapping, ...running, ...comparing]);
    throw error;
  }
}

/** The file's map; where it has none, and trajectories are what is wanted, one is computed. */
async function mapOf(
  dataset: Dataset,
  config: ExperimentConfig,
  purpose: 'run' | 'evaluate',
  compute: () => Promise<Float32Array>,
): Promise<Omit<ExperimentMap, 'trajectories'> | null> {
  if (dataset.map) return { ...dataset.map, computed: false };
  if (purpose === 'evaluate' || config.map === 'none') return null;
  return { name: MAP_NAME, coordinates: await compute(), computed: true };
}

/**
 * The fits of an experiment: each method × held-out group × seed. `run` adds one a seed that sees all timepoints; the first
 * one's trajectories are shown and written, with their spread over the others. `evaluate` takes its first method and group.
 * Both compare with baselines where they are wanted.
 */
export function planExperiment(
  dataset: Pick<Dataset, 'timepoints' | 'heldOutEmbeddings'> & {
    embedding: Pick<Dataset['embedding'], 'dims'>;
  },
  config: ExperimentConfig,
  purpose: 'run' | 'evaluate',
): { jobs: FitJob[]; baselineJobs: BaselineJob[]; notes: string[] } {
  const { timepoints, embedding } = dataset;
  const notes: string[] = [];
  const groups = heldOutGroups(config.holdOut, timepoints);
  if (groups.length === 0 && config.holdOut !== 'none')
    notes.push('There are two timepoints only, so none can be held out: no distances are reported.');
  if (purpose === 'evaluate' && groups.length === 0) {
    throw new InputError('There is no timepoint to evaluate on.', {
      option: '--hold-out',
      expected: 'at least one held-out timepoint between the first and the last',
      found: `${timepoints.labels.length} timepoints, --hold-out ${config.holdOut}`,
      action: 'Use `meander run` for trajectories without an evaluation.',
    });
  }
  const trajectories = {
    cells: startCells(dataset, config),
    points: config.points,
  };
  const seeds = Array.from({ length: config.seeds }, (_, i) => config.seed + i);
  const given = givenSettings(config);
  const { backend, wideBackend } = config;
  const jobs = config.methods.flatMap((method) =>
    groups.flatMap((heldOut) =>
      seeds.map((seed): FitJob => {
        const settings = resolveFitSettings(config, { method, dims: embedding.dims, heldOut });
        return { method, heldOut, seed, settings, given, backend, wideBackend, trajectories: null };
      }),
    ),
  );
  if (purpose === 'run') {
    const settings = resolveFitSettings(config, {
      method: config.methods[0]!,
      dims: embedding.dims,
      heldOut: [],
    });
    const method = config.methods[0]!;
    jobs.unshift(
      ...seeds.map((seed) => ({
        method,
        heldOut: [],
        seed,
        settings,
        given,
        backend,
        wideBackend,
        trajectories,
      })),
    );
  } else {
    // the seeds of the first method and group come first
    seeds.forEach((_, i) => {
      jobs[i] = { ...jobs[i]!, trajectories };
    });
    if (dataset.heldOutEmbeddings.length > 0)
      notes.push(
        `The trajectories are of the fit without ${groups[0]!.map((k) => timepoints.labels[k]).join('+')}, in the components that were computed without it.`,
      );
  }
  const baselineJobs = config.baselines
    ? groups.map((heldOut) => ({
        heldOut,
        seed: config.seed,
        whiten: whitensFor(config, embedding.dims, heldOut),
      }))
    : [];
  return { jobs, baselineJobs, notes };
}

// the evaluation space is the same for all methods of an experiment
function whitensFor(config: ExperimentConfig, dims: number, heldOut: number[]): boolean {
  return resolveFitSettings(config, { method: config.methods[0]!, dims, heldOut }).whiten;
}

// cells of the first timepoint, which is never held out
function startCells({ timepoints }: Pick<Dataset, 'timepoints'>, config: ExperimentConfig): Int32Array {
  const first: number[] = [];
  timepoints.cellTimepoint.forEach((timepoint, row) => {
    if (timepoint === 0) first.push(row);
  });
  const random = randomStream(config.seed, 'trajectories');
  return drawWithoutReplacement(first.length, config.trajectories, random)
    .map((i) => first[i]!)
    .sort();
}

// one copy in memory that all workers read, of each embedding
function shareDatasets(dataset: Dataset, config: ExperimentConfig): (heldOut: number[]) => SharedDataset {
  const whole = shareDataset(dataset, config);
  const shared = new Map([[dataset.embedding.points, whole]]);
  return (heldOut) => {
    const points = pointsWithout(dataset, heldOut);
    const known = shared.get(points) ?? { ...whole, points: sharedCopy(points) };
    shared.set(points, known);
    return known;
  };
}

function sharedCopy(points: Float32Array): Float32Array {
  const copy = new Float32Array(new SharedArrayBuffer(points.byteLength));
  copy.set(points);
  return copy;
}

export function shareDataset(
  { embedding, timepoints, cellType, batch }: Dataset,
  { timeScale = 'index' }: ExperimentConfig,
): SharedDataset {
  const cellTimepoint = new Int32Array(new SharedArrayBuffer(timepoints.cellTimepoint.byteLength));
  cellTimepoint.set(timepoints.cellTimepoint);
  return {
    dims: embedding.dims,
    points: sharedCopy(embedding.points),
    cellTimepoint,
    times: timepoints.times,
    timeScale,
    cellType,
    batch,
    manifold: null,
  };
}
