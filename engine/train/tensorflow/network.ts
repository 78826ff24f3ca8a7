import type { Vector } from '../../compute/kernels.ts';
import type { Tensor, Tf } from './core.ts';

/** SELU's constants (Klambauer et al. 2017). */
const LAMBDA = 1.0507009873554805;
const LAMBDA_ALPHA = LAMBDA * 1.6732632423543772;

/**
 * The network's weights [in, out] and biases [out], layer by layer, cut from the flat vector that `createMlp` describes.
 * Gradients are taken with respect to these.
 */
export function layersOf(tf: Tf, flat: Tensor, sizes: readonly number[]): Tensor[] {
  const layers: Tensor[] = [];
  let at = 0;
  for (let l = 0; l + 1 < sizes.length; l++) {
    const [inputs, outputs] = [sizes[l]!, sizes[l + 1]!];
    layers.push(tf.reshape(tf.slice(flat, at, inputs * outputs), [inputs, outputs]));
    at += inputs * outputs;
    layers.push(tf.slice(flat, at, outputs));
    at += outputs;
  }
  return layers;
}

/** The inverse of `layersOf`. */
export function flattened(tf: Tf, layers: readonly Tensor[]): Tensor {
  return tf.concat(layers.map((layer) => tf.reshape(layer, [-1])));
}

/** Flat weights of another network as a tensor. */
export function flatTensor(tf: Tf, weights: ArrayLike<number> | Vector): Tensor {
  return tf.tensor1d(Float32Array.from(weights));
}

/** The network's output [rows, out] for rows of `input` [rows, in]. */
export function forward(tf: Tf, layers: readonly Tensor[], input: Tensor): Tensor {
  let h = input;
  for (let l = 0; l < layers.length; l += 2) {
    const z = tf.add(tf.matMul(h, layers[l]!), layers[l + 1]!);
    h = l + 2 < layers.length ? tf.selu(z) : z;
  }
  return h;
}

/**
 * The same with the exact derivative of the output with respect to the last input, carried forwards beside it:
 * ż = ḣ W, ḣ = selu'(z)·ż. Written in operations whose own derivatives TensorFlow knows, so that gradients flow through it.
 */
export function forwardWithTangent(
  tf: Tf,
  layers: readonly Tensor[],
  input: Tensor,
): { output: Tensor; tangent: Tensor } {
  const inputs = input.shape[1]!;
  let h = input;
  // the input's tangent is the last unit vector: its product with the weights is their last row
  let zTangent: Tensor = tf.slice(layers[0]!, [inputs - 1, 0], [1, -1]);
  for (let l = 0; ; l += 2) {
    const z = tf.add(tf.matMul(h, layers[l]!), layers[l + 1]!);
    if (l + 2 === layers.length) return { output: z, tangent: zTangent };
    const { value, slope } = seluWithSlope(tf, z);
    h = value;
    zTangent = tf.matMul(tf.mul(slope, zTangent), layers[l + 2]!);
  }
}

function seluWithSlope(tf: Tf, z: Tensor): { value: Tensor; slope: Tensor } {
  // exp of what is negative alone: a large z would overflow, and 0 · ∞ is no gradient
  const bent = tf.mul(tf.exp(tf.minimum(z, 0)), LAMBDA_ALPHA);
  const value = tf.add(tf.mul(tf.relu(z), LAMBDA), tf.sub(bent, LAMBDA_ALPHA));
  const slope = tf.add(bent, tf.mul(tf.step(z), LAMBDA - LAMBDA_ALPHA));
  return { value, slope };
}
