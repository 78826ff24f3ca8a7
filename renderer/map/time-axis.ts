import { formatNumber, timepointLabel } from '../../engine/figures/words.ts';

/** A timepoint on the axis of the scrubber, in order of time. */
export interface AxisTimepoint {
  label: string;
  /** in real units */
  time: number;
  heldOut: boolean;
}

/** Where a label stands under the axis, CSS pixels from its left end; what is wider is cut. */
export interface PlacedLabel {
  index: number;
  left: number;
  width: number;
}

/** An estimate for the small type: a letter of CJK is as wide as it is high. */
const LETTER = 6.6;
const WIDE_LETTER = 12;
const WIDEST = 72;
const GAP = 6;
/** Room for labels on each side of the axis. */
const OVERHANG = 8;
/** Share of the way within which a time is near a timepoint. */
const NEAR = 0.03;

/**
 * Labels that find room, left to right. The first, the last and the held-out ones are placed before the others; who finds
 * no room has its tick only.
 * @param width of the axis, CSS pixels
 */
export function placeLabels(timepoints: readonly AxisTimepoint[], width: number): PlacedLabel[] {
  const last = timepoints.length - 1;
  const rank = (k: number) => (k === 0 ? 0 : k === last ? 1 : timepoints[k]!.heldOut ? 2 : 3);
  const order = timepoints.map((_, k) => k).sort((a, b) => rank(a) - rank(b) || a - b);
  const placed: PlacedLabel[] = [];
  for (const index of order) {
    const own = Math.min(WIDEST, textWidth(timepoints[index]!.label));
    const middle = shareOf(timepoints, timepoints[index]!.time) * width;
    const left = Math.max(-OVERHANG, Math.min(width + OVERHANG - own, middle - own / 2));
    const free = placed.every((one) => left >= one.left + one.width + GAP || left + own + GAP <= one.left);
    if (free) placed.push({ index, left, width: own });
  }
  return placed.sort((a, b) => a.left - b.left);
}

function textWidth(text: string): number {
  let width = 4;
  for (const letter of text) width += letter > '\u2E7F' ? WIDE_LETTER : LETTER;
  return width;
}

/** Where on the axis a time is, 0 to 1; beyond the ends: at them. */
export function shareOf(timepoints: readonly AxisTimepoint[], time: number): number {
  const [first, last] = endsOf(timepoints);
  return last > first ? Math.min(1, Math.max(0, (time - first) / (last - first))) : 0;
}

/** The first and the last time; [0, 0] of no timepoints. */
export function endsOf(timepoints: readonly AxisTimepoint[]): [number, number] {
  return timepoints.length === 0 ? [0, 0] : [timepoints[0]!.time, timepoints.at(-1)!.time];
}

/** The timepoint that a time is near: within 3 % of the way and nearer than the middle to the next one; −1: none. */
export function nearTimepoint(timepoints: readonly AxisTimepoint[], time: number): number {
  const [first, last] = endsOf(timepoints);
  let nearest = -1;
  let least = NEAR * (last - first);
  for (const [k, timepoint] of timepoints.entries()) {
    const distance = Math.abs(timepoint.time - time);
    if (distance <= least) [nearest, least] = [k, distance];
  }
  return nearest;
}

/** The time of the next timepoint after a time, or before it; the end where there is none. */
export function nextTimepoint(timepoints: readonly AxisTimepoint[], time: number, forwards: boolean): number {
  const [first, last] = endsOf(timepoints);
  const small = 1e-6 * (last - first);
  const times = timepoints.map((one) => one.time);
  return forwards
    ? (times.find((other) => other > time + small) ?? last)
    : (times.findLast((other) => other < time - small) ?? first);
}

/** `day 4.2`; a timepoint by its label: `day 3`, `E8.5`. As many decimals as a hundredth of the way needs. */
export function timeWords(timepoints: readonly AxisTimepoint[], time: number, unit: string): string {
  const [first, last] = endsOf(timepoints);
  const exact = timepoints.find((one) => Math.abs(one.time - time) <= 1e-6 * (last - first));
  const name = unit === '' ? 'time' : unit;
  if (exact) return timepointLabel(exact.label, name);
  return `${name} ${formatNumber(time, decimalsOf(last - first))}`;
}

/** 0 to 12 days: `4.2`; 0 to 2: `1.25`; 0 to 480 hours: `237`. */
function decimalsOf(span: number): number {
  if (!(span > 0) || span >= 200) return 0;
  return Math.min(6, Math.max(1, 1 - Math.floor(Math.log10(span / 5))));
}

/** A time for those who hear it: `day 4.2, between day 3 and day 6`, `day 6, held out`. */
export function timeInWords(timepoints: readonly AxisTimepoint[], time: number, unit: string): string {
  const words = timeWords(timepoints, time, unit);
  const name = unit === '' ? 'time' : unit;
  const before = timepoints.findLast((one) => one.time <= time);
  const after = timepoints.find((one) => one.time >= time);
  if (!before || !after) return words;
  if (before === after) return before.heldOut ? `${words}, held out` : words;
  const between = [before, after].map(
    ({ label, heldOut }) => timepointLabel(label, name) + (heldOut ? ' (held out)' : ''),
  );
  if (words === timepointLabel(before.label, name) || words === timepointLabel(after.label, name))
    return words;
  return `${words}, between ${between.join(' and ')}`;
}
