/// <reference types="node" />
import type { Page } from 'playwright-core';
import type * as mapPage from './cell-map-page.ts';

/** What the page's script exports; functions handed to `evaluate` run there. */
declare const bundled: typeof mapPage;

/** The map of four cells in the tests, as it is seen and touched. */
export const size = { width: 240, height: 180 };

/** The places of the scene's cells in the view: 24 pixels are free at each side, 132 are a unit. */
export const left = 54;
export const right = 186;
export const top = 24;
export const bottom = 156;
export const middle = [120, 90] as const;

export const blue = [0, 114, 178];
export const orange = [213, 94, 0];
export const green = [0, 158, 115];
export const white = [255, 255, 255];

/** A square of four cells, types a, b, c, a, with a fifth in the middle that has no place, and its picture. */
export async function show(page: Page, webgl: boolean, change = '') {
  await page.evaluate(
    async ({ webgl, change }) => {
      const map = bundled.openMap({ webgl });
      Object.assign(globalThis, { map });
      map.setPositions(bundled.positionsOf([[0, 0], [1, 0], [1, 1], [0, 1], null]));
      map.setColours(bundled.categories([0, 1, 2, 0, 1], ['a', 'b', 'c']));
      if (change === 'hollow') map.setHollow(Uint8Array.from([0, 0, 1, 0, 0]));
      if (change === 'select') map.setSelection(Uint8Array.from([0, 1, 0, 0, 0]));
      if (change === 'hide') map.setHidden(new Set([0]));
      if (change === 'fade') {
        map.setEmphasis({ groups: Int32Array.from([0, 0, 1, -1, 0]), weights: [1, 0] });
      }
      if (change === 'points') {
        map.setPoints({
          positions: bundled.positionsOf([
            [0.5, 0.5],
            [0.5, 0.9],
            [0, 0],
            [0.5, 0.1],
          ]),
          mass: Float32Array.from([8, 1, 0, 4]),
          entries: Uint8Array.from([1, 1, 1, 2]),
          palette: Uint8Array.from([0, 0, 0, 255, 255, 0, 0, 128, 0, 0, 255, 0]),
        });
      }
      if (change === 'lines') {
        map.setLines({
          positions: Float32Array.from([0, 0, 1, 1]),
          starts: Uint32Array.from([0]),
          entries: Uint16Array.from([0, 0]),
          palette: Uint8Array.from([255, 0, 255, 255]),
        });
      }
      map.setPointFactor(2);
      await bundled.nextFrame();
      await map.indexed;
    },
    { webgl, change },
  );
  return pixelsOf(page);
}

/** Draws with the pointer through some places. @returns the rows that were chosen with it */
export async function lasso(page: Page, ...places: [number, number][]): Promise<number[]> {
  await page.mouse.move(...places[0]);
  await page.mouse.down();
  for (const place of places.slice(1)) await page.mouse.move(...place, { steps: 4 });
  await page.mouse.up();
  return page.evaluate(() => bundled.heard.selections.at(-1)!.rows);
}

/** What the page looks like, as a function from a place to the colour of the pixel there. */
export async function pixelsOf(page: Page) {
  const shot = (await page.screenshot({ scale: 'css' })).toString('base64');
  return pixelReader(await page.evaluate((png) => bundled.decode(png), shot));
}

/** The colour of a pixel of an image by its place. */
export function pixelReader({ width, rgba }: mapPage.Pixels) {
  const data = Buffer.from(rgba, 'base64');
  return (x: number, y: number) => {
    const at = 4 * (Math.round(y) * width + Math.round(x));
    return [...data.subarray(at, at + 3)];
  };
}
