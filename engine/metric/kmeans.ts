import { checkPoints } from '../coupling/check-points.ts';
import type { Points } from '../coupling/ground-cost.ts';
import { CancelledError, InputError } from '../errors.ts';
import type { RandomStream } from '../random.ts';
import { seedCenters, squaredDistance } from './kmeans-seeding.ts';

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

function lloyd(
  x: Float64Array,
  n: number,
  d: number,
  centers: Float64Array,
  least: number,
  { maxIterations = 300, shouldStop }: KMeansOptions,
): KMeansResult {
  const k = centers.length / d;
  const assignment = createAssignment(x, n, d, k);
  const { labels } = assignment;
  const moved = new Float64Array(k);
  let iterations = 0;
  let converged = false;
  while (!converged && iterations < maxIterations) {
    if (shouldStop?.()) throw new CancelledError();
    const changed = assignment.update(centers);
    iterations++;
    moveCenters(x, n, d, labels, centers, moved);
    assignment.follow(moved);
    const shift = moved.reduce((sum, distance) => sum + distance ** 2, 0);
    converged = changed === 0 || shift <= least;
  }
  return { ...measure(x, n, d, centers, labels), iterations, converged };
}

/**
 * Which centre is nearest, kept up to date while the centres move: an upper bound of each point's distance to its own
 * centre and a lower bound of that to every other.
 */
function createAssignment(x: Float64Array, n: number, d: number, k: number) {
  const labels = new Int32Array(n);
  const upper = new Float64Array(n).fill(Number.POSITIVE_INFINITY);
  const lower = new Float32Array(n * k);
  const half = new Float64Array(k * k);
  const nearestHalf = new Float64Array(k);

  function betweenCenters(centers: Float64Array): void {
    nearestHalf.fill(Number.POSITIVE_INFINITY);
    for (let a = 0; a < k; a++) {
      for (let b = 0; b < a; b++) {
        const distance = Math.sqrt(squaredDistance(centers, a * d, centers, b * d, d)) / 2;
        half[a * k + b] = distance;
        half[b * k + a] = distance;
        if (distance < nearestHalf[a]!) nearestHalf[a] = distance;
        if (distance < nearestHalf[b]!) nearestHalf[b] = distance;
      }
    }
  }

  return {
    labels,
    /** Relabels; returns how many labels changed. */
    update(centers: Float64Array): number {
      betweenCenters(centers);
      let changed = 0;
      for (let i = 0; i < n; i++) {
        let own = labels[i]!;
        let bound = upper[i]!;
        if (bound <= nearestHalf[own]!) continue;
        let exact = false;
        const before = own;
        for (let c = 0; c < k; c++) {
          if (c === own || bound <= lower[i * k + c]! || bound <= half[own * k + c]!) continue;
          if (!exact) {
            bound = Math.sqrt(squaredDistance(x, i * d, centers, own * d, d));
            lower[i * k + own] = bound;
            exact = true;
            if (bound <= lower[i * k + c]! || bound <= half[own * k + c]!) continue;
          }
          const distance = Math.sqrt(squaredDistance(x, i * d, centers, c * d, d));
          lower[i * k + c] = distance;
          if (distance < bound) {
            bound = distance;
            own = c;
          }
        }
        upper[i] = bound;
        labels[i] = own;
        if (own !== before) changed++;
      }
      return changed;
    },
    /** Loosens the bounds by how far the centres moved. */
    follow(moved: Float64Array): void {
      for (let i = 0; i < n; i++) {
        upper[i]! += moved[labels[i]!]!;
        for (let c = 0; c < k; c++) lower[i * k + c]! -= moved[c]!;
      }
    },
  };
}

/** Puts each centre at the mean of its points, in place; `moved` takes the distances, [k]. */
function moveCenters(
  x: Float64Array,
  n: number,
  d: number,
  labels: Int32Array,
  centers: Float64Array,
  moved: Float64Array,
): void {
  const k = moved.length;
  const next = new Float64Array(k * d);
  const sizes = new Int32Array(k);
  for (let i = 0; i < n; i++) {
    const c = labels[i]!;
    sizes[c]!++;
    for (let j = 0; j < d; j++) next[c * d + j]! += x[i * d + j]!;
  }
  for (let c = 0; c < k; c++) for (let j = 0; j < d; j++) next[c * d + j]! /= sizes[c]!;
  if (sizes.includes(0)) {
    const farthest = farthestFirst(x, n, d, labels, centers);
    let taken = 0;
    for (let c = 0; c < k; c++) {
      if (sizes[c]! > 0) continue;
      const i = farthest[taken++]!;
      next.set(x.subarray(i * d, (i + 1) * d), c * d);
    }
  }
  for (let c = 0; c < k; c++) moved[c] = Math.sqrt(squaredDistance(next, c * d, centers, c * d, d));
  centers.set(next);
}

function farthestFirst(
  x: Float64Array,
  n: number,
  d: number,
  labels: Int32Array,
  centers: Float64Array,
): Int32Array {
  const distance = Float64Array.from(labels, (c, i) => squaredDistance(x, i * d, centers, c * d, d));
  return Int32Array.from({ length: n }, (_, i) => i).sort((a, b) => distance[b]! - distance[a]! || a - b);
}

/** Exact labels for the final centres, without those that are nobody's nearest, and the sums. */
function measure(x: Float64Array, n: number, d: number, centers: Float64Array, labels: Int32Array) {
  const k = centers.length / d;
  const sizes = new Int32Array(k);
  let inertia = 0;
  for (let i = 0; i < n; i++) {
    let nearest = labels[i]!;
    let least = squaredDistance(x, i * d, centers, nearest * d, d);
    for (let c = 0; c < k; c++) {
      const square = squaredDistance(x, i * d, centers, c * d, d);
      if (square < least) {
        least = square;
        nearest = c;
      }
    }
    labels[i] = nearest;
    sizes[nearest]!++;
    inertia += least;
  }
  const kept = Int32Array.from({ length: k }, (_, c) => c).filter((c) => sizes[c]! > 0);
  const newLabel = new Int32Array(k);
  kept.forEach((c, at) => {
    newLabel[c] = at;
    centers.copyWithin(at * d, c * d, (c + 1) * d);
  });
  return {
    k: kept.length,
    centers: centers.slice(0, kept.length * d),
    labels: labels.map((c) => newLabel[c]!),
    sizes: sizes.filter((size) => size > 0),
    inertia,
  };
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
