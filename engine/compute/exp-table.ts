const STEPS = 64;
const LOWEST = -37;
const table = Float64Array.from({ length: (1 - LOWEST) * STEPS + 2 }, (_, k) => Math.exp(LOWEST + k / STEPS));

/**
 * exp(t) for t ≤ 1 in half the time of Math.exp, to 1e-15; below −37 it is 0, for kernels whose sums are near 1 (what is
 * left out is below their rounding). A table at every 1/64 and Taylor's series of degree 5 between.
 */
export function expOrZero(t: number): number {
  if (t < LOWEST) return 0;
  if (!(t < 1)) return Math.exp(t);
  const k = ((t - LOWEST) * STEPS + 0.5) | 0;
  const r = t - (k * (1 / STEPS) + LOWEST);
  const square = r * r;
  return table[k]! * (1 + r + square * (1 / 2 + r * (1 / 6) + square * (1 / 24 + r * (1 / 120))));
}
