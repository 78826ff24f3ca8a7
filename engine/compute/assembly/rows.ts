// Rows and columns of matrices: broadcasting a bias and its transpose, the sum over rows.
import { loadPart, storePart } from './simd';

/** Every row of out [rows, n] becomes row [n]. */
export function fillRows(row: usize, out: usize, rows: i32, n: i32): void {
  const bytes = <usize>n << 2;
  for (let i = 0; i < rows; i++) {
    memory.copy(out, row, bytes);
    out += bytes;
  }
}

/** out[j] = Σ_i matrix[i, j] (or += with accumulate), rows in order. */
export function columnSum(matrix: usize, out: usize, rows: i32, n: i32, accumulate: i32): void {
  const step = <usize>n << 2;
  const whole = n & ~3;
  for (let j = 0; j < whole; j += 4) {
    const at = <usize>j << 2;
    let sum = accumulate ? v128.load(out + at) : f32x4.splat(0);
    let p = matrix + at;
    for (let i = 0; i < rows; i++) {
      sum = f32x4.add(sum, v128.load(p));
      p += step;
    }
    v128.store(out + at, sum);
  }
  const rest = n - whole;
  if (rest == 0) return;
  const at = <usize>whole << 2;
  let sum = accumulate ? loadPart(out + at, rest) : f32x4.splat(0);
  let p = matrix + at;
  for (let i = 0; i < rows; i++) {
    sum = f32x4.add(sum, loadPart(p, rest));
    p += step;
  }
  storePart(out + at, sum, rest);
}
