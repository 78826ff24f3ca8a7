import type { RandomStream } from '../random.ts';

/**
 * One random-projection tree: the points are split by the plane midway between two of them until at most `leafSize`
 * are left (Dasgupta and Freund, 2008). Calls `visit` with the points of each leaf.
 * @param points flat [n, d]
 */
export function projectionTree(
  points: Float32Array,
  n: number,
  d: number,
  leafSize: number,
  random: RandomStream,
  visit: (leaf: Int32Array) => void,
): void {
  const order = Int32Array.from({ length: n }, (_, i) => i);
  const stack: [number, number][] = [[0, n]];
  for (let range = stack.pop(); range !== undefined; range = stack.pop()) {
    const [start, stop] = range;
    if (stop - start <= leafSize) {
      visit(order.subarray(start, stop));
      continue;
    }
    const middle = split(points, d, order, start, stop, random);
    stack.push([start, middle], [middle, stop]);
  }
}

function split(
  points: Float32Array,
  d: number,
  order: Int32Array,
  start: number,
  stop: number,
  random: RandomStream,
): number {
  const first = random.integer(stop - start);
  const second = (first + 1 + random.integer(stop - start - 1)) % (stop - start);
  const a = order[start + first]! * d;
  const b = order[start + second]! * d;
  const normal = new Float64Array(d);
  let offset = 0;
  for (let c = 0; c < d; c++) {
    normal[c] = points[a + c]! - points[b + c]!;
    offset += (normal[c]! * (points[a + c]! + points[b + c]!)) / 2;
  }
  let low = start;
  let high = stop;
  while (low < high) {
    const i = order[low]!;
    let side = -offset;
    for (let c = 0; c < d; c++) side += normal[c]! * points[i * d + c]!;
    if (side > 0) low++;
    else {
      order[low] = order[--high]!;
      order[high] = i;
    }
  }
  // equal points: no plane divides them, any half does
  return low === start || low === stop ? (start + stop) >> 1 : low;
}
