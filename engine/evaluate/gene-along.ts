/** A gene as the components tell it: value ≈ mean + loadings · components. */
export interface GeneModel {
  mean: number;
  /** [dims] */
  loadings: Float64Array;
}

/** @param points [n, dims] in the embedding's units */
export function reconstruct({ mean, loadings }: GeneModel, points: Float32Array): Float32Array {
  const dims = loadings.length;
  return Float32Array.from({ length: points.length / dims }, (_, i) => {
    let value = mean;
    for (let j = 0; j < dims; j++) value += loadings[j]! * points[i * dims + j]!;
    return value;
  });
}

export interface Spread {
  mean: number;
  /** tenth and ninetieth percentile */
  low: number;
  high: number;
}

/**
 * Mean and percentiles of values that count as much as their weights say; a percentile is the first value, in ascending order, with which
 * that share of the weight is reached. NaN where no value is finite.
 * @param weights null: all alike
 */
export function weightedSpread(values: Float32Array, weights: Float32Array | null): Spread {
  const order = Array.from(values.keys())
    .filter((i) => Number.isFinite(values[i]!))
    .sort((a, b) => values[a]! - values[b]!);
  const weight = (i: number) => weights?.[i] ?? 1;
  const total = order.reduce((sum, i) => sum + weight(i), 0);
  if (!(total > 0)) return { mean: Number.NaN, low: Number.NaN, high: Number.NaN };
  const reaching = (share: number) => {
    let sum = 0;
    for (const i of order) {
      sum += weight(i);
      if (sum >= share * total * (1 - 1e-12)) return values[i]!;
    }
    return values[order.at(-1)!]!;
  };
  const mean = order.reduce((sum, i) => sum + weight(i) * values[i]!, 0) / total;
  return { mean, low: reaching(0.1), high: reaching(0.9) };
}
