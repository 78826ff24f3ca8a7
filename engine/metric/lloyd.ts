import { CancelledError } from '../errors.ts';
import type { KMeansOptions, KMeansResult } from './kmeans.ts';
import { squaredDistance } from './kmeans-seeding.ts';

/**
 * Lloyd's iterations from the centres given: label each point with its nearest centre, move each centre to the mean of
 * its points, again. A centre without points goes to the point that is farthest from its own.
 * @param x flat [n, d]
 * @param centers flat [k, d], overwritten
 * @param least ends when the squared distance that all centres moved, summed, is at most this
 */
export function lloyd(
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
    assignment.update(centers);
    iterations++;
    moveCenters(x, n, d, labels, centers, moved);
    assignment.follow(moved);
    const shift = moved.reduce((sum, distance) => sum + distance ** 2, 0);
    // labels that stay give the same centres to the bit, hence a shift of 0
    converged = shift <= least;
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
    update(centers: Float64Array): void {
      betweenCenters(centers);
      for (let i = 0; i < n; i++) {
        let own = labels[i]!;
        let bound = upper[i]!;
        if (bound <= nearestHalf[own]!) continue;
        let exact = false;
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
      }
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
