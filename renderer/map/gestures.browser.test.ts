import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../testing/browser.ts';
import { bundleScript, openPage } from '../testing/bundle.ts';
import type * as mapPage from '../testing/cell-map-page.ts';
import {
  bottom,
  green,
  lasso,
  left,
  middle,
  pixelsOf,
  right,
  show,
  size,
  top,
  white,
} from '../testing/cell-map-scene.ts';

/** What the page's script exports; functions handed to `evaluate` run there. */
declare const bundled: typeof mapPage;

const browser = await launchBrowser();

describe.skipIf(browser === null)('the hand on the cell map', () => {
  let page: Page;

  beforeAll(async () => {
    const script = await bundleScript('renderer/testing/cell-map-page.ts');
    ({ page } = await openPage(browser!, script, size));
  });
  afterAll(() => browser!.close());

  it('chooses by lasso and by rectangle, adds and subtracts', async () => {
    await show(page, true);
    await page.locator('canvas').focus();
    await page.keyboard.press('l');
    expect(await lasso(page, [30, 5], [75, 5], [75, 175], [30, 175])).toEqual([0, 3]);
    await page.keyboard.down('Shift');
    expect(await lasso(page, [160, 5], [210, 5], [210, 50], [160, 50])).toEqual([2]);
    await page.keyboard.up('Shift');
    await page.keyboard.down('Alt');
    await lasso(page, [30, 5], [75, 5], [75, 50], [30, 50]);
    await page.keyboard.up('Alt');
    await page.keyboard.press('Escape');
    await page.keyboard.down('Shift');
    expect(await lasso(page, [30, 130], [210, 175])).toEqual([0, 1]);
    await page.keyboard.up('Shift');
    await page.keyboard.press('Escape');
    const said = await page.evaluate(() => bundled.heard.selections);
    expect(said.map(({ mode }) => mode)).toEqual(['replace', 'add', 'subtract', 'replace', 'replace']);
    expect(said[2].rows).toEqual([3]);
    expect(said[4].rows).toEqual([]);
  });

  it('moves with hand, wheel and keys, and comes back', async () => {
    await show(page, true);
    await page.mouse.move(...middle);
    await page.mouse.down();
    await page.mouse.move(middle[0] + 20, middle[1] - 10, { steps: 3 });
    await page.mouse.up();
    await expect.poll(async () => (await pixelsOf(page))(right + 20, top - 10)).toEqual(green);

    await page.mouse.move(right + 20, top - 10);
    await page.mouse.wheel(0, -300);
    await expect.poll(async () => (await pixelsOf(page))(left + 20, bottom - 10)).toEqual(white);
    expect((await pixelsOf(page))(right + 20, top - 10)).toEqual(green);

    await page.locator('canvas').focus();
    await page.keyboard.press('0');
    await page.keyboard.press('ArrowLeft');
    await expect.poll(async () => (await pixelsOf(page))(right + 48, top)).toEqual(green);
    await page.keyboard.press('+');
    await page.mouse.dblclick(...middle);
    await expect.poll(async () => (await pixelsOf(page))(right, top)).toEqual(green);
  });

  it('names the cell within eight pixels of the pointer, and in the middle by Enter', async () => {
    await show(page, true);
    await page.mouse.move(right + 5, top + 5);
    await page.mouse.move(right + 15, top + 15);
    await page.mouse.move(left, bottom - 7);
    await page.locator('canvas').focus();
    for (let k = 0; k < 6; k++) await page.keyboard.press(k % 2 === 0 ? 'ArrowUp' : 'ArrowDown');
    await page.evaluate(() => {
      const { map } = globalThis as unknown as { map: { setCamera(camera: object): void } };
      map.setCamera({ x: 1, y: 0, scale: 132 });
    });
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => bundled.heard.hovered)).toEqual([2, null, 0, null, 1]);
  });

  it('follows the size of the window', async () => {
    await show(page, true);
    await page.setViewportSize({ width: 480, height: 360 });
    // 24 pixels are free at each side
    await expect.poll(async () => (await pixelsOf(page))(240 + 156, 24)).toEqual(green);
    await page.setViewportSize(size);
    await expect.poll(async () => (await pixelsOf(page))(right, top)).toEqual(green);
  });
});
