import type { Kernels } from '../compute/kernels.ts';
import type { FitSettings } from '../config.ts';
import type { Coupling } from '../coupling/coupling.ts';
import type { TrainingCells } from '../dataset/split.ts';
import { adamStep, createAdam } from '../nn/adam.ts';
import { createMlp, initializeMlp } from '../nn/mlp.ts';
import { batchRows, type ConditionalPath, fillTimes } from '../path/conditional-path.ts';
import { randomStream } from '../random.ts';
import type { Clouds, LossHistory, TrainingHooks } from './clouds.ts';
import { createEarlyStopping, observe } from './early-stopping.ts';
import { batchRandom, epochsOf, lastLoss, stopIfAsked, type TrainedNetwork } from './interpolant.ts';
import { epochMinibatches, validationMinibatches } from './minibatches.ts';
import { createPairBatcher, type PairBatch } from './pair-batch.ts';
import { vectorFieldGradient, vectorFieldLoss } from './vector-field-step.ts';

/**
 * Trains the vector field v (MFM, algorithm 2; with a linear path OT-CFM, arXiv 2302.00482): AdamW on
 * ‖v(x_s + σ_noise·ξ, t) − ẋ_t‖². Validated every `validateEvery` epochs; the last parameters are kept. With a constant rate
 * it stops early; with the cosine schedule it takes all epochs.
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
): TrainedNetwork {
  const { dims } = clouds;
  const { minibatch, stepsPerEpoch } = cells;
  const maxRows = (clouds.times.length - 1) * minibatch;
  const batcher = createPairBatcher(kernels, clouds, couplings, minibatch);
  const sizes = [dims + 1, settings.hidden, settings.hidden, settings.hidden, dims];
  const network = createMlp(kernels, { sizes, rows: maxRows });
  initializeMlp(network, randomStream(seed, 'vector field', 'weights'));
  const x = kernels.allocate(maxRows * dims);
  const u = kernels.allocate(maxRows * dims);
  const t = kernels.allocate(maxRows);
  const target = (batch: PairBatch) => {
    const rows = batchRows(batch);
    path.evaluate(batch, x, u);
    for (let j = 0; j < rows * dims; j++) x[j] = x[j]! + settings.noise * batch.noise[j]!;
    fillTimes(batch, t);
    return { x, t, u, rows };
  };

  const train = cells.train.map((rows) => rows.slice());
  const validation = validationMinibatches(cells.validation, minibatch);
  const order = randomStream(seed, 'vector field', 'order');
  const trainingRandom = batchRandom(seed, 'vector field', 'training');
  const validationRandom = batchRandom(seed, 'vector field', 'validation');
  const validate = (): number => {
    let loss = 0;
    for (const minibatchCells of validation) {
      stopIfAsked(hooks);
      const batch = batcher.fill(minibatchCells, minibatchCells[0]!.length, validationRandom);
      loss += vectorFieldLoss(network, target(batch)) / validation.length;
    }
    return loss;
  };

  let adam = createAdam(kernels, network.parameters.length);
  let stopping = createEarlyStopping(settings.patience);
  const history: LossHistory = { stage: 'vectorField', step: [], training: [], validation: [] };
  const epochs = epochsOf(settings, stepsPerEpoch);
  const totalSteps = epochs * stepsPerEpoch;
  let diverged = false;
  for (let epoch = 1; epoch <= epochs && !diverged; epoch++) {
    let training = 0;
    for (const minibatchCells of epochMinibatches(train, minibatch, stepsPerEpoch, order)) {
      stopIfAsked(hooks);
      const batch = batcher.fill(minibatchCells, minibatch, trainingRandom);
      training += vectorFieldGradient(network, target(batch)) / stepsPerEpoch;
      adam = adamStep(kernels, adam, network.parameters, network.gradient!, {
        learningRate: settings.learningRate * rateShare(settings, adam.step / totalSteps),
        weightDecay: settings.weightDecay,
      });
      hooks.onProgress({ step: adam.step, steps: totalSteps, ...lastLoss(history) });
    }
    diverged = !Number.isFinite(training);
    if (epoch % settings.validateEvery !== 0 && epoch < epochs) continue;
    const validationLoss = validate();
    history.step.push(adam.step);
    history.training.push(training);
    history.validation.push(validationLoss);
    diverged ||= !Number.isFinite(validationLoss);
    const seen = observe(stopping, validationLoss);
    stopping = seen.state;
    if (seen.stop && settings.schedule === 'constant') break;
  }
  return { sizes, parameters: network.parameters.slice(), history, steps: adam.step, diverged };
}

/** Of the learning rate, at a share of all steps: falling to 0, the last steps average over the noise of the gradients. */
function rateShare({ schedule }: FitSettings, done: number): number {
  return schedule === 'cosine' ? (1 + Math.cos(Math.PI * done)) / 2 : 1;
}
