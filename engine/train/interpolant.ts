import type { Kernels, Vector } from '../compute/kernels.ts';
import type { FitSettings } from '../config.ts';
import type { Coupling } from '../coupling/coupling.ts';
import type { TrainingCells } from '../dataset/split.ts';
import { CancelledError } from '../errors.ts';
import { adamStep, createAdam } from '../nn/adam.ts';
import { createMlp, initializeMlp } from '../nn/mlp.ts';
import { geodesicPath } from '../path/geodesic.ts';
import { linearPath } from '../path/linear.ts';
import { randomStream } from '../random.ts';
import type { Clouds, LossHistory, TrainingHooks } from './clouds.ts';
import { createEarlyStopping, observe } from './early-stopping.ts';
import { createEnergyStep, pathEnergy, pathEnergyGradient } from './interpolant-step.ts';
import { epochMinibatches, validationMinibatches } from './minibatches.ts';
import { type BatchRandom, createPairBatcher } from './pair-batch.ts';
import { createPathMetric } from './path-metric.ts';

/** Validation pairs drawn for each validation cell, at times that stay the same all through a training. */
const VALIDATION_COPIES = 4;

export interface TrainedNetwork {
  /** the network's layer sizes, inputs first */
  sizes: number[];
  parameters: Vector;
  history: LossHistory;
  /** gradient steps taken */
  steps: number;
  /** the loss became infinite or not a number, and the training ended there */
  diverged: boolean;
}

export interface TrainedInterpolant extends TrainedNetwork {
  /** what the reader should know of the metric */
  notes: readonly string[];
}

/**
 * Trains the geodesic interpolant φ (MFM, algorithm 1): Adam on the energy of the paths in the metric, divided by
 * the mean energy of straight paths over one epoch. Validated each epoch; the best parameters are kept.
 * @param settings `bandwidth` is resolved by now
 */
export function trainInterpolant(
  kernels: Kernels,
  clouds: Clouds,
  cells: TrainingCells,
  couplings: readonly Coupling[],
  settings: FitSettings & { bandwidth: number },
  seed: number,
  hooks: TrainingHooks,
): TrainedInterpolant {
  const { dims } = clouds;
  const { minibatch, stepsPerEpoch } = cells;
  const pairCount = clouds.times.length - 1;
  const maxRows = pairCount * minibatch * VALIDATION_COPIES;
  const batcher = createPairBatcher(kernels, clouds, couplings, minibatch * VALIDATION_COPIES);
  const stream = (...purpose: string[]) => randomStream(seed, 'interpolant', ...purpose);

  const pathMetric = createPathMetric(kernels, clouds, cells, settings, seed, hooks);
  const energyStep = createEnergyStep(kernels, {
    metrics: pathMetric.metrics,
    maxRows,
    noiseScale: settings.noise,
  });
  const sizes = [2 * dims + 1, settings.hidden, settings.hidden, settings.hidden, dims];
  const network = createMlp(kernels, { sizes, rows: maxRows, tangent: true });
  initializeMlp(network, stream('weights'));
  const path = geodesicPath(network);
  const train = cells.train.map((rows) => rows.slice());
  const validation = validationMinibatches(cells.validation, minibatch);
  const random = {
    order: stream('order'),
    metric: stream('metric'),
    batch: batchRandom(seed, 'interpolant', 'training'),
    validation: batchRandom(seed, 'interpolant', 'validation'),
    validationMetric: stream('validation', 'metric'),
  };
  const validationRows = VALIDATION_COPIES * validation[0]![0]!.length;
  const validationTimes = kernels.allocate(pairCount * validationRows);
  const timeStream = stream('validation', 'times');
  for (let i = 0; i < validationTimes.length; i++) validationTimes[i] = timeStream.uniform();

  const straight = linearPath(dims);
  let reference = 0;
  for (const minibatchCells of epochMinibatches(
    train,
    minibatch,
    stepsPerEpoch,
    stream('reference', 'order'),
  )) {
    stopIfAsked(hooks);
    pathMetric.draw(random.metric);
    const batch = batcher.fill(minibatchCells, minibatch, random.batch);
    reference += pathEnergy(energyStep, straight, batch) / stepsPerEpoch;
  }
  const scale = reference > 0 ? reference : 1;

  const validate = (): number => {
    let loss = 0;
    for (const minibatchCells of validation) {
      stopIfAsked(hooks);
      pathMetric.draw(random.validationMetric);
      const batch = batcher.fill(minibatchCells, validationRows, random.validation, validationTimes);
      loss += pathEnergy(energyStep, path, batch) / scale / validation.length;
    }
    return loss;
  };

  let adam = createAdam(kernels, network.parameters.length);
  const every = validationInterval(settings, stepsPerEpoch);
  let stopping = createEarlyStopping(Math.max(1, Math.round(settings.interpolantPatience / every)));
  let best = network.parameters.slice();
  const history: LossHistory = { stage: 'interpolant', step: [], training: [], validation: [] };
  const epochs = epochsOf(settings, stepsPerEpoch);
  const totalSteps = epochs * stepsPerEpoch;
  let diverged = false;
  for (let epoch = 0; epoch < epochs && !diverged; epoch++) {
    let training = 0;
    for (const minibatchCells of epochMinibatches(train, minibatch, stepsPerEpoch, random.order)) {
      stopIfAsked(hooks);
      pathMetric.draw(random.metric);
      const batch = batcher.fill(minibatchCells, minibatch, random.batch);
      training += pathEnergyGradient(energyStep, path, batch, scale) / stepsPerEpoch;
      adam = adamStep(kernels, adam, network.parameters, network.gradient!, {
        learningRate: settings.interpolantLearningRate,
      });
      hooks.onProgress({ step: adam.step, steps: totalSteps, ...lastLoss(history) });
    }
    diverged = !Number.isFinite(training);
    if ((epoch + 1) % every !== 0 && epoch + 1 < epochs && !diverged) continue;
    const validationLoss = validate();
    history.step.push(adam.step);
    history.training.push(training);
    history.validation.push(validationLoss);
    diverged ||= !Number.isFinite(validationLoss);
    const seen = observe(stopping, validationLoss);
    stopping = seen.state;
    if (seen.improved) best = network.parameters.slice();
    if (seen.stop) break;
  }
  return { sizes, parameters: best, history, steps: adam.step, diverged, notes: pathMetric.notes };
}

/** How many epochs a training has at most. */
export function epochsOf({ steps, maxEpochs }: FitSettings, stepsPerEpoch: number): number {
  return steps === null ? maxEpochs : Math.max(1, Math.round(steps / stepsPerEpoch));
}

/** Steps between validations at least, where steps are counted: with few cells an epoch is a few steps, and cheaper than a validation. */
const LEAST_STEPS_BETWEEN = 20;

/** Epochs from one validation of the interpolant to the next; as published each one. */
function validationInterval({ steps }: FitSettings, stepsPerEpoch: number): number {
  return steps === null ? 1 : Math.max(1, Math.round(LEAST_STEPS_BETWEEN / stepsPerEpoch));
}

/** The random streams of the minibatches of one purpose. */
export function batchRandom(seed: number, ...purpose: string[]): BatchRandom {
  return {
    coupling: randomStream(seed, ...purpose, 'coupling'),
    time: randomStream(seed, ...purpose, 'time'),
    noise: randomStream(seed, ...purpose, 'noise'),
  };
}

export function stopIfAsked(hooks: TrainingHooks): void {
  if (hooks.shouldStop()) throw new CancelledError();
}

export function lastLoss(history: LossHistory): { loss: number } | undefined {
  const loss = history.validation.at(-1);
  return loss === undefined ? undefined : { loss };
}
