import { nearestNeighbors } from '../engine/embedding/neighbors.ts';
import { randomStream } from '../engine/random.ts';

// Recall and seconds of the approximate neighbour search beside the exact one: node bench/neighbors.ts [n]
const n = Number(process.argv[2] ?? 20_000);
const d = 50;
const k = 15;
const CLUSTERS = 20;

/** Gaussian clusters; the standard deviation falls as 1/√(axis) (like principal components) or is 1 on every axis. */
function clusters(decay: boolean): Float32Array {
  const random = randomStream(1, 'bench', String(decay));
  const spread = Float64Array.from({ length: d }, (_, c) => (decay ? 1 / Math.sqrt(c + 1) : 1));
  const centers = Float64Array.from({ length: CLUSTERS * d }, (_, a) => 3 * spread[a % d]! * random.normal());
  const points = new Float32Array(n * d);
  for (let i = 0; i < n; i++) {
    const base = random.integer(CLUSTERS) * d;
    for (let c = 0; c < d; c++) points[i * d + c] = centers[base + c]! + spread[c]! * random.normal();
  }
  return points;
}

for (const decay of [true, false]) {
  const points = clusters(decay);
  const [exact, exactSeconds] = timed(() => nearestNeighbors(points, n, d, k, { method: 'exact' }));
  const [near, seconds] = timed(() => nearestNeighbors(points, n, d, k, { method: 'approximate', seed: 1 }));
  let hits = 0;
  for (let i = 0; i < n; i++) {
    const truth = new Set(exact.indices.subarray(i * k, (i + 1) * k));
    for (const j of near.indices.subarray(i * k, (i + 1) * k)) if (truth.has(j)) hits++;
  }
  process.stdout.write(
    `${decay ? 'decaying' : 'isotropic'} clusters ${n} × ${d}, k ${k}: exact ${exactSeconds.toFixed(1)} s, ` +
      `approximate ${seconds.toFixed(1)} s, recall ${(hits / (n * k)).toFixed(4)}\n`,
  );
}

function timed<T>(work: () => T): [T, number] {
  const start = performance.now();
  const result = work();
  return [result, (performance.now() - start) / 1000];
}
