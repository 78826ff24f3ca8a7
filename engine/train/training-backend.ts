import type { Vector } from '../compute/kernels.ts';
import type { AdamOptions } from '../nn/adam.ts';
import type { ConditionalPath } from '../path/conditional-path.ts';
import type { TrainedNetwork } from './interpolant.ts';
import type { EnergyBatch } from './interpolant-step.ts';
import type { PathMetric } from './path-metric.ts';
import type { VectorFieldBatch } from './vector-field-step.ts';

/** A network in training, whatever works its steps out: loss, gradient, and what the optimiser does with it. */
export interface NetworkTraining<Batch> {
  /** without a gradient, for validation */
  loss(batch: Batch): number;
  /** the loss; its gradient is kept until the next call */
  lossAndGradient(batch: Batch): number;
  /** flat as the weights are; of the last `lossAndGradient` */
  gradient(): Vector;
  /** one step of Adam against that gradient */
  update(options: AdamOptions): void;
  /** as they are now, flat (see createMlp); to be copied by who keeps them */
  weights(): Vector;
  /** gives its memory back */
  dispose(): void;
}

/** The interpolant: its loss is the energy of the paths in the metric, divided by `scale`. */
export interface InterpolantTraining extends NetworkTraining<EnergyBatch> {
  /** the energy of straight paths in the metric, which is not divided */
  straightEnergy(batch: EnergyBatch): number;
  /** 1 at first */
  scale: number;
}

export interface NetworkShape {
  /** inputs, widths of the hidden layers, outputs */
  sizes: number[];
  /** the most rows of a batch */
  maxRows: number;
  /** weights to begin with, flat */
  initial: ArrayLike<number>;
}

export interface InterpolantShape extends NetworkShape {
  /** whose samples are those that were drawn last */
  metric: PathMetric;
  /** σ_noise ≥ 0; the metric is read at x_s + σ_noise·ξ */
  noiseScale: number;
}

/** Bent paths that are not trained any more. */
export interface FrozenPath extends ConditionalPath {
  dispose(): void;
}

/**
 * What works out the steps of a training. Two of them: our kernels with derived gradients, and TensorFlow with its own
 * (`kernelTraining`, `tensorflowTraining`). Minibatches, initial weights and the course of a training are the same by both.
 */
export interface TrainingBackend {
  interpolant(shape: InterpolantShape): InterpolantTraining;
  vectorField(shape: NetworkShape): NetworkTraining<VectorFieldBatch>;
  /** the paths of a trained interpolant */
  path(interpolant: Pick<TrainedNetwork, 'sizes' | 'parameters'>, maxRows: number): FrozenPath;
}
