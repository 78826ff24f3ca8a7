import type { RandomStream } from '../random.ts';
import { firstAbove } from './coupling.ts';
import type { UnbalancedPlan } from './unbalanced-ot.ts';

type RowsOfPlan = Pick<UnbalancedPlan, 'row' | 'rowMass'>;

/**
 * The second cloud as it would be had each row the same mass: its points, drawn again by the partners of equal rows.
 * @param random one number: the points are then taken at even steps, and nothing but the masses changes
 * @returns flat [m, d]
 */
export function growthFreeCloud(
  plan: RowsOfPlan,
  y: Float32Array,
  m: number,
  d: number,
  random: Pick<RandomStream, 'uniform'>,
): Float32Array {
  const rows = new Float64Array(plan.rowMass.length).fill(1);
  const sums = cumulatedPartners(plan, rows, m);
  const from = random.uniform();
  return gathered(y, m, d, sums, (k) => (k + from) / m);
}

/** The same for other cells: as many rows again at random, and points at random from their partners. */
export function drawGrowthFreeCloud(
  plan: RowsOfPlan,
  y: Float32Array,
  m: number,
  d: number,
  random: RandomStream,
): Float32Array {
  const n = plan.rowMass.length;
  const rows = new Float64Array(n);
  for (let i = 0; i < n; i++) rows[random.integer(n)]!++;
  const sums = cumulatedPartners(plan, rows, m);
  return gathered(y, m, d, sums, () => random.uniform());
}

/** Shares of the columns summed up, where the i-th row weighs rows[i]. */
function cumulatedPartners({ row, rowMass }: RowsOfPlan, rows: Float64Array, m: number): Float64Array {
  const partners = new Float64Array(m);
  const sums = new Float64Array(m);
  rows.forEach((times, i) => {
    // a row of next to no mass has no shares of its own that a number could hold
    if (times === 0 || !(rowMass[i]! > 1e-300)) return;
    row(i, partners);
    for (let j = 0; j < m; j++) sums[j]! += (times * partners[j]!) / rowMass[i]!;
  });
  for (let j = 1; j < m; j++) sums[j]! += sums[j - 1]!;
  return sums;
}

function gathered(
  y: Float32Array,
  m: number,
  d: number,
  sums: Float64Array,
  shareOf: (k: number) => number,
): Float32Array {
  const out = new Float32Array(m * d);
  for (let k = 0; k < m; k++) {
    const j = Math.min(m - 1, firstAbove(sums, 0, m, shareOf(k) * sums[m - 1]!));
    out.set(y.subarray(j * d, (j + 1) * d), k * d);
  }
  return out;
}
