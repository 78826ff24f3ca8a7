import type { Colouring, OpenedDataset } from '../../engine/host/protocol.ts';
import { countCategories } from './colouring.ts';
import type { ColumnLabel } from './timepoint-rows.ts';

/** More different values than this are no timepoints. */
const MOST_LABELS = 100;

/** The labels of a column with their cells, and the times that the engine read in them; null: too many to be timepoints. */
export function columnLabels(
  colouring: Colouring,
  candidate: OpenedDataset['timeColumns'][number] | undefined,
): ColumnLabel[] | null {
  const values = colouring.kind === 'categories' ? countNames(colouring) : countNumbers(colouring.values);
  if (values === null) return null;
  if (!candidate) return values.map(({ label, cells }) => ({ label, time: null, cells }));
  return candidate.labels.map((label, k) => ({
    label,
    time: candidate.times[k] ?? null,
    cells: values.find((value) => sameLabel(value.label, label))?.cells ?? 0,
  }));
}

type Counted = Omit<ColumnLabel, 'time'>;

function countNames(colouring: Extract<Colouring, { kind: 'categories' }>): Counted[] | null {
  const found = countCategories(colouring).map(({ name, cells }) => ({ label: name, cells }));
  return found.length > MOST_LABELS ? null : found;
}

function countNumbers(values: Float32Array): Counted[] | null {
  const counts = new Map<number, number>();
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    counts.set(value, (counts.get(value) ?? 0) + 1);
    if (counts.size > MOST_LABELS) return null;
  }
  return [...counts]
    .sort(([a], [b]) => a - b)
    .map(([value, cells]) => ({ label: String(Number(value.toPrecision(7))), cells }));
}

/** 10.0 and 10 are one number, and 32 bits hold about seven digits. */
function sameLabel(a: string, b: string): boolean {
  if (a === b) return true;
  return a.trim() !== '' && b.trim() !== '' && Math.fround(Number(a)) === Math.fround(Number(b));
}
