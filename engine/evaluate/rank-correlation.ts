/**
 * Spearman's rank correlation: Pearson's of the ranks, equal values sharing their mean rank.
 * @returns in [−1, 1]; null: fewer than three pairs, or one side is all of one value
 */
export function rankCorrelation(a: ArrayLike<number>, b: ArrayLike<number>): number | null {
  const n = a.length;
  if (n < 3) return null;
  const [x, y] = [ranksOf(a), ranksOf(b)];
  const mean = (n - 1) / 2;
  let [xy, xx, yy] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    const [u, v] = [x[i]! - mean, y[i]! - mean];
    xy += u * v;
    xx += u * u;
    yy += v * v;
  }
  return xx === 0 || yy === 0 ? null : xy / Math.sqrt(xx * yy);
}

function ranksOf(values: ArrayLike<number>): Float64Array {
  const order = Uint32Array.from({ length: values.length }, (_, i) => i);
  order.sort((i, j) => values[i]! - values[j]!);
  const ranks = new Float64Array(values.length);
  for (let start = 0, stop = 0; start < order.length; start = stop) {
    while (stop < order.length && values[order[stop]!] === values[order[start]!]) stop++;
    for (let k = start; k < stop; k++) ranks[order[k]!] = (start + stop - 1) / 2;
  }
  return ranks;
}
