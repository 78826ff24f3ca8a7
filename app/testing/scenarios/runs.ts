import { readFileSync } from 'node:fs';
import type { Browser, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import type { RunResults } from '../../../engine/host/protocol.ts';
// biome-ignore-start lint/style/noRestrictedImports: what the interface writes is read as it says that it can be
import { parseCsv } from '../../../renderer/plots/csv.ts';
import { parseFigureCsv, valuesOf } from '../../../renderer/plots/figure-csv.ts';
// biome-ignore-end lint/style/noRestrictedImports: as above
import type { Hand } from '../hand.ts';
import { decodePng, parseSvg } from '../readers.ts';
import {
  numbersBehind,
  numbersIn,
  numbersOfBar,
  saysOnly,
  shownBars,
  shownNumbers,
  shownTables,
  shows,
} from '../shown-numbers.ts';

type Metrics = RunResults['metrics'];

/** Someone in front of the interface, and how what they save comes to the disk. */
export interface Reader {
  page: Page;
  hand: Hand;
  /** what a press saves: its path on the disk */
  save(press: () => Promise<void>): Promise<string>;
}

const button = (page: Page, name: string | RegExp) =>
  page.getByRole('button', { name, exact: typeof name === 'string' });
const map = (page: Page) => page.getByRole('application');
const time = (page: Page) => page.getByRole('slider', { name: 'Time' });
export const legend = (page: Page) => page.getByRole('list', { name: 'Legend' });
export const heading = (page: Page, name: string) => page.getByRole('heading', { name, exact: true });

/** Presses Run and waits. @returns the sentence that stands there then */
export async function train({ page, hand }: Reader): Promise<string> {
  await hand.press(button(page, /^Run( again)?$/));
  const verdict = page.getByRole('status').filter({ hasText: 'W1 distance' });
  await verdict.waitFor({ timeout: 200_000 });
  return (await verdict.textContent())!.trim();
}

/** Trajectories lie over the cells, and predicted cells go with the time. */
export async function lookAtTrajectories({ page, hand }: Reader): Promise<void> {
  await hand.openStep(6);
  await page.locator('[role="slider"][aria-disabled="false"]').waitFor();
  const lines = page.getByRole('checkbox', { name: 'Trajectories', exact: true });
  const whole = await settled(map(page));
  await hand.press(lines);
  await isOther(page, whole);
  await hand.press(lines);

  const times = () =>
    Promise.all(
      ['aria-valuemin', 'aria-valuenow', 'aria-valuemax'].map(async (name) =>
        Number(await time(page).getAttribute(name)),
      ),
    );
  const shareNow = async () => {
    const [first, now, last] = (await times()) as [number, number, number];
    return (now - first) / (last - first);
  };
  await hand.seek(0.15);
  expect(await shareNow()).toBeCloseTo(0.15, 1);
  const early = await settled(map(page));
  await hand.seek(0.9);
  expect(await shareNow()).toBeCloseTo(0.9, 1);
  await isOther(page, early);

  await hand.seek(0.3);
  await hand.play();
  await expect.poll(shareNow, { timeout: 20_000 }).toBeGreaterThan(0.35);
  await hand.play();
  const stopped = await shareNow();
  await page.waitForTimeout(300);
  expect(await shareNow()).toBe(stopped);
}

/** What the scrubber says at a day that was held out is what was measured there. */
export async function checkScores({ page, hand }: Reader, { summary, manifest }: Metrics): Promise<void> {
  await hand.openStep(6);
  const [first] = manifest.config.methods;
  const own = summary.find(({ method, heldOut }) => method === first && heldOut !== null)!;
  const straight = summary.find(({ method, heldOut }) => method === 'ot-cfm' && heldOut === own.heldOut)!;
  const [from, to] = await Promise.all(
    ['aria-valuemin', 'aria-valuemax'].map(async (name) => Number(await time(page).getAttribute(name))),
  );
  await hand.seek((Number(own.heldOut) - from!) / (to! - from!));
  const beside = first === 'ot-cfm' ? '' : ` (straight ${straight.w1Mean!.toPrecision(3)})`;
  await page.getByText(`W1 at day ${own.heldOut}: ${own.w1Mean!.toPrecision(3)}${beside}`).waitFor();
}

const openTabs = async (page: Page) =>
  (await page.getByRole('tab').allTextContents()).filter((title) => !['Map', 'Compare runs'].includes(title));

/** Every number that is shown of the run is the one of metrics.json. @returns how many were looked at */
export async function checkNumbers({ page, hand }: Reader, metrics: Metrics): Promise<number> {
  await hand.openStep(7);
  const known = numbersIn(metrics);
  const verdict = await page.locator('section.verdict').innerText();
  const { said, unknown } = saysOnly(verdict, known);
  expect(said.length).toBeGreaterThan(0);
  expect(unknown).toEqual([]);
  const bars = await shownBars(page);
  for (const { name, numbers } of bars)
    expect({ name, values: numbers.map(({ value }) => value) }).toEqual({
      name,
      values: numbersOfBar(metrics, name),
    });
  expect(bars.length).toBeGreaterThan(4);

  let count = said.length;
  for (const tab of await openTabs(page)) {
    await hand.press(page.getByRole('tab', { name: tab }));
    await page.getByRole('tabpanel', { name: tab }).waitFor();
    for (const table of await shownTables(page))
      for (const row of table.rows)
        table.columns.forEach((column, k) => {
          const behind = numbersBehind(metrics, table, row, k);
          const numbers = row.numbers[k]!;
          const where = `${table.title}: ${row.texts[0]}, ${column}`;
          if (behind !== undefined)
            expect({ where, values: numbers.map(({ value }) => value) }).toEqual({ where, values: behind });
          for (const number of numbers)
            expect({ where, number, shows: shows(number) }).toEqual({ where, number, shows: true });
          count += numbers.length;
        });
    const elsewhere = (await shownNumbers(page)).filter(({ value }) => !known.has(value));
    // how long it took is of the list of runs
    expect(elsewhere.filter(({ about }) => about !== 'Took')).toEqual([]);
  }
  return count;
}

const POINTS = [
  'x',
  'y',
  'z',
  'base',
  'error_x.array',
  'error_y.array',
  'error_y.arrayminus',
  'marker.color',
] as const;

/** Every figure is drawn again from its CSV, and its pictures are pictures. @returns titles of what was looked at */
export async function checkFigures({ page, hand, save }: Reader, browser: Browser): Promise<string[]> {
  await hand.openStep(7);
  const seen: string[] = [];
  for (const tab of await openTabs(page)) {
    await hand.press(page.getByRole('tab', { name: tab }));
    const panel = page.getByRole('tabpanel', { name: tab });
    await panel.waitFor();
    const cards = panel.locator('section.card');
    for (let k = 0; k < (await cards.count()); k++) {
      const card = cards.nth(k);
      const asks = card.getByRole('combobox');
      const options = (await asks.count()) > 0 ? await asks.locator('option').allTextContents() : [''];
      for (const option of options) {
        if (option !== '') await hand.choose(asks, option);
        await card.locator('.js-plotly-plot .main-svg').first().waitFor();
        const csv = await save(() => hand.press(card.getByRole('button', { name: 'CSV' })));
        await checkFigureCsv(card, csv);
        // what it is asked for may stand in its title
        seen.push(`${await card.getByRole('heading').textContent()} ${option}`.trim());
      }
      const png = await save(() => hand.press(card.getByRole('button', { name: 'PNG' })));
      const picture = await decodePng(browser, readFileSync(png));
      // a column of 90 mm at 400 dots an inch
      expect(picture.width).toBeGreaterThanOrEqual(1417);
      expect(picture.colours).toBeGreaterThan(3);
      const svg = await parseSvg(
        browser,
        await save(() => hand.press(card.getByRole('button', { name: 'SVG' }))),
      );
      expect({ error: svg.error, root: svg.root }).toEqual({ error: '', root: 'svg' });
      expect(svg.shapes).toBeGreaterThan(5);
      expect(svg.texts.filter((text) => text !== '').length).toBeGreaterThan(3);
    }
  }
  return seen;
}

async function checkFigureCsv(card: Locator, path: string): Promise<void> {
  const series = parseFigureCsv(readFileSync(path, 'utf8'));
  const traces = await card.locator('.js-plotly-plot').evaluate((plot): object[] => {
    const plain = (value: unknown): unknown => {
      if (ArrayBuffer.isView(value)) return Array.from(value as Float32Array);
      if (Array.isArray(value)) return value.map(plain);
      if (typeof value !== 'object' || value === null) return value;
      return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, plain(part)]));
    };
    return (plot as unknown as { data: object[] }).data.map(plain) as object[];
  });
  expect(series.length).toBe(traces.length);
  let points = 0;
  traces.forEach((trace, k) => {
    for (const field of POINTS) {
      const drawn = valuesOf(trace, field);
      expect(series[k]!.points[field] ?? null).toEqual(drawn);
      points += drawn?.length ?? 0;
    }
  });
  expect(points).toBeGreaterThan(3);
}

/** Every table as CSV is the table that is shown, all digits. @returns how many */
export async function checkTables({ page, hand, save }: Reader): Promise<number> {
  await hand.openStep(7);
  let count = 0;
  for (const tab of await openTabs(page)) {
    await hand.press(page.getByRole('tab', { name: tab }));
    const panel = page.getByRole('tabpanel', { name: tab });
    await panel.waitFor();
    for (const table of await shownTables(page)) {
      const button = panel.getByRole('button', { name: `Save ${table.title} as CSV`, exact: true });
      // the panel beside has a short one, of which the whole is here
      if ((await button.count()) === 0) continue;
      const { rows } = parseCsv(readFileSync(await save(() => hand.press(button)), 'utf8'));
      const saved = rows.map(([first, ...others]) => [
        first,
        others.filter((field) => typeof field === 'number'),
      ]);
      const shown = table.rows.map(({ texts, numbers }) => [
        texts[0],
        numbers.flat().map(({ value }) => value),
      ]);
      const sorted = (all: unknown[]) => all.map((row) => JSON.stringify(row)).sort();
      expect({ title: table.title, rows: sorted(saved) }).toEqual({
        title: table.title,
        rows: sorted(shown),
      });
      count++;
    }
  }
  return count;
}

/** Saves something of the run from the last step. */
export async function exported({ page, hand, save }: Reader, name: string): Promise<string> {
  if ((await heading(page, 'Take it away').count()) === 0) await hand.openStep(8);
  return save(() => hand.press(button(page, name)));
}

/** The picture of something as soon as it stays as it is. */
async function settled(element: Locator): Promise<string> {
  await element.waitFor();
  let before = '';
  for (let k = 0; k < 100; k++) {
    const now = (await element.screenshot()).toString('base64');
    if (now === before) return now;
    before = now;
    await element.page().waitForTimeout(150);
  }
  throw new Error('The picture does not come to rest.');
}

/** The map comes to look unlike it did. */
async function isOther(page: Page, before: string): Promise<void> {
  const changed = async () => differing(page, before, (await map(page).screenshot()).toString('base64'));
  await expect.poll(changed, { timeout: 30_000 }).toBeGreaterThan(300);
}

/** How many pixels of two pictures are not alike. */
const differing = (page: Page, one: string, other: string): Promise<number> =>
  page.evaluate(`(async () => {
    const pixels = async (base64) => {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
      const context = new OffscreenCanvas(image.width, image.height).getContext('2d');
      context.drawImage(image, 0, 0);
      return context.getImageData(0, 0, image.width, image.height).data;
    };
    const [a, b] = [await pixels('${one}'), await pixels('${other}')];
    let count = 0;
    for (let i = 0; i < a.length; i += 4)
      if (Math.abs(a[i] - b[i]) + Math.abs(a[i + 1] - b[i + 1]) + Math.abs(a[i + 2] - b[i + 2]) > 24) count++;
    return count;
  })()`);
