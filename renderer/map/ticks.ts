import { formatNumber } from '../../engine/figures/words.ts';

/**
 * Round values (1, 2 or 5 times a power of ten) within a range, about so many at most, with labels of as many decimals
 * as tell them apart; the one value of an empty range.
 */
export function niceTicks(low: number, high: number, most: number): { value: number; label: string }[] {
  if (!(high > low)) return [{ value: low, label: label(low, significant(low)) }];
  const rough = (high - low) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((m) => m * power >= rough * (1 - 1e-9)) ?? 10);
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, k) => {
    const value = (first + k) * step;
    return { value, label: label(value, decimals) };
  });
}

function label(value: number, decimals: number): string {
  const size = Math.abs(value);
  if (size >= 1e6 || decimals > 6) return value.toExponential(1).replace('-', '−');
  return formatNumber(value === 0 ? 0 : value, decimals);
}

/** Decimals that show three digits of a value. */
function significant(value: number): number {
  return value === 0 || Number.isInteger(value)
    ? 0
    : Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
}
