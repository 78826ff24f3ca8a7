import type { Page } from 'playwright-core';
import { methodLabel } from '../../engine/figures/words.ts';
import type { RunResults } from '../../engine/host/protocol.ts';

/* The numbers of a run as they stand on the screen, and where each of them is in metrics.json, looked up anew. */

type Metrics = RunResults['metrics'];

export interface ShownNumber {
  /** all digits, as the page has them beside what is shown */
  value: number;
  text: string;
}

export interface ShownTable {
  title: string;
  columns: string[];
  /** texts and numbers of each column, the first included */
  rows: { texts: string[]; numbers: ShownNumber[][] }[];
}

const READ_TABLES = `[...document.querySelectorAll('table')].map((table) => ({
  title: table.caption.textContent.trim(),
  columns: [...table.tHead.rows[0].cells].map((cell) => cell.textContent.trim()),
  rows: [...table.tBodies[0].rows].map(({ cells }) => ({
    texts: [...cells].map((cell) => cell.textContent.trim().replace(/\\s+/g, ' ')),
    numbers: [...cells].map((cell) =>
      [...cell.querySelectorAll('data')].map((data) => ({ value: Number(data.value), text: data.textContent }))),
  })),
}))`;

const READ_BARS = `[...document.querySelectorAll('ul.bars > li')].map((bar) => ({
  name: bar.querySelector('.name .cut').textContent.trim(),
  numbers: [...bar.querySelectorAll('data')].map((data) => ({ value: Number(data.value), text: data.textContent })),
}))`;

const READ_ALL = `[...document.querySelectorAll('data')].map((data) => ({
  value: Number(data.value),
  text: data.textContent,
  about: data.closest('dd')?.previousElementSibling?.textContent ?? '',
}))`;

export const shownTables = (page: Page): Promise<ShownTable[]> => page.evaluate(READ_TABLES);
/** What the panel shows of each method. */
export const shownBars = (page: Page): Promise<{ name: string; numbers: ShownNumber[] }[]> =>
  page.evaluate(READ_BARS);
/** Every number of the page that carries its digits, with what it is said to be where it stands alone. */
export const shownNumbers = (page: Page): Promise<(ShownNumber & { about: string })[]> =>
  page.evaluate(READ_ALL);

/** By what a reader knows them by; the panel says of which unit a neighbour is. */
const METHODS: Record<string, string> = {
  ...Object.fromEntries(
    ['auto', 'ot-cfm', 'ot-mfm', 'ot', 'random', 'previous', 'next'].map((one) => [methodLabel(one), one]),
  ),
  'day before': 'previous',
  'day after': 'next',
};
const MEAN = 'mean over all';
/** `day 3` of a day that was held out alone */
const labelIn = (text: string) => text.replace(/^day /, '');

const known = (values: readonly (number | null | undefined)[]): number[] =>
  values.filter((value): value is number => value !== null && value !== undefined);
const mean = (values: readonly number[]) =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;

/** What metrics.json has where a table shows this; undefined: it is a text. */
export function numbersBehind(
  { summary, floors, differences, rows, growth }: Metrics,
  { title, columns }: ShownTable,
  { texts }: ShownTable['rows'][number],
  column: number,
): number[] | undefined {
  const heading = columns[column]!;
  const method = METHODS[heading];
  const at = (name: string) => texts[columns.indexOf(name)]!;
  const heldOut = texts[0] === MEAN ? null : labelIn(texts[0]!);
  const own = summary.find((row) => row.method === method && row.heldOut === heldOut);
  const floor = floors.find((row) => row.heldOut === heldOut);
  if (column === 0) return undefined;
  if (title === 'W1 by held-out day') return known([own?.w1Mean, own?.w1Sd]);
  if (title === 'W1 distance by held-out day')
    return heading === 'itself'
      ? known([floor?.w1Mean])
      : known(method === 'ot' ? [own?.w1Mean] : [own?.w1Mean, own?.w1Sd]);
  if (title === 'With equal numbers of cells')
    return heading === 'Cells on each side'
      ? known([summary.find((row) => row.heldOut === heldOut)?.equalSize])
      : known([own?.w1AtEqualSize, own?.w1Low, own?.w1High]);
  if (title === 'Beside the noise floor') {
    if (heading === 'Cells on each side') return known([floor?.cells]);
    if (heading === 'Same day against itself') return known([floor?.w1Mean, floor?.w1Sd]);
    const seeds = rows.filter(
      (row) => row.method === method && row.heldOut === heldOut && row.cellType === null,
    );
    return known([mean(known(seeds.map((row) => row.w1AtFloorSize)))]);
  }
  if (title.startsWith('Differences')) {
    const label = at('Held out') === MEAN ? null : labelIn(at('Held out'));
    const found = differences.find(
      (row) =>
        row.method === METHODS[at('Method')] &&
        row.versus === METHODS[at('Against')] &&
        row.heldOut === label,
    );
    if (heading === 'Seeds') return known([found?.n]);
    return heading === 'Difference of W1' ? known([found?.difference, found?.low, found?.high]) : undefined;
  }
  if (title === 'Each fit') {
    if (heading === 'Held out') return undefined;
    const found = rows.find(
      (row) =>
        row.cellType === null &&
        row.method === METHODS[at('Method')] &&
        row.heldOut === labelIn(at('Held out')) &&
        String(row.seed) === at('Seed'),
    );
    const fields = {
      Seed: 'seed',
      W1: 'w1',
      W2: 'w2',
      MMD: 'mmd',
      'Energy distance': 'energy',
      Steps: 'steps',
      Seconds: 'seconds',
    } as const;
    return known([found?.[fields[heading as keyof typeof fields]]]);
  }
  if (title.startsWith('All cell types, ')) {
    const label = labelIn(title.slice('All cell types, '.length));
    const seeds = rows.filter(
      (row) => row.method === method && row.heldOut === label && row.cellType === texts[0],
    );
    return known([mean(known(seeds.map((row) => row.w1)))]);
  }
  if (title === 'Score and rate') {
    const found = growth?.rankCorrelation?.timepoints.find(({ timepoint }) => timepoint === texts[0]);
    return known([heading === 'Cells' ? found?.cells : found?.correlation]);
  }
  // answers in words
  if (title === 'Questions and answers') return undefined;
  throw new Error(`Nobody knows where the numbers of “${title}” are from.`);
}

/** What metrics.json has where the panel shows this. */
export function numbersOfBar({ summary, floors }: Metrics, name: string): number[] {
  if (name === 'same day against itself') {
    const means = floors.map((row) => row.w1Mean);
    return [...new Set([Math.min(...means), Math.max(...means)])];
  }
  const own = summary.find((row) => row.method === METHODS[name] && row.heldOut === null);
  return known([own?.w1Mean, own?.w1Sd]);
}

/** Whether a text shows a number, rounded to the decimals that it has. */
export function shows({ value, text }: ShownNumber): boolean {
  const plain = text.trim().replace('−', '-').replaceAll(',', '');
  const decimals = plain.split('.')[1]?.length ?? 0;
  return plain === value.toFixed(decimals).replace(/^-(?=[0.]*$)/, '');
}

/** Every number that something holds, however deep. */
export function numbersIn(value: unknown, found = new Set<number>()): Set<number> {
  if (typeof value === 'number') found.add(value);
  else if (typeof value === 'object' && value !== null)
    for (const part of Object.values(value)) numbersIn(part, found);
  return found;
}

/** The numbers with decimals in a sentence, and whether each is one of these, rounded. */
export function saysOnly(
  sentence: string,
  values: ReadonlySet<number>,
): { said: string[]; unknown: string[] } {
  const said = sentence.match(/\d+\.\d+/g) ?? [];
  const unknown = said.filter(
    (text) => ![...values].some((value) => shows({ value: Math.abs(value), text })),
  );
  return { said, unknown };
}
