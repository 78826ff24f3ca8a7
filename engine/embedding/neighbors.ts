import { CancelledError, InputError } from '../errors.ts';
import { randomStream } from '../random.ts';
import { offerAllPairs } from './exact-neighbors.ts';
import { NeighborLists } from './neighbor-lists.ts';
import { descend } from './nn-descent.ts';

export interface NeighborOptions {
  /** default 0; the exact method draws nothing */
  seed?: number;
  /** `auto`, the default: exact up to 10,000 points, approximate above */
  method?: 'auto' | 'exact' | 'approximate';
  /** asked often; true ends the work with CancelledError */
  shouldStop?(): boolean;
  onProgress?(done: number, total: number): void;
}

export interface Neighbors {
  k: number;
  /** nearest first, without the point itself, flat [n, k] */
  indices: Int32Array;
  /** Euclidean, flat [n, k] */
  distances: Float32Array;
  method: 'exact' | 'approximate';
}

const MOST_EXACT = 10_000;

/**
 * The k nearest neighbours of each point. Exact: O(n² d). Approximate: random-projection forest and NN-descent; the
 * same seed gives the same result.
 * @param points flat [n, d], finite
 * @param k 1 … n − 1
 * @throws InputError where sizes do not fit or a coordinate is not finite; CancelledError
 */
export function nearestNeighbors(
  points: Float32Array,
  n: number,
  d: number,
  k: number,
  options: NeighborOptions = {},
): Neighbors {
  check(points, n, d, k);
  const tick = (done: number, total: number) => {
    if (options.shouldStop?.()) throw new CancelledError();
    options.onProgress?.(done, total);
  };
  const chosen = options.method ?? 'auto';
  const method = chosen === 'auto' ? (n <= MOST_EXACT ? 'exact' : 'approximate') : chosen;
  if (method === 'exact') {
    const lists = new NeighborLists(n, k);
    offerAllPairs(points, n, d, lists, tick);
    return { ...finish(points, d, lists, k), method };
  }
  // longer lists than asked for: their ends carry the descent to what a list of k alone would miss
  const lists = new NeighborLists(n, Math.min(n - 1, Math.max(30, k)));
  const settings = { trees: 8, leafSize: 60, candidates: 30, rounds: 12, tolerance: 0.001 };
  descend(points, n, d, lists, settings, randomStream(options.seed ?? 0, 'neighbors'), tick);
  return { ...finish(points, d, lists, k), method };
}

function finish(points: Float32Array, d: number, lists: NeighborLists, k: number) {
  const { n } = lists;
  const indices = new Int32Array(n * k);
  const distances = new Float32Array(n * k);
  for (let i = 0; i < n; i++) {
    const nearest = Array.from(lists.ids.subarray(i * lists.k, i * lists.k + k), (j) => ({
      j,
      // by differences: dot products leave 1e-7 between equal points
      distance: Math.sqrt(squareBetween(points, d, i, j)),
    }));
    nearest.sort((a, b) => a.distance - b.distance || a.j - b.j);
    nearest.forEach(({ j, distance }, a) => {
      indices[i * k + a] = j;
      distances[i * k + a] = distance;
    });
  }
  return { k, indices, distances };
}

function squareBetween(points: Float32Array, d: number, i: number, j: number): number {
  let sum = 0;
  for (let c = 0; c < d; c++) sum += (points[i * d + c]! - points[j * d + c]!) ** 2;
  return sum;
}

function check(points: Float32Array, n: number, d: number, k: number): void {
  if (points.length !== n * d || d < 1) {
    throw new InputError('The points given to the neighbour search do not have the size that was said.', {
      expected: `${n} × ${d} values`,
      found: `${points.length} values`,
    });
  }
  if (!Number.isInteger(k) || k < 1 || k >= n) {
    throw new InputError(`${k} neighbours cannot be found among ${n} cells.`, {
      expected: n < 2 ? 'at least two cells' : `a whole number from 1 to ${n - 1}`,
      found: n < 2 ? `${n} cells` : String(k),
      action: n < 2 ? 'Give more cells.' : 'Ask for fewer neighbours.',
    });
  }
  const bad = points.findIndex((v) => !Number.isFinite(v));
  if (bad >= 0) {
    throw new InputError('The neighbour search needs finite coordinates.', {
      expected: 'numbers without NaN or infinity',
      found: `${points[bad]} at cell ${Math.floor(bad / d)}, coordinate ${bad % d}`,
      action: 'Remove these cells first.',
    });
  }
}
