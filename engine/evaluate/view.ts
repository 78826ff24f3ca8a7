import { createPlacer, type Placer } from '../embedding/place-on-map.ts';

/** Where points of the embedding are drawn. */
export interface View {
  /** 2 or 3 */
  width: number;
  /** whether a small step in the embedding is a step on it of the same length */
  linear: boolean;
  /** of all cells on it */
  extent: { least: number[]; most: number[] };
  /**
   * @param points [m, dims], in the embedding's units
   * @param asked how many are asked in all (see Placer)
   * @returns [m, width]; NaN where a point is not finite
   */
  place(points: Float32Array, asked: number, shouldStop: () => boolean): Float32Array;
}

/** Some of the components themselves, from 0. @param points of all cells [nObs, dims] */
export function componentsView(points: Float32Array, dims: number, components: readonly number[]): View {
  const width = components.length;
  return {
    width,
    linear: true,
    extent: extentOf(components.map((component) => ({ values: points, stride: dims, offset: component }))),
    place: (points) =>
      Float32Array.from({ length: (points.length / dims) * width }, (_, i) => {
        const value = points[Math.floor(i / width) * dims + components[i % width]!]!;
        return Number.isFinite(value) ? value : Number.NaN;
      }),
  };
}

/** Cells whose places are known: points of the embedding are placed among those of their neighbours (see placeOnMap). */
export interface PlacedCells {
  dims: number;
  /** [nObs, dims], in the embedding's units */
  points: Float32Array;
  /** [nObs], −1 = takes no part, and is nobody's neighbour */
  cellTimepoint: Int32Array;
  /** [nObs, width] */
  coordinates: Float32Array;
  width: number;
}

/** @param asked about how many points will be placed */
export function mapView(
  { dims, points, cellTimepoint, coordinates, width }: PlacedCells,
  asked: number,
  seed: number,
  shouldStop: () => boolean,
): View {
  const d = dims;
  const own = coordinates.map((value, at) =>
    cellTimepoint[Math.floor(at / width)]! < 0 ? Number.NaN : value,
  );
  const cells = { n: cellTimepoint.length, d, points, coordinates: own, width };
  const placer = createPlacer(cells, asked, { seed, shouldStop });
  return {
    width,
    linear: false,
    extent: extentOf(Array.from({ length: width }, (_, c) => ({ values: own, stride: width, offset: c }))),
    place: (queries, total, stop) => placeFinite(placer, d, width, queries, total, stop),
  };
}

function placeFinite(
  placer: Placer,
  dims: number,
  width: number,
  points: Float32Array,
  asked: number,
  shouldStop: () => boolean,
): Float32Array {
  const m = points.length / dims;
  if (points.every(Number.isFinite)) return placer.place(points, m, { asked, shouldStop }).coordinates;
  const finite = finiteRows(points, dims);
  const kept = new Float32Array(finite.length * dims);
  finite.forEach((row, i) => {
    kept.set(points.subarray(row * dims, (row + 1) * dims), i * dims);
  });
  const { coordinates } = placer.place(kept, finite.length, { asked, shouldStop });
  const all = new Float32Array(m * width).fill(Number.NaN);
  finite.forEach((row, i) => {
    all.set(coordinates.subarray(i * width, (i + 1) * width), row * width);
  });
  return all;
}

/** Rows of points of finite numbers alone. */
export function finiteRows(points: Float32Array, dims: number): number[] {
  return Array.from({ length: points.length / dims }, (_, row) => row).filter((row) =>
    points.subarray(row * dims, (row + 1) * dims).every(Number.isFinite),
  );
}

/** Of the finite values on each axis. */
export function extentOf(axes: { values: Float32Array; stride: number; offset: number }[]): View['extent'] {
  const extents = axes.map(({ values, stride, offset }) => {
    let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let i = offset; i < values.length; i += stride) {
      const value = values[i]!;
      if (value < least) least = value;
      if (value > most) most = value;
    }
    return { least, most };
  });
  return { least: extents.map(({ least }) => least), most: extents.map(({ most }) => most) };
}
