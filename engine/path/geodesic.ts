import type { Vector } from '../compute/kernels.ts';
import { backward, forward, type Mlp } from '../nn/mlp.ts';
import {
  batchRows,
  bridgeSlope,
  bridgeWeight,
  type ConditionalPath,
  type PathBatch,
} from './conditional-path.ts';

/** A path bent by a network, which can be trained through it. */
export interface GeodesicPath extends ConditionalPath {
  readonly interpolant: Mlp;
  /**
   * After `evaluate` on the same batch: fills `interpolant.gradient` from a loss's gradients with respect to
   * xt and ut, both [rows, d].
   */
  backward(batch: PathBatch, xtGradient: Vector, utGradient: Vector): void;
}

/**
 * The path of MFM, with φ(x0, x1, t) a network of 2d + 1 inputs and d outputs, made with `tangent: true`:
 * ∂φ/∂t is the exact forward-mode derivative and the gradient flows through it.
 */
export function geodesicPath(interpolant: Mlp): GeodesicPath {
  const dims = interpolant.sizes.at(-1)!;
  const { input, output, outputTangent, outputGradient, outputTangentGradient } = interpolant;
  if (interpolant.sizes[0] !== 2 * dims + 1 || outputTangent === null) {
    throw new Error('an interpolant reads (x0, x1, t), gives one number a dimension and carries the tangent');
  }
  return {
    dims,
    maxRows: interpolant.rows,
    interpolant,
    evaluate(batch, xt, ut) {
      const { x0, x1, s, pairs, rowsPerPair } = batch;
      const rows = batchRows(batch);
      fillInterpolantInput(batch, dims, input);
      forward(interpolant, rows);
      for (let i = 0; i < rows; i++) {
        const { duration } = pairs[Math.floor(i / rowsPerPair)]!;
        const weight = bridgeWeight(s[i]!);
        const slope = bridgeSlope(s[i]!);
        for (let j = i * dims; j < (i + 1) * dims; j++) {
          xt[j] = (1 - s[i]!) * x0[j]! + s[i]! * x1[j]! + weight * output[j]!;
          ut[j] = (x1[j]! - x0[j]! + slope * output[j]!) / duration + weight * outputTangent[j]!;
        }
      }
    },
    backward(batch, xtGradient, utGradient) {
      if (outputGradient === null || outputTangentGradient === null) {
        throw new Error('this interpolant was made without room for training');
      }
      const { s, pairs, rowsPerPair } = batch;
      const rows = batchRows(batch);
      for (let i = 0; i < rows; i++) {
        const weight = bridgeWeight(s[i]!);
        const slope = bridgeSlope(s[i]!) / pairs[Math.floor(i / rowsPerPair)]!.duration;
        for (let j = i * dims; j < (i + 1) * dims; j++) {
          outputGradient[j] = weight * xtGradient[j]! + slope * utGradient[j]!;
          outputTangentGradient[j] = weight * utGradient[j]!;
        }
      }
      backward(interpolant, rows);
    },
  };
}

/** Fills the interpolant's input with rows (x0, x1, t), [rows, 2d + 1]. */
export function fillInterpolantInput(batch: PathBatch, dims: number, input: Vector): void {
  const { x0, x1, s, pairs, rowsPerPair } = batch;
  const rows = batchRows(batch);
  let o = 0;
  for (let i = 0; i < rows; i++) {
    const { tStart, duration } = pairs[Math.floor(i / rowsPerPair)]!;
    for (let j = i * dims; j < (i + 1) * dims; j++) input[o++] = x0[j]!;
    for (let j = i * dims; j < (i + 1) * dims; j++) input[o++] = x1[j]!;
    input[o++] = tStart + s[i]! * duration;
  }
}
