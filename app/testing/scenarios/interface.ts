import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { expect, it } from 'vitest';

/** How a person reaches the interface, which is the same everywhere. */
export interface Visit {
  /** a fresh interface with nothing opened */
  open(look?: { width: number; height: number; theme: 'light' | 'dark' }): Promise<Page>;
  /** opens a file by its name through what this way in offers; several are joined */
  choose(page: Page, names: string[]): Promise<void>;
  /** where screenshots go */
  screenshots: string;
  /** ends the engine behind an opened page, as when memory runs out */
  killEngine?(): Promise<void>;
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const LOOKS = [
  { width: 1280, height: 800, theme: 'light' },
  { width: 1280, height: 800, theme: 'dark' },
  { width: 1920, height: 1080, theme: 'light' },
  { width: 1920, height: 1080, theme: 'dark' },
] as const;

const legend = (page: Page) => page.getByRole('list', { name: 'Legend' });
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });

const found = (page: Page) => page.getByRole('listbox', { name: 'What was found' }).getByRole('option');

/** In the page: different colours among the pixels of a picture, background left out. */
const COUNT_COLOURS = `async (source) => {
  const image = new Image();
  image.src = source;
  await image.decode();
  const context = new OffscreenCanvas(image.width, image.height).getContext('2d');
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, image.width, image.height);
  const seen = new Map();
  for (let i = 0; i < data.length; i += 4) {
    const colour = [data[i] >> 4, data[i + 1] >> 4, data[i + 2] >> 4].join();
    seen.set(colour, (seen.get(colour) ?? 0) + 1);
  }
  return [...seen.values()].filter((n) => n > 60).length - 1;
}`;

async function coloursOfMap(page: Page): Promise<number> {
  await page.getByRole('application').waitFor();
  await page.waitForTimeout(300);
  return coloursOf(page.getByRole('application'));
}

async function coloursOf(element: Locator): Promise<number> {
  const shot = await element.screenshot();
  return element.page().evaluate(`(${COUNT_COLOURS})('data:image/png;base64,${shot.toString('base64')}')`);
}

async function colourBy(page: Page, text: string): Promise<void> {
  await button(page, /^Colour by/).click();
  await page.getByPlaceholder('Find a column or a gene').fill(text);
  await found(page).first().waitFor();
  await page.keyboard.press('Enter');
}

async function tryExample(page: Page): Promise<void> {
  await button(page, 'Try the example').click();
  await legend(page).getByText('day 7').waitFor();
}

/** Nothing that axe finds, contrast included. */
async function checkAccessibility(page: Page, where: string): Promise<void> {
  // a script of the page would be refused by its policy
  const found = await page.evaluate(`${AXE}; axe.run({ resultTypes: ['violations'] }).then(({ violations }) =>
    violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html.slice(0, 160)).join(' | ')))`);
  expect({ where, found }).toEqual({ where, found: [] });
}

/** What a new user does, by mouse and by keyboard. */
export function interfaceScenarios(visit: Visit): void {
  it('example → a map by day, cell type and gene', async () => {
    const page = await visit.open();
    await tryExample(page);
    expect(await legend(page).getByRole('listitem').count()).toBe(4);
    expect(await coloursOfMap(page)).toBeGreaterThanOrEqual(4);
    await colourBy(page, 'cell_type');
    await legend(page).getByText('progenitor').waitFor();
    await colourBy(page, '-001');
    // numbers have no list of categories
    await legend(page).waitFor({ state: 'detached' });
    expect(await coloursOfMap(page)).toBeGreaterThanOrEqual(4);
  });

  it('the same by keyboard alone', async () => {
    const page = await visit.open();
    await button(page, 'Try the example').focus();
    await page.keyboard.press('Enter');
    await legend(page).getByText('day 7').waitFor();
    await page.keyboard.press('Control+k');
    await page.keyboard.type('cell_type');
    await found(page).first().waitFor();
    await page.keyboard.press('Enter');
    await legend(page).getByText('progenitor').waitFor();
    await page.keyboard.press('Control+z');
    await legend(page).getByText('day 7').waitFor();
    await page.keyboard.press('2');
    await page.getByRole('heading', { name: 'Timepoints' }).waitFor();
    await page.keyboard.press('Shift+?');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  it('shows three components in space, and the flat map again', async () => {
    const page = await visit.open();
    await tryExample(page);
    await page.keyboard.press('4');
    await page.getByLabel('Depth', { exact: true }).selectOption({ label: 'PC 3' });
    await page.locator('.js-plotly-plot canvas').first().waitFor();
    await page.waitForTimeout(1500);
    expect(await coloursOf(page.locator('.js-plotly-plot'))).toBeGreaterThanOrEqual(4);
    await page.getByLabel('Depth', { exact: true }).selectOption({ label: 'none, flat' });
    expect(await coloursOfMap(page)).toBeGreaterThanOrEqual(4);
  });

  it('prepares what is missing and shows it on the map', async () => {
    const page = await visit.open();
    await tryExample(page);
    await page.keyboard.press('3');
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page.getByText('UMAP 1').first().waitFor({ timeout: 60_000 });
    expect(await coloursOfMap(page)).toBeGreaterThanOrEqual(4);
  });
}

/** Every panel in both themes and two sizes: pictures to look at, and nothing that axe finds. */
export function pictureScenarios(visit: Visit): void {
  it('is free of what axe finds, in every panel and theme, and looks as in the pictures', async () => {
    mkdirSync(visit.screenshots, { recursive: true });
    for (const look of LOOKS) {
      const page = await visit.open(look);
      const shoot = async (name: string) => {
        const file = `${look.theme}-${look.width}-${name}.png`;
        await page.screenshot({ path: join(visit.screenshots, file) });
        if (look.width === 1280) await checkAccessibility(page, `${look.theme} ${name}`);
      };
      await shoot('0-welcome');
      await tryExample(page);
      for (const [key, name] of [
        ['1', '1-data'],
        ['2', '2-timepoints'],
        ['3', '3-prepare'],
        ['4', '4-embed'],
      ] as const) {
        await page.keyboard.press(key);
        await page.waitForTimeout(400);
        await shoot(name);
      }
      await colourBy(page, 'cell_type');
      await page.waitForTimeout(400);
      await shoot('5-cell-type');
      await colourBy(page, '-001');
      await page.waitForTimeout(600);
      await shoot('6-gene');
      await page.keyboard.press('Shift+?');
      await page.waitForTimeout(300);
      await shoot('7-keys');
    }
  });
}

/** The engine ends at a bad moment. */
export function deathScenarios(visit: Visit, file: string): void {
  it('says that the engine ended, starts it again and opens the cells again, choices and all', async () => {
    const page = await visit.open();
    await visit.choose(page, [file]);
    await legend(page).getByText('day 7').waitFor();
    await colourBy(page, 'label');
    await legend(page).getByText('other').waitFor();
    await page.keyboard.press('3');
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await visit.killEngine!();
    await page.getByText('was started again').first().waitFor();
    await legend(page).getByText('other').waitFor();
    // it works as before
    await colourBy(page, 'timepoint');
    await legend(page).getByText('day 7').waitFor();
  });
}

/** Names that try to be more than text. */
export function hostileScenarios(visit: Visit, file: string, payload: string): void {
  it('takes every name in a file for text', async () => {
    const page = await visit.open();
    const dialogs: string[] = [];
    page.on('dialog', (dialog) => {
      dialogs.push(dialog.message());
      dialog.dismiss().catch(() => {});
    });
    await visit.choose(page, [file]);
    await legend(page).getByText('day 7').waitFor();
    for (const column of ['label', 'hostile']) {
      await colourBy(page, column);
      await legend(page).getByText(payload).first().waitFor();
    }
    await page.keyboard.press('Control+k');
    await page.keyboard.type('<img');
    await found(page).first().waitFor();
    await page.keyboard.press('Enter');
    await page.waitForTimeout(500);
    expect(dialogs).toEqual([]);
    expect(
      await page.evaluate(
        '[window.attacked, document.querySelectorAll("img[src=x], script:not([src])").length]',
      ),
    ).toEqual([undefined, 0]);
  });
}
