import { instantiateKernels } from './instantiate.ts';

/** One row of a kernel in float32 beside weights and sums of its columns in float64, by WASM SIMD. Sums have a fixed order. */
export interface ScalingRows {
  /** the row that is worked on, [m] */
  readonly row: Float32Array;
  /** of each column, [m] */
  readonly weights: Float64Array;
  readonly sums: Float64Array;
  /** Σ_j row_j · weights_j over the first m */
  weightedSum(m: number): number;
  /** sums_j += scale · row_j over the first m */
  addScaled(scale: number, m: number): void;
}

interface Exports {
  weightedSum(values: number, weights: number, m: number): number;
  addScaled(sums: number, scale: number, values: number, m: number): void;
}

let widest: ScalingRows | undefined;

/**
 * A place to work that all callers of a thread share, since each WASM memory reserves much address space: what lies in it
 * does not outlive the synchronous work of one caller.
 * @param m the longest row
 * @throws WorkError where the compiled kernels are missing or the memory is not to be had
 */
export function sharedScalingRows(m: number): ScalingRows {
  if (!widest || widest.row.length < m) widest = createScalingRows(m);
  return widest;
}

function createScalingRows(maxM: number): ScalingRows {
  const { kernels, memory } = instantiateKernels<Exports>(20 * maxM + 3 * 64);
  const row = memory.floats(maxM);
  const weights = memory.doubles(maxM);
  const sums = memory.doubles(maxM);
  const [rowAt, weightsAt, sumsAt] = [row.byteOffset, weights.byteOffset, sums.byteOffset];
  return {
    row,
    weights,
    sums,
    weightedSum: (m) => kernels.weightedSum(rowAt, weightsAt, m),
    addScaled: (scale, m) => kernels.addScaled(sumsAt, scale, rowAt, m),
  };
}
