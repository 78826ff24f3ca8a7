import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import axe from 'axe-core';
import { createRawSnippet } from 'svelte';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { WorkError } from '../../engine/errors.ts';
import type { RunResults } from '../../engine/host/protocol.ts';
import { parseCsv } from '../plots/csv.ts';
import { parseFigureCsv } from '../plots/figure-csv.ts';
import { FIGURE_TABS } from '../state/figure-view.svelte.ts';
import { sessionWithRuns } from '../testing/run-session.ts';
import { tinyRun } from '../testing/tiny-run.ts';
import Evaluate from './Evaluate.svelte';
import FigureArea from './FigureArea.svelte';

const LONG = `${'very long name of a timepoint '.repeat(6)}end`;
let plain: RunResults;
let many: RunResults;
let typed: RunResults;
let strange: RunResults;

beforeAll(async () => {
  document.documentElement.lang = 'en';
  document.title = 'Meander';
  plain = await tinyRun();
  many = await tinyRun({
    labels: Array.from({ length: 40 }, (_, k) => String(k)),
    cellsPerTimepoint: 20,
    experiment: { methods: ['ot-cfm'], seeds: 1, holdOut: '1,2,3,4,5,6,7,8,9,10,38' },
  });
  typed = await tinyRun({
    cellTypes: Array.from({ length: 200 }, (_, i) => `type ${i}`),
    cellsPerTimepoint: 200,
    experiment: { methods: ['ot-cfm'], seeds: 1, holdOut: '3' },
  });
  strange = await tinyRun({
    labels: ['أسبوع', '第3天', LONG, '<b>5</b>'],
    cellTypes: ['خلايا جذعية', '神経前駆細胞', LONG],
    unit: '',
    run: 'run-2',
    name: 'automatic',
    experiment: { methods: ['auto'], growth: 'on', seeds: 1 },
  });
});
afterEach(cleanup);

async function show(runs: RunResults[], change: Parameters<typeof sessionWithRuns>[1] = {}) {
  const parts = await sessionWithRuns(runs, change);
  parts.session.step = 'evaluate';
  const children = createRawSnippet(() => ({ render: () => '<canvas data-testid="map"></canvas>' }));
  render(Evaluate, { session: parts.session });
  render(FigureArea, { session: parts.session, theme: 'light', children });
  return parts;
}

const CASES: [string, () => RunResults][] = [
  ['two methods and seeds', () => plain],
  ['40 timepoints', () => many],
  ['auto, growth, long names, right to left, CJK', () => strange],
];

describe.each(CASES)('what is on the screen: %s', (_, of) => {
  test('every number is one of metrics.json, shortened', async () => {
    const { session } = await show([of()]);
    const known = knownNumbers(of());
    for (const tab of FIGURE_TABS) {
      session.figures.tab = tab;
      await waitFor(() => expect(document.querySelectorAll('data').length).toBeGreaterThan(0));
      const shown = [...document.querySelectorAll<HTMLDataElement>('data')];
      for (const { value, textContent } of shown) {
        const full = Number(value);
        expect(known.has(full.toPrecision(12)), `${tab}: ${value}`).toBe(true);
        expect(isShortened(full, textContent!), `${tab}: ${textContent} of ${value}`).toBe(true);
      }
    }
  });
});

// each tab once: what differs between runs is what they hold
test.each([
  ['cell types, training', () => plain, ['cell types', 'training', 'runs']],
  ['strange names', () => strange, ['map', 'distances', 'choices']],
] as const)('axe finds nothing: %s', async (_, of, tabs) => {
  const { session } = await show([of(), { ...many, info: { ...many.info, run: 'run-3' } }]);
  for (const tab of tabs) {
    session.figures.tab = tab;
    for (const section of document.querySelectorAll('details')) section.open = true;
    const { violations } = await axe.run(document, {
      resultTypes: ['violations'],
      // nothing is laid out here, and the frame is another's
      rules: {
        'color-contrast': { enabled: false },
        region: { enabled: false },
        'page-has-heading-one': { enabled: false },
      },
    });
    expect(violations.map(({ id, nodes }) => [tab, id, nodes[0]!.html.slice(0, 200)])).toEqual([]);
  }
});

test('the verdict and what supports it come first, as the engine has them', async () => {
  await show([plain]);
  const verdict = screen.getByRole('region', { name: 'Verdict' });
  expect(verdict.textContent).toContain(plain.verdict.sentence);
  for (const line of plain.verdict.support) expect(verdict.textContent).toContain(line);
  const numbers = screen.getByRole('region', { name: /^W1 distance/ });
  expect(verdict.compareDocumentPosition(numbers) & Node.DOCUMENT_POSITION_FOLLOWING).toBeTruthy();
});

test('the map stays, whatever lies over it, and is out of reach beneath', async () => {
  const { session } = await show([plain]);
  const map = screen.getByTestId('map');
  expect(map.closest('.under')).not.toBeNull();
  await fireEvent.click(screen.getByRole('tab', { name: 'Map' }));
  expect(screen.getByTestId('map')).toBe(map);
  expect(map.closest('.under')).toBeNull();
  session.step = 'train';
  await waitFor(() => expect(screen.queryByRole('tablist')).toBeNull());
  expect(screen.getByTestId('map')).toBe(map);
});

test('tabs by keyboard', async () => {
  await show([plain]);
  const tab = () => screen.getByRole('tab', { selected: true });
  tab().focus();
  await fireEvent.keyDown(tab(), { key: 'ArrowRight' });
  expect(tab().textContent).toBe('By cell type');
  expect(document.activeElement).toBe(tab());
  await fireEvent.keyDown(tab(), { key: 'Home' });
  expect(tab().textContent).toBe('Map');
});

test('200 cell types are searched and sorted', async () => {
  const { session } = await show([typed]);
  session.figures.tab = 'cell types';
  const rows = () => [...document.querySelectorAll('.page table tbody tr')];
  await waitFor(() => expect(rows().length).toBe(200));
  const values = () => rows().map((row) => Number(row.querySelector('data')?.value));
  expect(values()).toEqual([...values()].sort((a, b) => b - a));
  const heading = [...document.querySelectorAll<HTMLElement>('.page thead button')][1]!;
  expect(heading.closest('th')!.ariaSort ?? heading.closest('th')!.getAttribute('aria-sort')).toBe(
    'descending',
  );
  await fireEvent.click(heading);
  expect(values()).toEqual([...values()].sort((a, b) => a - b));
  const name = rows()[3]!.querySelector('th')!.textContent!;
  await fireEvent.input(screen.getByLabelText('Find a cell type'), { target: { value: name.toUpperCase() } });
  expect(rows()[0]!.querySelector('th')!.textContent).toContain(name);
  expect(rows().length).toBeLessThan(12);
});

describe('what is saved', () => {
  test('a table as CSV has the numbers of metrics.json with all digits', async () => {
    const { platform } = await show([plain]);
    await fireEvent.click(screen.getByRole('button', { name: 'Save W1 by held-out day as CSV' }));
    await waitFor(() => expect(platform.saved).toHaveLength(1));
    expect(platform.saved[0]!.name).toMatch(/first try W1\.csv$/);
    const { header, rows } = parseCsv(new TextDecoder().decode(platform.saved[0]!.bytes));
    const at = (row: (string | number | null)[], title: string) => row[header.indexOf(title)];
    for (const [method, title] of [
      ['ot-mfm', 'bent paths (OT-MFM)'],
      ['ot', 'static transport'],
    ] as const) {
      const wanted = plain.metrics.summary.filter((entry) => entry.method === method);
      expect(rows.map((row) => at(row, title))).toEqual(wanted.map(({ w1Mean }) => w1Mean));
    }
    expect(rows.map((row) => at(row, 'bent paths (OT-MFM), sd'))).toEqual(
      plain.metrics.summary.filter(({ method }) => method === 'ot-mfm').map(({ w1Sd }) => w1Sd),
    );
  });

  test('the data of a figure too', async () => {
    const { platform } = await show([plain]);
    const group = screen.getByRole('toolbar', { name: 'Save Distance to the held-out cells' });
    await fireEvent.click(within(group).getByRole('button', { name: 'CSV' }));
    await waitFor(() => expect(platform.saved).toHaveLength(1));
    const series = parseFigureCsv(new TextDecoder().decode(platform.saved[0]!.bytes));
    const own = plain.metrics.summary.filter(({ method }) => method === 'ot-cfm').map(({ w1Mean }) => w1Mean);
    expect(series.find(({ name }) => name === 'straight paths (OT-CFM)')!.points.y).toEqual(own);
  });

  test('what cannot be saved is said where it was asked for', async () => {
    await show([plain], {
      platform: {
        saveFile: async () => {
          throw new WorkError('The disk is full.', { action: 'Make room and try again.' });
        },
      },
    });
    await fireEvent.click(screen.getByRole('button', { name: 'Save W1 by held-out day as CSV' }));
    expect((await screen.findByRole('alert')).textContent).toMatch(/The disk is full.*Make room/);
  });
});

test('runs that cannot be compared are said to be', async () => {
  const { session } = await show([plain, strange]);
  session.figures.tab = 'runs';
  await fireEvent.click(await screen.findByLabelText(/automatic/));
  expect(await screen.findByText(/do not compare: they hold out different timepoints/)).toBeTruthy();
});

test('help says what W1 is where it is asked', async () => {
  await show([plain]);
  await fireEvent.click(screen.getAllByRole('button', { name: /What is this\? W1/ })[0]!);
  expect((await screen.findByRole('dialog', { name: /W1/ })).textContent).toMatch(/Lower is better/);
});

describe('other states', () => {
  test('no run leads to Train', async () => {
    const { session } = await show([]);
    await fireEvent.click(screen.getByRole('button', { name: 'Go to Train' }));
    expect(session.step).toBe('train');
  });

  test('nothing held out makes no claim', async () => {
    await show([await tinyRun({ experiment: { holdOut: 'none', methods: ['ot-cfm'], seeds: 1 } })]);
    expect(screen.getByRole('region', { name: 'Verdict' }).textContent).toMatch(/No timepoint was held out/);
    expect(screen.getByRole('button', { name: 'Choose what to hold out' })).toBeTruthy();
    expect(screen.queryByRole('tab', { name: 'Distances' })).toBeNull();
  });

  test('a run that cannot be read says so', async () => {
    await show([plain], {
      script: {
        run: () => {
          throw new WorkError('The run cannot be read.', { action: 'Train again.' });
        },
      },
    });
    expect((await screen.findByRole('alert')).textContent).toMatch(/The run cannot be read/);
  });
});

/** All numbers of the run, and means over seeds of what has a row a seed. */
function knownNumbers({ metrics, info, fits }: RunResults): Set<string> {
  const found: number[] = [info.seconds, fits.length];
  const visit = (value: unknown) => {
    if (typeof value === 'number') found.push(value);
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(visit);
  };
  visit(metrics);
  for (const column of ['w1', 'w1AtFloorSize'] as const) {
    const groups = new Map<string, number[]>();
    for (const row of metrics.rows) {
      const key = JSON.stringify([row.method, row.heldOut, row.heldOutTogether, row.cellType]);
      if (row[column] !== null) groups.set(key, [...(groups.get(key) ?? []), row[column]]);
    }
    for (const values of groups.values()) {
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
      found.push(mean, Math.sqrt(square / (values.length - 1)));
    }
  }
  return new Set(found.map((value) => value.toPrecision(12)));
}

/** Whether a text is a number rounded to the digits that it has. */
function isShortened(full: number, text: string): boolean {
  if (text === 'none') return full === 0;
  if (text.endsWith(' s') || text.endsWith(' min')) return true;
  const percent = text.endsWith('%');
  const shown = Number(text.replace('−', '-').replaceAll(',', '').replace(' %', ''));
  const decimals = /(?<=\.)\d+/.exec(text)?.[0].length ?? 0;
  return Math.abs(shown - (percent ? 100 * full : full)) <= 0.5000001 * 10 ** -decimals;
}
