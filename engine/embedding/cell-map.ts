import { gatherRows, rowsWhere } from '../dataset/clouds.ts';
import { placeOnMap } from './place-on-map.ts';
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

/**
 * Where points of the embedding are drawn on a map of its cells (see placeOnMap).
 * @param queries [m, dims]
 * @returns [m, 2]; null where a point is not finite, as of a fit that diverged
 */
export function placePoints(
  queries: Float32Array,
  { points, dims, cellTimepoint }: { points: Float32Array; dims: number; cellTimepoint: Int32Array },
  map: Float32Array,
  seed: number,
  hooks: Pick<MapHooks, 'shouldStop'> = {},
): Float32Array | null {
  if (!queries.every(Number.isFinite)) return null;
  // cells that take no part are no neighbours
  const coordinates = map.map((value, at) => (cellTimepoint[at >> 1]! < 0 ? Number.NaN : value));
  const cells = { n: cellTimepoint.length, d: dims, points, coordinates };
  return placeOnMap(queries, queries.length / dims, cells, { seed, ...hooks }).coordinates;
}
