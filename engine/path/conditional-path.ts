import type { Vector } from '../compute/kernels.ts';

/** Where a pair of consecutive timepoints lies in the model's time. */
export interface PairTime {
  /** t_a */
  tStart: number;
  /** Δ = t_b − t_a, > 0 */
  duration: number;
}

/** Coupled points of all pairs, stacked: pair p has the rows p·rowsPerPair … (p+1)·rowsPerPair − 1. */
export interface PathBatch {
  /** start points [rows, d] */
  x0: Vector;
  /** end points [rows, d] */
  x1: Vector;
  /** where between them, [rows], in [0, 1] */
  s: Vector;
  pairs: readonly PairTime[];
  rowsPerPair: number;
}

/**
 * A path from x0 to x1 with its velocity in the model's time,
 * x_s = (1−s) x0 + s x1 + γ(s) φ, ẋ_t = (x1 − x0)/Δ + γ'(s)/Δ · φ + γ(s) · ∂φ/∂t (MFM).
 * At s = 0 and s = 1 it is x0 and x1 to the bit, whatever φ is.
 */
export interface ConditionalPath {
  readonly dims: number;
  /** the most rows (all pairs together) that one call takes */
  readonly maxRows: number;
  /** Fills xt and ut, both [rows, d]. */
  evaluate(batch: PathBatch, xt: Vector, ut: Vector): void;
}

/** How many rows a batch has, all pairs together. */
export function batchRows(batch: PathBatch): number {
  return batch.pairs.length * batch.rowsPerPair;
}

/** γ(s) = 1 − s² − (1−s)² = 2s(1−s), exactly 0 at both ends. */
export function bridgeWeight(s: number): number {
  return 2 * s * (1 - s);
}

/** γ'(s) = 2(1−2s). */
export function bridgeSlope(s: number): number {
  return 2 * (1 - 2 * s);
}

/** Fills t [rows] with the model's time of each row, t = t_a + s·Δ. */
export function fillTimes(batch: PathBatch, t: Vector): void {
  batch.pairs.forEach(({ tStart, duration }, pair) => {
    const end = (pair + 1) * batch.rowsPerPair;
    for (let i = pair * batch.rowsPerPair; i < end; i++) t[i] = tStart + batch.s[i]! * duration;
  });
}
