// The density h(x) = Σ_k W_k exp(−λ_k/2 ‖x − c_k‖²) of the RBF metric, four centres at a time.
//
// Always with the differences: expanding the squares cancels in float32. `data` holds, each of `padded` numbers: −λ_k/2, W_k,
// the centres by dimension, and room for each centre's share of the density. Centres that pad it have no weight.
import { expNegative, sumLanes } from './simd';

/** numbers of `data` for so many centres */
export function rbfDataLength(dims: i32, count: i32): i32 {
  return (dims + 3) * paddedOf(count);
}

export function rbfPadded(count: i32): i32 {
  return paddedOf(count);
}

// @ts-ignore: decorator
@inline
function paddedOf(count: i32): i32 {
  return (count + 3) & ~3;
}

/** density [rows] of x [rows, dims] and, where the pointer is not 0, its gradient slope [rows, dims]. */
export function rbfDensity(data: usize, count: i32, dims: i32, x: usize, rows: i32, density: usize, slope: usize): void {
  const line = <usize>paddedOf(count) << 2;
  const row = <usize>dims << 2;
  const weights = data + line;
  const centers = weights + line;
  const shares = centers + <usize>dims * line;
  for (let i = 0; i < rows; i++) {
    let sum = f32x4.splat(0);
    for (let k: usize = 0; k < line; k += 16) {
      let square = f32x4.splat(0);
      let c = centers + k;
      for (let j: usize = 0; j < row; j += 4) {
        const difference = f32x4.sub(v128.load32_splat(x + j), v128.load(c));
        square = f32x4.add(square, f32x4.mul(difference, difference));
        c += line;
      }
      const scale = v128.load(data + k);
      const share = f32x4.mul(v128.load(weights + k), expNegative(f32x4.mul(scale, square)));
      sum = f32x4.add(sum, share);
      // d exp(scale · square) = 2 · scale · (x − c) dx
      if (slope) v128.store(shares + k, f32x4.mul(f32x4.mul(f32x4.splat(2), scale), share));
    }
    f32.store(density, sumLanes(sum));
    if (slope) {
      let c = centers;
      for (let j: usize = 0; j < row; j += 4) {
        const xj = v128.load32_splat(x + j);
        let pull = f32x4.splat(0);
        for (let k: usize = 0; k < line; k += 16) {
          pull = f32x4.add(pull, f32x4.mul(v128.load(shares + k), f32x4.sub(xj, v128.load(c + k))));
        }
        f32.store(slope + j, sumLanes(pull));
        c += line;
      }
      slope += row;
    }
    x += row;
    density += 4;
  }
}
