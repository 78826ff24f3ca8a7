import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import { afterAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../testing/browser.ts';
import { bundleScript, openPage } from '../testing/bundle.ts';
import type * as benchPage from '../testing/cell-map-bench-page.ts';
import type * as journeyPage from '../testing/journey-page.ts';

/** What the page's script exports; functions handed to `evaluate` run there. */
declare const bundled: typeof journeyPage & typeof benchPage;

const browser = await launchBrowser();

describe.skipIf(browser === null)('a journey in a browser', () => {
  let stage: Promise<string> | undefined;
  afterAll(() => browser!.close());

  it('moves 30,000 predicted cells; how long a frame takes is said, and no test', async () => {
    const { page, errors } = await openPage(
      browser!,
      await bundleScript('renderer/testing/cell-map-bench-page.ts'),
      {
        width: 1000,
        height: 700,
      },
    );
    for (const webgl of [true, false]) {
      const took = await page.evaluate((webgl) => bundled.measureJourney(30_000, webgl), webgl);
      process.stdout.write(`30,000 predicted cells, main thread: ${JSON.stringify(took)}\n`);
      expect(took.painter).toBe(webgl ? 'webgl' : 'cpu');
    }
    expect(errors).toEqual([]);
  });

  describe.each(['light', 'dark'] as const)('with the scrubber (%s)', (theme) => {
    it('is accessible, and goes where the thumb is dragged', async () => {
      stage ??= bundleScript('renderer/testing/journey-page.ts');
      const { page, errors } = await openPage(browser!, await stage, { width: 1000, height: 600 });
      await page.evaluate(
        (theme) => bundled.showJourney({ theme, cells: 500, predicted: 100, time: 1 }),
        theme,
      );
      const slider = page.getByRole('slider', { name: 'Time' });
      const box = (await slider.boundingBox())!;
      const y = box.y + box.height / 2;
      await page.mouse.move(box.x + box.width / 12, y);
      await page.mouse.down();
      await page.mouse.move(box.x + 0.6 * box.width, y, { steps: 4 });
      expect(Number(await slider.getAttribute('aria-valuenow'))).toBeCloseTo(7.2, 1);
      // the hand need not hit a timepoint to the pixel
      await page.mouse.move(box.x + 0.5 * box.width + 2, y);
      await page.mouse.up();
      expect(await slider.getAttribute('aria-valuetext')).toBe('day 6, held out');
      await page.getByText('W1 at day 6: 0.71 (straight 0.83)').waitFor();
      await page.keyboard.press(' ');
      await expect.poll(async () => Number(await slider.getAttribute('aria-valuenow'))).toBeGreaterThan(6);
      await page.getByRole('button', { name: 'Pause (space)' }).click();
      await page.evaluate(
        readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'),
      );
      const { violations } = await page.evaluate<AxeResults>('axe.run("#app")');
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
      expect(errors).toEqual([]);
    });
  });
});
