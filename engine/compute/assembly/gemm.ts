// Matrix products: A is packed into strips of 4 rows, B into panels of 8 columns, and a register tile of 4 × 8 runs
// over the inner dimension. (Reading A in place saves a copy and costs a fifth of the speed.)

const TILE_ROWS: i32 = 4;
const TILE_COLUMNS: i32 = 8;
/** inner dimension of a block; with COLUMN_BLOCK, the packed B stays in the cache nearest the core */
const DEPTH_BLOCK: i32 = 256;
const COLUMN_BLOCK: i32 = 64;
/** rows of a transposed A that are packed at once */
const ROW_BLOCK: i32 = 256;

/** Floats of working memory that gemm needs: packed B, packed A, one tile. */
export function gemmScratchLength(): i32 {
  return DEPTH_BLOCK * COLUMN_BLOCK + DEPTH_BLOCK * ROW_BLOCK + TILE_ROWS * TILE_COLUMNS;
}

/**
 * C [m, n] = A·B or C += A·B. layout 0: A [m, k], B [k, n]; 1: B stored as [n, k]; 2: A stored as [k, m].
 */
export function gemm(
  layout: i32, a: usize, b: usize, c: usize, m: i32, n: i32, k: i32, accumulate: i32, scratch: usize,
): void {
  const packedB = scratch;
  const packedA = packedB + (DEPTH_BLOCK * COLUMN_BLOCK << 2);
  const tile = packedA + (DEPTH_BLOCK * ROW_BLOCK << 2);
  for (let k0 = 0; k0 < k; k0 += DEPTH_BLOCK) {
    const depth = min(DEPTH_BLOCK, k - k0);
    const add = accumulate != 0 || k0 > 0;
    for (let i0 = 0; i0 < m; i0 += ROW_BLOCK) {
      const rows = min(ROW_BLOCK, m - i0);
      if (layout == 2) packTransposedA(a + (<usize>(k0 * m + i0) << 2), m, rows, depth, packedA);
      else packA(a + (<usize>(i0 * k + k0) << 2), k, rows, depth, packedA);
      for (let j0 = 0; j0 < n; j0 += COLUMN_BLOCK) {
        const columns = min(COLUMN_BLOCK, n - j0);
        if (layout == 1) packTransposedB(b + (<usize>(j0 * k + k0) << 2), k, columns, depth, packedB);
        else packB(b + (<usize>(k0 * n + j0) << 2), n, columns, depth, packedB);
        multiply(packedA, packedB, c + (<usize>(i0 * n + j0) << 2), rows, columns, depth, n, add, tile);
      }
    }
  }
}

/** Panels of 8 columns, [panel][depth][8], missing columns 0; B row-major with `stride` floats a row. */
function packB(b: usize, stride: i32, columns: i32, depth: i32, out: usize): void {
  const step = <usize>stride << 2;
  for (let j = 0; j < columns; j += TILE_COLUMNS) {
    let p = b + (<usize>j << 2);
    const width = columns - j;
    if (width >= TILE_COLUMNS) {
      for (let q = 0; q < depth; q++) {
        v128.store(out, v128.load(p));
        v128.store(out, v128.load(p, 16), 16);
        p += step;
        out += 32;
      }
    } else {
      for (let q = 0; q < depth; q++) {
        for (let r = 0; r < TILE_COLUMNS; r++) {
          f32.store(out + (<usize>r << 2), r < width ? f32.load(p + (<usize>r << 2)) : 0);
        }
        p += step;
        out += 32;
      }
    }
  }
}

/** The same panels of a B that is stored as [n, k]. */
function packTransposedB(b: usize, stride: i32, columns: i32, depth: i32, out: usize): void {
  const step = <usize>stride << 2;
  const whole = depth & ~3;
  for (let j = 0; j < columns; j += TILE_COLUMNS) {
    const width = min(TILE_COLUMNS, columns - j);
    const p = b + <usize>j * step;
    let q = 0;
    if (width == TILE_COLUMNS) {
      for (; q < whole; q += 4) {
        const at = p + (<usize>q << 2);
        const to = out + (<usize>q << 5);
        transpose4(at, step, to, 32);
        transpose4(at + 4 * step, step, to + 16, 32);
      }
    }
    for (; q < depth; q++) {
      for (let r = 0; r < TILE_COLUMNS; r++) {
        f32.store(
          out + (<usize>(q * TILE_COLUMNS + r) << 2),
          r < width ? f32.load(p + <usize>r * step + (<usize>q << 2)) : 0,
        );
      }
    }
    out += <usize>depth << 5;
  }
}

/** Four floats of each of four rows, as four columns that are `apart` bytes from each other. */
// @ts-ignore: decorator
@inline
function transpose4(p: usize, step: usize, out: usize, apart: usize): void {
  const r0 = v128.load(p);
  const r1 = v128.load(p + step);
  const r2 = v128.load(p + 2 * step);
  const r3 = v128.load(p + 3 * step);
  const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
  const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
  const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
  const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
  v128.store(out, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
  v128.store(out + apart, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7));
  v128.store(out + 2 * apart, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5));
  v128.store(out + 3 * apart, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7));
}

/** Strips of 4 rows, [strip][depth][4], missing rows 0; A row-major with `stride` floats a row. */
function packA(a: usize, stride: i32, rows: i32, depth: i32, out: usize): void {
  const step = <usize>stride << 2;
  const whole = depth & ~3;
  for (let i = 0; i < rows; i += TILE_ROWS) {
    const height = min(TILE_ROWS, rows - i);
    const p = a + <usize>i * step;
    let q = 0;
    if (height == TILE_ROWS) {
      for (; q < whole; q += 4) transpose4(p + (<usize>q << 2), step, out + (<usize>q << 4), 16);
    }
    for (; q < depth; q++) {
      for (let r = 0; r < TILE_ROWS; r++) {
        f32.store(
          out + (<usize>(q * TILE_ROWS + r) << 2),
          r < height ? f32.load(p + <usize>r * step + (<usize>q << 2)) : 0,
        );
      }
    }
    out += <usize>depth << 4;
  }
}

/** The same strips of an A that is stored as [k, m]. */
function packTransposedA(a: usize, stride: i32, rows: i32, depth: i32, out: usize): void {
  const step = <usize>stride << 2;
  for (let i = 0; i < rows; i += TILE_ROWS) {
    let p = a + (<usize>i << 2);
    const height = rows - i;
    for (let q = 0; q < depth; q++) {
      if (height >= TILE_ROWS) {
        v128.store(out, v128.load(p));
      } else {
        for (let r = 0; r < TILE_ROWS; r++) {
          f32.store(out + (<usize>r << 2), r < height ? f32.load(p + (<usize>r << 2)) : 0);
        }
      }
      p += step;
      out += 16;
    }
  }
}

function multiply(
  packedA: usize, packedB: usize, c: usize, rows: i32, columns: i32, depth: i32, ldc: i32, add: bool, tile: usize,
): void {
  for (let i = 0; i < rows; i += TILE_ROWS) {
    const height = min(TILE_ROWS, rows - i);
    const a = packedA + (<usize>(i * depth) << 2);
    for (let j = 0; j < columns; j += TILE_COLUMNS) {
      const b = packedB + (<usize>(j * depth) << 2);
      const out = c + (<usize>(i * ldc + j) << 2);
      if (height == TILE_ROWS && columns - j >= TILE_COLUMNS) {
        multiplyTile(a, b, depth, out, <usize>ldc << 2, add);
      } else {
        multiplyTile(a, b, depth, tile, TILE_COLUMNS << 2, false);
        copyTile(tile, out, ldc, height, min(TILE_COLUMNS, columns - j), add);
      }
    }
  }
}

function copyTile(tile: usize, c: usize, ldc: i32, rows: i32, columns: i32, add: bool): void {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const out = c + (<usize>(i * ldc + j) << 2);
      const value = f32.load(tile + (<usize>(i * TILE_COLUMNS + j) << 2));
      f32.store(out, add ? f32.load(out) + value : value);
    }
  }
}

// Written out by hand: eight accumulators, two vectors of B and one of A are what fits into x64's sixteen registers.
function multiplyTile(a: usize, b: usize, depth: i32, c: usize, step: usize, add: bool): void {
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0), c10 = f32x4.splat(0), c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0), c21 = f32x4.splat(0), c30 = f32x4.splat(0), c31 = f32x4.splat(0);
  for (let q = depth; q > 0; q--) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let x = v128.load32_splat(a);
    c00 = f32x4.add(c00, f32x4.mul(x, b0));
    c01 = f32x4.add(c01, f32x4.mul(x, b1));
    x = v128.load32_splat(a, 4);
    c10 = f32x4.add(c10, f32x4.mul(x, b0));
    c11 = f32x4.add(c11, f32x4.mul(x, b1));
    x = v128.load32_splat(a, 8);
    c20 = f32x4.add(c20, f32x4.mul(x, b0));
    c21 = f32x4.add(c21, f32x4.mul(x, b1));
    x = v128.load32_splat(a, 12);
    c30 = f32x4.add(c30, f32x4.mul(x, b0));
    c31 = f32x4.add(c31, f32x4.mul(x, b1));
    a += 16;
    b += 32;
  }
  storeTile(c, step, add, c00, c01, c10, c11, c20, c21, c30, c31);
}

// @ts-ignore: decorator
@inline
function storeTile(
  c: usize, step: usize, add: bool,
  c00: v128, c01: v128, c10: v128, c11: v128, c20: v128, c21: v128, c30: v128, c31: v128,
): void {
  storeRow(c, add, c00, c01);
  storeRow(c + step, add, c10, c11);
  storeRow(c + 2 * step, add, c20, c21);
  storeRow(c + 3 * step, add, c30, c31);
}

// @ts-ignore: decorator
@inline
function storeRow(c: usize, add: bool, left: v128, right: v128): void {
  v128.store(c, add ? f32x4.add(v128.load(c), left) : left);
  v128.store(c, add ? f32x4.add(v128.load(c, 16), right) : right, 16);
}
