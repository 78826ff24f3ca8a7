import type { Kernels, Vector } from '../compute/kernels.ts';
import type { FitSettings } from '../config.ts';
import type { Coupling } from '../coupling/coupling.ts';
import type { TrainingCells } from '../dataset/split.ts';
import { CancelledError } from '../errors.ts';
import { initialWeights } from '../nn/mlp.ts';
import { type RandomStream, randomStream } from '../random.ts';
import type { Clouds, LossHistory, TrainingHooks } from './clouds.ts';
import { createEarlyStopping, observe } from './early-stopping.ts';
import type { EnergyBatch } from './interpolant-step.ts';
import { kernelTraining } from './kernel-training.ts';
import { epochMinibatches, validationMinibatches } from './minibatches.ts';
import { type BatchRandom, createPairBatcher } from './pair-batch.ts';
import { createPathMetric, type PathMetric } from './path-metric.ts';
import type { InterpolantTraining, TrainingBackend } from './training-backend.ts';

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
 * @param backend what works the steps out; default: the kernels, which make the minibatches in any case
 */
export function trainInterpolant(
  kernels: Kernels,
  clouds: Clouds,
  cells: TrainingCells,
  couplings: readonly Coupling[],
  settings: FitSettings & { bandwidth: number },
  seed: number,
  hooks: TrainingHooks,
  backend: TrainingBackend = kernelTraining(kernels),
): TrainedInterpolant {
  const { dims } = clouds;
  const metric = createPathMetric(kernels, clouds, cells, settings, seed, hooks);
  const sizes = [2 * dims + 1, settings.hidden, settings.hidden, settings.hidden, dims];
  const training = backend.interpolant({
    sizes,
    maxRows: (clouds.times.length - 1) * cells.minibatch * VALIDATION_COPIES,
    initial: initialWeights(sizes, randomStream(seed, 'interpolant', 'weights')),
    metric,
    noiseScale: settings.noise,
  });
  try {
    const minibatches = interpolantMinibatches(kernels, clouds, cells, couplings, metric, seed, hooks);
    const trained = trainOn(training, minibatches, cells, settings, hooks);
    return { sizes, ...trained, notes: metric.notes };
  } finally {
    training.dispose();
  }
}

/** What a training of the interpolant sees; each batch lives until the next one is taken. */
interface InterpolantMinibatches {
  /** one epoch, by which the loss is scaled */
  reference(): Iterable<EnergyBatch>;
  epoch(): Iterable<EnergyBatch>;
  validation(): Iterable<EnergyBatch>;
  readonly validationCount: number;
}

function interpolantMinibatches(
  kernels: Kernels,
  clouds: Clouds,
  cells: TrainingCells,
  couplings: readonly Coupling[],
  metric: PathMetric,
  seed: number,
  hooks: TrainingHooks,
): InterpolantMinibatches {
  const { minibatch, stepsPerEpoch } = cells;
  const pairCount = clouds.times.length - 1;
  const batcher = createPairBatcher(kernels, clouds, couplings, minibatch * VALIDATION_COPIES);
  const stream = (...purpose: string[]) => randomStream(seed, 'interpolant', ...purpose);
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

  function* epoch(order: RandomStream): Generator<EnergyBatch> {
    for (const minibatchCells of epochMinibatches(train, minibatch, stepsPerEpoch, order)) {
      stopIfAsked(hooks);
      metric.draw(random.metric);
      yield batcher.fill(minibatchCells, minibatch, random.batch);
    }
  }
  return {
    reference: () => epoch(stream('reference', 'order')),
    epoch: () => epoch(random.order),
    validationCount: validation.length,
    *validation() {
      for (const minibatchCells of validation) {
        stopIfAsked(hooks);
        metric.draw(random.validationMetric);
        yield batcher.fill(minibatchCells, validationRows, random.validation, validationTimes);
      }
    },
  };
}

function trainOn(
  training: InterpolantTraining,
  minibatches: InterpolantMinibatches,
  { stepsPerEpoch }: TrainingCells,
  settings: FitSettings,
  hooks: TrainingHooks,
): Omit<TrainedNetwork, 'sizes'> {
  let reference = 0;
  for (const batch of minibatches.reference()) reference += training.straightEnergy(batch) / stepsPerEpoch;
  training.scale = reference > 0 ? reference : 1;
  const validate = (): number => {
    let loss = 0;
    for (const batch of minibatches.validation()) loss += training.loss(batch) / minibatches.validationCount;
    return loss;
  };

  const learningRate = settings.interpolantLearningRate;
  const every = validationInterval(settings, stepsPerEpoch);
  let stopping = createEarlyStopping(Math.max(1, Math.round(settings.interpolantPatience / every)));
  let best = training.weights().slice();
  const history: LossHistory = { stage: 'interpolant', step: [], training: [], validation: [] };
  const epochs = epochsOf(settings, stepsPerEpoch);
  let step = 0;
  let diverged = false;
  for (let epoch = 0; epoch < epochs && !diverged; epoch++) {
    let loss = 0;
    for (const batch of minibatches.epoch()) {
      loss += training.lossAndGradient(batch) / stepsPerEpoch;
      training.update({ learningRate });
      step++;
      hooks.onProgress({ step, steps: epochs * stepsPerEpoch, ...lastLoss(history) });
    }
    diverged = !Number.isFinite(loss);
    if ((epoch + 1) % every !== 0 && epoch + 1 < epochs && !diverged) continue;
    const validationLoss = validate();
    history.step.push(step);
    history.training.push(loss);
    history.validation.push(validationLoss);
    diverged ||= !Number.isFinite(validationLoss);
    const seen = observe(stopping, validationLoss);
    stopping = seen.state;
    if (seen.improved) best = training.weights().slice();
    if (seen.stop) break;
  }
  return { parameters: best, history, steps: step, diverged };
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
