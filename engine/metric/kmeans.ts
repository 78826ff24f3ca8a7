import { checkPoints } from '../coupling/check-points.ts';
import type { Points } from '../coupling/ground-cost.ts';
import { InputError } from '../errors.ts';
import type { RandomStream } from '../random.ts';
import { seedCenters } from './kmeans-seeding.ts';
import { lloyd } from './lloyd.ts';

export interface KMeansOptions {
  /** how often to start anew; the least inertia is kept; default 3 */
  restarts?: number;
  /** Lloyd iterations of one start; default 300 */
  maxIterations?: number;
  /**
   * a start ends when the squared distance that all centres moved, summed, is at most this share of the points' mean
   * variance over dimensions; default 1e-4
   */
  tolerance?: number;
  /** asked once an iteration; true ends the work with CancelledError */
  shouldStop?: () => boolean;
}

export interface KMeansResult {
  /** how many clusters there are: as many as asked for, or as there are different points where those are fewer */
  k: number;
  /** flat [k, d] */
  centers: Float64Array;
  /** the nearest centre of each point, [n] */
  labels: Int32Array;
  /** points of each cluster, at least 1, [k] */
  sizes: Int32Array;
  /** Σ_i ‖x_i − c_label(i)‖² */
  inertia: number;
  /** of the start that was kept */
  iterations: number;
  /** false where `maxIterations` ended it */
  converged: boolean;
}

/**
 * k-means: k centres that make the sum of squared distances to the nearest one small. Starts from k-means++ (Arthur
 * and Vassilvitskii 2007, the best of several candidates each), then Lloyd's iterations, with Elkan's bounds (ICML
 * 2003) to leave out distances that cannot matter. A cluster that loses all its points gets the point that is farthest
 * from its centre. Memory: 4 n k bytes for the bounds.
 * @param points flat [n, d]
 * @param k ≥ 1; fewer clusters result where there are fewer different points
 * @param random the same stream gives the same bits
 * @throws InputError where the cloud is empty or holds NaN or infinity, or k < 1; CancelledError
 */
export function kMeans(
  points: Points,
  n: number,
  d: number,
  k: number,
  random: RandomStream,
  options: KMeansOptions = {},
): KMeansResult {
  checkPoints(points, n, d, 'of k-means');
  const { restarts = 3 } = options;
  if (!Number.isInteger(k) || k < 1 || restarts < 1) {
    throw new InputError(`k-means cannot make ${k} clusters in ${restarts} starts.`, {
      expected: 'a whole number of clusters and starts, at least 1 of each',
    });
  }
  const x = Float64Array.from(points);
  const least = (options.tolerance ?? 1e-4) * meanVariance(x, n, d);
  let best: KMeansResult | undefined;
  for (let start = 0; start < restarts; start++) {
    const found = lloyd(x, n, d, seedCenters(x, n, d, k, random), least, options);
    if (best === undefined || found.inertia < best.inertia) best = found;
  }
  return best!;
}

function meanVariance(x: Float64Array, n: number, d: number): number {
  let total = 0;
  for (let j = 0; j < d; j++) {
    let mean = 0;
    for (let i = 0; i < n; i++) mean += x[i * d + j]! / n;
    for (let i = 0; i < n; i++) total += (x[i * d + j]! - mean) ** 2;
  }
  return total / (n * d);
}
