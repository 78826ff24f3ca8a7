import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../testing/browser.ts';
import { bundleScript, openPage } from '../testing/bundle.ts';
import type * as componentPage from '../testing/cell-map-component-page.ts';

/** What the page's script exports; functions handed to `evaluate` run there. */
declare const bundled: typeof componentPage;

const browser = await launchBrowser();
const names = ['B cell', '<img src=x onerror=alert(1)>', 'T cell'];

describe.skipIf(browser === null)('the map as a component', () => {
  let script: string;

  beforeAll(async () => {
    script = await bundleScript('renderer/testing/cell-map-component-page.ts');
  });
  afterAll(() => browser!.close());

  async function open(theme: 'light' | 'dark') {
    const opened = await openPage(browser!, script);
    await opened.page.evaluate(({ theme, names }) => bundled.show(theme, names), { theme, names });
    return opened;
  }

  it.each(['light', 'dark'] as const)('is accessible and shows its focus (%s)', async (theme) => {
    const { page, errors } = await open(theme);
    await page.keyboard.press('Tab');
    const canvas = page.locator('canvas');
    expect(await canvas.evaluate((element) => element === document.activeElement)).toBe(true);
    expect(await canvas.evaluate((element) => getComputedStyle(element).outlineStyle)).toBe('solid');
    await page.evaluate(readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
    const { violations } = await page.evaluate<AxeResults>('axe.run("#app")');
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
    expect(errors).toEqual([]);
  });

  it('says in words what it shows, names of the file as text', async () => {
    const { page } = await open('light');
    const name = await page.locator('canvas').getAttribute('aria-label');
    expect(name).toContain('Map of 6 cells. No place on it for 1 cell. Coloured by cell type: B cell 2');
    expect(name).toContain(names[1]);
    expect(await page.locator('img').count()).toBe(0);
  });

  it('names the cell in the middle by key, and chooses with a lasso that is seen while it is drawn', async () => {
    const { page } = await open('light');
    await page.keyboard.press('Tab');
    await expect
      .poll(async () => {
        await page.keyboard.press('Enter');
        return page.locator('[role=status]').textContent();
      })
      .toContain('cell 5');
    await page.keyboard.press('l');
    await page.mouse.move(10, 10);
    await page.mouse.down();
    for (const [x, y] of [
      [390, 10],
      [390, 100],
      [10, 100],
    ])
      await page.mouse.move(x, y, { steps: 5 });
    expect(await page.locator('polygon').count()).toBe(1);
    await page.mouse.up();
    expect(await page.locator('polygon').count()).toBe(0);
    expect(await page.evaluate(() => bundled.heard)).toEqual([{ rows: [2, 3], mode: 'replace' }]);
  });
});
