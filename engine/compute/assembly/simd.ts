// What several kernels share. Pointers are byte offsets (usize); a v128 holds four float32.

/** Σ of the four lanes, always in the same order. */
// @ts-ignore: decorator
@inline
export function sumLanes(a: v128): f32 {
  return (
    f32x4.extract_lane(a, 0) + f32x4.extract_lane(a, 1) + (f32x4.extract_lane(a, 2) + f32x4.extract_lane(a, 3))
  );
}

/** The first `count` (1 to 3) lanes from memory, the others 0; reads nothing beyond them. */
// @ts-ignore: decorator
@inline
export function loadPart(p: usize, count: i32): v128 {
  let v = v128.load32_zero(p);
  if (count > 1) v = v128.load_lane<f32>(p, v, 1, 4);
  if (count > 2) v = v128.load_lane<f32>(p, v, 2, 8);
  return v;
}

/** Writes the first `count` (1 to 3) lanes. */
// @ts-ignore: decorator
@inline
export function storePart(p: usize, v: v128, count: i32): void {
  v128.store_lane<f32>(p, v, 0);
  if (count > 1) v128.store_lane<f32>(p, v, 1, 4);
  if (count > 2) v128.store_lane<f32>(p, v, 2, 8);
}

/**
 * exp(x) for x ≤ 0, to 2 units in the last place; below −60 exactly 0. WASM cannot flush denormals, and weights
 * that small would slow every sum that they enter some fifteen times.
 * x = n ln 2 + r, |r| ≤ ln 2 / 2; exp(r) by a polynomial (coefficients of the Cephes library), the exponent by adding n.
 */
// @ts-ignore: decorator
@inline
export function expNegative(x: v128): v128 {
  const live = f32x4.ge(x, f32x4.splat(-60));
  // adding 1.5·2²³ rounds to the nearest integer and leaves it in the low bits
  const magic = f32x4.splat(12582912);
  const shifted = f32x4.add(f32x4.mul(x, f32x4.splat(1.44269504)), magic);
  const n = f32x4.sub(shifted, magic);
  // ln 2 in two parts, so that n·(first part) is exact
  let r = f32x4.sub(x, f32x4.mul(n, f32x4.splat(0.693359375)));
  r = f32x4.add(r, f32x4.mul(n, f32x4.splat(2.12194440e-4)));
  let p = f32x4.add(f32x4.mul(r, f32x4.splat(1.9875691500e-4)), f32x4.splat(1.3981999507e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(8.3334519073e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(4.1665795894e-2));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.6666665459e-1));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(5.0000001201e-1));
  p = f32x4.add(f32x4.add(f32x4.mul(p, f32x4.mul(r, r)), r), f32x4.splat(1));
  return v128.and(i32x4.add(p, i32x4.shl(shifted, 23)), live);
}
