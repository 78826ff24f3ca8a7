import { expOrZero } from '../compute/exp-table.ts';
import type { Kernels } from '../compute/kernels.ts';
import { InputError } from '../errors.ts';
import type { Metric } from './metric.ts';

export interface RbfOptions {
  dims: number;
  /** c_k, flat [K, d] */
  centers: Float64Array;
  /** λ_k > 0, in 1 / units of the embedding squared, [K] */
  lambda: Float64Array;
  /** W_k ≥ 0, [K] */
  weights: Float64Array;
  /** ε > 0, the floor under the density */
  epsilon: number;
  /** α > 0 */
  power: number;
}

/**
 * w_k = exp(−λ_k/2 ‖x − c_k‖²) for every centre, 0 where it is below 1e-16.
 * @param point [d], in float64: an inner loop over one kind of array is twice as fast as over several
 * @param out [K], filled
 */
export function rbfActivations(
  { dims, centers, lambda }: Pick<RbfOptions, 'dims' | 'centers' | 'lambda'>,
  point: Float64Array,
  out: Float64Array,
): void {
  for (let k = 0; k < lambda.length; k++) {
    // differences, since an expanded square cancels
    let square = 0;
    for (let j = 0; j < dims; j++) {
      const difference = point[j]! - centers[k * dims + j]!;
      square += difference * difference;
    }
    out[k] = expOrZero(-0.5 * lambda[k]! * square);
  }
}

/** Rows that are worked on at a time. */
const CHUNK = 64;

/**
 * The RBF metric of Metric Flow Matching (arXiv 2405.14780): M(x) = (h(x) + ε)^−α in every dimension,
 * h(x) = Σ_k W_k exp(−λ_k/2 ‖x − c_k‖²). The density is the kernels', the rest is float64.
 * @throws InputError where float32 cannot hold the slope of the metric far from all centres, α ε^−(α+1)
 */
export function createRbf(kernels: Kernels, options: RbfOptions): Metric {
  const { dims, epsilon, power } = options;
  if (!(power * epsilon ** -(power + 1) < 1e30)) {
    throw new InputError('This RBF metric is too steep for the arithmetic of the fit.', {
      option: '--rho',
      expected: 'ε^−(α+1) below 1e30',
      found: `ε ${epsilon} with α ${power}`,
      action: 'take a larger rho or a smaller metricPower',
    });
  }
  const centers = kernels.allocateRbfCenters(dims, options.centers, options.lambda, options.weights);
  const density = kernels.allocate(CHUNK);
  const slope = kernels.allocate(CHUNK * dims);
  return {
    dims,
    energy(x, u, rows, energy, gradient) {
      for (let from = 0; from < rows; from += CHUNK) {
        const count = Math.min(CHUNK, rows - from);
        const part = x.subarray(from * dims, (from + count) * dims);
        kernels.rbfDensity(centers, part, count, density, gradient ? slope : null);
        for (let i = 0; i < count; i++) {
          const at = (from + i) * dims;
          const floored = density[i]! + epsilon;
          let speed = 0;
          for (let j = 0; j < dims; j++) speed += u[at + j]! * u[at + j]!;
          const metric = floored ** -power;
          energy[from + i] = speed * metric;
          if (!gradient) continue;
          const outer = (-power * metric * speed) / floored;
          for (let j = 0; j < dims; j++) {
            gradient.x[at + j] = outer * slope[i * dims + j]!;
            gradient.u[at + j] = 2 * u[at + j]! * metric;
          }
        }
      }
    },
  };
}
