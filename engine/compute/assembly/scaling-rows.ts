// Rows of float32 with vectors of float64. Sums have a fixed order.

/** Σ_j values[j] · weights[j]; four sums, so that additions need not wait for each other */
export function weightedSum(values: usize, weights: usize, m: i32): f64 {
  let s0 = f64x2.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let j = 0;
  for (; j + 7 < m; j += 8) {
    const p = values + (<usize>j << 2);
    const q = weights + (<usize>j << 3);
    s0 = f64x2.add(s0, f64x2.mul(twoFloats(p), v128.load(q)));
    s1 = f64x2.add(s1, f64x2.mul(twoFloats(p, 8), v128.load(q, 16)));
    s2 = f64x2.add(s2, f64x2.mul(twoFloats(p, 16), v128.load(q, 32)));
    s3 = f64x2.add(s3, f64x2.mul(twoFloats(p, 24), v128.load(q, 48)));
  }
  const s = f64x2.add(f64x2.add(s0, s1), f64x2.add(s2, s3));
  let sum = f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1);
  for (; j < m; j++) sum += <f64>f32.load(values + (<usize>j << 2)) * f64.load(weights + (<usize>j << 3));
  return sum;
}

/** sums[j] += scale · values[j] */
export function addScaled(sums: usize, scale: f64, values: usize, m: i32): void {
  const scales = f64x2.splat(scale);
  let j = 0;
  for (; j + 3 < m; j += 4) {
    const p = values + (<usize>j << 2);
    const q = sums + (<usize>j << 3);
    v128.store(q, f64x2.add(v128.load(q), f64x2.mul(scales, twoFloats(p))));
    v128.store(q, f64x2.add(v128.load(q, 16), f64x2.mul(scales, twoFloats(p, 8))), 16);
  }
  for (; j < m; j++) {
    const q = sums + (<usize>j << 3);
    f64.store(q, f64.load(q) + scale * <f64>f32.load(values + (<usize>j << 2)));
  }
}

// @ts-ignore: decorator
@inline
function twoFloats(p: usize, offset: usize = 0): v128 {
  return f64x2.promote_low_f32x4(v128.load64_zero(p + offset));
}
