/** On the map, over what a step of its length in the embedding usually is there; and at least this share of the map's extent. */
const TIMES_USUAL = 6;
const LEAST_SHARE = 0.03;

/** Steps of paths that are placed on a map. Of each moment the steps that led to it, those of the first are none. */
export interface PlacedSteps {
  /** places on the map [moments, n, width]; NaN: none */
  positions: Float32Array;
  width: number;
  /** cells that were followed */
  n: number;
  /** lengths in the embedding [moments, n] */
  lengths: Float32Array;
  /** of all cells on the map */
  extent: { least: readonly number[]; most: readonly number[] };
}

/**
 * Steps that are long on the map and ordinary in the embedding: a map of neighbours (UMAP) tears apart what lies between
 * its islands, and a path across such a tear has no way there that could be drawn.
 * @returns 1 = the step to this place is one [moments, n]
 */
export function jumpsOnMap({ positions, width, n, lengths, extent }: PlacedSteps): Uint8Array {
  const onMap = new Float32Array(lengths.length);
  for (let k = n; k < lengths.length; k++) {
    let square = 0;
    for (let c = 0; c < width; c++)
      square += (positions[k * width + c]! - positions[(k - n) * width + c]!) ** 2;
    onMap[k] = Math.sqrt(square);
  }
  const ratios = onMap
    .map((length, k) => length / lengths[k]!)
    .filter((ratio) => ratio > 0 && ratio < Number.POSITIVE_INFINITY)
    .sort();
  const usual = ratios[ratios.length >> 1];
  const jumps = new Uint8Array(lengths.length);
  if (usual === undefined) return jumps;
  const across = Math.hypot(...extent.most.map((most, c) => most - extent.least[c]!));
  for (let k = n; k < lengths.length; k++) {
    if (onMap[k]! > LEAST_SHARE * across && onMap[k]! > TIMES_USUAL * usual * lengths[k]!) jumps[k] = 1;
  }
  return jumps;
}

/** Lengths of the steps between the points of two moments, both flat [n, dims] → [n] */
export function stepsBetween(from: Float32Array, to: Float32Array, dims: number): Float32Array {
  return Float32Array.from({ length: from.length / dims }, (_, i) => {
    let square = 0;
    for (let j = i * dims; j < (i + 1) * dims; j++) square += (to[j]! - from[j]!) ** 2;
    return Math.sqrt(square);
  });
}

/** As `stepsBetween` for all moments of paths, flat [moments, n, dims] → [moments, n]; the first has none */
export function stepLengths(points: Float32Array, n: number, dims: number): Float32Array {
  const lengths = new Float32Array(points.length / dims);
  const moment = (at: number) => points.subarray(at * dims, (at + n) * dims);
  for (let at = n; at < lengths.length; at += n)
    lengths.set(stepsBetween(moment(at - n), moment(at), dims), at);
  return lengths;
}
