/** Eigenpairs of a symmetric tridiagonal matrix. */
export interface TridiagonalEigen {
  /** descending, [m] */
  values: Float64Array;
  /** row i is the vector of value i, flat [m, m] */
  vectors: Float64Array;
}

/**
 * All of them: QL with implicit shifts (Wilkinson and Reinsch, Handbook for Automatic Computation II, tql2). O(m³).
 * @param diagonal [m]; not changed
 * @param beside element i stands beside diagonal i and i + 1; [m] or longer than m − 1; not changed
 */
export function tridiagonalEigen(
  diagonal: ArrayLike<number>,
  beside: ArrayLike<number>,
  m: number,
): TridiagonalEigen {
  const identity = new Float64Array(m * m);
  for (let i = 0; i < m; i++) identity[i * m + i] = 1;
  return solve(diagonal, beside, m, identity);
}

/** As `tridiagonalEigen`, but only the last element of each vector, [m]. O(m²). */
export function tridiagonalEnds(
  diagonal: ArrayLike<number>,
  beside: ArrayLike<number>,
  m: number,
): { values: Float64Array; ends: Float64Array } {
  const last = new Float64Array(m);
  last[m - 1] = 1;
  const { values, vectors } = solve(diagonal, beside, m, last);
  return { values, ends: vectors };
}

/** @param rotated some columns of the identity, [m, width]; used up */
function solve(
  diagonal: ArrayLike<number>,
  beside: ArrayLike<number>,
  m: number,
  rotated: Float64Array,
): TridiagonalEigen {
  const width = rotated.length / m;
  // of size 1, so that no square overflows
  let size = 0;
  for (let i = 0; i < m; i++)
    size = Math.max(size, Math.abs(diagonal[i]!), i < m - 1 ? Math.abs(beside[i]!) : 0);
  const unit = size || 1;
  const d = Float64Array.from({ length: m }, (_, i) => diagonal[i]! / unit);
  const e = Float64Array.from({ length: m }, (_, i) => (i < m - 1 ? beside[i]! / unit : 0));
  for (let l = 0; l < m; l++) {
    for (let end = smallAfter(d, e, l, m); end > l; end = smallAfter(d, e, l, m))
      sweep(d, e, rotated, l, end, width);
  }
  const order = Array.from(d.keys()).sort((a, b) => d[b]! - d[a]!);
  const vectors = new Float64Array(m * width);
  order.forEach((from, i) => {
    vectors.set(rotated.subarray(from * width, (from + 1) * width), i * width);
  });
  return { values: Float64Array.from(order, (i) => d[i]! * unit), vectors };
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
  rotated: Float64Array,
  l: number,
  end: number,
  width: number,
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
    r = Math.sqrt(f * f + g * g);
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
    rotate(rotated, i * width, c, s, width);
  }
  d[l] = d[l]! - p;
  e[l] = g;
  e[end] = 0;
}

function rotate(rotated: Float64Array, low: number, c: number, s: number, width: number): void {
  for (let k = low; k < low + width; k++) {
    const f = rotated[k + width]!;
    const g = rotated[k]!;
    rotated[k + width] = s * g + c * f;
    rotated[k] = c * g - s * f;
  }
}
