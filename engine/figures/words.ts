/** How methods, timepoints, axes and numbers are written wherever a person reads them. */

const count = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** `16819` → `16,819` */
export function formatCount(n: number): string {
  return count.format(n);
}

const BASELINE_LABELS: Record<string, string> = {
  ot: 'static transport',
  random: 'random pairs',
  previous: 'timepoint before',
  next: 'timepoint after',
};

/** Whether a method of a run is one that nothing is fitted for. */
export const isBaseline = (method: string): boolean => Object.hasOwn(BASELINE_LABELS, method);

const TRAINED_LABELS: Record<string, string> = {
  auto: 'automatic',
  'ot-cfm': 'straight paths (OT-CFM)',
  'ot-mfm': 'bent paths (OT-MFM)',
  'i-cfm': 'straight paths, random pairs (I-CFM)',
  'i-mfm': 'bent paths, random pairs (I-MFM)',
};

/** What a reader knows a method by: `auto` → `automatic`, `ot` → `static transport`; unknown names stay as they are. */
export function methodLabel(method: string): string {
  return TRAINED_LABELS[method] ?? BASELINE_LABELS[method] ?? method;
}

/** What papers call it: `ot-mfm` → `OT-MFM`. */
export function methodName(method: string): string {
  return /^(ot|i)-[cm]fm$/.test(method) ? method.toUpperCase() : (BASELINE_LABELS[method] ?? method);
}

/** `3` with the unit `day` → `day 3`; a label that is not a number already says what it is. */
export function timepointLabel(label: string, unit = 'timepoint'): string {
  return isNumeric(label) ? `${unit} ${label}` : label;
}

/** A held-out timepoint with those that were held out with it: `day 3`, `day 3 (3+4 together)`. */
export function heldOutLabel(heldOut: string, together: string | null, unit?: string): string {
  return timepointLabel(heldOut, unit) + (together === null ? '' : ` (${together} together)`);
}

/** `days 2 and 3`, `day 2`, `E8.5 and E9.0`. */
export function timepointList(labels: readonly string[], unit = 'timepoint'): string {
  if (!labels.every(isNumeric)) return joinAnd(labels);
  return `${unit}${labels.length > 1 ? 's' : ''} ${joinAnd(labels)}`;
}

export function joinAnd(words: readonly string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

/** Axis title of a component (from 1): `X_pca` → `PC 1`, `X_umap` → `UMAP 1`. */
export function componentTitle(embedding: string, component: number): string {
  const name = embedding.replace(/^X_/, '');
  if (/^(pca|pc)\d*$/i.test(name)) return `PC ${component}`;
  if (/^(umap|tsne|phate)$/i.test(name)) return `${name.toUpperCase()} ${component}`;
  return `${name} ${component}`;
}

/**
 * Decimals for a column of means with their standard deviations: three significant digits of the largest mean, and
 * more only where the middle deviation would not show.
 */
export function decimalsFor(means: readonly number[], deviations: readonly (number | null)[]): number {
  const positive = deviations.filter((sd): sd is number => sd !== null && sd > 0).sort((a, b) => a - b);
  const largest = Math.max(0, ...means.map(Math.abs));
  const middle = positive[Math.floor(positive.length / 2)];
  const forMean = largest > 0 ? 2 - Math.floor(Math.log10(largest)) : 2;
  const forDeviation = middle === undefined ? 0 : -Math.floor(Math.log10(middle));
  return Math.min(4, Math.max(0, forMean, forDeviation));
}

/** `0.71 ± 0.02`, which no line break parts; without a deviation the mean alone. */
export function formatMeanSd(mean: number, sd: number | null, decimals: number): string {
  const text = formatNumber(mean, decimals);
  return sd === null ? text : `${text}\u00a0±\u00a0${formatNumber(sd, decimals)}`;
}

/** Fixed decimals, with a true minus sign; what rounds to 0 has none. */
export function formatNumber(value: number, decimals: number): string {
  return value
    .toFixed(decimals)
    .replace(/^-(?=[0.]*$)/, '')
    .replace(/^-/, '−');
}

function isNumeric(label: string): boolean {
  return label.trim() !== '' && Number.isFinite(Number(label));
}
