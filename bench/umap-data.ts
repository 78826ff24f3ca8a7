import { randomStream } from '../engine/random.ts';

const BRANCHES = 12;
const STEPS = 50;
/** of a cell around its branch, in units of the spread */
const NOISE = 1.5;

/**
 * Cells along the branches of a random tree, like principal components of a time course: the spread falls as
 * 1/√(axis), every branch leaves an earlier one at a random place and turns slowly, and density differs.
 * @returns flat [n, d]; the same for the same arguments
 */
export function branchingCells(n: number, d: number, seed = 1): Float32Array {
  const random = randomStream(seed, 'bench umap');
  const spread = Float64Array.from({ length: d }, (_, c) => 1 / Math.sqrt(c + 1));
  const paths: Float64Array[] = [];
  for (let b = 0; b < BRANCHES; b++) {
    const path = new Float64Array((STEPS + 1) * d);
    const parent = paths[random.integer(Math.max(1, b))];
    const leaves = Math.floor(STEPS * (0.3 + 0.7 * random.uniform()));
    if (parent) path.set(parent.subarray(leaves * d, (leaves + 1) * d));
    const direction = spread.map((s) => s * random.normal());
    for (let s = 1; s <= STEPS; s++) {
      for (let c = 0; c < d; c++) {
        direction[c] = 0.95 * direction[c]! + 0.3 * spread[c]! * random.normal();
        path[s * d + c] = path[(s - 1) * d + c]! + 0.3 * direction[c]!;
      }
    }
    paths.push(path);
  }
  const points = new Float32Array(n * d);
  for (let i = 0; i < n; i++) {
    const path = paths[Math.floor(BRANCHES * random.uniform() ** 1.5)]!;
    const at = random.uniform() * STEPS;
    const step = Math.min(STEPS - 1, Math.floor(at));
    for (let c = 0; c < d; c++) {
      const here = path[step * d + c]!;
      const next = path[(step + 1) * d + c]!;
      points[i * d + c] = here + (at - step) * (next - here) + NOISE * spread[c]! * random.normal();
    }
  }
  return points;
}
