/** What was done to a matrix of expression before it was saved. */
export type ExpressionState = 'counts' | 'normalized' | 'log-normalized' | 'scaled';
/** What a sample of its cells tells of a matrix. */
export type MatrixState = ExpressionState | 'unknown';

/** A few cells of a matrix, as compressed sparse rows. */
export interface MatrixSample {
  data: ArrayLike<number>;
  indptr: ArrayLike<number>;
}

export interface MatrixFacts {
  state: MatrixState;
  /** values among the sample that are NaN or infinite */
  notFinite: number;
  /** cells of the sample without any count */
  emptyCells: number;
  max: number;
}

/** Sums that differ by less than this share are one target sum (rounding of float32, rounded values). */
const SAME_SUM = 0.01;

/** Share of negative values below which they are not from scaling. */
const FEW = 0.01;

/**
 * Tells by a sample of cells: whole numbers are counts; equal sums are normalised to a target; equal sums of exp(x) − 1
 * are log1p of that; negative values are scaled, but not clear where they are few or whole.
 */
export function matrixFacts({ data, indptr }: MatrixSample): MatrixFacts {
  const facts: MatrixFacts = { state: 'unknown', notFinite: 0, emptyCells: 0, max: 0 };
  let whole = true;
  let negative = 0;
  const sums: number[] = [];
  const expSums: number[] = [];
  for (let row = 0; row + 1 < indptr.length; row++) {
    let sum = 0;
    let expSum = 0;
    for (let i = indptr[row]!; i < indptr[row + 1]!; i++) {
      const value = data[i]!;
      if (!Number.isFinite(value)) facts.notFinite++;
      else {
        whole &&= Number.isInteger(value);
        if (value < 0) negative++;
        facts.max = Math.max(facts.max, value);
        sum += value;
        expSum += Math.expm1(value);
      }
    }
    if (sum === 0) facts.emptyCells++;
    else {
      sums.push(sum);
      expSums.push(expSum);
    }
  }
  if (sums.length === 0) return facts;
  // in scaled values every zero is below 0: a few negative ones are something else
  if (negative > 0) facts.state = whole || negative < FEW * data.length ? 'unknown' : 'scaled';
  else if (whole) facts.state = 'counts';
  else if (spread(sums) < SAME_SUM) facts.state = 'normalized';
  // genes were filtered after normalising: sums differ, but no logarithm of a count is above 20
  else if (spread(expSums) < SAME_SUM || facts.max < 20) facts.state = 'log-normalized';
  return facts;
}

/** Relative difference between the 90th and the 10th of 100 parts. */
function spread(sums: number[]): number {
  const sorted = sums.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))]!;
  return (at(0.9) - at(0.1)) / at(0.5);
}
