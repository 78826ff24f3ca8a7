// SELU (Klambauer et al. 2017) with its tangent: h = λ z above 0, λα (exp(z) − 1) below.
import { expNegative, loadPart, storePart } from './simd';

const SCALE: f32 = 1.0507009873554805;
/** λα, the slope at 0 from below */
const SCALE_ALPHA: f32 = 1.7580993408473766;

// @ts-ignore: decorator
@inline
function value(z: v128, e: v128): v128 {
  const positive = f32x4.gt(z, f32x4.splat(0));
  return v128.bitselect(f32x4.mul(f32x4.splat(SCALE), z), f32x4.sub(e, f32x4.splat(SCALE_ALPHA)), positive);
}

// @ts-ignore: decorator
@inline
function slope(z: v128, e: v128): v128 {
  return v128.bitselect(f32x4.splat(SCALE), e, f32x4.gt(z, f32x4.splat(0)));
}

/** λα exp(min(z, 0)) */
// @ts-ignore: decorator
@inline
function scaledExp(z: v128): v128 {
  return f32x4.mul(f32x4.splat(SCALE_ALPHA), expNegative(f32x4.pmin(z, f32x4.splat(0))));
}

/** h = selu(z), n numbers; with tangent n more: ḣ = selu'(z)·ż. */
export function seluForward(z: usize, h: usize, n: i32, tangent: i32): void {
  const whole = <usize>(n & ~3) << 2;
  const half = <usize>n << 2;
  for (let p: usize = 0; p < whole; p += 16) {
    const zp = v128.load(z + p);
    const e = scaledExp(zp);
    v128.store(h + p, value(zp, e));
    if (tangent) v128.store(h + half + p, f32x4.mul(slope(zp, e), v128.load(z + half + p)));
  }
  const rest = n & 3;
  if (rest == 0) return;
  const zp = loadPart(z + whole, rest);
  const e = scaledExp(zp);
  storePart(h + whole, value(zp, e), rest);
  if (tangent) {
    storePart(h + half + whole, f32x4.mul(slope(zp, e), loadPart(z + half + whole, rest)), rest);
  }
}

// below 0, selu' = selu'' = λα exp(z) = h + λα, so no exponential is needed on the way back

/** g ← g·selu'(z) + ġ·ż·selu''(z), ġ ← ġ·selu'(z), in place. */
export function seluBackward(z: usize, h: usize, g: usize, n: i32, tangent: i32): void {
  const whole = <usize>(n & ~3) << 2;
  const half = <usize>n << 2;
  const zero = f32x4.splat(0);
  for (let p: usize = 0; p < whole; p += 16) {
    const zp = v128.load(z + p);
    const s = slope(zp, f32x4.add(v128.load(h + p), f32x4.splat(SCALE_ALPHA)));
    let out = f32x4.mul(v128.load(g + p), s);
    if (tangent) {
      const dot = f32x4.mul(v128.load(g + half + p), s);
      const bend = f32x4.mul(dot, v128.load(z + half + p));
      out = f32x4.add(out, v128.andnot(bend, f32x4.gt(zp, zero)));
      v128.store(g + half + p, dot);
    }
    v128.store(g + p, out);
  }
  const rest = n & 3;
  if (rest == 0) return;
  const zp = loadPart(z + whole, rest);
  const s = slope(zp, f32x4.add(loadPart(h + whole, rest), f32x4.splat(SCALE_ALPHA)));
  let out = f32x4.mul(loadPart(g + whole, rest), s);
  if (tangent) {
    const dot = f32x4.mul(loadPart(g + half + whole, rest), s);
    const bend = f32x4.mul(dot, loadPart(z + half + whole, rest));
    out = f32x4.add(out, v128.andnot(bend, f32x4.gt(zp, zero)));
    storePart(g + half + whole, dot, rest);
  }
  storePart(g + whole, out, rest);
}
