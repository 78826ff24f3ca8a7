import {
  formatCount,
  formatMeanSd,
  formatNumber,
  methodLabel,
  timepointList,
} from '../../engine/figures/words.ts';
import type { RunInfo, RunResults } from '../../engine/host/protocol.ts';
import { optionWords, valueWords } from './option-words.ts';

/** Shown elsewhere, or no setting that one would compare. */
const NOT_COMPARED = new Set(['wideBackend', 'backend', 'map', 'trajectories', 'points']);

/** `0.71 ± 0.02`, to three significant digits. */
export function distanceWords(mean: number | null, sd: number | null): string {
  if (mean === null) return 'failed';
  const decimals = mean > 0 ? Math.min(4, Math.max(0, 2 - Math.floor(Math.log10(mean)))) : 2;
  return formatMeanSd(mean, sd, decimals);
}

/** When a run was made: the hour today, else the day. @param now for the reader's day */
export function whenWords(created: string, now: Date): string {
  const at = new Date(created);
  if (!Number.isFinite(at.getTime())) return '';
  if (at.toDateString() === now.toDateString())
    return at.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
  return at.toLocaleDateString([], { day: 'numeric', month: 'short', year: 'numeric' });
}

/** One setting that is not the same in all runs, and what it is in each. */
export interface Difference {
  name: string;
  values: string[];
}

/** What differs in the settings of runs, in words. */
export function differencesOf(runs: readonly Pick<RunInfo, 'experiment'>[]): Difference[] {
  const names = new Set(runs.flatMap(({ experiment }) => Object.keys(experiment)));
  return [...names].flatMap((name) => {
    if (NOT_COMPARED.has(name)) return [];
    const all = runs.map(({ experiment }) => (experiment as Record<string, unknown>)[name]);
    if (new Set(all.map((value) => JSON.stringify(value ?? null))).size < 2) return [];
    return [{ name: optionWords(name) ?? name, values: all.map((value) => settingWords(name, value)) }];
  });
}

function settingWords(name: string, value: unknown): string {
  if (value === undefined || value === null) return 'as usual';
  if (name === 'methods') return (value as string[]).map(methodLabel).join(', ');
  if (typeof value === 'number')
    return value >= 1000 ? formatCount(value) : formatNumber(value, value % 1 === 0 ? 0 : 3);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'string') return value === 'each' ? 'each in turn' : valueWords(name, value);
  return Array.isArray(value) && value.length === 0 ? 'all' : `${(value as unknown[]).length} edited`;
}

/** Distances of runs side by side: a row a method and held-out timepoint. */
export interface ComparisonRow {
  method: string;
  /** null: the mean over all held-out timepoints */
  heldOut: string | null;
  /** of each run; null: it has none */
  cells: ({ mean: number | null; sd: number | null } | null)[];
}

/** Baselines but the one that needs no training are in Evaluate. */
const LEFT_OUT = new Set<string>(['random', 'previous', 'next']);

export function comparisonOf(all: readonly (RunResults | null)[]): ComparisonRow[] {
  const summaries = all.map((results) => results?.metrics.summary ?? []);
  const keys = new Map<string, { method: string; heldOut: string | null }>();
  for (const { method, heldOut } of summaries.flat())
    if (!LEFT_OUT.has(method)) keys.set(JSON.stringify([method, heldOut]), { method, heldOut });
  const rows = [...keys.values()].map(({ method, heldOut }) => ({
    method,
    heldOut,
    cells: summaries.map((summary) => {
      const row = summary.find((one) => one.method === method && one.heldOut === heldOut);
      return row ? { mean: row.w1Mean, sd: row.w1Sd } : null;
    }),
  }));
  // means over all first
  return rows.sort((a, b) => Number(a.heldOut !== null) - Number(b.heldOut !== null));
}

/** `days 3, 6 and 9` of a run, or that nothing was held out. */
export function heldOutOfRun({ heldOut }: Pick<RunInfo, 'heldOut'>, unit: string): string {
  if (heldOut.length === 0) return 'nothing held out';
  const labels = heldOut.flatMap((group) => group.split('+'));
  return labels.length > 5
    ? `${formatCount(labels.length)} ${unit || 'timepoint'}s held out`
    : `${timepointList(labels, unit || undefined)} held out`;
}
