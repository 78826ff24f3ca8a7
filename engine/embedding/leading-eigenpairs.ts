import type { DoubleKernels } from '../compute/double-kernels.ts';
import { CancelledError } from '../errors.ts';
import type { RandomStream } from '../random.ts';
import { tridiagonalEigen, tridiagonalEnds } from './tridiagonal-eigen.ts';

/** A vector has converged when ‖A v − λ v‖ ≤ this λ. */
const TOLERANCE = 1e-8;
/** The first look is after this many steps more than pairs; then one every few steps. */
const FIRST_CHECK = 20;
const CHECK_EVERY = 8;

export interface Eigenpair {
  value: number;
  /** unit length, [p] */
  vector: Float64Array;
}

export interface EigenHooks {
  /** asked once a Lanczos step; true ends the work with CancelledError */
  shouldStop?(): boolean;
}

/** Arrays in the memory of the kernels. */
interface Workspace {
  kernels: DoubleKernels;
  matrix: Float64Array;
  p: number;
  w: Float64Array;
  factors: Float64Array;
  /** [p, p]: what is known, then the basis */
  vectors: Float64Array;
}

/** What `leadingEigenpairs` takes of the memory of the kernels; only what a search uses of it is ever touched. */
export const eigenBytes = (p: number) => 8 * (p * p + 2 * p) + 256;

/**
 * The k largest eigenpairs of a symmetric positive semidefinite matrix, descending, by Lanczos with full
 * reorthogonalisation (Golub and Van Loan, Matrix Computations, section 10.3).
 *
 * One Krylov space holds a repeated eigenvalue once only. So the complement of what was found is searched again from
 * a new start, until it holds nothing larger than the k-th.
 * @param matrix [p, p] in the memory of the kernels, the upper triangle; kept
 * @param k 1 … p
 * @throws CancelledError
 */
export function leadingEigenpairs(
  kernels: DoubleKernels,
  matrix: Float64Array,
  p: number,
  k: number,
  random: RandomStream,
  hooks: EigenHooks = {},
): Eigenpair[] {
  const [w, factors, vectors] = [kernels.doubles(p), kernels.doubles(p), kernels.doubles(p * p)];
  const space: Workspace = { kernels, matrix, p, w, factors, vectors };
  let trace = 0;
  for (let j = 0; j < p; j++) trace += matrix[j * p + j]!;
  const nothing = 1e-13 * trace;
  const found: Eigenpair[] = [];
  while (found.length < p) {
    const floor = found.length < k ? Number.NEGATIVE_INFINITY : found[k - 1]!.value * (1 + 1e-10) + nothing;
    const more = lanczos(space, found, Math.max(1, k - found.length), floor, nothing, random, hooks);
    const larger = more.filter((pair) => pair.value > floor);
    if (larger.length === 0) break;
    found.push(...larger);
    found.sort((a, b) => b.value - a.value);
  }
  return found.slice(0, k);
}

/** The `need` largest pairs orthogonal to those known, or fewer where the Krylov space ends; [] if all are below `floor`. */
function lanczos(
  space: Workspace,
  known: readonly Eigenpair[],
  need: number,
  floor: number,
  /** what rounding makes of 0 */
  nothing: number,
  random: RandomStream,
  { shouldStop }: EigenHooks,
): Eigenpair[] {
  const { kernels, matrix, p, w, factors, vectors } = space;
  const most = p - known.length;
  const alpha: number[] = [];
  const beta: number[] = [];

  known.forEach(({ vector }, i) => {
    vectors.set(vector, i * p);
  });
  for (let j = 0; j < p; j++) w[j] = random.normal();
  orthogonalise(space, known.length);
  scale(w, 1 / norm(space));
  for (let check = Math.min(most, need + FIRST_CHECK); ; ) {
    if (shouldStop?.()) throw new CancelledError();
    const at = (known.length + alpha.length) * p;
    const newest = vectors.subarray(at, at + p);
    newest.set(w);
    kernels.symmetricProduct(matrix, newest, w);
    kernels.dots(newest, 1, w, factors);
    alpha.push(factors[0]!);
    const m = alpha.length;
    orthogonalise(space, known.length + m);
    const rest = norm(space);
    beta.push(rest);
    const ended = rest <= nothing || m === most;
    if (ended || m >= check) {
      const { values, ends } = tridiagonalEnds(alpha, beta, m);
      const residual = (i: number) => (ended ? 0 : rest * Math.abs(ends[i]!));
      const count = Math.min(need, m);
      if (values[0]! + residual(0) < floor) return [];
      let converged = true;
      for (let i = 0; i < count; i++) {
        if (residual(i) > TOLERANCE * Math.abs(values[i]!) + nothing) converged = false;
      }
      if (converged) return ritzPairs(space, known.length, alpha, beta, count);
      check = Math.min(most, m + CHECK_EVERY);
    }
    scale(w, 1 / rest);
  }
}

function ritzPairs(
  space: Workspace,
  known: number,
  alpha: readonly number[],
  beta: readonly number[],
  count: number,
): Eigenpair[] {
  const { kernels, p, w, factors } = space;
  const m = alpha.length;
  const basis = space.vectors.subarray(known * p);
  const { values, vectors } = tridiagonalEigen(alpha, beta, m);
  return Array.from({ length: count }, (_, i) => {
    w.fill(0);
    factors.set(vectors.subarray(i * m, (i + 1) * m));
    kernels.addVectors(basis, m, factors, 1, w);
    scale(w, 1 / norm(space));
    return { value: values[i]!, vector: w.slice() };
  });
}

/**
 * w against the first `count` vectors. Twice is enough (Kahan), but each time to all of them, those known and the
 * basis: one set after the other would let a rounding error along the first grow from step to step.
 */
function orthogonalise({ kernels, w, factors, vectors }: Workspace, count: number): void {
  for (let pass = 0; pass < 2; pass++) {
    kernels.dots(vectors, count, w, factors);
    kernels.addVectors(vectors, count, factors, -1, w);
  }
}

function norm({ kernels, w, factors }: Workspace): number {
  kernels.dots(w, 1, w, factors);
  return Math.sqrt(factors[0]!);
}

function scale(v: Float64Array, factor: number): void {
  for (let j = 0; j < v.length; j++) v[j] = v[j]! * factor;
}
