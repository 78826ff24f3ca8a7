/**
 * An order of points in which neighbours follow each other: recursive median splits along the widest side of the
 * bounding box (the leaves of a k-d tree, left to right), down to `leaf` points.
 * @param points [n, d]
 * @returns a permutation of 0 … n − 1
 */
export function spatialOrder(points: ArrayLike<number>, n: number, d: number, leaf = 16): Int32Array {
  const order = Int32Array.from({ length: n }, (_, i) => i);
  split(points, d, order, 0, n, leaf);
  return order;
}

function split(
  points: ArrayLike<number>,
  d: number,
  order: Int32Array,
  from: number,
  to: number,
  leaf: number,
): void {
  if (to - from <= leaf) return;
  const axis = widestAxis(points, d, order, from, to);
  const middle = (from + to) >> 1;
  partition(points, d, axis, order, from, to, middle);
  split(points, d, order, from, middle, leaf);
  split(points, d, order, middle, to, leaf);
}

function widestAxis(
  points: ArrayLike<number>,
  d: number,
  order: Int32Array,
  from: number,
  to: number,
): number {
  let axis = 0;
  let widest = -1;
  for (let k = 0; k < d; k++) {
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (let i = from; i < to; i++) {
      const value = points[order[i]! * d + k]!;
      if (value < low) low = value;
      if (value > high) high = value;
    }
    if (high - low > widest) {
      widest = high - low;
      axis = k;
    }
  }
  return axis;
}

/** Hoare's quickselect: afterwards order[from … middle) ≤ order[middle … to) along the axis. */
function partition(
  points: ArrayLike<number>,
  d: number,
  axis: number,
  order: Int32Array,
  from: number,
  to: number,
  middle: number,
): void {
  let low = from;
  let high = to - 1;
  while (low < high) {
    const pivot = points[order[(low + high) >> 1]! * d + axis]!;
    let i = low;
    let j = high;
    while (i <= j) {
      while (points[order[i]! * d + axis]! < pivot) i++;
      while (points[order[j]! * d + axis]! > pivot) j--;
      if (i <= j) {
        const swap = order[i]!;
        order[i] = order[j]!;
        order[j] = swap;
        i++;
        j--;
      }
    }
    if (middle <= j) high = j;
    else if (middle >= i) low = i;
    else return;
  }
}
