import type { RandomStream } from '../random.ts';
import { type Coupling, drawByMass, firstAbove } from './coupling.ts';
import type { UnbalancedPlan } from './unbalanced-ot.ts';

/** Partners that are drawn once for a row of mean mass; others have them by their mass. */
const MEAN_PARTNERS = 16;
const FEWEST_PARTNERS = 4;
const MOST_PARTNERS = 256;

/**
 * Draws pairs from an unbalanced plan between whole clouds: a cell of the minibatch by its mass, then a partner by the
 * plan. Where the plan was made for a part of the cells and knows none of the minibatch, one that it knows is drawn.
 * @param rows rows of the first cloud that the plan is of, in its order
 * @param columns likewise of the second
 * @param random for the partners, drawn once
 */
export function unbalancedGlobalCoupling(
  plan: Pick<UnbalancedPlan, 'rowMass' | 'row'>,
  rows: Int32Array,
  columns: Int32Array,
  random: RandomStream,
): Coupling {
  const { starts, partners } = drawPartners(plan, columns, random);
  const index = new Map(Array.from(rows, (row, i) => [row, i]));
  const all = cumulated(plan.rowMass);
  let masses = new Float64Array(0);

  return {
    draw(rows0, _rows1, stream, out0, out1) {
      if (masses.length < rows0.length) masses = new Float64Array(rows0.length);
      let sum = 0;
      for (let k = 0; k < rows0.length; k++) {
        const i = index.get(rows0[k]!);
        if (i !== undefined) sum += plan.rowMass[i]!;
        masses[k] = sum;
      }
      for (let k = 0; k < out0.length; k++) {
        const i =
          sum > 0
            ? index.get(rows0[firstAbove(masses, 0, rows0.length, stream.uniform() * sum)]!)!
            : firstAbove(all, 0, all.length, stream.uniform() * all.at(-1)!);
        const start = starts[i]!;
        out0[k] = rows[i]!;
        out1[k] = partners[start + stream.integer(starts[i + 1]! - start)]!;
      }
    },
  };
}

function drawPartners(
  { rowMass, row }: Pick<UnbalancedPlan, 'rowMass' | 'row'>,
  columns: Int32Array,
  random: RandomStream,
): { starts: Int32Array; partners: Int32Array } {
  const n = rowMass.length;
  const starts = new Int32Array(n + 1);
  for (let i = 0; i < n; i++) {
    const wanted = Math.round(MEAN_PARTNERS * n * rowMass[i]!);
    starts[i + 1] = starts[i]! + Math.min(MOST_PARTNERS, Math.max(FEWEST_PARTNERS, wanted));
  }
  const partners = new Int32Array(starts[n]!);
  const shares = new Float64Array(columns.length);
  for (let i = 0; i < n; i++) {
    row(i, shares);
    drawByMass(shares, random, partners.subarray(starts[i]!, starts[i + 1]!));
  }
  return { starts, partners: partners.map((j) => columns[j]!) };
}

function cumulated(weights: Float64Array): Float64Array {
  let sum = 0;
  return weights.map((weight) => {
    sum += weight;
    return sum;
  });
}
