import { expOrZero } from '../compute/exp-table.ts';
import type { CostRows } from './ground-cost.ts';

/**
 * The kernel exp((φ_i + γ_j − c_ij) / ε) of a scaling iteration in float32, by rows. The stabilisers γ are the column
 * potentials of the last `rebuild`, φ_i = min_j (c_ij − γ_j), so the largest entry of each row is 1. It is stored
 * while it takes no more than the room given (4·n·m bytes), else each row is computed anew.
 */
export interface ScalingKernel {
  readonly phi: Float64Array;
  readonly gamma: Float64Array;
  /** 1: all entries of the column are so small that float32 does not hold them well */
  readonly isFar: Uint8Array;
  /** how many are */
  readonly far: number;
  rebuild(cost: CostRows, g: Float64Array, epsilon: number, poll: () => void): void;
  /** Row i → `out` [m] */
  copyRow(i: number, out: Float32Array): void;
}

/** below exp of this float32 is near its smallest normal numbers, which are slow and inexact */
const LOWEST = -80;
/** a column whose largest entry is below this has lost some of its terms */
const FAR = Math.exp(-50);

/** @param storedBytes room for the stored kernel */
export function createScalingKernel(maxN: number, maxM: number, storedBytes: number): ScalingKernel {
  const phi = new Float64Array(maxN);
  const gamma = new Float64Array(maxM);
  const largest = new Float32Array(maxM);
  const isFar = new Uint8Array(maxM);
  const stored = 4 * maxN * maxM <= storedBytes;
  const values = new Float32Array(stored ? maxN * maxM : maxM);
  let far = 0;
  let source: CostRows | undefined;
  let inverse = 1;

  function fill(cost: CostRows, i: number, out: Float32Array, start: number, findPhi: boolean): void {
    const { m, values: c } = cost;
    const at = cost.row(i);
    if (findPhi) {
      let least = Number.POSITIVE_INFINITY;
      for (let j = 0; j < m; j++) {
        const value = c[at + j]! - gamma[j]!;
        if (value < least) least = value;
      }
      phi[i] = least;
    }
    const own = phi[i]!;
    for (let j = 0; j < m; j++) {
      const t = (own + gamma[j]! - c[at + j]!) * inverse;
      // the table ends at −37, and float32 reaches further
      out[start + j] = t > -37 ? expOrZero(t) : t > LOWEST ? Math.exp(t) : 0;
    }
  }

  return {
    phi,
    gamma,
    isFar,
    get far() {
      return far;
    },
    rebuild(cost, g, epsilon, poll) {
      const { n, m } = cost;
      source = cost;
      inverse = 1 / epsilon;
      gamma.set(g.subarray(0, m));
      largest.fill(0, 0, m);
      for (let i = 0; i < n; i++) {
        if ((i & 63) === 63) poll();
        const at = stored ? i * m : 0;
        fill(cost, i, values, at, true);
        for (let j = 0; j < m; j++) if (values[at + j]! > largest[j]!) largest[j] = values[at + j]!;
      }
      far = 0;
      for (let j = 0; j < m; j++) {
        isFar[j] = largest[j]! < FAR ? 1 : 0;
        far += isFar[j]!;
      }
    },
    copyRow(i, out) {
      const { m } = source!;
      if (stored) out.set(values.subarray(i * m, (i + 1) * m));
      else fill(source!, i, out, 0, false);
    },
  };
}
