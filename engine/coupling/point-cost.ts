import type { CostRows, GroundCostName, Points } from './ground-cost.ts';
import { squaredDistances, transpose } from './ground-cost.ts';

/** Up to this many pairs (1 GB) the costs are kept in float32 to find the pairs that deserve an exact look. */
const keptPairs = 2 ** 28;

/**
 * Costs of points, float64 by differences (the expanded square cancels). What `row`, `at` and `price` report is exact;
 * a float32 copy of the matrix only tells `price` where to look. It takes 4·n·m bytes, and is left out above 1 GB.
 * @param x flat [n, d]
 * @param y flat [m, d]
 * @param keepCopy whether to make that copy. Default: true
 */
export function pointCost(
  x: Points,
  n: number,
  y: Points,
  m: number,
  d: number,
  cost: GroundCostName,
  keepCopy = true,
): CostRows {
  const values = new Float64Array(m);
  const to = new Float64Array(m * d);
  transpose(y, undefined, m, d, to);
  const root = cost === 'euclidean';
  const kept = keepCopy && n * m <= keptPairs ? new Float32Array(n * m) : undefined;
  const isKept = new Uint8Array(n);
  let largest = 0;

  function row(i: number): number {
    squaredDistances(x, i * d, to, m, d, values, 0);
    if (root) for (let j = 0; j < m; j++) values[j] = Math.sqrt(values[j]!);
    if (kept && isKept[i] === 0) keep(kept, i);
    return 0;
  }

  function keep(all: Float32Array, i: number): void {
    isKept[i] = 1;
    const from = i * m;
    for (let j = 0; j < m; j++) {
      all[from + j] = values[j]!;
      if (values[j]! > largest) largest = values[j]!;
    }
  }

  function at(i: number, j: number): number {
    let sum = 0;
    for (let k = 0; k < d; k++) {
      const difference = to[k * m + j]! - x[i * d + k]!;
      sum += difference * difference;
    }
    return root ? Math.sqrt(sum) : sum;
  }

  return {
    n,
    m,
    values,
    row,
    at,
    price(u, v, tolerance, report, poll) {
      for (let i = 0; i < n; i++) {
        if ((i & 255) === 255) poll?.();
        const budget = u[i]! - tolerance;
        // float32 rounds by at most 2⁻²⁴ of the value
        if (kept && isKept[i] === 1) scan(kept, i, v, budget, largest * 2 ** -23, report);
        else {
          row(i);
          for (let j = 0; j < m; j++) if (values[j]! < budget + v[j]!) report(i, j, values[j]!);
        }
      }
    },
  };

  /** The pairs that the rounded costs leave in doubt are looked at exactly. */
  function scan(
    all: Float32Array,
    i: number,
    v: Float64Array,
    budget: number,
    slack: number,
    report: (i: number, j: number, c: number) => void,
  ): void {
    const from = i * m;
    const loose = budget + slack;
    for (let j = 0; j < m; j++) {
      if (all[from + j]! >= loose + v[j]!) continue;
      const c = at(i, j);
      if (c < budget + v[j]!) report(i, j, c);
    }
  }
}
