import type { MetricForm } from '../path-metric.ts';
import type { Tensor, Tf } from './core.ts';

/** A metric with its cells or centres as a tensor; it lives as long as the tidy that it is made in. */
export interface TensorMetric {
  /** cells or centres that each row is compared with */
  readonly count: number;
  /** energy of velocities u at points x, both [rows, d]: [rows] */
  energy(x: Tensor, u: Tensor): Tensor;
}

/** The metric as it is now: LAND with the samples drawn last. */
export function tensorMetric(tf: Tf, form: MetricForm, dims: number): TensorMetric {
  return form.kind === 'land' ? land(tf, form, dims) : rbf(tf, form);
}

// M_d = (Σ_n w_n (x_n,d − x_d)² + ρ)^−α with w_n = exp(−‖x_n − x‖²/2σ²)
function land(tf: Tf, form: Extract<MetricForm, { kind: 'land' }>, dims: number): TensorMetric {
  const { bandwidth, rho, power } = form;
  const { points, rows } = form.samples();
  const cells = byDimension(tf, points, dims, rows.length, (n) => rows[n]!);
  return {
    count: rows.length,
    energy(x, u) {
      const squares = squaredDifferences(tf, x, cells);
      const weights = tf.exp(tf.mul(tf.sum(squares, 0), -0.5 / bandwidth ** 2));
      const variance = tf.add(tf.sum(tf.mul(squares, weights), 2), rho);
      return tf.sum(tf.mul(tf.square(tf.transpose(u)), tf.pow(variance, -power)), 0);
    },
  };
}

// M = (Σ_k W_k exp(−λ_k/2 ‖x − c_k‖²) + ε)^−α, the same in every dimension
function rbf(tf: Tf, form: Extract<MetricForm, { kind: 'rbf' }>): TensorMetric {
  const { dims, centers, lambda, weights, epsilon, power } = form;
  const count = lambda.length;
  const places = byDimension(tf, centers, dims, count, (k) => k);
  const exponents = tf.tensor1d(Float32Array.from(lambda, (each) => -0.5 * each));
  const shares = tf.tensor1d(Float32Array.from(weights));
  return {
    count,
    energy(x, u) {
      const distances = tf.sum(squaredDifferences(tf, x, places), 0);
      const density = tf.sum(tf.mul(shares, tf.exp(tf.mul(exponents, distances))), 1);
      return tf.mul(tf.sum(tf.square(u), 1), tf.pow(tf.add(density, epsilon), -power));
    },
  };
}

/** (x_n,d − x_i,d)² [d, rows, n]: by differences, since expanded squares cancel in float32. */
function squaredDifferences(tf: Tf, x: Tensor, places: Tensor): Tensor {
  return tf.square(tf.sub(places, tf.expandDims(tf.transpose(x), 2)));
}

/** Rows of `points` as [d, 1, n]: sums over dimensions and over cells both run along long rows. */
function byDimension(
  tf: Tf,
  points: ArrayLike<number>,
  dims: number,
  count: number,
  rowOf: (n: number) => number,
): Tensor {
  const turned = new Float32Array(dims * count);
  for (let n = 0; n < count; n++)
    for (let d = 0; d < dims; d++) turned[d * count + n] = points[rowOf(n) * dims + d]!;
  return tf.tensor3d(turned, [dims, 1, count]);
}
