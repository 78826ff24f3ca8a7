import type { Kernels, LandSamples, Vector } from '../compute/kernels.ts';
import { InputError } from '../errors.ts';
import type { Metric } from './metric.ts';

export interface LandOptions {
  dims: number;
  /** σ > 0, in units of the embedding */
  bandwidth: number;
  /** ρ > 0, the floor under the local variance */
  rho: number;
  /** α > 0; 1 and 2 are the fast ones */
  power: number;
  /** the most samples that `setSamples` takes */
  maxSamples: number;
}

export interface LandMetric extends Metric {
  readonly options: LandOptions;
  readonly samples: LandSamples;
  /**
   * Chooses the samples: rows `indices` of `points` [n, dims] (an array of the same kernels). Ask `spatialOrder` for
   * an order of the points in which neighbours follow each other, and keep the indices sorted: whole blocks of
   * samples are then skipped. The values do not depend on the order, beyond rounding.
   */
  setSamples(points: Vector, indices: ArrayLike<number>): void;
}

/**
 * LAND (Arvanitidis et al. 2016): M_d(x) = (Σ_n w_n(x) (x_{n,d} − x_d)² + ρ)^−α,
 * w_n(x) = exp(−‖x_n − x‖² / 2σ²), a sum over the samples, not a mean.
 * @throws InputError where float32 cannot hold the slope of the metric far from all samples, α ρ^−(α+1)
 */
export function createLand(kernels: Kernels, options: LandOptions): LandMetric {
  const { dims, bandwidth, rho, power, maxSamples } = options;
  if (!(power * rho ** -(power + 1) < 1e30)) {
    throw new InputError('This LAND metric is too steep for the arithmetic of the fit.', {
      option: '--rho',
      expected: 'ρ^−(α+1) below 1e30',
      found: `ρ ${rho} with α ${power}`,
      action: 'take a larger rho or a smaller metricPower',
    });
  }
  const samples = kernels.allocateLandSamples(dims, maxSamples);
  const cutoff = landCutoff(maxSamples, bandwidth, rho);
  const shape = { bandwidth, rho, power, cutoff };
  return {
    dims,
    options,
    samples,
    setSamples(points, indices) {
      kernels.setLandSamples(samples, points, indices, indices.length);
    },
    energy(x, u, rows, energy, gradient) {
      kernels.landEnergy(samples, shape, x, u, rows, energy, gradient?.x ?? null, gradient?.u ?? null);
    },
  };
}

/**
 * The exponent c beyond which samples are left out: all of them together cannot change Σ w (x_n − x)² + ρ by more
 * than 1e-8 of ρ, which float32 cannot see: N·exp(−c)·2cσ² ≤ 1e-8·ρ. At most 60, where exp is cut off anyway.
 */
export function landCutoff(count: number, bandwidth: number, rho: number): number {
  const budget = (1e-8 * rho) / (count * 2 * bandwidth ** 2);
  let c = 1; // c·exp(−c) falls from there on
  while (c < 60 && c * Math.exp(-c) > budget) c += 0.25;
  return c;
}
