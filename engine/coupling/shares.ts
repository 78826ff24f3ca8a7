import { InputError } from '../errors.ts';

/**
 * Weights divided by their sum.
 * @param weights not negative, [n]; undefined: all alike
 * @throws InputError where there are not `n`, one is negative or not finite, or all are 0
 */
export function sharesOf(weights: ArrayLike<number> | undefined, n: number, option: string): Float64Array {
  if (!weights) return new Float64Array(n).fill(1 / n);
  const given = Float64Array.from(weights);
  const total = given.reduce((sum, weight) => sum + weight, 0);
  const usable = total > 0 && Number.isFinite(total) && given.every((weight) => weight >= 0);
  if (given.length === n && usable) return given.map((weight) => weight / total);
  throw new InputError('The points cannot be weighted like this.', {
    option,
    expected: `${n} numbers that are not negative, with a positive sum`,
    found: `${given.length} numbers with the sum ${total}`,
  });
}
