export type GroundCostName = 'squared-euclidean' | 'euclidean';

/** Rows of points, flat [n, d]. */
export type Points = Float32Array | Float64Array;

/** The cost matrix [n, m] of a transport problem, row by row, whether it is stored or computed when asked for. */
export interface CostRows {
  readonly n: number;
  readonly m: number;
  /** Row i lies in `values` from the returned offset on, until the next call. */
  row(i: number): number;
  readonly values: Float64Array;
  at(i: number, j: number): number;
  /** Reports every pair with c_ij < u_i + v_j − tolerance, as (i, j, c_ij); `poll` is called now and then. */
  price(
    u: Float64Array,
    v: Float64Array,
    tolerance: number,
    report: (i: number, j: number, c: number) => void,
    poll?: () => void,
  ): void;
}

/** A stored matrix, flat row-major [n, m]. */
export function matrixCost(values: Float64Array, n: number, m: number): CostRows {
  return {
    n,
    m,
    values,
    row: (i) => i * m,
    at: (i, j) => values[i * m + j]!,
    price(u, v, tolerance, report, poll) {
      for (let i = 0; i < n; i++) {
        if ((i & 255) === 255) poll?.();
        const row = i * m;
        const budget = u[i]! - tolerance;
        for (let j = 0; j < m; j++) {
          const c = values[row + j]!;
          if (c < budget + v[j]!) report(i, j, c);
        }
      }
    },
  };
}

/** Writes rows (all m, or those that `index` names) as columns: out [d, m]. */
export function transpose(
  points: Points,
  index: Int32Array | undefined,
  m: number,
  d: number,
  out: Float64Array,
): void {
  for (let j = 0; j < m; j++) {
    const from = (index ? index[j]! : j) * d;
    for (let k = 0; k < d; k++) out[k * m + j] = points[from + k]!;
  }
}

/**
 * ‖x − y_j‖² for all j, four dimensions a sweep.
 * @param x the point begins at xAt
 * @param y columns [d, m]
 * @param out written from outAt on, [m]
 */
export function squaredDistances(
  x: Points,
  xAt: number,
  y: Float64Array,
  m: number,
  d: number,
  out: Float64Array,
  outAt: number,
): void {
  let k = d & 3;
  if (k === 0) out.fill(0, outAt, outAt + m);
  else {
    const x0 = x[xAt]!;
    const x1 = k > 1 ? x[xAt + 1]! : 0;
    const x2 = k > 2 ? x[xAt + 2]! : 0;
    if (k === 1) {
      for (let j = 0; j < m; j++) {
        const a = y[j]! - x0;
        out[outAt + j] = a * a;
      }
    } else if (k === 2) {
      for (let j = 0; j < m; j++) {
        const a = y[j]! - x0;
        const b = y[m + j]! - x1;
        out[outAt + j] = a * a + b * b;
      }
    } else {
      for (let j = 0; j < m; j++) {
        const a = y[j]! - x0;
        const b = y[m + j]! - x1;
        const c = y[2 * m + j]! - x2;
        out[outAt + j] = a * a + b * b + c * c;
      }
    }
  }
  for (; k < d; k += 4) {
    const x0 = x[xAt + k]!;
    const x1 = x[xAt + k + 1]!;
    const x2 = x[xAt + k + 2]!;
    const x3 = x[xAt + k + 3]!;
    const y0 = k * m;
    const y1 = y0 + m;
    const y2 = y1 + m;
    const y3 = y2 + m;
    for (let j = 0; j < m; j++) {
      const a = y[y0 + j]! - x0;
      const b = y[y1 + j]! - x1;
      const c = y[y2 + j]! - x2;
      const e = y[y3 + j]! - x3;
      out[outAt + j]! += a * a + b * b + (c * c + e * e);
    }
  }
}
