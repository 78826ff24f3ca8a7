// Adam (Kingma & Ba 2015) and AdamW (Loshchilov & Hutter 2019), in torch's order of operations.
import { loadPart, storePart } from './simd';

/**
 * Numbers below count as 0 in the moments. They are far below ε = 1e-8, and would become denormals, slow ones,
 * when squared or when a gradient stays 0 for some hundred steps.
 */
const TINY: f32 = 1e-18;
const TINY_SQUARED: f32 = 1e-36;

// @ts-ignore: decorator
@inline
function orZero(a: v128, least: f32): v128 {
  return v128.and(a, f32x4.ge(f32x4.abs(a), f32x4.splat(least)));
}

/** m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², θ ← shrink·θ − stepSize·m / (√(v·scale) + ε); n numbers, in place. */
export function adam(
  parameters: usize, gradient: usize, m: usize, v: usize, n: i32, beta1: f64, beta2: f64, epsilon: f32,
  stepSize: f32, secondMomentScale: f32, shrink: f32,
): void {
  const b1 = f32x4.splat(<f32>beta1);
  const c1 = f32x4.splat(<f32>(1 - beta1));
  const b2 = f32x4.splat(<f32>beta2);
  const c2 = f32x4.splat(<f32>(1 - beta2));
  const end = <usize>n << 2;
  for (let p: usize = 0; p < end; p += 16) {
    const left = <i32>((end - p) >> 2);
    const part = left < 4;
    const g = orZero(part ? loadPart(gradient + p, left) : v128.load(gradient + p), TINY);
    let first = part ? loadPart(m + p, left) : v128.load(m + p);
    let second = part ? loadPart(v + p, left) : v128.load(v + p);
    const theta = part ? loadPart(parameters + p, left) : v128.load(parameters + p);
    first = orZero(f32x4.add(f32x4.mul(b1, first), f32x4.mul(c1, g)), TINY);
    second = orZero(f32x4.add(f32x4.mul(b2, second), f32x4.mul(c2, f32x4.mul(g, g))), TINY_SQUARED);
    const root = f32x4.sqrt(f32x4.mul(second, f32x4.splat(secondMomentScale)));
    const move = f32x4.div(f32x4.mul(f32x4.splat(stepSize), first), f32x4.add(root, f32x4.splat(epsilon)));
    const moved = f32x4.sub(f32x4.mul(f32x4.splat(shrink), theta), move);
    if (part) {
      storePart(m + p, first, left);
      storePart(v + p, second, left);
      storePart(parameters + p, moved, left);
    } else {
      v128.store(m + p, first);
      v128.store(v + p, second);
      v128.store(parameters + p, moved);
    }
  }
}
