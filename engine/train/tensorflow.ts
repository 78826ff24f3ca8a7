import { matrix, type Tf } from './tensorflow/core.ts';
import { tensorInterpolant, tensorPath } from './tensorflow/interpolant.ts';
import { forward } from './tensorflow/network.ts';
import { type LossPart, optimisedWeights } from './tensorflow/optimised.ts';
import type { NetworkShape, NetworkTraining, TrainingBackend } from './training-backend.ts';
import { fillFieldInput, type VectorFieldBatch } from './vector-field-step.ts';

/** 8 MB each. */
const MOST_NUMBERS = 2 ** 21;

/**
 * Training by TensorFlow: its products, its differentiation, and Adam in its operations, on whatever device it has. Weights
 * are exchanged with the kernels' networks as the flat vector that `createMlp` describes.
 * @param tf see loadTensorflow
 * @param mostNumbers of one array between rows and cells; a batch is cut into ranges of rows that keep to it
 */
export function tensorflowTraining(tf: Tf, mostNumbers = MOST_NUMBERS): TrainingBackend {
  return {
    interpolant: (shape) => tensorInterpolant(tf, shape, mostNumbers),
    vectorField: (shape) => tensorField(tf, shape),
    path: (interpolant, maxRows) => tensorPath(tf, interpolant, maxRows),
  };
}

function tensorField(tf: Tf, shape: NetworkShape): NetworkTraining<VectorFieldBatch> {
  const dims = shape.sizes.at(-1)!;
  const optimised = optimisedWeights(tf, shape);
  const input = new Float32Array(shape.maxRows * (dims + 1));
  const lossOf =
    ({ x, t, u, rows }: VectorFieldBatch): LossPart =>
    (layers) => {
      fillFieldInput(input, x, t, rows, dims);
      const predicted = forward(tf, layers, matrix(tf, input, rows, dims + 1));
      return tf.mean(tf.square(tf.sub(predicted, matrix(tf, u, rows, dims))));
    };
  return {
    ...optimised,
    loss: (batch) => optimised.loss([lossOf(batch)]),
    lossAndGradient: (batch) => optimised.lossAndGradient([lossOf(batch)]),
  };
}
