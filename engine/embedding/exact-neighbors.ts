import type { NeighborLists } from './neighbor-lists.ts';

const TILE = 64;

/** Offers every pair to the lists: tiles of dot products, ‖a‖² + ‖b‖² − 2 a·b. O(n² d). */
export function offerAllPairs(
  points: Float32Array,
  n: number,
  d: number,
  lists: NeighborLists,
  tick: (done: number, total: number) => void,
): void {
  const norms = new Float64Array(n);
  for (let i = 0; i < n; i++) for (let c = 0; c < d; c++) norms[i] += points[i * d + c]! ** 2;
  const out = new Float64Array(TILE);
  for (let i0 = 0; i0 < n; i0 += TILE) {
    tick(i0, n);
    for (let j0 = i0; j0 < n; j0 += TILE) {
      const j1 = Math.min(n, j0 + TILE);
      for (let i = i0; i < Math.min(n, i0 + TILE); i++) {
        const from = Math.max(j0, i + 1);
        dots(points, d, i, from, j1, out);
        for (let j = from; j < j1; j++) {
          const square = norms[i]! + norms[j]! - 2 * out[j - from]!;
          if (square < lists.bound(i)) lists.offer(i, j, square);
          if (square < lists.bound(j)) lists.offer(j, i, square);
        }
      }
    }
  }
}

function dots(x: Float32Array, d: number, i: number, from: number, to: number, out: Float64Array): void {
  const a = i * d;
  let j = from;
  for (; j + 3 < to; j += 4) {
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    const b = j * d;
    for (let c = 0; c < d; c++) {
      const v = x[a + c]!;
      s0 += v * x[b + c]!;
      s1 += v * x[b + d + c]!;
      s2 += v * x[b + 2 * d + c]!;
      s3 += v * x[b + 3 * d + c]!;
    }
    out[j - from] = s0;
    out[j - from + 1] = s1;
    out[j - from + 2] = s2;
    out[j - from + 3] = s3;
  }
  for (; j < to; j++) {
    let s = 0;
    for (let c = 0; c < d; c++) s += x[a + c]! * x[j * d + c]!;
    out[j - from] = s;
  }
}
