import type { Vector } from '../compute/kernels.ts';

/** Where a metric writes its gradients, both [rows, dims]; filled, not added to. */
export interface EnergyGradient {
  /** dE_i/dx_i */
  x: Vector;
  /** dE_i/du_i = 2 u_i M(x_i) */
  u: Vector;
}

/**
 * A diagonal Riemannian metric G(x) = diag(M_1(x), …, M_d(x)), through the energy of velocities.
 * Arrays come from the kernels that the metric was made with.
 */
export interface Metric {
  readonly dims: number;
  /**
   * energy[i] = Σ_d u[i,d]² M_d(x_i) for the first `rows` rows.
   * @param x points [rows, dims]
   * @param u velocities [rows, dims]
   * @param energy [rows], filled
   * @param gradient filled where given; without it only the energy is worked out
   */
  energy(x: Vector, u: Vector, rows: number, energy: Vector, gradient?: EnergyGradient): void;
}
