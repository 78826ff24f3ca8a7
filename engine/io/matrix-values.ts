import type { Hdf5Dataset, NumericArray } from './hdf5.ts';

/** Values of a matrix: float32 where that is exact for the stored type. */
export type Values = Float32Array | Float64Array;

const EXACT_IN_FLOAT32 = new Set(['float16', 'float32', 'bool', 'int8', 'uint8', 'int16', 'uint16']);

export function toValues(stored: NumericArray): Values {
  if (stored instanceof Float32Array || stored instanceof Float64Array) return stored;
  return stored instanceof Int32Array || stored instanceof Uint32Array
    ? Float64Array.from(stored)
    : Float32Array.from(stored);
}

/** @param n values of this dataset, once read */
export function allocateValues({ dtype }: Hdf5Dataset, n: number): Values {
  return EXACT_IN_FLOAT32.has(dtype) ? new Float32Array(n) : new Float64Array(n);
}
