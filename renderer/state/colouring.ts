import { timepointLabel } from '../../engine/figures/words.ts';
import type { Colouring, Results } from '../../engine/host/protocol.ts';

/** The timepoints as categories in their order. */
export function colouringOfTimepoints({
  cellTimepoint,
  labels,
  unit,
}: Results['timepoints']): Extract<Colouring, { kind: 'categories' }> {
  const names = labels.map((label) => timepointLabel(label, unit || undefined));
  return { kind: 'categories', codes: cellTimepoint, names, ordered: true };
}

/** Categories that some cell has, in their order. */
export function countCategories({
  codes,
  names,
}: Extract<Colouring, { kind: 'categories' }>): { name: string; cells: number }[] {
  const counts = new Uint32Array(names.length);
  for (const code of codes) if (code >= 0) counts[code]!++;
  return names.map((name, k) => ({ name, cells: counts[k]! })).filter(({ cells }) => cells > 0);
}

const BINS = 40;

/** Cells in equally wide bins from the least to the largest value; null: no cell has a value. */
export function histogramOf(values: Float32Array): { min: number; max: number; bins: number[] } | null {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  // a million values: no iterator
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) continue;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  if (min > max) return null;
  const bins = new Array<number>(BINS).fill(0);
  const scale = max === min ? 0 : BINS / (max - min);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isFinite(value)) bins[Math.min(BINS - 1, Math.floor((value - min) * scale))]!++;
  }
  return { min, max, bins };
}

/** Three significant digits, without an exponent where it can be read so. */
export function shortNumber(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e6 || size < 1e-3)) return value.toExponential(1).replaceAll('-', '−');
  const rounded = size >= 1000 ? Math.round(value) : value;
  const format = new Intl.NumberFormat('en-US', { maximumSignificantDigits: size >= 1000 ? 6 : 3 });
  return format.format(rounded).replace('-', '−');
}
