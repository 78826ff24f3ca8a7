/** dx/dt at one time for n points: reads `x` [n, d], fills `out` [n, d]. */
export type VelocityField = (x: Float64Array, t: number, out: Float64Array) => void;

/**
 * Euler's method with equal steps from `from` to `to` (either direction), in place.
 * @param x [n, d], overwritten by the end points
 * @param scratch [n, d]
 * @param steps ≥ 1; the error is of order 1 in their length
 */
export function euler(
  field: VelocityField,
  x: Float64Array,
  from: number,
  to: number,
  steps: number,
  scratch: Float64Array,
): void {
  const h = (to - from) / steps;
  for (let step = 0; step < steps; step++) {
    field(x, from + step * h, scratch);
    for (let i = 0; i < x.length; i++) x[i]! += h * scratch[i]!;
  }
}
