/** Marginals in whole units, so that flows add and subtract without rounding. */
export interface IntegerMasses {
  /** units of each row, [n], all ≥ 1 */
  readonly rows: Float64Array;
  /** units of each column, [m], all ≥ 1 */
  readonly columns: Float64Array;
  /** the sum of either, < 2⁵³ */
  readonly total: number;
}

/** Fine enough that the rounding (1e-15 of the mass) does not show; sums stay exact in float64. */
const weightedTotal = 2 ** 50;

/** Every row the same mass, every column the same: exact, in the smallest whole numbers. */
export function uniformMasses(n: number, m: number): IntegerMasses {
  let g = n;
  for (let r = m; r > 0; ) [g, r] = [r, g % r];
  return {
    rows: new Float64Array(n).fill(m / g),
    columns: new Float64Array(m).fill(n / g),
    total: (n / g) * m,
  };
}

/** Given positive weights (each side is divided by its own sum), rounded to units of 2⁻⁵⁰ of the mass. */
export function weightedMasses(a: Float64Array, b: Float64Array): IntegerMasses {
  return { rows: toUnits(a), columns: toUnits(b), total: weightedTotal };
}

function toUnits(weights: Float64Array): Float64Array {
  let sum = 0;
  for (const w of weights) sum += w;
  const units = new Float64Array(weights.length);
  let cumulative = 0;
  let given = 0;
  let largest = 0;
  // rounding the running sum keeps the total exact
  for (let i = 0; i < weights.length; i++) {
    cumulative += weights[i]!;
    const upTo = i + 1 === weights.length ? weightedTotal : Math.round((cumulative / sum) * weightedTotal);
    units[i] = Math.max(1, upTo - given);
    given += units[i]!;
    if (units[i]! > units[largest]!) largest = i;
  }
  units[largest]! += weightedTotal - given;
  return units;
}
