import type { Vector } from '../compute/kernels.ts';
import type { PairTime } from '../path/conditional-path.ts';

/** What a fit sees: the cells of the observed timepoints, each a cloud in the training space. */
export interface Clouds {
  dims: number;
  /** [n, dims]; rows that no cloud names are never read */
  points: Float32Array;
  /** the model's time of each observed timepoint, increasing, in [0, 1] */
  times: number[];
  /** rows of each observed timepoint */
  cells: Int32Array[];
  /** further points of the data manifold [·, dims] that only the metric sees; null: none */
  manifold: Float32Array | null;
}

/** Consecutive observed timepoints, in the model's time. */
export function pairTimes({ times }: Clouds): PairTime[] {
  return times.slice(1).map((end, i) => ({ tStart: times[i]!, duration: end - times[i]! }));
}

/** What a training tells while it runs, and how it is stopped. */
export interface TrainingHooks {
  onProgress(progress: { step: number; steps: number; loss?: number }): void;
  shouldStop(): boolean;
  /** the network as it is after a step; what is done with it must leave it as it is */
  onNetwork?(
    network: { sizes: readonly number[]; parameters: Vector },
    at: { step: number; steps: number },
  ): void;
}

/** The losses of one training, a row each epoch that was validated. */
export interface LossHistory {
  stage: 'interpolant' | 'vectorField';
  /** gradient steps taken */
  step: number[];
  /** mean over the epoch's minibatches */
  training: number[];
  validation: number[];
}
