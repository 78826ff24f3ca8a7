import { InputError } from '../errors.ts';

const DEGREE_TERMS = 3;
/** A cell of the tree with at most this share of a neighbourhood is not cut further. */
const CELL = 0.2;
const TOLERANCE = 100 * Number.EPSILON;

/**
 * Local quadratic regression on one predictor with tricube weights, as netlib's dloess with its defaults (gaussian
 * family, interpolated surface, cell 0.2): exact fits at the cuts of a k-d tree, cubic Hermite pieces between them.
 * Cleveland and Grosse, Statistics and Computing 1 (1991).
 * @param x [n], @param y [n], finite, in any order
 * @param span share of the points in a neighbourhood, 0 … 1
 * @returns the fitted values [n]
 * @throws InputError: too few points (n · span < 4), or so many equal x that a neighbourhood has no width
 */
export function loess(x: Float64Array, y: Float64Array, span: number): Float64Array {
  const n = x.length;
  const order = Int32Array.from({ length: n }, (_, i) => i).sort((a, b) => x[a]! - x[b]!);
  const xs = Float64Array.from(order, (i) => x[i]!);
  const ys = Float64Array.from(order, (i) => y[i]!);
  const neighbours = Math.min(n, Math.floor(n * span + 1e-5));
  if (neighbours <= DEGREE_TERMS)
    throw new InputError('Too few genes vary to fit their variance against their mean.', {
      expected: `at least ${Math.ceil((DEGREE_TERMS + 1) / span)} genes that vary, in every batch`,
      found: `${n}`,
      action: 'Keep more genes, or choose variable genes by the flavour seurat.',
    });
  const knots = knotsOf(xs, Math.floor(n * (span * CELL)));
  const fits = knots.map((at) => localFit(xs, ys, at, neighbours));
  const fitted = new Float64Array(n);
  let right = 1;
  for (let i = 0; i < n; i++) {
    while (xs[i]! > knots[right]! && right < knots.length - 1) right++;
    fitted[order[i]!] = hermite(xs[i]!, knots[right - 1]!, knots[right]!, fits[right - 1]!, fits[right]!);
  }
  return fitted;
}

/** The ends of the range, widened a little, and the cuts at medians, ascending. */
function knotsOf(xs: Float64Array, cellSize: number): number[] {
  const first = xs[0]!;
  const last = xs.at(-1)!;
  const margin = 0.005 * Math.max(last - first, 1e-10 * Math.max(Math.abs(first), Math.abs(last)) + 1e-30);
  const knots = [first - margin, last + margin];
  const divide = (from: number, to: number, lower: number, upper: number) => {
    if (to - from + 1 <= cellSize) return;
    const middle = cutAt(xs, from, to);
    const cut = xs[middle]!;
    if (cut === lower || cut === upper) return;
    knots.push(cut);
    divide(from, middle, lower, cut);
    divide(middle + 1, to, cut, upper);
  };
  divide(0, xs.length - 1, knots[0]!, knots[1]!);
  return knots.sort((a, b) => a - b);
}

// the nearest place to the median where neighbours differ, looking right and left in turn as ehg124 does
function cutAt(xs: Float64Array, from: number, to: number): number {
  // dloess counts from 1, which decides how the middle is rounded
  const middle = Math.floor((from + to + 2) / 2) - 1;
  for (let offset = 0; middle + offset < to && middle + offset >= from; ) {
    if (xs[middle + offset] !== xs[middle + offset + 1]) return middle + offset;
    offset = offset > 0 ? -offset : 1 - offset;
  }
  return middle;
}

interface LocalFit {
  value: number;
  slope: number;
}

function hermite(x: number, left: number, right: number, a: LocalFit, b: LocalFit): number {
  const width = right - left;
  const h = (x - left) / width;
  return (
    (1 - h) ** 2 * (1 + 2 * h) * a.value +
    h ** 2 * (3 - 2 * h) * b.value +
    (h * (1 - h) ** 2 * a.slope + h ** 2 * (h - 1) * b.slope) * width
  );
}

/** Weighted least squares of 1, x − at, (x − at)² over the nearest points: value and slope at `at`. */
function localFit(xs: Float64Array, ys: Float64Array, at: number, neighbours: number): LocalFit {
  const start = windowStart(xs, at, neighbours);
  const radius = Math.max(Math.abs(xs[start]! - at), Math.abs(xs[start + neighbours - 1]! - at));
  const columns = Array.from({ length: DEGREE_TERMS }, () => new Float64Array(neighbours));
  const target = new Float64Array(neighbours);
  let heaviest = 0;
  for (let i = 0; i < neighbours; i++) {
    const distance = xs[start + i]! - at;
    const weight = Math.sqrt((1 - (Math.abs(distance) / radius) ** 3) ** 3);
    heaviest = Math.max(heaviest, weight);
    for (let j = 0; j < DEGREE_TERMS; j++) columns[j]![i] = weight * distance ** j;
    target[i] = weight * ys[start + i]!;
  }
  if (!(heaviest > 0))
    throw new InputError('Too many genes have the same mean to fit their variance against it.', {
      expected: 'genes with different mean counts',
      found: `${neighbours} or more with one mean`,
      action: 'Leave out genes that few cells express, or choose variable genes by the flavour seurat.',
    });
  const [value, slope] = leastSquares(columns, target);
  return { value: value!, slope: slope! };
}

/** Of the sorted points, where the nearest `count` to `at` begin. */
function windowStart(xs: Float64Array, at: number, count: number): number {
  let low = 0;
  let high = xs.length - count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (at - xs[middle]! > xs[middle + count]! - at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Minimum-norm solution in columns of equal length, by one-sided Jacobi rotations (a singular value decomposition);
 * singular values below 100 ε of the largest count as 0, as in dloess. The columns are overwritten.
 */
function leastSquares(columns: Float64Array[], target: Float64Array): number[] {
  const k = columns.length;
  const lengths = columns.map((column) => Math.sqrt(dot(column, column)) || 1);
  for (let j = 0; j < k; j++) for (let i = 0; i < target.length; i++) columns[j]![i]! /= lengths[j]!;
  const v = columns.map((_, j) => Float64Array.from({ length: k }, (_, i) => (i === j ? 1 : 0)));
  for (let sweep = 0; sweep < 30; sweep++) {
    let turned = false;
    for (let p = 0; p < k; p++) for (let q = p + 1; q < k; q++) turned = rotate(columns, v, p, q) || turned;
    if (!turned) break;
  }
  const sigmas = columns.map((column) => Math.sqrt(dot(column, column)));
  const limit = TOLERANCE * Math.max(...sigmas);
  const along = columns.map((column, j) => (sigmas[j]! > limit ? dot(column, target) / sigmas[j]! ** 2 : 0));
  return lengths.map((length, i) => along.reduce((sum, a, j) => sum + a * v[j]![i]!, 0) / length);
}

function rotate(columns: Float64Array[], v: Float64Array[], p: number, q: number): boolean {
  const a = dot(columns[p]!, columns[p]!);
  const b = dot(columns[q]!, columns[q]!);
  const c = dot(columns[p]!, columns[q]!);
  if (Math.abs(c) <= 1e-15 * Math.sqrt(a * b)) return false;
  const zeta = (b - a) / (2 * c);
  const t = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
  const cosine = 1 / Math.sqrt(1 + t * t);
  for (const vectors of [columns, v]) turn(vectors[p]!, vectors[q]!, cosine, cosine * t);
  return true;
}

function turn(x: Float64Array, y: Float64Array, cosine: number, sine: number): void {
  for (let i = 0; i < x.length; i++) {
    const xi = x[i]!;
    x[i] = cosine * xi - sine * y[i]!;
    y[i] = sine * xi + cosine * y[i]!;
  }
}

function dot(x: Float64Array, y: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i]! * y[i]!;
  return sum;
}
