import { gatherRows, rowsWhere } from '../dataset/clouds.ts';
import { type UmapStage, umap } from './umap.ts';

export interface MapHooks {
  shouldStop?(): boolean;
  onProgress?(stage: UmapStage, progress: { step: number; steps: number }): void;
}

/**
 * A map for the eye of the cells that take part (see umap).
 * @param cells points [nObs, dims]; cellTimepoint [nObs], −1 = takes no part
 * @returns [nObs, 2], NaN for cells that take no part
 */
export function mapCells(
  { points, dims, cellTimepoint }: { points: Float32Array; dims: number; cellTimepoint: Int32Array },
  seed: number,
  hooks: MapHooks = {},
): Float32Array {
  const rows = rowsWhere(cellTimepoint, (timepoint) => timepoint >= 0);
  const { coordinates } = umap(gatherRows(points, dims, rows), rows.length, dims, {
    seed,
    ...(hooks.shouldStop && { shouldStop: hooks.shouldStop }),
    onProgress: (stage, step, steps) => hooks.onProgress?.(stage, { step, steps }),
  });
  const all = new Float32Array(2 * cellTimepoint.length).fill(Number.NaN);
  rows.forEach((row, i) => {
    all.set(coordinates.subarray(2 * i, 2 * i + 2), 2 * row);
  });
  return all;
}
