import type { RandomStream } from '../random.ts';

/** side of the square that the first layout fills, and noise on it that parts equal points */
const SIDE = 10;
const NOISE = 1e-4;
const ITERATIONS = 1000;
/** cells between two questions whether to stop */
const BREATH = 1024;

/**
 * Where the cells start: along the first two principal components of the points, each stretched to 0 … 10, as
 * umap-learn does with `init="pca"`. An axis on which all are equal is filled by the noise.
 * @param points flat [n, d]
 * @returns flat [n, 2]
 */
export function startLayout(
  points: Float32Array,
  n: number,
  d: number,
  random: RandomStream,
  tick: () => void = () => {},
): Float32Array {
  const { mean, covariance } = moments(points, n, d, tick);
  const axes = leadingAxes(covariance, d, Math.min(2, d), random);
  const scores = new Float64Array(2 * n);
  for (let i = 0; i < n; i++) {
    if (i % BREATH === 0) tick();
    axes.forEach((axis, which) => {
      let sum = 0;
      for (let c = 0; c < d; c++) sum += axis[c]! * (points[i * d + c]! - mean[c]!);
      scores[2 * i + which] = sum;
    });
  }
  const size = scores.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
  const unit = size > 0 ? SIDE / size : 0;
  const noisy = scores.map((v) => v * unit + NOISE * random.normal());
  return stretch(noisy, n);
}

function moments(points: Float32Array, n: number, d: number, tick: () => void) {
  const mean = new Float64Array(d);
  for (let i = 0; i < n; i++) {
    if (i % BREATH === 0) tick();
    for (let c = 0; c < d; c++) mean[c]! += points[i * d + c]! / n;
  }
  const covariance = new Float64Array(d * d);
  const row = new Float64Array(d);
  for (let i = 0; i < n; i++) {
    if (i % BREATH === 0) tick();
    for (let c = 0; c < d; c++) row[c] = points[i * d + c]! - mean[c]!;
    for (let c = 0; c < d; c++) {
      const v = row[c]! / n;
      for (let e = c; e < d; e++) covariance[c * d + e]! += v * row[e]!;
    }
  }
  for (let c = 0; c < d; c++) for (let e = 0; e < c; e++) covariance[c * d + e] = covariance[e * d + c]!;
  return { mean, covariance };
}

/**
 * Unit vectors along the most variance, by orthogonal iteration, in each the largest entry positive. A hundredth is near enough for a start: where
 * two variances are so alike that it converges slowly, any axes of their plane serve.
 */
function leadingAxes(
  covariance: Float64Array,
  d: number,
  count: number,
  random: RandomStream,
): Float64Array[] {
  let axes: Float64Array[] = Array.from({ length: count }, () =>
    Float64Array.from({ length: d }, () => random.normal()),
  );
  for (let round = 0; round < ITERATIONS; round++) {
    const before = axes;
    axes = orthonormal(before.map((axis) => product(covariance, axis, d)));
    if (axes.every((axis, a) => Math.abs(dot(axis, before[a]!)) > 1 - 1e-12)) break;
  }
  return axes.map((axis) => {
    const largest = axis.reduce((most, v) => (Math.abs(v) > Math.abs(most) ? v : most), 0);
    return largest < 0 ? axis.map((v) => -v) : axis;
  });
}

/** Gram and Schmidt; a vector that is nothing but rounding of those before becomes 0. */
function orthonormal(vectors: Float64Array[]): Float64Array[] {
  const out: Float64Array[] = [];
  for (const vector of vectors) {
    const size = Math.sqrt(dot(vector, vector));
    let rest = vector;
    for (const q of out) {
      const along = dot(rest, q);
      rest = rest.map((v, c) => v - along * q[c]!);
    }
    const left = Math.sqrt(dot(rest, rest));
    out.push(left > 1e-12 * size ? rest.map((v) => v / left) : rest.fill(0));
  }
  return out;
}

function product(matrix: Float64Array, v: Float64Array, d: number): Float64Array {
  return v.map((_, c) => dot(matrix.subarray(c * d, (c + 1) * d), v));
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let c = 0; c < a.length; c++) sum += a[c]! * b[c]!;
  return sum;
}

function stretch(places: Float64Array, n: number): Float32Array {
  const low = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  const high = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let a = 0; a < 2 * n; a++) {
    low[a % 2] = Math.min(low[a % 2]!, places[a]!);
    high[a % 2] = Math.max(high[a % 2]!, places[a]!);
  }
  return Float32Array.from(places, (v, a) => (SIDE * (v - low[a % 2]!)) / (high[a % 2]! - low[a % 2]!));
}
