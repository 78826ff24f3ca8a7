import { type AdamOptions, adamConstants } from '../../nn/adam.ts';
import type { NetworkShape, NetworkTraining } from '../training-backend.ts';
import type { Tensor, Tf } from './core.ts';
import { flatTensor, flattened, layersOf } from './network.ts';

/** A part of a loss as a function of the weights and biases (see layersOf). */
export type LossPart = (layers: Tensor[]) => Tensor;

/** Weights with the moments of Adam, flat, and the gradient of the last batch. */
export interface OptimisedWeights
  extends Pick<NetworkTraining<never>, 'gradient' | 'update' | 'weights' | 'dispose'> {
  /** the sum of the parts, each worked out by itself to bound the memory */
  loss(parts: readonly LossPart[]): number;
  /** the same; the gradient by TensorFlow's differentiation is kept */
  lossAndGradient(parts: readonly LossPart[]): number;
}

export function optimisedWeights(tf: Tf, { sizes, initial }: NetworkShape): OptimisedWeights {
  let theta = flatTensor(tf, initial);
  let m: Tensor = tf.zerosLike(theta);
  let v: Tensor = tf.zerosLike(theta);
  let slope: Tensor = tf.zerosLike(theta);
  let step = 0;

  function replaceSlope(next: Tensor): void {
    slope.dispose();
    slope = next;
  }

  return {
    loss: (parts) =>
      parts.reduce((sum, part) => sum + tf.tidy(() => scalarOf(part(layersOf(tf, theta, sizes)))), 0),
    lossAndGradient(parts) {
      let loss = 0;
      parts.forEach((part, i) => {
        const next = tf.tidy(() => {
          const layers = layersOf(tf, theta, sizes);
          const { value, grads } = tf.valueAndGrads((...given) => tf.reshape(part(given), []))(layers);
          loss += scalarOf(value);
          const flat = flattened(tf, grads);
          return i === 0 ? flat : tf.add(slope, flat);
        });
        replaceSlope(next);
      });
      return loss;
    },
    gradient: () => slope.dataSync<'float32'>(),
    update(options: AdamOptions) {
      step += 1;
      const next = tf.tidy(() => adam(tf, { theta, m, v }, slope, step, options));
      tf.dispose([theta, m, v]);
      ({ theta, m, v } = next);
    },
    weights: () => theta.dataSync<'float32'>(),
    dispose: () => tf.dispose([theta, m, v, slope]),
  };
}

const scalarOf = (value: Tensor) => value.dataSync<'float32'>()[0]!;

type AdamTensors = { theta: Tensor; m: Tensor; v: Tensor };

// m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², θ ← shrink·θ − stepSize·m / (√(v·scale) + ε), as our kernels
function adam(tf: Tf, last: AdamTensors, g: Tensor, step: number, options: AdamOptions): AdamTensors {
  const { beta1, beta2, epsilon, stepSize, secondMomentScale, shrink } = adamConstants(step, options);
  const m = tf.add(tf.mul(last.m, beta1), tf.mul(g, 1 - beta1));
  const v = tf.add(tf.mul(last.v, beta2), tf.mul(tf.square(g), 1 - beta2));
  const root = tf.add(tf.sqrt(tf.mul(v, secondMomentScale)), epsilon);
  const kept = shrink === 1 ? last.theta : tf.mul(last.theta, shrink);
  const theta = tf.sub(kept, tf.div(tf.mul(m, stepSize), root));
  return { theta, m, v };
}
