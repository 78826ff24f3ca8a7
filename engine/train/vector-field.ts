import type { Kernels } from '../compute/kernels.ts';
import type { FitSettings } from '../config.ts';
import type { Coupling } from '../coupling/coupling.ts';
import type { TrainingCells } from '../dataset/split.ts';
import { initialWeights } from '../nn/mlp.ts';
import { batchRows, type ConditionalPath, fillTimes } from '../path/conditional-path.ts';
import { randomStream } from '../random.ts';
import type { Clouds, LossHistory, TrainingHooks } from './clouds.ts';
import { createEarlyStopping, observe } from './early-stopping.ts';
import { batchRandom, epochsOf, lastLoss, stopIfAsked, type TrainedNetwork } from './interpolant.ts';
import { kernelTraining } from './kernel-training.ts';
import { epochMinibatches, validationMinibatches } from './minibatches.ts';
import { createPairBatcher, type PairBatch } from './pair-batch.ts';
import type { NetworkTraining, TrainingBackend } from './training-backend.ts';
import type { VectorFieldBatch } from './vector-field-step.ts';

/**
 * Trains the vector field v (MFM, algorithm 2; with a linear path OT-CFM, arXiv 2302.00482): AdamW on
 * ‖v(x_s + σ_noise·ξ, t) − ẋ_t‖². Validated every `validateEvery` epochs; the last parameters are kept. With a constant rate
 * it stops early; with the cosine schedule it takes all epochs.
 * @param backend what works the steps out; default: the kernels, which make the minibatches in any case
 */
export function trainVectorField(
  kernels: Kernels,
  clouds: Clouds,
  cells: TrainingCells,
  couplings: readonly Coupling[],
  path: ConditionalPath,
  settings: FitSettings,
  seed: number,
  hooks: TrainingHooks,
  backend: TrainingBackend = kernelTraining(kernels),
): TrainedNetwork {
  const { dims } = clouds;
  const maxRows = (clouds.times.length - 1) * cells.minibatch;
  const sizes = [dims + 1, settings.hidden, settings.hidden, settings.hidden, dims];
  const initial = initialWeights(sizes, randomStream(seed, 'vector field', 'weights'));
  const training = backend.vectorField({ sizes, maxRows, initial });
  try {
    const targets = pathTargets(kernels, path, maxRows, settings.noise);
    const minibatches = fieldMinibatches(kernels, clouds, cells, couplings, targets, seed, hooks);
    return { sizes, ...trainOn(training, sizes, minibatches, cells, settings, hooks) };
  } finally {
    training.dispose();
  }
}

/** What a training of the vector field sees; each batch lives until the next one is taken. */
interface FieldMinibatches {
  epoch(): Iterable<VectorFieldBatch>;
  validation(): Iterable<VectorFieldBatch>;
  readonly validationCount: number;
}

function fieldMinibatches(
  kernels: Kernels,
  clouds: Clouds,
  cells: TrainingCells,
  couplings: readonly Coupling[],
  targetOf: (batch: PairBatch) => VectorFieldBatch,
  seed: number,
  hooks: TrainingHooks,
): FieldMinibatches {
  const { minibatch, stepsPerEpoch } = cells;
  const batcher = createPairBatcher(kernels, clouds, couplings, minibatch);
  const train = cells.train.map((rows) => rows.slice());
  const validation = validationMinibatches(cells.validation, minibatch);
  const order = randomStream(seed, 'vector field', 'order');
  const trainingRandom = batchRandom(seed, 'vector field', 'training');
  const validationRandom = batchRandom(seed, 'vector field', 'validation');
  return {
    validationCount: validation.length,
    *epoch() {
      for (const minibatchCells of epochMinibatches(train, minibatch, stepsPerEpoch, order)) {
        stopIfAsked(hooks);
        yield targetOf(batcher.fill(minibatchCells, minibatch, trainingRandom));
      }
    },
    *validation() {
      for (const minibatchCells of validation) {
        stopIfAsked(hooks);
        yield targetOf(batcher.fill(minibatchCells, minibatchCells[0]!.length, validationRandom));
      }
    },
  };
}

/** Points of the paths, with noise, and the velocities there. */
function pathTargets(
  kernels: Kernels,
  path: ConditionalPath,
  maxRows: number,
  noise: number,
): (batch: PairBatch) => VectorFieldBatch {
  const x = kernels.allocate(maxRows * path.dims);
  const u = kernels.allocate(maxRows * path.dims);
  const t = kernels.allocate(maxRows);
  return (batch) => {
    const rows = batchRows(batch);
    path.evaluate(batch, x, u);
    for (let j = 0; j < rows * path.dims; j++) x[j] = x[j]! + noise * batch.noise[j]!;
    fillTimes(batch, t);
    return { x, t, u, rows };
  };
}

function trainOn(
  training: NetworkTraining<VectorFieldBatch>,
  sizes: number[],
  minibatches: FieldMinibatches,
  { stepsPerEpoch }: TrainingCells,
  settings: FitSettings,
  hooks: TrainingHooks,
): Omit<TrainedNetwork, 'sizes'> {
  const validate = (): number => {
    let loss = 0;
    for (const batch of minibatches.validation()) loss += training.loss(batch) / minibatches.validationCount;
    return loss;
  };
  // weights may have to be fetched, so only for who looks at them
  const network = {
    sizes,
    get parameters() {
      return training.weights();
    },
  };

  let stopping = createEarlyStopping(settings.patience);
  const history: LossHistory = { stage: 'vectorField', step: [], training: [], validation: [] };
  const epochs = epochsOf(settings, stepsPerEpoch);
  const totalSteps = epochs * stepsPerEpoch;
  let step = 0;
  let diverged = false;
  for (let epoch = 1; epoch <= epochs && !diverged; epoch++) {
    let loss = 0;
    for (const batch of minibatches.epoch()) {
      loss += training.lossAndGradient(batch) / stepsPerEpoch;
      training.update({
        learningRate: settings.learningRate * rateShare(settings, step / totalSteps),
        weightDecay: settings.weightDecay,
      });
      step++;
      hooks.onProgress({ step, steps: totalSteps, ...lastLoss(history) });
      hooks.onNetwork?.(network, { step, steps: totalSteps });
    }
    diverged = !Number.isFinite(loss);
    if (epoch % settings.validateEvery !== 0 && epoch < epochs) continue;
    const validationLoss = validate();
    history.step.push(step);
    history.training.push(loss);
    history.validation.push(validationLoss);
    diverged ||= !Number.isFinite(validationLoss);
    const seen = observe(stopping, validationLoss);
    stopping = seen.state;
    if (seen.stop && settings.schedule === 'constant') break;
  }
  return { parameters: training.weights().slice(), history, steps: step, diverged };
}

/** Of the learning rate, at a share of all steps: falling to 0, the last steps average over the noise of the gradients. */
function rateShare({ schedule }: FitSettings, done: number): number {
  return schedule === 'cosine' ? (1 + Math.cos(Math.PI * done)) / 2 : 1;
}
