import type { Points } from './ground-cost.ts';

/** When masses change between two timepoints; the data do not say. */
export type GrowthTiming = 'steady' | 'early';

/** What a plan between two observed timepoints says of growth. */
export interface IntervalGrowth {
  /** the model's time of the two timepoints */
  tStart: number;
  tEnd: number;
  /**
   * log(n · row mass) of points that set out at the first timepoint (`points` flat [k, d], in the plan's space) → [k];
   * 0: as many descendants as the mean cell, log 2: twice as many
   */
  logGainAt(points: Points): Float64Array;
  /**
   * The same as an estimate of growth, to be told and shown: without what the plan takes for growth, and by a τ and ε of its own, with which it
   * was measured (see `estimateGrowth`). Worked out when it is first asked for. Default: as `logGainAt`.
   */
  estimatedGainAt?(points: Points): Float64Array;
}

/**
 * Growth rates: the log gain of each cell by the real time between the days, less the rate of the mean cell. Snapshots
 * say nothing of totals, so a rate of 0 is that of the mean cell and not of a cell at rest.
 * Estimates rank cells rather than measure them: they are cautious where fates are near each other (see `estimateGrowth`).
 * @param logGain log(n · row mass), [n]
 * @param duration real time between the two timepoints, e.g. days
 * @returns per unit of that time, [n]
 */
export function growthRates(logGain: Float64Array, duration: number): Float64Array {
  return logGain.map((gain) => gain / duration);
}

/**
 * The share of its log gain that a trajectory has at s ∈ [0, 1] of the interval: `steady` s (a constant rate, mass
 * log-linear in time), `early` all of it from the first moment on.
 */
export function shareOfGain(s: number, timing: GrowthTiming): number {
  if (timing === 'early') return s > 0 ? 1 : 0;
  return Math.min(1, Math.max(0, s));
}
