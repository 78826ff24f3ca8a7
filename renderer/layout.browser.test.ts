import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, describe, expect, it } from 'vitest';
import { launchBrowser } from './testing/browser.ts';
import { bundleScript, openPage } from './testing/bundle.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const browser = await launchBrowser();

/** Elements that stick out of the page to the right, beyond what scrolls by itself. */
const STICKING_OUT = `[...document.querySelectorAll('body *')].filter((element) => {
  const { right, width } = element.getBoundingClientRect();
  if (width === 0 || right <= innerWidth + 1) return false;
  for (let at = element; at; at = at.parentElement) if (getComputedStyle(at).overflowX !== 'visible') return false;
  return true;
}).map((element) => element.outerHTML.slice(0, 120))`;

describe.skipIf(browser === null)('the interface at 200 %', () => {
  let script: Promise<string> | undefined;
  afterAll(() => browser!.close());

  async function open(state: string, theme: 'light' | 'dark'): Promise<{ page: Page; errors: string[] }> {
    script ??= bundleScript('renderer/testing/page.ts');
    // 1280 × 800 at 200 %
    const look = { width: 640, height: 400, pixelRatio: 2, theme };
    const opened = await openPage(browser!, await script, {
      ...look,
      search: `?state=${state}`,
      root: 'div',
    });
    await opened.page.waitForSelector('body[data-ready]');
    return opened;
  }

  it.each([
    ['timepoints', 'light'],
    ['train', 'light'],
    ['train-running', 'dark'],
    ['runs', 'light'],
    ['explore-types', 'dark'],
    ['evaluate', 'light'],
    ['evaluate', 'dark'],
    ['export', 'light'],
  ] as const)(
    '%s (%s): all is there, without scrolling sideways, and axe finds nothing',
    async (state, theme) => {
      const { page, errors } = await open(state, theme);
      expect(await page.evaluate(STICKING_OUT)).toEqual([]);
      const [scrolled, width] = (await page.evaluate(
        '[document.scrollingElement.scrollWidth, innerWidth]',
      )) as number[];
      expect(scrolled).toBe(width);
      const figure = (await page.getByRole('main').boundingBox())!;
      expect(figure.width).toBeGreaterThan(600);
      expect(figure.height).toBeGreaterThan(300);
      // nothing below the end either
      const [length, own] = (await page.evaluate(
        `[document.scrollingElement.scrollHeight, document.querySelector('.app').offsetHeight]`,
      )) as number[];
      expect(length).toBe(own);
      // what lies last can be reached
      const legend = page.getByRole('button', { name: /^Colour by/ });
      await legend.scrollIntoViewIfNeeded();
      expect((await legend.boundingBox())!.y).toBeLessThan(400);
      await page.evaluate(AXE);
      const { violations } = await page.evaluate<AxeResults>("axe.run({ resultTypes: ['violations'] })");
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
      expect(errors).toEqual([]);
      await page.context().close();
    },
  );
});
