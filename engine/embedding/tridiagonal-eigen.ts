/** All eigenpairs of a symmetric tridiagonal matrix, descending. */
export interface TridiagonalEigen {
  /** descending, [m] */
  values: Float64Array;
  /** row i is the vector of value i, flat [m, m] */
  vectors: Float64Array;
}

/**
 * QL with implicit shifts (Wilkinson and Reinsch, Handbook for Automatic Computation II, tql2). O(m³).
 * @param diagonal [m]; not changed
 * @param beside element i stands beside diagonal i and i + 1; [m] or longer than m − 1; not changed
 */
export function tridiagonalEigen(
  diagonal: ArrayLike<number>,
  beside: ArrayLike<number>,
  m: number,
): TridiagonalEigen {
  const d = Float64Array.from({ length: m }, (_, i) => diagonal[i]!);
  const e = Float64Array.from({ length: m }, (_, i) => (i < m - 1 ? beside[i]! : 0));
  const vectors = new Float64Array(m * m);
  for (let i = 0; i < m; i++) vectors[i * m + i] = 1;
  for (let l = 0; l < m; l++) {
    for (let end = smallAfter(d, e, l, m); end > l; end = smallAfter(d, e, l, m))
      sweep(d, e, vectors, l, end, m);
  }
  const order = Array.from(d.keys()).sort((a, b) => d[b]! - d[a]!);
  const sorted = new Float64Array(m * m);
  for (let i = 0; i < m; i++) sorted.set(vectors.subarray(order[i]! * m, (order[i]! + 1) * m), i * m);
  return { values: Float64Array.from(order, (i) => d[i]!), vectors: sorted };
}

function smallAfter(d: Float64Array, e: Float64Array, l: number, m: number): number {
  let end = l;
  while (end < m - 1 && Math.abs(e[end]!) > Number.EPSILON * (Math.abs(d[end]!) + Math.abs(d[end + 1]!)))
    end++;
  return end;
}

function sweep(
  d: Float64Array,
  e: Float64Array,
  vectors: Float64Array,
  l: number,
  end: number,
  m: number,
): void {
  let g = (d[l + 1]! - d[l]!) / (2 * e[l]!);
  let r = Math.hypot(g, 1);
  g = d[end]! - d[l]! + e[l]! / (g + (g < 0 ? -r : r));
  let s = 1;
  let c = 1;
  let p = 0;
  for (let i = end - 1; i >= l; i--) {
    const f = s * e[i]!;
    const b = c * e[i]!;
    r = Math.hypot(f, g);
    e[i + 1] = r;
    if (r === 0) {
      d[i + 1] = d[i + 1]! - p;
      e[end] = 0;
      return;
    }
    s = f / r;
    c = g / r;
    g = d[i + 1]! - p;
    r = (d[i]! - g) * s + 2 * c * b;
    p = s * r;
    d[i + 1] = g + p;
    g = c * r - b;
    rotate(vectors, i * m, (i + 1) * m, c, s, m);
  }
  d[l] = d[l]! - p;
  e[l] = g;
  e[end] = 0;
}

function rotate(vectors: Float64Array, low: number, high: number, c: number, s: number, m: number): void {
  for (let k = 0; k < m; k++) {
    const f = vectors[high + k]!;
    const g = vectors[low + k]!;
    vectors[high + k] = s * g + c * f;
    vectors[low + k] = c * g - s * f;
  }
}
