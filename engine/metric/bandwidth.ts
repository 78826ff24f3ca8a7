import { drawWithoutReplacement, type RandomStream } from '../random.ts';

/** How many cells are asked for their neighbours; the median of so many is steady to a few percent. */
const QUERIES = 500;

/**
 * The median distance of a cell to its neighbour of the given rank, a natural length of a cloud.
 * @param points [n, d]
 * @param rows the cloud's rows, at least two
 * @param rank 1 is the nearest other cell; at most as many as there are
 * @returns > 0; where duplicates make the median 0, the smallest positive distance to that rank, else 1
 */
export function neighborDistance(
  points: Float32Array,
  d: number,
  rows: Int32Array,
  rank: number,
  random: RandomStream,
): number {
  const k = Math.min(rank, rows.length - 1);
  const nearest = new Float64Array(k);
  const found: number[] = [];
  for (const query of drawWithoutReplacement(rows.length, QUERIES, random)) {
    nearest.fill(Number.POSITIVE_INFINITY);
    for (let i = 0; i < rows.length; i++) {
      if (i === query) continue;
      let square = 0;
      for (let j = 0; j < d; j++) square += (points[rows[i]! * d + j]! - points[rows[query]! * d + j]!) ** 2;
      if (square >= nearest[k - 1]!) continue;
      let at = k - 1;
      for (; at > 0 && nearest[at - 1]! > square; at--) nearest[at] = nearest[at - 1]!;
      nearest[at] = square;
    }
    found.push(Math.sqrt(nearest[k - 1]!));
  }
  found.sort((a, b) => a - b);
  return found[Math.floor(found.length / 2)]! || found.find((distance) => distance > 0) || 1;
}
