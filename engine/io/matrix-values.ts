import type { Hdf5Dataset, NumericArray } from './hdf5.ts';

/** Values of a matrix: float32 where that is exact for the stored type. */
export type Values = Float32Array | Float64Array;

const EXACT_IN_FLOAT32 = new Set(['float32', 'bool', 'int8', 'uint8', 'int16', 'uint16']);

export function toValues(stored: NumericArray): Values {
  if (stored instanceof Float32Array || stored instanceof Float64Array) return stored;
  return stored instanceof Int32Array || stored instanceof Uint32Array
    ? Float64Array.from(stored)
    : Float32Array.from(stored);
}

/** What the values of a dataset are, asked for at first use since it may cost a read. */
export function valuesOf(dataset: Hdf5Dataset): {
  dtype(): string;
  bytes(): number;
  allocate(n: number): Values;
} {
  let known: string | undefined;
  const dtype = () => {
    known ??= dtypeOf(dataset);
    return known;
  };
  const narrow = () => EXACT_IN_FLOAT32.has(dtype());
  return {
    dtype,
    bytes: () => (narrow() ? 4 : 8),
    allocate: (n) => (narrow() ? new Float32Array(n) : new Float64Array(n)),
  };
}

function dtypeOf(dataset: Hdf5Dataset): string {
  if (dataset.type === 'boolean') return 'bool';
  const first = dataset.numbers(dataset.shape!.map((n) => [0, Math.min(1, n)]));
  if (first instanceof Float64Array && dataset.type === 'integer') return 'int64';
  return first.constructor.name.replace('Array', '').toLowerCase();
}
