/** A symmetric graph, each edge in both directions, heads ascending. */
export interface FuzzyGraph {
  heads: Int32Array;
  tails: Int32Array;
  /** membership strengths in (0, 1] */
  weights: Float32Array;
}

const ROUNDS = 64;
const TOLERANCE = 1e-5;
/** a bandwidth is at least this share of the mean distance */
const LEAST_BANDWIDTH = 1e-3;
/** cells between two questions whether to stop */
const BREATH = 4096;

/**
 * The fuzzy simplicial set of UMAP (McInnes, Healy and Melville 2018, arXiv 1802.03426, algorithms 2 and 3), with local
 * connectivity 1: to its nearest neighbour at distance > 0 (at ρ) a cell is linked with strength 1, to the others with
 * exp(−(r − ρ) / σ), σ such that strengths sum to log2(k + 1); the two directions join as a + b − ab.
 * @param indices of k neighbours of each of n cells, without the cell itself; distances beside them; flat [n, k]
 */
export function fuzzyGraph(
  { k, indices, distances }: { k: number; indices: Int32Array; distances: Float32Array },
  n: number,
  tick: (done: number, total: number) => void = () => {},
): FuzzyGraph {
  const strengths = memberships(distances, n, k, tick);
  const incoming = transpose(indices, n, k, () => tick(n, 2 * n));
  const heads = new Int32Array(2 * n * k);
  const tails = new Int32Array(2 * n * k);
  const weights = new Float32Array(2 * n * k);
  const between = new Float32Array(n);
  let edges = 0;
  const add = (head: number, tail: number, weight: number) => {
    if (!(weight > 0)) return;
    heads[edges] = head;
    tails[edges] = tail;
    weights[edges++] = weight;
  };
  for (let i = 0; i < n; i++) {
    if (i % BREATH === 0) tick(n + i, 2 * n);
    for (let a = incoming.starts[i]!; a < incoming.starts[i + 1]!; a++) {
      const entry = incoming.entries[a]!;
      between[Math.floor(entry / k)] = strengths[entry]!;
    }
    for (let a = i * k; a < (i + 1) * k; a++) {
      const j = indices[a]!;
      const out = strengths[a]!;
      const back = between[j]!;
      add(i, j, out + back - out * back);
      between[j] = -1;
    }
    for (let a = incoming.starts[i]!; a < incoming.starts[i + 1]!; a++) {
      const j = Math.floor(incoming.entries[a]! / k);
      if (between[j]! >= 0) add(i, j, between[j]!);
      between[j] = 0;
    }
    for (let a = i * k; a < (i + 1) * k; a++) between[indices[a]!] = 0;
  }
  return {
    heads: heads.subarray(0, edges),
    tails: tails.subarray(0, edges),
    weights: weights.subarray(0, edges),
  };
}

/** Strength of the link from each cell to each of its neighbours, flat [n, k]. */
function memberships(
  distances: Float32Array,
  n: number,
  k: number,
  tick: (done: number, total: number) => void,
): Float32Array {
  const out = new Float32Array(n * k);
  // the cell itself, at distance 0, counts in both means
  const mean = sum(distances) / (n * (k + 1));
  for (let i = 0; i < n; i++) {
    if (i % BREATH === 0) tick(i, 2 * n);
    const row = distances.subarray(i * k, (i + 1) * k);
    const nearest = row.find((r) => r > 0) ?? 0;
    const least = LEAST_BANDWIDTH * (nearest > 0 ? sum(row) / (k + 1) : mean);
    const width = Math.max(bandwidth(row, nearest), least);
    for (let a = 0; a < k; a++) {
      const beyond = row[a]! - nearest;
      out[i * k + a] = beyond <= 0 || width === 0 ? 1 : Math.exp(-beyond / width);
    }
  }
  return out;
}

/** σ with Σ exp(−max(0, r − ρ) / σ) = log2(k + 1), by bisection. */
function bandwidth(row: Float32Array, nearest: number): number {
  const target = Math.log2(row.length + 1);
  let low = 0;
  let high = Number.POSITIVE_INFINITY;
  let width = 1;
  for (let round = 0; round < ROUNDS; round++) {
    let total = 0;
    for (const r of row) total += r > nearest ? Math.exp(-(r - nearest) / width) : 1;
    if (Math.abs(total - target) < TOLERANCE) break;
    if (total > target) high = width;
    else low = width;
    width = high === Number.POSITIVE_INFINITY ? 2 * width : (low + high) / 2;
  }
  return width;
}

/** The entries of `indices` that name each cell. */
function transpose(indices: Int32Array, n: number, k: number, tick: () => void) {
  const starts = new Int32Array(n + 1);
  for (let a = 0; a < n * k; a++) starts[indices[a]! + 1]!++;
  for (let j = 0; j < n; j++) starts[j + 1]! += starts[j]!;
  const next = starts.slice();
  const entries = new Int32Array(n * k);
  for (let a = 0; a < n * k; a++) {
    if (a % (k * BREATH) === 0) tick();
    entries[next[indices[a]!]!++] = a;
  }
  return { starts, entries };
}

function sum(values: Float32Array): number {
  let total = 0;
  for (const v of values) total += v;
  return total;
}
