/**
 * A map of each dimension by itself, x ↦ (x − shift) / scale: whitening as the field calls StandardScaler's
 * transform (no rotation), or one common unit.
 */
export interface DimensionScaling {
  /** [d] */
  shift: Float64Array;
  /** [d], positive */
  scale: Float64Array;
}

export function noScaling(d: number): DimensionScaling {
  return { shift: new Float64Array(d), scale: new Float64Array(d).fill(1) };
}

/**
 * Mean 0 and variance 1 (divisor n) of each dimension over the cells given. A constant dimension keeps scale 1,
 * as in scikit-learn's StandardScaler.
 * @param points [n, d]
 * @param cells rows that are looked at; no other row has any influence
 */
export function fitWhitening(points: Float32Array, d: number, cells: Int32Array): DimensionScaling {
  const { shift, scale } = noScaling(d);
  for (const cell of cells) for (let j = 0; j < d; j++) shift[j]! += points[cell * d + j]! / cells.length;
  const variance = new Float64Array(d);
  for (const cell of cells) {
    for (let j = 0; j < d; j++) variance[j]! += (points[cell * d + j]! - shift[j]!) ** 2 / cells.length;
  }
  for (let j = 0; j < d; j++) {
    // a constant column leaves rounding noise of about (ε·mean)², never a real spread
    const noise = (1e-6 * shift[j]!) ** 2;
    scale[j] = variance[j]! > noise ? Math.sqrt(variance[j]!) : 1;
  }
  return { shift, scale };
}

/**
 * One unit for all dimensions: the root of their mean variance over the cells given, so that distances keep
 * their proportions. Nothing is shifted away from the mean of the cells.
 * @param points [n, d]
 */
export function fitUnitScale(points: Float32Array, d: number, cells: Int32Array): DimensionScaling {
  const { shift, scale } = fitWhitening(points, d, cells);
  let total = 0;
  for (const cell of cells) {
    for (let j = 0; j < d; j++) total += (points[cell * d + j]! - shift[j]!) ** 2;
  }
  const unit = Math.sqrt(total / (cells.length * d));
  return { shift, scale: scale.fill(unit > 0 ? unit : 1) };
}

/** x ↦ (x − shift) / scale; `points` [n, d], a new array. */
export function applyScaling(points: Float32Array, d: number, scaling: DimensionScaling): Float32Array {
  return points.map((value, i) => (value - scaling.shift[i % d]!) / scaling.scale[i % d]!);
}

/** x ↦ x · scale + shift; the inverse of `applyScaling`. */
export function invertScaling(points: Float32Array, d: number, scaling: DimensionScaling): Float32Array {
  return points.map((value, i) => value * scaling.scale[i % d]! + scaling.shift[i % d]!);
}
