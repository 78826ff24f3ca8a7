import { CancelledError } from '../errors.ts';
import type { RandomStream } from '../random.ts';
import { tridiagonalEigen } from './tridiagonal-eigen.ts';

/** A vector has converged when ‖A v − λ v‖ ≤ this λ. */
const TOLERANCE = 1e-8;

export interface Eigenpair {
  value: number;
  /** unit length, [p] */
  vector: Float64Array;
}

export interface EigenHooks {
  /** asked once a Lanczos step; true ends the work with CancelledError */
  shouldStop?(): boolean;
}

/**
 * The k largest eigenpairs of a symmetric positive semidefinite matrix, descending, by Lanczos with full
 * reorthogonalisation (Golub and Van Loan, Matrix Computations, section 10.3).
 *
 * One Krylov space holds a repeated eigenvalue once only. So the complement of what was found is searched again from
 * a new start, until it holds nothing larger than the k-th.
 * @param matrix flat [p, p], both triangles
 * @param k 1 … p
 * @throws CancelledError
 */
export function leadingEigenpairs(
  matrix: Float64Array,
  p: number,
  k: number,
  random: RandomStream,
  hooks: EigenHooks = {},
): Eigenpair[] {
  let trace = 0;
  for (let j = 0; j < p; j++) trace += matrix[j * p + j]!;
  const nothing = 1e-13 * trace;
  const found: Eigenpair[] = [];
  while (found.length < p) {
    const floor = found.length < k ? Number.NEGATIVE_INFINITY : found[k - 1]!.value * (1 + 1e-10) + nothing;
    const more = lanczos(matrix, p, found, Math.max(1, k - found.length), floor, nothing, random, hooks);
    const larger = more.filter((pair) => pair.value > floor);
    if (larger.length === 0) break;
    found.push(...larger);
    found.sort((a, b) => b.value - a.value);
  }
  return found.slice(0, k);
}

/** The `need` largest pairs orthogonal to those known, or fewer where the Krylov space ends; [] if all are below `floor`. */
function lanczos(
  matrix: Float64Array,
  p: number,
  known: readonly Eigenpair[],
  need: number,
  floor: number,
  /** what rounding makes of 0 */
  nothing: number,
  random: RandomStream,
  { shouldStop }: EigenHooks,
): Eigenpair[] {
  const most = p - known.length;
  const alpha: number[] = [];
  const beta: number[] = [];
  const basis: Float64Array[] = [];
  const others = known.map((pair) => pair.vector);

  let next: Float64Array = Float64Array.from({ length: p }, () => random.normal());
  orthogonalise(next, others);
  scale(next, 1 / norm(next));
  for (let check = Math.min(most, need + 20); ; ) {
    if (shouldStop?.()) throw new CancelledError();
    basis.push(next);
    const w = product(matrix, next, p);
    alpha.push(dot(w, next));
    orthogonalise(w, others, basis);
    const rest = norm(w);
    beta.push(rest);
    const ended = rest <= nothing || basis.length === most;
    if (ended || basis.length >= check) {
      const m = basis.length;
      const { values, vectors } = tridiagonalEigen(alpha, beta, m);
      const residual = (i: number) => (ended ? 0 : rest * Math.abs(vectors[i * m + m - 1]!));
      const count = Math.min(need, m);
      if (values[0]! + residual(0) < floor) return [];
      let converged = true;
      for (let i = 0; i < count; i++) {
        if (residual(i) > TOLERANCE * Math.abs(values[i]!) + nothing) converged = false;
      }
      if (converged) return ritzPairs(basis, values, vectors, count, p);
      check = Math.min(most, Math.ceil(m * 1.15));
    }
    scale(w, 1 / rest);
    next = w;
  }
}

function ritzPairs(
  basis: readonly Float64Array[],
  values: Float64Array,
  vectors: Float64Array,
  count: number,
  p: number,
): Eigenpair[] {
  return Array.from({ length: count }, (_, i) => {
    const vector = new Float64Array(p);
    basis.forEach((q, b) => {
      add(vector, q, vectors[i * basis.length + b]!);
    });
    scale(vector, 1 / norm(vector));
    return { value: values[i]!, vector };
  });
}

/**
 * Twice is enough (Kahan), but each time to all sets: one set after the other would let a rounding error along the
 * first grow from step to step.
 */
function orthogonalise(w: Float64Array, ...sets: (readonly Float64Array[])[]): void {
  for (let pass = 0; pass < 2; pass++) {
    for (const vectors of sets) for (const q of vectors) add(w, q, -dot(w, q));
  }
}

function product(matrix: Float64Array, v: Float64Array, p: number): Float64Array {
  const out = new Float64Array(p);
  for (let i = 0; i < p; i++) out[i] = dot(matrix.subarray(i * p, (i + 1) * p), v);
  return out;
}

// four sums: one would wait for itself at every addition
function dot(a: Float64Array, b: Float64Array): number {
  const n = b.length;
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let j = 0;
  for (; j + 3 < n; j += 4) {
    s0 += a[j]! * b[j]!;
    s1 += a[j + 1]! * b[j + 1]!;
    s2 += a[j + 2]! * b[j + 2]!;
    s3 += a[j + 3]! * b[j + 3]!;
  }
  for (; j < n; j++) s0 += a[j]! * b[j]!;
  return s0 + s1 + (s2 + s3);
}

function add(target: Float64Array, v: Float64Array, factor: number): void {
  for (let j = 0; j < v.length; j++) target[j] = target[j]! + factor * v[j]!;
}

function scale(v: Float64Array, factor: number): void {
  for (let j = 0; j < v.length; j++) v[j] = v[j]! * factor;
}

const norm = (v: Float64Array) => Math.sqrt(dot(v, v));
