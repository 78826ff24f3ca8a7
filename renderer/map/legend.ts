import { formatCount } from '../../engine/figures/words.ts';
import type { CategoryLegend, Legend, LegendEntry } from './colouring.ts';

export type LegendOrder = 'file' | 'name' | 'count';

export interface LegendRow extends LegendEntry {
  hidden: boolean;
}

/**
 * Rows of a legend as they are listed: those whose name contains the text (case aside), in an order, with missing
 * values last.
 * @param order `file`: as the file or the timepoints have it (default); `count`: the largest first
 */
export function legendRows(
  legend: CategoryLegend,
  hidden: ReadonlySet<number>,
  { search = '', order = 'file' }: { search?: string; order?: LegendOrder } = {},
): LegendRow[] {
  const wanted = search.trim().toLowerCase();
  const collator = new Intl.Collator('en', { numeric: true });
  const compare: Record<LegendOrder, (a: LegendEntry, b: LegendEntry) => number> = {
    file: () => 0,
    name: (a, b) => collator.compare(a.name, b.name),
    count: (a, b) => b.count - a.count,
  };
  return legend.entries
    .filter((entry) => entry.name.toLowerCase().includes(wanted))
    .sort((a, b) => Number(a.code < 0) - Number(b.code < 0) || compare[order](a, b))
    .map((entry) => ({ ...entry, hidden: hidden.has(entry.code) }));
}

/** Hides what is shown and shows what is hidden; the set that is given stays as it is. */
export function toggleCategory(hidden: ReadonlySet<number>, code: number): Set<number> {
  const next = new Set(hidden);
  if (!next.delete(code)) next.add(code);
  return next;
}

/** Shows one category alone; shows all where it was alone already. */
export function showOnly(legend: CategoryLegend, hidden: ReadonlySet<number>, code: number): Set<number> {
  const others = legend.entries.map((entry) => entry.code).filter((other) => other !== code);
  const alone = !hidden.has(code) && others.every((other) => hidden.has(other));
  return new Set(alone ? [] : others);
}

const MOST_NAMED = 12;

export interface MapFacts {
  cells: number;
  /** cells without a place on this map */
  unplaced: number;
  /** of how many the user chose; null: no choice */
  selected: number | null;
  /** e.g. `day`; null: not coloured */
  colouredBy: string | null;
  legend: Legend;
  hidden: ReadonlySet<number>;
}

/** The map in words, for those who do not see it. */
export function describeMap(facts: MapFacts): string {
  const { legend, hidden } = facts;
  const sentences = [`Map of ${countCells(facts.cells)}.`];
  if (facts.unplaced > 0) sentences.push(`No place on it for ${countCells(facts.unplaced)}.`);
  if (facts.colouredBy !== null) sentences.push(`Coloured by ${facts.colouredBy}${describeColours(legend)}.`);
  const unseen = legend.kind === 'categories' ? legend.entries.filter(({ code }) => hidden.has(code)) : [];
  if (unseen.length > 0) sentences.push(`Hidden: ${listNames(unseen.map(({ name }) => name))}.`);
  if (facts.selected !== null) sentences.push(`${formatCount(facts.selected)} selected.`);
  return sentences.join(' ');
}

function describeColours(legend: Legend): string {
  if (legend.kind === 'categories') {
    return `: ${listNames(legend.entries.map(({ name, count }) => `${name} ${formatCount(count)}`))}`;
  }
  if (legend.ticks.length === 0) return '';
  const [low, high] = legend.range.map((value) => Number(value.toPrecision(3)));
  const missing = legend.missing.count > 0 ? `, missing in ${countCells(legend.missing.count)}` : '';
  return `, from ${low} to ${high}${missing}`;
}

function countCells(n: number): string {
  return `${formatCount(n)} ${n === 1 ? 'cell' : 'cells'}`;
}

function listNames(names: readonly string[]): string {
  const more = names.length - MOST_NAMED;
  return names.slice(0, MOST_NAMED).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
