/** Similarity of two places on the map at distance x: 1 / (1 + a x^(2b)). */
export interface UmapCurve {
  a: number;
  b: number;
}

const SAMPLES = 300;
const ROUNDS = 200;

/**
 * The curve nearest, in squares over 300 distances from 0 to 3 spread, to: 1 up to minDist, then falling as
 * exp(−(x − minDist) / spread) (umap-learn's `find_ab_params`). By Levenberg and Marquardt from a = b = 1.
 */
export function fitUmapCurve(minDist: number, spread: number): UmapCurve {
  const x = Float64Array.from({ length: SAMPLES }, (_, i) => (3 * spread * i) / (SAMPLES - 1));
  const y = x.map((r) => (r < minDist ? 1 : Math.exp(-(r - minDist) / spread)));
  let best = { a: 1, b: 1 };
  let state = normalEquations(best, x, y);
  let damping = 1e-3;
  for (let round = 0; round < ROUNDS; round++) {
    const { aa, ab, bb, ra, rb } = state;
    const determinant = aa * (1 + damping) * bb * (1 + damping) - ab * ab;
    const a = best.a + (bb * (1 + damping) * ra - ab * rb) / determinant;
    const b = best.b + (aa * (1 + damping) * rb - ab * ra) / determinant;
    const next = a > 0 && b > 0 ? normalEquations({ a, b }, x, y) : undefined;
    if (next && next.error <= state.error) {
      const settled = Math.abs(a - best.a) <= 1e-12 * a && Math.abs(b - best.b) <= 1e-12 * b;
      best = { a, b };
      state = next;
      damping /= 10;
      if (settled) break;
    } else {
      damping *= 10;
      if (damping > 1e12) break;
    }
  }
  return best;
}

/** Sums of products of the derivatives (aa, ab, bb), of each with the residual (ra, rb), and of its squares. */
function normalEquations({ a, b }: UmapCurve, x: Float64Array, y: Float64Array) {
  const sums = { aa: 0, ab: 0, bb: 0, ra: 0, rb: 0, error: 0 };
  x.forEach((r, i) => {
    const power = r ** (2 * b);
    const value = 1 / (1 + a * power);
    const byA = -power * value * value;
    const byB = r > 0 ? 2 * a * Math.log(r) * byA : 0;
    const residual = y[i]! - value;
    sums.aa += byA * byA;
    sums.ab += byA * byB;
    sums.bb += byB * byB;
    sums.ra += byA * residual;
    sums.rb += byB * residual;
    sums.error += residual * residual;
  });
  return sums;
}
