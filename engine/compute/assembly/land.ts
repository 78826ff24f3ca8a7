// The LAND metric: E = Σ_d u_d² h_d^−α with h_d = Σ_n w_n q_nd² + ρ, q_n = x_n − x, w_n = exp(−‖q_n‖² / 2σ²).
//
// Always with the differences q: expanding the squares cancels in float32. The [rows, samples, dims] array never
// exists; sixteen samples at a time, four vectors of four, stay in registers while the dimensions are run through.
// A block of samples whose bounding box is so far away that none of its weights can be seen is skipped.
import { BLOCK, LINE, blocksOf } from './land-samples';
import { expNegative, sumLanes } from './simd';

/** blocks nearer than this exponent come first; what they add up to says how far one need look */
const NEAR: f32 = 2;

/**
 * Energies of x, u [rows, dims] and, where the pointers are not 0, their gradients. `cutoff` is the exponent beyond
 * which all samples together are invisible beside ρ.
 */
export function landEnergy(
  data: usize, boxes: usize, scratch: usize, count: i32, dims: i32, bandwidth: f64, rho: f64, power: f64,
  cutoff: f64, x: usize, u: usize, rows: i32, energy: usize, xGradient: usize, uGradient: usize,
): void {
  const blocks = blocksOf(count);
  const row = <usize>dims << 2;
  const list = <usize>blocks << 2;
  const sums = scratch;
  const slopes = sums + (row << 2);
  const weights = slopes + row;
  const used = weights + (<usize>(blocks * BLOCK) << 2);
  const far = used + list;
  const farDistance = far + list;
  const r2PerExponent = <f32>(2 * bandwidth * bandwidth);
  const exponentScale = <f32>(-0.5 / (bandwidth * bandwidth));
  const inverseVariance = <f32>(1 / (bandwidth * bandwidth));
  const nearLimit = f32x4.splat(NEAR * r2PerExponent);

  for (let i = 0; i < rows; i++) {
    memory.fill(sums, 0, row << 2);
    let nUsed = 0;
    let nFar = 0;
    // 1. near blocks at once, the others to a list
    let visible = <f32>cutoff * r2PerExponent;
    const farLimit = f32x4.splat(visible);
    for (let group = 0; group < blocks; group += 4) {
      const distance = boxDistances(boxes + <usize>(group >> 2) * (row << 3), x, dims);
      let within = i32x4.bitmask(f32x4.le(distance, farLimit));
      if (within == 0) continue;
      const near = i32x4.bitmask(f32x4.le(distance, nearLimit));
      for (let lane = 0; within != 0; lane++, within >>= 1) {
        if (!(within & 1)) continue;
        const block = group + lane;
        if ((near >> lane) & 1) {
          const w = weights + (<usize>(nUsed * BLOCK) << 2);
          const samples = data + <usize>(block * dims) * LINE;
          if (addBlock(samples, count - block * BLOCK, dims, x, visible, exponentScale, sums, w)) {
            i32.store(used + (<usize>(nUsed++) << 2), block);
          }
        } else {
          i32.store(far + (<usize>nFar << 2), block);
          f32.store(farDistance + (<usize>(nFar++) << 2), laneOf(distance, lane));
        }
      }
    }
    // 2. of those in the list, the ones that can be seen beside what is there already
    visible = (<f32>cutoff - logFloor(leastSum(sums, dims, <f32>rho) / <f32>rho)) * r2PerExponent;
    for (let j = 0; j < nFar; j++) {
      if (f32.load(farDistance + (<usize>j << 2)) > visible) continue;
      const block = i32.load(far + (<usize>j << 2));
      const w = weights + (<usize>(nUsed * BLOCK) << 2);
      const samples = data + <usize>(block * dims) * LINE;
      if (addBlock(samples, count - block * BLOCK, dims, x, visible, exponentScale, sums, w)) {
        i32.store(used + (<usize>(nUsed++) << 2), block);
      }
    }
    // 3. metric, energy and its derivatives with respect to u and to h
    let total: f64 = 0;
    let steepest: f32 = 0;
    for (let k = 0; k < dims; k++) {
      const at = <usize>k << 2;
      const h = sumLanes(v128.load(sums + (at << 2))) + <f32>rho;
      const metric = inversePower(h, power);
      const velocity = f32.load(u + at);
      total += <f64>(velocity * velocity * metric);
      const slope = -<f32>power * velocity * velocity * metric / h;
      f32.store(slopes + at, slope);
      steepest = max(steepest, abs(slope));
      if (uGradient) f32.store(uGradient + at, 2 * velocity * metric);
    }
    f32.store(energy, <f32>total);
    // 4. the derivative with respect to x
    if (xGradient) {
      // slopes reach ρ^−(α+1): taken relative to the steepest, no product of them overflows
      const unit: f32 = steepest > 0 ? 1 / steepest : 0;
      for (let k = 0; k < dims; k++) {
        const at = slopes + (<usize>k << 2);
        f32.store(at, f32.load(at) * unit);
      }
      memory.fill(sums, 0, row << 2);
      for (let j = 0; j < nUsed; j++) {
        const block = i32.load(used + (<usize>j << 2));
        const w = weights + (<usize>(j * BLOCK) << 2);
        addBlockGradient(data + <usize>(block * dims) * LINE, dims, x, inverseVariance, slopes, w, sums);
      }
      for (let k = 0; k < dims; k++) {
        const at = <usize>k << 2;
        f32.store(xGradient + at, steepest * sumLanes(v128.load(sums + (at << 2))));
      }
      xGradient += row;
    }
    x += row;
    u += row;
    energy += 4;
    if (uGradient) uGradient += row;
  }
}

/** Squared distances from x to four boxes, 0 inside. */
// @ts-ignore: decorator
@inline
function boxDistances(group: usize, x: usize, dims: i32): v128 {
  let sum = f32x4.splat(0);
  for (let k = 0; k < dims; k++) {
    const xk = v128.load32_splat(x + (<usize>k << 2));
    const below = f32x4.sub(v128.load(group), xk);
    const above = f32x4.sub(xk, v128.load(group, 16));
    const outside = f32x4.pmax(f32x4.pmax(below, above), f32x4.splat(0));
    sum = f32x4.add(sum, f32x4.mul(outside, outside));
    group += 32;
  }
  return sum;
}

/**
 * Adds a block's w q² to the sums and keeps its weights in w; `valid` of its samples are real.
 * @returns whether any sample is within the squared distance `visible`; if none is, nothing is added
 */
function addBlock(
  samples: usize, valid: i32, dims: i32, x: usize, visible: f32, exponentScale: f32, sums: usize, w: usize,
): bool {
  let r0 = f32x4.splat(0), r1 = f32x4.splat(0), r2 = f32x4.splat(0), r3 = f32x4.splat(0);
  let p = samples;
  for (let k = 0; k < dims; k++) {
    const xk = v128.load32_splat(x + (<usize>k << 2));
    const q0 = f32x4.sub(v128.load(p), xk);
    const q1 = f32x4.sub(v128.load(p, 16), xk);
    const q2 = f32x4.sub(v128.load(p, 32), xk);
    const q3 = f32x4.sub(v128.load(p, 48), xk);
    r0 = f32x4.add(r0, f32x4.mul(q0, q0));
    r1 = f32x4.add(r1, f32x4.mul(q1, q1));
    r2 = f32x4.add(r2, f32x4.mul(q2, q2));
    r3 = f32x4.add(r3, f32x4.mul(q3, q3));
    p += LINE;
  }
  const nearest = f32x4.pmin(f32x4.pmin(r0, r1), f32x4.pmin(r2, r3));
  if (!v128.any_true(f32x4.le(nearest, f32x4.splat(visible)))) return false;
  const scale = f32x4.splat(exponentScale);
  let w0 = expNegative(f32x4.mul(scale, r0));
  let w1 = expNegative(f32x4.mul(scale, r1));
  let w2 = expNegative(f32x4.mul(scale, r2));
  let w3 = expNegative(f32x4.mul(scale, r3));
  v128.store(w, w0);
  v128.store(w, w1, 16);
  v128.store(w, w2, 32);
  v128.store(w, w3, 48);
  if (valid < BLOCK) {
    for (let j = valid; j < BLOCK; j++) f32.store(w + (<usize>j << 2), 0);
    w0 = v128.load(w);
    w1 = v128.load(w, 16);
    w2 = v128.load(w, 32);
    w3 = v128.load(w, 48);
  }
  p = samples;
  for (let k = 0; k < dims; k++) {
    const xk = v128.load32_splat(x + (<usize>k << 2));
    const q0 = f32x4.sub(v128.load(p), xk);
    const q1 = f32x4.sub(v128.load(p, 16), xk);
    const q2 = f32x4.sub(v128.load(p, 32), xk);
    const q3 = f32x4.sub(v128.load(p, 48), xk);
    const left = f32x4.add(f32x4.mul(w0, f32x4.mul(q0, q0)), f32x4.mul(w1, f32x4.mul(q1, q1)));
    const right = f32x4.add(f32x4.mul(w2, f32x4.mul(q2, q2)), f32x4.mul(w3, f32x4.mul(q3, q3)));
    const sum = sums + (<usize>k << 4);
    v128.store(sum, f32x4.add(v128.load(sum), f32x4.add(left, right)));
    p += LINE;
  }
  return true;
}

/** Adds Σ_n w_n q_ne (Σ_d g_d q_nd² / σ² − 2 g_e) of a block to the sums, g = dE/dh (relative). */
// @ts-ignore: decorator
@inline
function addBlockGradient(
  samples: usize, dims: i32, x: usize, inverseVariance: f32, slopes: usize, w: usize, sums: usize,
): void {
  let s0 = f32x4.splat(0), s1 = f32x4.splat(0), s2 = f32x4.splat(0), s3 = f32x4.splat(0);
  let p = samples;
  for (let k = 0; k < dims; k++) {
    const xk = v128.load32_splat(x + (<usize>k << 2));
    const g = v128.load32_splat(slopes + (<usize>k << 2));
    const q0 = f32x4.sub(v128.load(p), xk);
    const q1 = f32x4.sub(v128.load(p, 16), xk);
    const q2 = f32x4.sub(v128.load(p, 32), xk);
    const q3 = f32x4.sub(v128.load(p, 48), xk);
    s0 = f32x4.add(s0, f32x4.mul(g, f32x4.mul(q0, q0)));
    s1 = f32x4.add(s1, f32x4.mul(g, f32x4.mul(q1, q1)));
    s2 = f32x4.add(s2, f32x4.mul(g, f32x4.mul(q2, q2)));
    s3 = f32x4.add(s3, f32x4.mul(g, f32x4.mul(q3, q3)));
    p += LINE;
  }
  const scale = f32x4.splat(inverseVariance);
  const w0 = v128.load(w);
  const w1 = v128.load(w, 16);
  const w2 = v128.load(w, 32);
  const w3 = v128.load(w, 48);
  s0 = f32x4.mul(f32x4.mul(s0, scale), w0);
  s1 = f32x4.mul(f32x4.mul(s1, scale), w1);
  s2 = f32x4.mul(f32x4.mul(s2, scale), w2);
  s3 = f32x4.mul(f32x4.mul(s3, scale), w3);
  p = samples;
  for (let k = 0; k < dims; k++) {
    const xk = v128.load32_splat(x + (<usize>k << 2));
    const g = f32x4.splat(-2 * f32.load(slopes + (<usize>k << 2)));
    const q0 = f32x4.sub(v128.load(p), xk);
    const q1 = f32x4.sub(v128.load(p, 16), xk);
    const q2 = f32x4.sub(v128.load(p, 32), xk);
    const q3 = f32x4.sub(v128.load(p, 48), xk);
    const left = f32x4.add(
      f32x4.mul(q0, f32x4.add(s0, f32x4.mul(g, w0))),
      f32x4.mul(q1, f32x4.add(s1, f32x4.mul(g, w1))),
    );
    const right = f32x4.add(
      f32x4.mul(q2, f32x4.add(s2, f32x4.mul(g, w2))),
      f32x4.mul(q3, f32x4.add(s3, f32x4.mul(g, w3))),
    );
    const sum = sums + (<usize>k << 4);
    v128.store(sum, f32x4.add(v128.load(sum), f32x4.add(left, right)));
    p += LINE;
  }
}

/** Least of the h_d so far. */
// @ts-ignore: decorator
@inline
function leastSum(sums: usize, dims: i32, rho: f32): f32 {
  let least: f32 = f32.MAX_VALUE;
  for (let k = 0; k < dims; k++) least = min(least, sumLanes(v128.load(sums + (<usize>k << 4))) + rho);
  return least;
}

/** ln 2 · floor(log₂ x) ≤ ln x, for x ≥ 1. */
// @ts-ignore: decorator
@inline
function logFloor(x: f32): f32 {
  return 0.6931471 * <f32>max(<i32>(reinterpret<u32>(x) >> 23) - 127, 0);
}

/** h^−α; the two usual powers without a logarithm. */
// @ts-ignore: decorator
@inline
function inversePower(h: f32, power: f64): f32 {
  if (power == 1) return 1 / h;
  if (power == 2) return 1 / (h * h);
  return <f32>Math.pow(<f64>h, -power);
}

// @ts-ignore: decorator
@inline
function laneOf(v: v128, lane: i32): f32 {
  if (lane < 2) return lane == 0 ? f32x4.extract_lane(v, 0) : f32x4.extract_lane(v, 1);
  return lane == 2 ? f32x4.extract_lane(v, 2) : f32x4.extract_lane(v, 3);
}
