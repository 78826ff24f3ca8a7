import type * as core from '@tensorflow/tfjs-core';
import type { Vector } from '../../compute/kernels.ts';

/** The core API, as whoever loads it has it: tfjs-node, tfjs-node-gpu and tfjs's pure backend all give this. */
export type Tf = typeof core;
export type Tensor = core.Tensor;

/** The first `rows` rows of a flat array as a matrix. The values are copied, since batches reuse their buffers. */
export function matrix(tf: Tf, values: Vector, rows: number, columns: number): core.Tensor2D {
  return tf.tensor2d(new Float32Array(values.subarray(0, rows * columns)), [rows, columns]);
}
