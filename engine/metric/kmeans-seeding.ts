import type { RandomStream } from '../random.ts';

/**
 * k-means++ (Arthur and Vassilvitskii, SODA 2007): each next centre is a point drawn with a probability proportional to
 * its squared distance to the nearest centre so far; of 2 + ⌊ln k⌋ points so drawn, the one that lowers the sum of those
 * distances most is taken.
 * @param x flat [n, d]
 * @returns flat [at most k, d]; fewer where no point is left that is not a centre already
 */
export function seedCenters(
  x: Float64Array,
  n: number,
  d: number,
  k: number,
  random: RandomStream,
): Float64Array {
  const candidates = 2 + Math.floor(Math.log(k));
  const centers: number[] = [random.integer(n)];
  // squared distance to the nearest centre
  const nearest = new Float64Array(n).fill(Number.POSITIVE_INFINITY);
  let best = new Float64Array(n);
  let trial = new Float64Array(n);
  let total = approach(x, n, d, centers[0]!, nearest, nearest);
  while (centers.length < k && total > 0) {
    let bestTotal = Number.POSITIVE_INFINITY;
    let bestPoint = 0;
    for (let candidate = 0; candidate < candidates; candidate++) {
      const point = drawByWeight(nearest, total, random);
      const trialTotal = approach(x, n, d, point, nearest, trial);
      if (trialTotal >= bestTotal) continue;
      bestTotal = trialTotal;
      bestPoint = point;
      [best, trial] = [trial, best];
    }
    nearest.set(best);
    total = bestTotal;
    centers.push(bestPoint);
  }
  const out = new Float64Array(centers.length * d);
  centers.forEach((point, c) => {
    out.set(x.subarray(point * d, (point + 1) * d), c * d);
  });
  return out;
}

/** out_i = min(nearest_i, ‖x_i − x_point‖²); returns their sum. `out` may be `nearest`. */
function approach(
  x: Float64Array,
  n: number,
  d: number,
  point: number,
  nearest: Float64Array,
  out: Float64Array,
): number {
  let total = 0;
  for (let i = 0; i < n; i++) {
    const value = Math.min(nearest[i]!, squaredDistance(x, i * d, x, point * d, d, nearest[i]!));
    out[i] = value;
    total += value;
  }
  return total;
}

/** An index with a probability proportional to its weight; never one of weight 0. */
function drawByWeight(weights: Float64Array, total: number, random: RandomStream): number {
  let left = random.uniform() * total;
  let last = 0;
  for (let i = 0; i < weights.length; i++) {
    if (weights[i]! <= 0) continue;
    last = i;
    left -= weights[i]!;
    if (left < 0) break;
  }
  return last;
}

/**
 * ‖a − b‖² of two rows that begin at aAt and bAt.
 * @param limit the sum may end early once it has reached this: then it is too small, but ≥ limit
 */
export function squaredDistance(
  a: Float64Array,
  aAt: number,
  b: Float64Array,
  bAt: number,
  d: number,
  limit = Number.POSITIVE_INFINITY,
): number {
  let sum = 0;
  let j = 0;
  for (; j + 4 <= d; j += 4) {
    const p = a[aAt + j]! - b[bAt + j]!;
    const q = a[aAt + j + 1]! - b[bAt + j + 1]!;
    const r = a[aAt + j + 2]! - b[bAt + j + 2]!;
    const s = a[aAt + j + 3]! - b[bAt + j + 3]!;
    sum += p * p + q * q + (r * r + s * s);
    if (sum >= limit) return sum;
  }
  for (; j < d; j++) {
    const p = a[aAt + j]! - b[bAt + j]!;
    sum += p * p;
  }
  return sum;
}
