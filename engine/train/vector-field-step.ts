import type { Vector } from '../compute/kernels.ts';
import { backward, forward, type Mlp } from '../nn/mlp.ts';

/** What the vector field is regressed on. */
export interface VectorFieldBatch {
  /** where, [rows, d]; noise added by the caller */
  x: Vector;
  /** the model's time, [rows] */
  t: Vector;
  /** the velocity there, [rows, d] */
  u: Vector;
  rows: number;
}

/** Mean over rows and dimensions of (v(x, t) − u)²; the field is a network of d + 1 inputs and d outputs. */
export function vectorFieldLoss(field: Mlp, batch: VectorFieldBatch): number {
  return squaredError(field, batch, null);
}

/**
 * The same loss; its gradient fills `field.gradient`.
 * @returns the loss
 */
export function vectorFieldGradient(field: Mlp, batch: VectorFieldBatch): number {
  if (field.outputGradient === null) throw new Error('this field was made without room for training');
  const loss = squaredError(field, batch, field.outputGradient);
  backward(field, batch.rows);
  return loss;
}

/** Fills the input of a field with rows (x, t), [rows, d + 1]. */
export function fillFieldInput(input: Vector, x: Vector, t: Vector, rows: number, dims: number): void {
  let o = 0;
  for (let i = 0; i < rows; i++) {
    for (let j = i * dims; j < (i + 1) * dims; j++) input[o++] = x[j]!;
    input[o++] = t[i]!;
  }
}

function squaredError(field: Mlp, batch: VectorFieldBatch, gradient: Vector | null): number {
  const { x, t, u, rows } = batch;
  const { output } = field;
  const count = rows * field.sizes.at(-1)!;
  fillFieldInput(field.input, x, t, rows, field.sizes.at(-1)!);
  forward(field, rows);
  let sum = 0;
  for (let j = 0; j < count; j++) {
    const residual = output[j]! - u[j]!;
    sum += residual * residual;
    if (gradient) gradient[j] = (2 * residual) / count;
  }
  return sum / count;
}
