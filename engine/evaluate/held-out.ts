import { kernelsForWidth } from '../compute/gemm.ts';
import type { Kernels } from '../compute/kernels.ts';
import type { ExperimentConfig, FitSettings, Method } from '../config.ts';
import { gatherRows, rowsWhere } from '../dataset/clouds.ts';
import { splitCells } from '../dataset/split.ts';
import { applyScaling, invertScaling } from '../embedding/whiten.ts';
import { neighborDistance } from '../metric/bandwidth.ts';
import { randomStream } from '../random.ts';
import type { Clouds, LossHistory } from '../train/clouds.ts';
import { type FitHooks, type FittedModel, fitModel } from '../train/fit.ts';
import { dopri5Integrator, eulerIntegrator, type Integrator, rollout } from '../trajectory/rollout.ts';
import { type Distances, measureDistances, realCells } from './measure.ts';
import { type PathDistance, pathDistance } from './path-distance.ts';
import { modelTimes, observedClouds, type SharedDataset, type Space, spaceOf } from './space.ts';

/** One fit: a method, what it shall not see, a seed. */
export interface FitJob {
  method: Method;
  /** timepoints that are held out together, ascending; empty: none */
  heldOut: number[];
  seed: number;
  settings: FitSettings;
  wideBackend: ExperimentConfig['wideBackend'];
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
  /** to all real cells of it, in the evaluation space; null where the fit diverged */
  distances: Distances | null;
  /** how far the paths from the timepoint before to the one after run from the nearest real cells */
  path: PathDistance | null;
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
    stage: 'coupling' | 'interpolant' | 'vector field' | 'rollout' | 'evaluation',
    progress: { step: number; steps: number; loss?: number },
  ): void;
}

/** Fits without the held-out timepoints, rolls out to them, and measures. Same inputs, same bits. */
export function runFitJob(simd: Kernels, dataset: SharedDataset, job: FitJob, hooks: JobHooks): FitResult {
  const started = performance.now();
  const kernels = backendOf(simd, job);
  const mark = kernels.mark();
  try {
    const space = spaceOf(dataset, job.heldOut, job.settings);
    const clouds = observedClouds(dataset, job.heldOut, space.training);
    const settings = withBandwidth(clouds, job);
    const cells = splitCells(clouds.cells, settings, randomStream(job.seed, 'split'));
    const model = fitModel(kernels, clouds, cells, job.method, settings, job.seed, hooks);
    const fitted: Fitted = { dataset, job, space, clouds, model, hooks };
    const notes = [...model.notes, ...divergenceNotes(model)];
    const predictions = predictHeldOut(fitted, model.diverged);
    if (!model.diverged && predictions.some((prediction) => prediction.distances === null)) {
      notes.push(`A rollout did not reach a held-out timepoint. ${DIVERGENCE_ADVICE}`);
    }
    return {
      method: job.method,
      heldOut: job.heldOut,
      seed: job.seed,
      kernels: kernels.name,
      settings,
      steps: (model.interpolant?.steps ?? 0) + model.vectorField.steps,
      losses: [...(model.interpolant ? [model.interpolant.history] : []), model.vectorField.history],
      predictions,
      trajectories: rollTrajectories(fitted),
      notes,
      seconds: (performance.now() - started) / 1000,
    };
  } finally {
    kernels.release(mark);
  }
}

function backendOf(simd: Kernels, { wideBackend, settings }: FitJob): Kernels {
  if (wideBackend === 'simd') return simd;
  return kernelsForWidth(simd, settings.hidden, wideBackend === 'onnx' ? 'wasm-simd+onnx' : undefined);
}

interface Fitted {
  dataset: SharedDataset;
  job: FitJob;
  space: Space;
  clouds: Clouds;
  model: FittedModel;
  hooks: JobHooks;
}

const DIVERGENCE_ADVICE =
  'Its figures are left out. Try a lower learning rate, a larger ρ or a larger bandwidth.';

function withBandwidth(clouds: Clouds, { settings, seed }: FitJob): FitSettings & { bandwidth: number } {
  if (settings.bandwidth !== null) return { ...settings, bandwidth: settings.bandwidth };
  const random = randomStream(seed, 'bandwidth');
  const lengths = clouds.cells.map((rows) =>
    neighborDistance(clouds.points, clouds.dims, rows, settings.neighborRank, random),
  );
  lengths.sort((a, b) => a - b);
  return { ...settings, bandwidth: lengths[Math.floor(lengths.length / 2)]! };
}

function integratorFor({ settings }: FitJob, dims: number, interval: number): Integrator {
  const { tolerance, eulerSteps } = settings;
  return settings.rollout === 'euler'
    ? eulerIntegrator(interval / eulerSteps)
    : dopri5Integrator(dims, { absolute: tolerance, relative: tolerance });
}

function predictHeldOut(fitted: Fitted, diverged: boolean): Prediction[] {
  const { dataset, job, space, clouds, model, hooks } = fitted;
  const { dims, cellTimepoint } = dataset;
  const { heldOut, seed } = job;
  const times = modelTimes(dataset);
  const cellsOf = (timepoint: number) =>
    gatherRows(
      clouds.points,
      dims,
      rowsWhere(cellTimepoint, (k) => k === timepoint),
    );
  let current: Float32Array = new Float32Array();
  return heldOut.map((timepoint, i) => {
    const before = timepoint - 1;
    // two in a row that are both held out: the rollout goes on from the first one's prediction
    if (heldOut[i - 1] !== before) current = cellsOf(before);
    hooks.onProgress('rollout', { step: i, steps: heldOut.length });
    const span = [times[before]!, times[timepoint]!];
    const integrate = integratorFor(job, dims, span[1]! - span[0]!);
    const path = rollout(model.field, current, span, integrate, hooks.shouldStop);
    current = path.points.slice(current.length);
    const points = invertScaling(current, dims, space.training);
    hooks.onProgress('evaluation', { step: i, steps: heldOut.length });
    if (diverged || !path.finished || !points.every(Number.isFinite)) {
      return { timepoint, points, distances: null, path: null };
    }
    const real = realCells(dataset, space, timepoint);
    const inEvaluation = applyScaling(points, dims, space.evaluation);
    return {
      timepoint,
      points,
      distances: measureDistances(dataset, inEvaluation, real, seed, hooks.shouldStop),
      path: pathDistance(dataset, space, clouds, heldOut, timepoint, seed, hooks.shouldStop, (start, along) =>
        rollout(model.field, start, along, integrate, hooks.shouldStop),
      ),
    };
  });
}

function rollTrajectories({ dataset, job, space, clouds, model, hooks }: Fitted): FitResult['trajectories'] {
  if (job.trajectories === null) return null;
  const { dims, times } = dataset;
  const { cells, points } = job.trajectories;
  const modelTime = modelTimes(dataset);
  const realTimes = [times[0]!];
  const parts: Float32Array[] = [gatherRows(clouds.points, dims, cells)];
  for (let k = 1; k < times.length; k++) {
    hooks.onProgress('rollout', { step: k - 1, steps: times.length - 1 });
    const between = (a: number, b: number) =>
      Array.from({ length: points }, (_, i) => a + (i / (points - 1)) * (b - a));
    const along = between(modelTime[k - 1]!, modelTime[k]!);
    const integrate = integratorFor(job, dims, modelTime[k]! - modelTime[k - 1]!);
    const path = rollout(model.field, parts.at(-1)!, along, integrate, hooks.shouldStop);
    const room = cells.length * dims;
    for (let i = 1; i < points; i++) parts.push(path.points.slice(i * room, (i + 1) * room));
    realTimes.push(...between(times[k - 1]!, times[k]!).slice(1));
  }
  const all = new Float32Array(parts.length * cells.length * dims);
  parts.forEach((part, i) => {
    all.set(invertScaling(part, dims, space.training), i * part.length);
  });
  return { cells, times: realTimes, points: all };
}

function divergenceNotes({ interpolant, vectorField }: FittedModel): string[] {
  return [
    ...(interpolant?.diverged ? [`The interpolant's loss was no longer a number. ${DIVERGENCE_ADVICE}`] : []),
    ...(vectorField.diverged ? [`The vector field's loss was no longer a number. ${DIVERGENCE_ADVICE}`] : []),
  ];
}
