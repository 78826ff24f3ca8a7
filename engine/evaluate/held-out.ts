import type { Kernels } from '../compute/kernels.ts';
import type { FitSettings, Method } from '../config.ts';
import { splitCells } from '../dataset/split.ts';
import {
  applyScaling,
  type DimensionScaling,
  fitUnitScale,
  fitWhitening,
  invertScaling,
  noScaling,
} from '../embedding/whiten.ts';
import { neighborDistance } from '../metric/bandwidth.ts';
import { randomStream } from '../random.ts';
import type { Clouds, LossHistory } from '../train/clouds.ts';
import { type FitHooks, type FittedModel, fitModel } from '../train/fit.ts';
import { rollout } from '../trajectory/rollout.ts';
import { wasserstein1 } from './wasserstein.ts';

/** The cells of a dataset in memory that all workers share. */
export interface SharedDataset {
  dims: number;
  /** [nObs, dims], the embedding as it is in the file */
  points: Float32Array;
  /** [nObs], −1 = of no timepoint */
  cellTimepoint: Int32Array;
  /** real time of each timepoint, increasing */
  times: number[];
  timeScale: 'index' | 'real';
}

/** One fit: a method, what it shall not see, a seed. */
export interface FitJob {
  method: Method;
  /** timepoints that are held out together, ascending; empty: none */
  heldOut: number[];
  seed: number;
  settings: FitSettings;
  /** trajectories to roll out through all timepoints; null: none */
  trajectories: {
    /** rows of their start cells, of the first observed timepoint */
    cells: Int32Array;
    /** points in each interval between timepoints, both ends included */
    points: number;
  } | null;
}

export interface Prediction {
  /** the held-out timepoint */
  timepoint: number;
  /** cells of the last observed timepoint before it, rolled out to it: [n, dims], in the embedding's units */
  points: Float32Array;
  /** exact W1 to all real cells of it, in the evaluation space; null where the fit diverged */
  w1: number | null;
}

export interface FitResult {
  method: Method;
  heldOut: number[];
  seed: number;
  kernels: string;
  /** complete: what was left to the data is filled in */
  settings: FitSettings & { bandwidth: number };
  /** gradient steps, of both networks */
  steps: number;
  seconds: number;
  losses: LossHistory[];
  predictions: Prediction[];
  /** points [times, cells, dims] in the embedding's units, times in real units */
  trajectories: { cells: Int32Array; times: number[]; points: Float32Array } | null;
  /** what the reader should know: a divergence, an early end */
  notes: string[];
}

export interface JobHooks extends Pick<FitHooks, 'shouldStop'> {
  onProgress(
    stage: 'interpolant' | 'vector field' | 'rollout' | 'evaluation',
    progress: { step: number; steps: number; loss?: number },
  ): void;
}

/** Fits without the held-out timepoints, rolls out to them, and measures. Same inputs, same bits. */
export function runFitJob(kernels: Kernels, dataset: SharedDataset, job: FitJob, hooks: JobHooks): FitResult {
  const started = performance.now();
  const mark = kernels.mark();
  try {
    const space = trainingSpace(dataset, job);
    const clouds = observedClouds(dataset, job, space.training);
    const settings = withBandwidth(clouds, job);
    const cells = splitCells(clouds.cells, settings, randomStream(job.seed, 'split'));
    const model = fitModel(kernels, clouds, cells, job.method, settings, job.seed, hooks);
    const notes = divergenceNotes(model);
    return {
      method: job.method,
      heldOut: job.heldOut,
      seed: job.seed,
      kernels: kernels.name,
      settings,
      steps: (model.interpolant?.steps ?? 0) + model.vectorField.steps,
      losses: [...(model.interpolant ? [model.interpolant.history] : []), model.vectorField.history],
      predictions: predictHeldOut(dataset, job, space, clouds, model, notes.length > 0, hooks),
      trajectories: job.trajectories && rollTrajectories(dataset, job, space.training, clouds, model, hooks),
      notes,
      seconds: (performance.now() - started) / 1000,
    };
  } finally {
    kernels.release(mark);
  }
}

/** The model's time of each timepoint, in [0, 1] (method.md, Time). */
export function modelTimes({ times, timeScale }: Pick<SharedDataset, 'times' | 'timeScale'>): number[] {
  const last = times.length - 1;
  const span = times[last]! - times[0]!;
  return times.map((time, k) => (timeScale === 'index' ? k / last : (time - times[0]!) / span));
}

interface Space {
  /** embedding → where the networks live */
  training: DimensionScaling;
  /** embedding → where distances are measured; the same for every protocol */
  evaluation: DimensionScaling;
}

function trainingSpace({ points, dims, cellTimepoint }: SharedDataset, { settings, heldOut }: FitJob): Space {
  const all = rowsWhere(cellTimepoint, (timepoint) => timepoint >= 0);
  const observed = rowsWhere(cellTimepoint, (timepoint) => timepoint >= 0 && !heldOut.includes(timepoint));
  const none = noScaling(dims);
  if (settings.whiten) {
    const seen = settings.protocol === 'paper' ? all : observed;
    return { training: fitWhitening(points, dims, seen), evaluation: fitWhitening(points, dims, all) };
  }
  return { training: settings.unitScale ? fitUnitScale(points, dims, observed) : none, evaluation: none };
}

function observedClouds(dataset: SharedDataset, { heldOut }: FitJob, training: DimensionScaling): Clouds {
  const times = modelTimes(dataset);
  const observed = times.map((_, k) => k).filter((k) => !heldOut.includes(k));
  return {
    dims: dataset.dims,
    points: applyScaling(dataset.points, dataset.dims, training),
    times: observed.map((k) => times[k]!),
    cells: observed.map((k) => rowsWhere(dataset.cellTimepoint, (timepoint) => timepoint === k)),
  };
}

function withBandwidth(clouds: Clouds, { settings, seed }: FitJob): FitSettings & { bandwidth: number } {
  if (settings.bandwidth !== null) return { ...settings, bandwidth: settings.bandwidth };
  const random = randomStream(seed, 'bandwidth');
  const lengths = clouds.cells.map((rows) =>
    neighborDistance(clouds.points, clouds.dims, rows, settings.neighborRank, random),
  );
  lengths.sort((a, b) => a - b);
  return { ...settings, bandwidth: lengths[Math.floor(lengths.length / 2)]! };
}

function predictHeldOut(
  dataset: SharedDataset,
  { heldOut, settings }: FitJob,
  space: Space,
  clouds: Clouds,
  model: FittedModel,
  diverged: boolean,
  hooks: JobHooks,
): Prediction[] {
  const { dims, cellTimepoint } = dataset;
  const times = modelTimes(dataset);
  let current: Float32Array = new Float32Array();
  return heldOut.map((timepoint, i) => {
    const before = timepoint - 1;
    // two in a row that are both held out: the rollout goes on from the first one's prediction
    if (heldOut[i - 1] !== before)
      current = gather(
        clouds.points,
        dims,
        rowsWhere(cellTimepoint, (k) => k === before),
      );
    hooks.onProgress('rollout', { step: i, steps: heldOut.length });
    const span = [times[before]!, times[timepoint]!];
    const path = rollout(model.field, current, span, {
      maxStep: (span[1]! - span[0]!) / settings.eulerSteps,
      shouldStop: hooks.shouldStop,
    });
    current = path.points.slice(current.length);
    const points = invertScaling(current, dims, space.training);
    const finite = !diverged && points.every(Number.isFinite);
    hooks.onProgress('evaluation', { step: i, steps: heldOut.length });
    return {
      timepoint,
      points,
      w1: finite ? distanceToReal(dataset, space, points, timepoint, hooks) : null,
    };
  });
}

function distanceToReal(
  { points, dims, cellTimepoint }: SharedDataset,
  { evaluation }: Space,
  predicted: Float32Array,
  timepoint: number,
  hooks: JobHooks,
): number {
  const real = gather(
    points,
    dims,
    rowsWhere(cellTimepoint, (k) => k === timepoint),
  );
  return wasserstein1(
    applyScaling(predicted, dims, evaluation),
    predicted.length / dims,
    applyScaling(real, dims, evaluation),
    real.length / dims,
    dims,
    { shouldStop: hooks.shouldStop },
  );
}

function rollTrajectories(
  dataset: SharedDataset,
  { trajectories, settings }: FitJob,
  training: DimensionScaling,
  clouds: Clouds,
  model: FittedModel,
  hooks: JobHooks,
): NonNullable<FitResult['trajectories']> {
  const { dims, times } = dataset;
  const { cells, points } = trajectories!;
  const model_t = modelTimes(dataset);
  const realTimes = [times[0]!];
  const parts: Float32Array[] = [gather(clouds.points, dims, cells)];
  for (let k = 1; k < times.length; k++) {
    hooks.onProgress('rollout', { step: k - 1, steps: times.length - 1 });
    const between = (a: number, b: number) =>
      Array.from({ length: points }, (_, i) => a + (i / (points - 1)) * (b - a));
    const path = rollout(model.field, parts.at(-1)!, between(model_t[k - 1]!, model_t[k]!), {
      maxStep: (model_t[k]! - model_t[k - 1]!) / settings.eulerSteps,
      shouldStop: hooks.shouldStop,
    });
    const room = cells.length * dims;
    for (let i = 1; i < points; i++) parts.push(path.points.slice(i * room, (i + 1) * room));
    realTimes.push(...between(times[k - 1]!, times[k]!).slice(1));
  }
  const all = new Float32Array(parts.length * cells.length * dims);
  parts.forEach((part, i) => {
    all.set(invertScaling(part, dims, training), i * part.length);
  });
  return { cells, times: realTimes, points: all };
}

function divergenceNotes({ interpolant, vectorField }: FittedModel): string[] {
  const advice = 'Its figures are left out. Try a lower learning rate, a larger ρ or a larger bandwidth.';
  return [
    ...(interpolant?.diverged ? [`The interpolant's loss was no longer a number. ${advice}`] : []),
    ...(vectorField.diverged ? [`The vector field's loss was no longer a number. ${advice}`] : []),
  ];
}

function rowsWhere(cellTimepoint: Int32Array, keep: (timepoint: number) => boolean): Int32Array {
  const rows: number[] = [];
  cellTimepoint.forEach((timepoint, row) => {
    if (keep(timepoint)) rows.push(row);
  });
  return Int32Array.from(rows);
}

function gather(points: Float32Array, dims: number, rows: Int32Array): Float32Array {
  const out = new Float32Array(rows.length * dims);
  rows.forEach((row, i) => {
    out.set(points.subarray(row * dims, (row + 1) * dims), i * dims);
  });
  return out;
}
