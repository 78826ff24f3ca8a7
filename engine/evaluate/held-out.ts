import type { Choices } from '../auto/choices.ts';
import { chooseSettings } from '../auto/choose.ts';
import { kernelsForWidth } from '../compute/gemm.ts';
import type { Kernels } from '../compute/kernels.ts';
import type { ExperimentConfig, FitSettings, Method, TrainedMethod } from '../config.ts';
import { growthRates } from '../coupling/growth.ts';
import { gatherRows } from '../dataset/clouds.ts';
import { splitCells } from '../dataset/split.ts';
import { applyScaling } from '../embedding/whiten.ts';
import { randomStream } from '../random.ts';
import { chooseBackend } from '../train/backend-rule.ts';
import { fittedBandwidth } from '../train/bandwidth.ts';
import type { Clouds, LossHistory } from '../train/clouds.ts';
import { type FitHooks, type FittedModel, fitModel } from '../train/fit.ts';
import type { TrainedNetwork } from '../train/interpolant.ts';
import { cellVelocity } from './cell-velocity.ts';
import { distanceToCells } from './far-from-cells.ts';
import { createLiveTrajectories, type LiveView } from './live-trajectories.ts';
import type { Distances } from './measure.ts';
import type { PathDistance } from './path-distance.ts';
import { predictHeldOut } from './predict-held-out.ts';
import { modelTimes, observedClouds, type SharedDataset, type Space, spaceOf } from './space.ts';
import { rollTrajectories, type Trajectories } from './trajectories.ts';

/** One fit: a method, what it shall not see, a seed. */
export interface FitJob {
  method: Method;
  /** timepoints that are held out together, ascending; empty: none */
  heldOut: number[];
  seed: number;
  settings: FitSettings;
  /** what of them the user gave, which `auto` keeps; default: nothing */
  given?: (keyof FitSettings)[];
  /** what works out the training steps; default: auto (see chooseBackend). Trials of `auto` are the kernels' */
  backend?: ExperimentConfig['backend'];
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
  /**
   * cells of the last observed timepoint before it, rolled out to it, with `predictFrom: 'both'` met by those of the next one
   * (see `meetSides`): [n, dims], in the embedding's units
   */
  points: Float32Array;
  /** rows of the cells from before [n]; absent: all of the last observed timepoint before */
  rows?: Int32Array;
  /**
   * how many cells each stands for, the mean cell of the timepoint before being 1 [n]; distances are weighted by it;
   * absent: growth is ignored
   */
  mass?: Float32Array;
  /** to all real cells of it, in the evaluation space; null where the fit diverged */
  distances: Distances | null;
  /** how far the paths from the timepoint before to the one after run from the nearest real cells */
  path: PathDistance | null;
}

/** A trained network: its layer sizes, inputs first, and all weights (see createMlp). */
export type Network = Pick<TrainedNetwork, 'sizes' | 'parameters'>;

export interface FitResult {
  method: Method;
  heldOut: number[];
  seed: number;
  kernels: string;
  /** what worked out the training steps, e.g. "tensorflow (tfjs-node 4.22.0, cpu)"; absent: the kernels */
  trainedBy?: string;
  /** complete: what was left to the data is filled in */
  settings: FitSettings & { bandwidth: number };
  /** what `auto` chose, and why; absent: another method */
  choices?: Choices;
  /** gradient steps, of both networks */
  steps: number;
  seconds: number;
  losses: LossHistory[];
  predictions: Prediction[];
  trajectories: Trajectories | null;
  /** of each cell at its own time (see cellVelocity); null unless the job asks for trajectories and holds nothing out, or where the fit diverged */
  velocity: Float32Array | null;
  /**
   * growth rate of each cell until the next timepoint, per unit of real time, less that of the mean cell [nObs]; NaN at the
   * last timepoint, and where `auto` found no difference beyond noise; given where velocity is, growth is on and some is told
   */
  growthRate?: Float32Array;
  /** with them the fit can be used again (see rebuildFit); the interpolant is null for straight paths */
  networks: { interpolant: Network | null; vectorField: Network };
  /** what the reader should know: a divergence, an early end */
  notes: string[];
}

export interface JobHooks extends Pick<FitHooks, 'shouldStop'> {
  /** who looks at trajectories while the fit is trained; nothing of the fit changes by it */
  live?: LiveView;
  onProgress(
    stage: 'choosing' | 'coupling' | 'interpolant' | 'vector field' | 'rollout' | 'evaluation',
    progress: { step: number; steps: number; loss?: number },
  ): void;
}

/** Fits without the held-out timepoints, rolls out to them, and measures. Same inputs, same bits. */
export function runFitJob(simd: Kernels, shared: SharedDataset, job: FitJob, hooks: JobHooks): FitResult {
  const started = performance.now();
  const kernels = kernelsOf(simd, job);
  const { backend, trainedBy } = chooseBackend(kernels, job.backend ?? 'auto', job.settings.hidden);
  const mark = kernels.mark();
  try {
    const space = spaceOf(shared, job.heldOut, job.settings);
    const { method, settings, choices } = settle(kernels, shared, space, job, hooks);
    const dataset = { ...shared, timeScale: settings.timeScale };
    const clouds = observedClouds(dataset, job.heldOut, space.training);
    const cells = splitCells(clouds.cells, settings, randomStream(job.seed, 'split'));
    const settled = { dataset, job: { ...job, settings }, space, clouds };
    const { live } = hooks;
    const onField = live && createLiveTrajectories(kernels, settled, live);
    const fitHooks = { ...hooks, ...(onField && { onField }) };
    const given = [kernels, clouds, cells, method, settings, job.seed, fitHooks] as const;
    const model = fitModel(...given, choices?.intervals, backend);
    const fitted: Fitted = { ...settled, model, choices, hooks };
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
      ...(trainedBy && { trainedBy }),
      settings,
      ...(choices && { choices }),
      steps: (model.interpolant?.steps ?? 0) + model.vectorField.steps,
      losses: [...(model.interpolant ? [model.interpolant.history] : []), model.vectorField.history],
      predictions,
      ...cellPaths(fitted),
      networks: {
        interpolant: model.interpolant && networkOf(model.interpolant),
        vectorField: networkOf(model.vectorField),
      },
      notes,
      seconds: (performance.now() - started) / 1000,
    };
  } finally {
    kernels.release(mark);
  }
}

/** What is trained: as the job says, or as `auto` chooses. */
function settle(
  kernels: Kernels,
  dataset: SharedDataset,
  { training }: Space,
  { method, heldOut, settings, given = [], seed }: FitJob,
  hooks: JobHooks,
): Pick<FitResult, 'settings' | 'choices'> & { method: TrainedMethod } {
  const clouds = observedClouds(dataset, heldOut, training);
  if (method !== 'auto') return { method, settings: fittedBandwidth(clouds, settings, seed) };
  const observed = dataset.times.map((_, k) => k).filter((k) => !heldOut.includes(k));
  const clocks = {
    index: modelTimes({ ...dataset, timeScale: 'index' }),
    real: modelTimes({ ...dataset, timeScale: 'real' }),
  };
  const chosen = chooseSettings(
    kernels,
    { clouds, observed, clocks, settings, given, seed },
    { shouldStop: hooks.shouldStop, onProgress: (progress) => hooks.onProgress('choosing', progress) },
  );
  const { choices } = chosen;
  return { method: choices.method, settings: fittedBandwidth(clouds, chosen.settings, seed), choices };
}

function kernelsOf(simd: Kernels, { wideBackend, settings }: FitJob): Kernels {
  if (wideBackend === 'simd') return simd;
  return kernelsForWidth(simd, settings.hidden, wideBackend === 'onnx' ? 'wasm-simd+onnx' : undefined);
}

/** A fit with what its results are made of. */
export interface Fitted {
  dataset: SharedDataset;
  job: FitJob;
  space: Space;
  clouds: Clouds;
  model: FittedModel;
  choices: Choices | undefined;
  hooks: JobHooks;
}

const DIVERGENCE_ADVICE =
  'Its figures are left out. Try a lower learning rate, a larger ρ or a larger bandwidth.';

/** Each cell's rate in the interval that it sets out into; all timepoints are observed. What is within noise is not told. */
function cellGrowth({ dataset, clouds, model, choices }: Fitted): Pick<FitResult, 'growthRate'> {
  const isTold = (k: number) => choices === undefined || choices.growth[k]?.found === true;
  if (!model.growth?.some((_, k) => isTold(k))) return {};
  const { dims, times, cellTimepoint } = dataset;
  const growthRate = new Float32Array(cellTimepoint.length).fill(Number.NaN);
  model.growth.forEach(({ logGainAt, estimatedGainAt = logGainAt }, k) => {
    if (!isTold(k)) return;
    const rows = clouds.cells[k]!;
    const gain = estimatedGainAt(gatherRows(clouds.points, dims, rows));
    growthRates(gain, times[k + 1]! - times[k]!).forEach((rate, i) => {
      growthRate[rows[i]!] = rate;
    });
  });
  return { growthRate };
}

function cellPaths(fitted: Fitted): Pick<FitResult, 'trajectories' | 'velocity' | 'growthRate'> {
  const { dataset, job, space, clouds, model, hooks } = fitted;
  if (job.trajectories === null) return { trajectories: null, velocity: null };
  const { field, diverged } = model;
  const { settings, trajectories: wanted, heldOut } = job;
  const { points } = clouds;
  const rolled = rollTrajectories(field, dataset, points, space, settings, wanted, hooks, model.growth);
  const cellDistance = distanceToCells(
    applyScaling(rolled.points, dataset.dims, space.training),
    rolled.times,
    clouds,
    dataset.times.filter((_, k) => !heldOut.includes(k)),
    job.seed,
    hooks.shouldStop,
  );
  const trajectories = { ...rolled, ...(cellDistance && { cellDistance }) };
  if (heldOut.length > 0 || diverged) return { trajectories, velocity: null };
  return {
    trajectories,
    velocity: cellVelocity(field, dataset, points, space),
    ...cellGrowth(fitted),
  };
}

function networkOf({ sizes, parameters }: TrainedNetwork): Network {
  return { sizes, parameters };
}

function divergenceNotes({ interpolant, vectorField }: FittedModel): string[] {
  return [
    ...(interpolant?.diverged ? [`The interpolant's loss was no longer a number. ${DIVERGENCE_ADVICE}`] : []),
    ...(vectorField.diverged ? [`The vector field's loss was no longer a number. ${DIVERGENCE_ADVICE}`] : []),
  ];
}
