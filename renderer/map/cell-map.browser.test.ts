import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../testing/browser.ts';
import { bundleScript, openPage } from '../testing/bundle.ts';
import type * as mapPage from '../testing/cell-map-page.ts';
import {
  blue,
  bottom,
  green,
  lasso,
  left,
  middle,
  orange,
  pixelReader,
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

describe.skipIf(browser === null)('the cell map in a browser', () => {
  let script: string;
  let page: Page;
  let errors: string[];

  beforeAll(async () => {
    script = await bundleScript('renderer/testing/cell-map-page.ts');
    ({ page, errors } = await openPage(browser!, script, size));
  });
  afterAll(() => browser!.close());

  describe.each([
    ['WebGL2', true],
    ['the processor', false],
  ])('drawn by %s', (_, webgl) => {
    it('shows each cell in its colour at its place, and nothing for one without a place', async () => {
      const at = await show(page, webgl);
      expect(
        await page.evaluate(() => (globalThis as unknown as { map: { painter: string } }).map.painter),
      ).toBe(webgl ? 'webgl' : 'cpu');
      expect(at(left, bottom)).toEqual(blue);
      expect(at(right, bottom)).toEqual(orange);
      expect(at(right, top)).toEqual(green);
      expect(at(left, top)).toEqual(blue);
      expect(at(...middle)).toEqual(white);
      expect(errors).toEqual([]);
    });

    it('draws rings that are hollow', async () => {
      const at = await show(page, webgl, 'hollow');
      expect(at(right, top)).toEqual(white);
      const ring = Array.from({ length: 10 }, (_, k) => at(right + k, top));
      expect(Math.min(...ring.map((pixel) => pixel[0]))).toBeLessThan(60);
    });

    it('dims what is not selected', async () => {
      const at = await show(page, webgl, 'select');
      expect(at(right, bottom)).toEqual(orange);
      for (const channel of at(left, top)) expect(channel).toBeGreaterThan(175);
      expect(at(left, top)).not.toEqual(white);
    });

    it('hides a category, which cannot be chosen then', async () => {
      const at = await show(page, webgl, 'hide');
      await page.locator('canvas').focus();
      expect([at(left, top), at(right, top)]).toEqual([white, green]);
      await page.keyboard.press('l');
      expect(await lasso(page, [5, 5], [235, 5], [235, 175], [5, 175])).toEqual([1, 2]);
    });

    it('lets cells of some groups stand out', async () => {
      const at = await show(page, webgl, 'fade');
      expect([at(left, bottom), at(right, bottom)]).toEqual([blue, orange]);
      for (const faded of [at(right, top), at(left, top)]) {
        for (const channel of faded) expect(channel).toBeGreaterThan(175);
      }
    });

    it('draws points over the cells: translucent, as large as their mass, none without mass or opacity', async () => {
      const at = await show(page, webgl, 'points');
      const [r, g, b] = at(...middle);
      expect(r).toBe(255);
      expect(Math.max(Math.abs(g - 127), Math.abs(b - 127))).toBeLessThanOrEqual(1);
      expect(at(left, bottom)).toEqual(blue);
      expect(at(120, 143)).toEqual(white);
      const width = (y: number) =>
        Array.from({ length: 80 }, (_, k) => at(80 + k, y)).filter((pixel) => pixel[1]! < 250).length;
      expect(width(90) / width(37)).toBeGreaterThan(2.4);
      expect(width(90) / width(37)).toBeLessThan(3.2);
    });

    it('draws lines', async () => {
      const at = await show(page, webgl, 'lines');
      const across = Array.from({ length: 7 }, (_, k) => at(middle[0] - 3 + k, middle[1]));
      expect(across.some(([r, g, b]) => r > 200 && g < 130 && b > 200)).toBe(true);
    });
  });

  describe.each([
    ['discs', 1, 1.7],
    ['discs on a sharp screen', 2, 1.7],
    ['squares', 1, 0.4],
  ])('3000 cells as %s', (_, pixelRatio, factor) => {
    it('are the same picture with WebGL2 and without, up to rounding', async () => {
      const { page: own } = await openPage(browser!, script, { ...size, pixelRatio });
      const draw = (webgl: boolean) =>
        own.evaluate(
          async ({ webgl, factor }) => {
            bundled.spiral(webgl, factor);
            return bundled.readCanvas();
          },
          { webgl, factor },
        );
      expectAlike(await draw(true), await draw(false));
      await own.close();
    });
  });

  it.each([1, 2])(
    'is the same picture with all that lies over the cells (%i pixels a pixel)',
    async (pixelRatio) => {
      const { page: own } = await openPage(browser!, script, { ...size, pixelRatio });
      const draw = (webgl: boolean) =>
        own.evaluate(async (webgl) => {
          bundled.spiralWithJourney(webgl);
          return bundled.readCanvas();
        }, webgl);
      expectAlike(await draw(true), await draw(false));
      await own.close();
    },
  );

  it('is the same picture of some of the cells with WebGL2 and without', async () => {
    const draw = (webgl: boolean, step: number) =>
      page.evaluate(({ webgl, step }) => bundled.paintPart(bundled.spiral(true, 1), webgl, step), {
        webgl,
        step,
      });
    const part = await draw(true, 3);
    expectAlike(part, await draw(false, 3));
    const covered = ({ rgba }: mapPage.Pixels) =>
      Buffer.from(rgba, 'base64').filter((value, k) => k % 4 === 3 && value > 0).length;
    expect(covered(part) / covered(await draw(true, 1))).toBeLessThan(0.7);
  });

  it('goes on while the WebGL context is lost, and comes back', async () => {
    await show(page, true);
    const painters = await page.evaluate(async () => {
      const { map } = globalThis as unknown as {
        map: { painter: string; setSelection(mask: Uint8Array): void };
      };
      const context = bundled.loseContext();
      await bundled.nextFrame();
      await bundled.nextFrame();
      const lost = map.painter;
      const canvases = document.querySelectorAll('canvas').length;
      Object.assign(globalThis, { context });
      return { lost, canvases };
    });
    expect(painters).toEqual({ lost: 'cpu', canvases: 2 });
    expect((await pixelsOf(page))(right, top)).toEqual(green);

    const restored = await page.evaluate(async () => {
      const { map, context } = globalThis as unknown as {
        map: { painter: string; setSelection(mask: Uint8Array): void };
        context: { restore(): void };
      };
      map.setSelection(Uint8Array.from([0, 1, 0, 0, 0]));
      context.restore();
      const canvas = document.querySelector('canvas')!;
      await new Promise((resolve) =>
        canvas.addEventListener('webglcontextrestored', resolve, { once: true }),
      );
      await bundled.nextFrame();
      return { painter: map.painter, canvases: document.querySelectorAll('canvas').length };
    });
    expect(restored).toEqual({ painter: 'webgl', canvases: 1 });
    const at = await pixelsOf(page);
    expect(at(right, bottom)).toEqual(orange);
    expect(at(right, top)[0]).toBeGreaterThan(175);
  });

  it('exports what is seen, at twice the resolution', async () => {
    await show(page, true);
    const png = await page.evaluate(async () => {
      const { map } = globalThis as unknown as { map: Parameters<typeof bundled.exported>[0] };
      const bytes = await bundled.exported(map, bundled.categories([0, 1, 2, 0, 1], ['a', 'b', 'c']), 'png');
      return bundled.decode(bytes);
    });
    // the plot lies 30 pixels from the left and 12 from the top
    const at = pixelReader(png);
    expect(at(2 * (30 + right), 2 * (12 + top))).toEqual(green);
    expect(at(2 * (30 + left), 2 * (12 + bottom))).toEqual(blue);
    expect(png.height).toBe(2 * (12 + 180 + 30));
    expect(png.width).toBeGreaterThan(2 * (30 + 240 + 30));

    const svg = await page.evaluate(async () => {
      const { map } = globalThis as unknown as { map: Parameters<typeof bundled.exported>[0] };
      const coloured = bundled.categories([0, 1, 2, 0, 1], ['a', 'b', 'c']);
      return bundled.exported(map, coloured, 'svg');
    });
    expect(
      Buffer.from(svg, 'base64')
        .toString()
        .match(/<circle/g)?.length,
    ).toBe(4 + 3);
  });
});

/**
 * Each pixel of one picture is found in the other at its place or beside it: renderers round the places of points to
 * parts of a pixel of their own.
 */
function expectAlike(one: mapPage.Pixels, other: mapPage.Pixels): void {
  const [a, b] = [one, other].map(({ rgba }) => Buffer.from(rgba, 'base64'));
  const { width, height } = one;
  expect(b.length).toBe(a.length);
  const differs = (p: number, q: number) =>
    [0, 1, 2, 3].some((channel) => Math.abs(a[4 * p + channel] - b[4 * q + channel]) > 32);
  let drawn = 0;
  let lost = 0;
  for (let y = 1; y + 1 < height; y++) {
    for (let x = 1; x + 1 < width; x++) {
      const at = y * width + x;
      if (a[4 * at + 3] > 0) drawn++;
      const near = [0, -1, 1, -width, width, -width - 1, -width + 1, width - 1, width + 1];
      if (near.every((offset) => differs(at, at + offset))) lost++;
    }
  }
  expect(drawn).toBeGreaterThan(1500);
  expect(lost / drawn).toBeLessThan(0.01);
}
