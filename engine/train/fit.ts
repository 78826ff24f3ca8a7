import type { Kernels } from '../compute/kernels.ts';
import { bendsPaths, type FitSettings, type TrainedMethod } from '../config.ts';
import type { IntervalGrowth } from '../coupling/growth.ts';
import type { TrainingCells } from '../dataset/split.ts';
import { createMlp, forward } from '../nn/mlp.ts';
import { pathByPair } from '../path/by-pair.ts';
import { linearPath } from '../path/linear.ts';
import type { VelocityField } from '../trajectory/euler.ts';
import type { Clouds, TrainingHooks } from './clouds.ts';
import { couplingsOf } from './couplings.ts';
import { type TrainedInterpolant, type TrainedNetwork, trainInterpolant } from './interpolant.ts';
import { kernelTraining } from './kernel-training.ts';
import type { FrozenPath, TrainingBackend } from './training-backend.ts';
import { trainVectorField } from './vector-field.ts';

/** Rows of a rollout that go through the network at once. */
const ROLLOUT_ROWS = 512;

export interface FittedModel {
  /** φ; null for straight paths */
  interpolant: TrainedNetwork | null;
  /** v */
  vectorField: TrainedNetwork;
  /** v in the training space and the model's time */
  field: VelocityField;
  diverged: boolean;
  /** of each pair of consecutive observed timepoints; null: growth is ignored */
  growth: IntervalGrowth[] | null;
  /** what the reader should know of couplings and metric */
  notes: string[];
}

export interface FitHooks extends Pick<TrainingHooks, 'shouldStop'> {
  /** the vector field after each step (see TrainingHooks) */
  onField?: TrainingHooks['onNetwork'];
  onProgress(
    stage: 'coupling' | 'interpolant' | 'vector field',
    progress: { step: number; steps: number; loss?: number },
  ): void;
}

/** What may differ between the intervals of one fit. */
export interface IntervalChoice {
  /** the paths are bent in the metric */
  bends: boolean;
  /** pairs need not use all cells alike, and trajectories carry a mass */
  grows: boolean;
}

function uniformIntervals(
  { times }: Clouds,
  method: TrainedMethod,
  { growth }: FitSettings,
): IntervalChoice[] {
  return times.slice(1).map(() => ({ bends: bendsPaths(method), grows: growth === 'on' }));
}

/**
 * One fit: the interpolant where the method bends its paths, then the vector field along them.
 * @param settings `bandwidth` is resolved by now
 * @param intervals of each pair of consecutive observed timepoints. Default: all alike, as method and settings say
 * @param backend what works the training steps out; default: the kernels, which do all the rest in any case
 */
export function fitModel(
  kernels: Kernels,
  clouds: Clouds,
  cells: TrainingCells,
  method: TrainedMethod,
  settings: FitSettings & { bandwidth: number },
  seed: number,
  hooks: FitHooks,
  intervals: readonly IntervalChoice[] = uniformIntervals(clouds, method, settings),
  backend: TrainingBackend = kernelTraining(kernels),
): FittedModel {
  const { couplings, growth, notes } = couplingsOf(clouds, cells, settings, seed, hooks, intervals);
  const given = [kernels, clouds, cells, couplings] as const;
  const stage = (name: 'interpolant' | 'vector field'): TrainingHooks => ({
    shouldStop: hooks.shouldStop,
    onProgress: (progress) => hooks.onProgress(name, progress),
  });

  let interpolant: TrainedInterpolant | null = null;
  let bent: FrozenPath | null = null;
  let path = linearPath(clouds.dims);
  if (intervals.some(({ bends }) => bends)) {
    const mark = kernels.mark();
    interpolant = trainInterpolant(...given, settings, seed, stage('interpolant'), backend);
    kernels.release(mark);
    bent = backend.path(interpolant, (clouds.times.length - 1) * cells.minibatch);
    path = pathByPair(
      bent,
      intervals.map(({ bends }) => bends),
    );
  }
  try {
    const fieldHooks = { ...stage('vector field'), ...(hooks.onField && { onNetwork: hooks.onField }) };
    const vectorField = trainVectorField(...given, path, settings, seed, fieldHooks, backend);
    return {
      interpolant,
      vectorField,
      field: velocityField(kernels, vectorField),
      diverged: vectorField.diverged || interpolant?.diverged === true,
      growth,
      notes: [...notes, ...(interpolant?.notes ?? [])],
    };
  } finally {
    bent?.dispose();
  }
}

/** A trained vector field as dx/dt, in float64 around the kernels' arithmetic. */
export function velocityField(
  kernels: Kernels,
  { sizes, parameters }: Pick<TrainedNetwork, 'sizes' | 'parameters'>,
): VelocityField {
  const dims = sizes.at(-1)!;
  const network = createMlp(kernels, {
    sizes,
    rows: ROLLOUT_ROWS,
    training: false,
    parameters: allocateCopy(kernels, parameters),
  });
  const { input, output } = network;
  return (x, t, out) => {
    const n = x.length / dims;
    for (let start = 0; start < n; start += ROLLOUT_ROWS) {
      const rows = Math.min(ROLLOUT_ROWS, n - start);
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < dims; j++) input[i * (dims + 1) + j] = x[(start + i) * dims + j]!;
        input[i * (dims + 1) + dims] = t;
      }
      forward(network, rows);
      for (let j = 0; j < rows * dims; j++) out[start * dims + j] = output[j]!;
    }
  };
}

function allocateCopy(kernels: Kernels, values: ArrayLike<number>) {
  const copy = kernels.allocate(values.length);
  copy.set(values);
  return copy;
}
