// Nearest neighbours: four queries against panels of eight points. Squared distances are sums of squared differences,
// not ‖a‖² + ‖b‖² − 2ab, so that points far from the origin and copies of a point come out right.

/** coordinates between two looks at whether all 32 pairs are already too far apart */
const LOOK: i32 = 8;
const SCRATCH: usize = memory.data(32, 16);

/**
 * Offers `count` panels of points to the lists of four queries.
 * strip [d][4]; panels [count][d][8]; ids [count][8], of the points; squares and found [4][k], each list ascending, what is not
 * filled is the largest float32. A place without a point holds infinite coordinates and never enters.
 */
export function nearestScan(
  strip: usize, panels: usize, ids: usize, count: i32, d: i32, k: i32, squares: usize, found: usize,
): void {
  const list = <usize>k << 2;
  const last = list - 4;
  let t0 = v128.load32_splat(squares + last);
  let t1 = v128.load32_splat(squares + list + last);
  let t2 = v128.load32_splat(squares + 2 * list + last);
  let t3 = v128.load32_splat(squares + 3 * list + last);
  for (let p = 0; p < count; p++) {
    let a00 = f32x4.splat(0), a01 = f32x4.splat(0), a10 = f32x4.splat(0), a11 = f32x4.splat(0);
    let a20 = f32x4.splat(0), a21 = f32x4.splat(0), a30 = f32x4.splat(0), a31 = f32x4.splat(0);
    let q = strip;
    let r = panels;
    let near = true;
    for (let left = d; near && left > 0; left -= LOOK) {
      for (let c = min(left, LOOK); c > 0; c--) {
        const r0 = v128.load(r);
        const r1 = v128.load(r, 16);
        let x = v128.load32_splat(q);
        a00 = addSquare(a00, x, r0);
        a01 = addSquare(a01, x, r1);
        x = v128.load32_splat(q, 4);
        a10 = addSquare(a10, x, r0);
        a11 = addSquare(a11, x, r1);
        x = v128.load32_splat(q, 8);
        a20 = addSquare(a20, x, r0);
        a21 = addSquare(a21, x, r1);
        x = v128.load32_splat(q, 12);
        a30 = addSquare(a30, x, r0);
        a31 = addSquare(a31, x, r1);
        q += 16;
        r += 32;
      }
      const m0 = v128.or(f32x4.lt(a00, t0), f32x4.lt(a01, t0));
      const m1 = v128.or(f32x4.lt(a10, t1), f32x4.lt(a11, t1));
      const m2 = v128.or(f32x4.lt(a20, t2), f32x4.lt(a21, t2));
      const m3 = v128.or(f32x4.lt(a30, t3), f32x4.lt(a31, t3));
      near = v128.any_true(v128.or(v128.or(m0, m1), v128.or(m2, m3)));
    }
    if (near) {
      t0 = collect(a00, a01, t0, ids, k, squares, found);
      t1 = collect(a10, a11, t1, ids, k, squares + list, found + list);
      t2 = collect(a20, a21, t2, ids, k, squares + 2 * list, found + 2 * list);
      t3 = collect(a30, a31, t3, ids, k, squares + 3 * list, found + 3 * list);
    }
    panels += <usize>d << 5;
    ids += 32;
  }
}

/** sum + (x − r)² */
// @ts-ignore: decorator
@inline
function addSquare(sum: v128, x: v128, r: v128): v128 {
  const difference = f32x4.sub(x, r);
  return f32x4.add(sum, f32x4.mul(difference, difference));
}

/** Those of eight points that are nearer than the end of the list enter it; gives the new end. */
function collect(low: v128, high: v128, bound: v128, ids: usize, k: i32, squares: usize, found: usize): v128 {
  let lanes = i32x4.bitmask(f32x4.lt(low, bound)) | (i32x4.bitmask(f32x4.lt(high, bound)) << 4);
  if (lanes == 0) return bound;
  v128.store(SCRATCH, low);
  v128.store(SCRATCH, high, 16);
  while (lanes != 0) {
    const at = <usize>ctz(lanes) << 2;
    offer(f32.load(SCRATCH + at), i32.load(ids + at), k, squares, found);
    lanes &= lanes - 1;
  }
  return v128.load32_splat(squares + (<usize>(k - 1) << 2));
}

function offer(square: f32, id: i32, k: i32, squares: usize, found: usize): void {
  let at = <usize>(k - 1) << 2;
  if (square >= f32.load(squares + at)) return;
  while (at > 0) {
    const before = f32.load(squares + at - 4);
    if (before <= square) break;
    f32.store(squares + at, before);
    i32.store(found + at, i32.load(found + at - 4));
    at -= 4;
  }
  f32.store(squares + at, square);
  i32.store(found + at, id);
}
