import { kernelsForWidth } from '../compute/gemm.ts';
import type { Kernels } from '../compute/kernels.ts';
import type { ExperimentConfig, FitSettings, Method } from '../config.ts';
import { growthRates } from '../coupling/growth.ts';
import { gatherRows, rowsWhere } from '../dataset/clouds.ts';
import { splitCells } from '../dataset/split.ts';
import { applyScaling, invertScaling } from '../embedding/whiten.ts';
import { neighborDistance } from '../metric/bandwidth.ts';
import { randomStream } from '../random.ts';
import type { Clouds, LossHistory } from '../train/clouds.ts';
import { type FitHooks, type FittedModel, fitModel } from '../train/fit.ts';
import type { TrainedNetwork } from '../train/interpolant.ts';
import { carryMass, type MassState, startMass } from '../trajectory/mass.ts';
import { rollout } from '../trajectory/rollout.ts';
import { cellVelocity } from './cell-velocity.ts';
import { integratorFor } from './integrator.ts';
import { type Distances, measureDistances, realCells } from './measure.ts';
import { type PathDistance, pathDistance } from './path-distance.ts';
import { modelTimes, observedClouds, type SharedDataset, type Space, spaceOf } from './space.ts';
import { rollTrajectories, type Trajectories } from './trajectories.ts';

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
  /** complete: what was left to the data is filled in */
  settings: FitSettings & { bandwidth: number };
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
   * last timepoint; given where velocity is and growth is on
   */
  growthRate?: Float32Array;
  /** with them the fit can be used again (see rebuildFit); the interpolant is null for straight paths */
  networks: { interpolant: Network | null; vectorField: Network };
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
  let mass = startMass(0);
  return heldOut.map((timepoint, i) => {
    const before = timepoint - 1;
    // two in a row that are both held out: the rollout goes on from the first one's prediction
    if (heldOut[i - 1] !== before) {
      current = cellsOf(before);
      mass = startMass(current.length / dims);
    }
    hooks.onProgress('rollout', { step: i, steps: heldOut.length });
    const span = [times[before]!, times[timepoint]!];
    const integrate = integratorFor(job.settings, dims, span[1]! - span[0]!);
    mass = grown(fitted, mass, current, span);
    const path = rollout(model.field, current, span, integrate, hooks.shouldStop);
    current = path.points.slice(current.length);
    const points = invertScaling(current, dims, space.training);
    const weights = model.growth ? mass.logMass.map(Math.exp) : undefined;
    const prediction = { timepoint, points, ...(weights && { mass: Float32Array.from(weights) }) };
    hooks.onProgress('evaluation', { step: i, steps: heldOut.length });
    if (diverged || !path.finished || !points.every(Number.isFinite)) {
      return { ...prediction, distances: null, path: null };
    }
    const real = realCells(dataset, space, timepoint);
    const inEvaluation = applyScaling(points, dims, space.evaluation);
    return {
      ...prediction,
      distances: measureDistances(dataset, inEvaluation, real, seed, hooks.shouldStop, weights),
      path: pathDistance(dataset, space, clouds, heldOut, timepoint, seed, hooks.shouldStop, (start, along) =>
        rollout(model.field, start, along, integrate, hooks.shouldStop),
      ),
    };
  });
}

function grown({ model, job }: Fitted, mass: MassState, points: Float32Array, span: number[]): MassState {
  if (!model.growth) return mass;
  return carryMass(mass, model.growth, points, span[0]!, span[1]!, job.settings.growthTiming);
}

/** Each cell's rate in the interval that it sets out into; all timepoints are observed. */
function cellGrowth({ dataset, clouds, model }: Fitted): Pick<FitResult, 'growthRate'> {
  if (!model.growth) return {};
  const { dims, times, cellTimepoint } = dataset;
  const growthRate = new Float32Array(cellTimepoint.length).fill(Number.NaN);
  model.growth.forEach(({ logGainAt }, k) => {
    const rows = clouds.cells[k]!;
    const gain = logGainAt(gatherRows(clouds.points, dims, rows));
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
  const trajectories = rollTrajectories(field, dataset, points, space, settings, wanted, hooks, model.growth);
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
