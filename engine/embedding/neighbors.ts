import { CancelledError, InputError } from '../errors.ts';
import { randomStream } from '../random.ts';
import { PointIndex } from './point-index.ts';

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
/** what `approximate` asks of the search, so that 0.98 holds on all data */
const RECALL = 0.99;
/** found beyond k, for those whose order float32 cannot tell, and the point itself */
const SPARE = 4;
/** cells between two questions whether to stop */
const BREATH = 4096;

/**
 * The k nearest neighbours of each point. Exact: O(n² d) at worst. Approximate: at least 98 % of the true neighbours,
 * the same for the same seed.
 * @param points flat [n, d], finite
 * @param k 1 … n − 1
 * @throws InputError where sizes do not fit or a coordinate is not finite; WorkError; CancelledError
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
  const random = randomStream(options.seed ?? 0, 'neighbors');
  const most = Math.min(n, k + SPARE);
  const index = new PointIndex(points, n, d, most, n, random, () => tick(0, n));
  const found = index.nearest(points, n, method === 'exact' ? 1 : RECALL, tick);
  return { ...finish(points, n, d, found, most, k, () => tick(n, n)), method };
}

/** The k nearest of what was found, without the point itself, by exact distance and then by number. */
function finish(
  points: Float32Array,
  n: number,
  d: number,
  found: Int32Array,
  most: number,
  k: number,
  tick: () => void,
) {
  const indices = new Int32Array(n * k);
  const distances = new Float32Array(n * k);
  const ids = new Int32Array(most);
  const squares = new Float64Array(most);
  for (let i = 0; i < n; i++) {
    if (i % BREATH === 0) tick();
    let count = 0;
    for (let a = i * most; a < (i + 1) * most; a++) {
      const j = found[a]!;
      if (j === i || j < 0) continue;
      const square = squareBetween(points, d, i, j);
      let at = count++;
      for (
        ;
        at > 0 && (squares[at - 1]! > square || (squares[at - 1]! === square && ids[at - 1]! > j));
        at--
      ) {
        ids[at] = ids[at - 1]!;
        squares[at] = squares[at - 1]!;
      }
      ids[at] = j;
      squares[at] = square;
    }
    for (let a = 0; a < k; a++) {
      indices[i * k + a] = ids[a]!;
      distances[i * k + a] = Math.sqrt(squares[a]!);
    }
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
  for (let bad = 0; bad < points.length; bad++) {
    if (Number.isFinite(points[bad]!)) continue;
    throw new InputError('The neighbour search needs finite coordinates.', {
      expected: 'numbers without NaN or infinity',
      found: `${points[bad]} at cell ${Math.floor(bad / d)}, coordinate ${bad % d}`,
      action: 'Remove these cells first.',
    });
  }
}
