import { InputError } from '../errors.ts';

/** Points at a few times near a known manifold: the paper's pictures, and whether a path stays on it. */
export interface ToyData {
  dims: number;
  /** flat [n, dims] */
  points: Float32Array;
  /** index into `times`, [n] */
  cellTimepoint: Int32Array;
  times: number[];
  /** how far each of the given points, flat [·, dims], is from the manifold */
  distanceToManifold(points: Float32Array | Float64Array): Float64Array;
}

/** @throws InputError where `value` is no whole number within the range */
export function checkCount(option: string, value: number, low: number, high: number): void {
  if (Number.isInteger(value) && value >= low && value <= high) return;
  throw new InputError(`The example's ${option} cannot be ${value}.`, {
    option,
    expected: `a whole number from ${low} to ${high}`,
    found: String(value),
    action: `Choose ${option} within that range.`,
  });
}

/** One value for each row of points, flat [·, dims]. */
export function rowwise(
  points: Float32Array | Float64Array,
  dims: number,
  value: (row: Float32Array | Float64Array) => number,
): Float64Array {
  return Float64Array.from({ length: points.length / dims }, (_, i) =>
    value(points.subarray(i * dims, (i + 1) * dims)),
  );
}
