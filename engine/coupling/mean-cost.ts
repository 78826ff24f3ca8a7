import type { Points } from './ground-cost.ts';

/**
 * The mean of ‖x_i − y_j‖² over all pairs, from means and variances: O((n + m) d).
 * @param x flat [n, d]
 * @param y flat [m, d]
 */
export function meanSquaredDistance(x: Points, n: number, y: Points, m: number, d: number): number {
  let total = 0;
  for (let k = 0; k < d; k++) {
    const [a, b] = [moments(x, n, d, k), moments(y, m, d, k)];
    total += a.variance + b.variance + (a.mean - b.mean) ** 2;
  }
  return total;
}

function moments(x: Points, n: number, d: number, k: number): { mean: number; variance: number } {
  let mean = 0;
  for (let i = 0; i < n; i++) mean += x[i * d + k]! / n;
  let variance = 0;
  for (let i = 0; i < n; i++) variance += (x[i * d + k]! - mean) ** 2 / n;
  return { mean, variance };
}
