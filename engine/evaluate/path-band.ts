import type { FitResult } from './held-out.ts';
import type { Trajectories } from './trajectories.ts';

/** How far fits that differ in their seed part along the same trajectories. */
export interface PathSpread {
  /** fits with trajectories, all of finite numbers */
  seeds: number;
  /**
   * root mean square distance of the fits' points from their mean (divisor seeds − 1), at the same time and start cell, in
   * the embedding's units [times, cells]
   */
  distance: Float32Array;
}

/** @returns null where fewer than two of them are of finite numbers */
export function pathSpread(
  trajectories: readonly Pick<Trajectories, 'points' | 'times' | 'cells'>[],
): PathSpread | null {
  const clouds = trajectories.map(({ points }) => points).filter((points) => points.every(Number.isFinite));
  const seeds = clouds.length;
  if (seeds < 2) return null;
  const { times, cells, points } = trajectories[0]!;
  const distance = new Float32Array(times.length * cells.length);
  const dims = points.length / distance.length;
  for (let i = 0; i < distance.length; i++) {
    let sum = 0;
    for (let c = i * dims; c < (i + 1) * dims; c++) {
      let mean = 0;
      for (const cloud of clouds) mean += cloud[c]! / seeds;
      for (const cloud of clouds) sum += (cloud[c]! - mean) ** 2;
    }
    distance[i] = Math.sqrt(sum / (seeds - 1));
  }
  return { seeds, distance };
}

/**
 * Of the fits that rolled trajectories out, which differ in their seed alone, the first keeps them, with their spread over the
 * others; of the others their trajectories, velocities and growth rates are let go: one of each is shown and saved.
 */
export function joinPaths(fits: readonly FitResult[]): FitResult[] {
  const rolled = fits.flatMap(({ trajectories }) => trajectories ?? []);
  const spread = pathSpread(rolled);
  const first = fits.find(({ trajectories }) => trajectories !== null);
  return fits.map((fit) => {
    if (fit.trajectories === null) return fit;
    if (fit === first) return spread ? { ...fit, trajectories: { ...fit.trajectories, spread } } : fit;
    const { growthRate: _, ...rest } = fit;
    return { ...rest, trajectories: null, velocity: null };
  });
}

export function rootMeanSquare(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! ** 2;
  return Math.sqrt(sum / values.length);
}
