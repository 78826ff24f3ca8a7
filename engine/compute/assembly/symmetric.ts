// Symmetric matrices and sets of vectors in float64. Sums have a fixed order.

// @ts-ignore: decorator
@inline
function sum(a: v128): f64 {
  return f64x2.extract_lane(a, 0) + f64x2.extract_lane(a, 1);
}

// @ts-ignore: decorator
@inline
function addProduct(s: v128, a: v128, b: v128): v128 {
  return f64x2.add(s, f64x2.mul(a, b));
}

// @ts-ignore: decorator
@inline
function addAt(p: usize, value: f64): void {
  f64.store(p, f64.load(p) + value);
}

/** out = A x, where only the upper triangle of A [p, p] is read, once, four rows at a time. */
export function symmetricProduct(matrix: usize, x: usize, out: usize, p: i32): void {
  const width = <usize>p << 3;
  memory.fill(out, 0, width);
  let i = 0;
  for (; i + 3 < p; i += 4) fourRows(matrix + <usize>i * width, x, out, <usize>i << 3, width);
  for (; i < p; i++) {
    for (let j = i; j < p; j++) element(matrix + <usize>i * width, x, out, <usize>i << 3, <usize>j << 3);
  }
}

/** The part of element (i, j) and of its mirror image; i and j in bytes. */
// @ts-ignore: decorator
@inline
function element(line: usize, x: usize, out: usize, i: usize, j: usize): void {
  const a = f64.load(line + j);
  addAt(out + i, a * f64.load(x + j));
  if (i != j) addAt(out + j, a * f64.load(x + i));
}

// @ts-ignore: decorator
@inline
function fourRows(line: usize, x: usize, out: usize, i: usize, width: usize): void {
  for (let r: usize = 0; r < 4; r++) {
    for (let c = r; c < 4; c++) element(line + r * width, x, out, i + (r << 3), i + (c << 3));
  }
  const x0 = v128.load64_splat(x + i);
  const x1 = v128.load64_splat(x + i, 8);
  const x2 = v128.load64_splat(x + i, 16);
  const x3 = v128.load64_splat(x + i, 24);
  let s0 = f64x2.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let j = i + 32;
  for (; j + 8 < width; j += 16) {
    const p = line + j;
    const a0 = v128.load(p);
    const a1 = v128.load(p + width);
    const a2 = v128.load(p + 2 * width);
    const a3 = v128.load(p + 3 * width);
    const xj = v128.load(x + j);
    s0 = addProduct(s0, a0, xj);
    s1 = addProduct(s1, a1, xj);
    s2 = addProduct(s2, a2, xj);
    s3 = addProduct(s3, a3, xj);
    const left = f64x2.add(f64x2.mul(a0, x0), f64x2.mul(a1, x1));
    const right = f64x2.add(f64x2.mul(a2, x2), f64x2.mul(a3, x3));
    v128.store(out + j, f64x2.add(v128.load(out + j), f64x2.add(left, right)));
  }
  if (j < width) {
    for (let r: usize = 0; r < 4; r++) element(line + r * width, x, out, i + (r << 3), j);
  }
  addAt(out + i, sum(s0));
  addAt(out + i + 8, sum(s1));
  addAt(out + i + 16, sum(s2));
  addAt(out + i + 24, sum(s3));
}

/** out[v] = vectors[v] · w for each of the vectors [count, p] */
export function dots(vectors: usize, count: i32, w: usize, p: i32, out: usize): void {
  const width = <usize>p << 3;
  let v = 0;
  for (; v + 3 < count; v += 4) {
    let s0 = f64x2.splat(0);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    let j: usize = 0;
    for (; j + 8 < width; j += 16) {
      const wj = v128.load(w + j);
      const q = vectors + j;
      s0 = addProduct(s0, v128.load(q), wj);
      s1 = addProduct(s1, v128.load(q + width), wj);
      s2 = addProduct(s2, v128.load(q + 2 * width), wj);
      s3 = addProduct(s3, v128.load(q + 3 * width), wj);
    }
    f64.store(out, sum(s0));
    f64.store(out, sum(s1), 8);
    f64.store(out, sum(s2), 16);
    f64.store(out, sum(s3), 24);
    if (j < width) {
      for (let r: usize = 0; r < 4; r++) addAt(out + (r << 3), f64.load(vectors + r * width + j) * f64.load(w + j));
    }
    vectors += width << 2;
    out += 32;
  }
  for (; v < count; v++) {
    let s = f64x2.splat(0);
    let j: usize = 0;
    for (; j + 8 < width; j += 16) s = addProduct(s, v128.load(vectors + j), v128.load(w + j));
    f64.store(out, sum(s) + (j < width ? f64.load(vectors + j) * f64.load(w + j) : 0));
    vectors += width;
    out += 8;
  }
}

/** w += sign · Σ factors[v] vectors[v] */
export function addVectors(vectors: usize, count: i32, factors: usize, sign: f64, w: usize, p: i32): void {
  const width = <usize>p << 3;
  let v = 0;
  for (; v + 3 < count; v += 4) {
    const f0 = sign * f64.load(factors);
    const f1 = sign * f64.load(factors, 8);
    const f2 = sign * f64.load(factors, 16);
    const f3 = sign * f64.load(factors, 24);
    let j: usize = 0;
    for (; j + 8 < width; j += 16) {
      const q = vectors + j;
      const left = f64x2.add(
        f64x2.mul(v128.load(q), f64x2.splat(f0)),
        f64x2.mul(v128.load(q + width), f64x2.splat(f1)),
      );
      const right = f64x2.add(
        f64x2.mul(v128.load(q + 2 * width), f64x2.splat(f2)),
        f64x2.mul(v128.load(q + 3 * width), f64x2.splat(f3)),
      );
      v128.store(w + j, f64x2.add(v128.load(w + j), f64x2.add(left, right)));
    }
    if (j < width) {
      const q = vectors + j;
      const left = f64.load(q) * f0 + f64.load(q + width) * f1;
      const right = f64.load(q + 2 * width) * f2 + f64.load(q + 3 * width) * f3;
      addAt(w + j, left + right);
    }
    vectors += width << 2;
    factors += 32;
  }
  for (; v < count; v++) {
    const f = sign * f64.load(factors);
    let j: usize = 0;
    for (; j + 8 < width; j += 16) {
      v128.store(w + j, addProduct(v128.load(w + j), v128.load(vectors + j), f64x2.splat(f)));
    }
    if (j < width) addAt(w + j, f * f64.load(vectors + j));
    vectors += width;
    factors += 8;
  }
}
