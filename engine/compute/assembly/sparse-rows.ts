// Sparse rows against dense matrices in float64. Row r has the entries starts[r] … starts[r + 1] − 1; starts[0] = 0.

/**
 * sums += Σ x and gram += Σ x xᵀ over the rows, the upper triangle of gram [p, p] only. Gene by gene, so that one row
 * of gram stays in the nearest cache; each element still sums its rows in their order.
 * @param scratch int32, p + 1 and two an entry
 */
export function gramAdd(
  values: usize,
  indices: usize,
  starts: usize,
  rows: i32,
  gram: usize,
  sums: usize,
  p: i32,
  scratch: usize,
): void {
  const ends = scratch;
  const order = scratch + (<usize>(p + 1) << 2);
  sortByGene(indices, starts, rows, p, ends, order);
  let at = order;
  for (let gene: usize = 0; gene < <usize>p; gene++) {
    const stop = order + (<usize>i32.load(ends + (gene << 2)) << 3);
    const line = gram + ((gene * <usize>p) << 3);
    let sum = f64.load(sums + (gene << 3));
    for (; at < stop; at += 8) {
      const entry = <usize>i32.load(at);
      const value = f64.load(values + (entry << 3));
      sum += value;
      addScaled(values, indices, entry, <usize>i32.load(at, 4), value, line);
    }
    f64.store(sums + (gene << 3), sum);
  }
}

/** line[indices[e]] += factor · values[e] */
// @ts-ignore: decorator
@inline
function addScaled(values: usize, indices: usize, from: usize, to: usize, factor: f64, line: usize): void {
  let e = from;
  for (; e + 3 < to; e += 4) {
    const index = indices + (e << 2);
    const value = values + (e << 3);
    const a = line + (<usize>i32.load(index) << 3);
    const b = line + (<usize>i32.load(index, 4) << 3);
    const c = line + (<usize>i32.load(index, 8) << 3);
    const d = line + (<usize>i32.load(index, 12) << 3);
    // the columns of a row differ, so these loads need not wait for the stores
    const sumA = f64.load(a) + factor * f64.load(value);
    const sumB = f64.load(b) + factor * f64.load(value, 8);
    const sumC = f64.load(c) + factor * f64.load(value, 16);
    const sumD = f64.load(d) + factor * f64.load(value, 24);
    f64.store(a, sumA);
    f64.store(b, sumB);
    f64.store(c, sumC);
    f64.store(d, sumD);
  }
  for (; e < to; e++) {
    const a = line + (<usize>i32.load(indices + (e << 2)) << 3);
    f64.store(a, f64.load(a) + factor * f64.load(values + (e << 3)));
  }
}

/** order: entry and end of its row, by gene and then row; ends[gene]: where the gene ends in it. */
function sortByGene(indices: usize, starts: usize, rows: i32, p: i32, ends: usize, order: usize): void {
  memory.fill(ends, 0, <usize>(p + 1) << 2);
  const entries = i32.load(starts + (<usize>rows << 2));
  for (let e = 0; e < entries; e++) {
    const count = ends + (<usize>(i32.load(indices + (<usize>e << 2)) + 1) << 2);
    i32.store(count, i32.load(count) + 1);
  }
  for (let gene = 1; gene <= p; gene++) {
    const count = ends + (<usize>gene << 2);
    i32.store(count, i32.load(count) + i32.load(count - 4));
  }
  let e = 0;
  for (let row = 0; row < rows; row++) {
    const end = i32.load(starts + (<usize>row << 2), 4);
    for (; e < end; e++) {
      const next = ends + (<usize>i32.load(indices + (<usize>e << 2)) << 2);
      const place = i32.load(next);
      i32.store(next, place + 1);
      i32.store(order + (<usize>place << 3), e);
      i32.store(order + (<usize>place << 3), end, 4);
    }
  }
}

/**
 * out [rows, k] = x · matrix + offset for each row x; the sums in float64, `out` in float32.
 * @param matrix [p, width], and offset [width], where width is k or for odd k one more
 * @param sums room for width float64
 */
export function sparseProduct(
  values: usize,
  indices: usize,
  starts: usize,
  rows: i32,
  matrix: usize,
  offset: usize,
  k: i32,
  out: usize,
  sums: usize,
): void {
  const bytes = <usize>((k + 1) & ~1) << 3;
  for (let row = 0; row < rows; row++) {
    memory.copy(sums, offset, bytes);
    const from = <usize>i32.load(starts + (<usize>row << 2));
    const to = <usize>i32.load(starts + (<usize>row << 2), 4);
    for (let e = from; e < to; e++) {
      const value = f64x2.splat(f64.load(values + (e << 3)));
      const line = matrix + <usize>i32.load(indices + (e << 2)) * bytes;
      for (let c: usize = 0; c < bytes; c += 16) {
        v128.store(sums + c, f64x2.add(v128.load(sums + c), f64x2.mul(value, v128.load(line + c))));
      }
    }
    for (let c = 0; c < k; c++) {
      f32.store(out, <f32>f64.load(sums + (<usize>c << 3)));
      out += 4;
    }
  }
}
