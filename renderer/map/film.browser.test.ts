import { unzipSync } from 'fflate';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../testing/browser.ts';
import { bundleScript, openPage } from '../testing/bundle.ts';
import type * as journeyPage from '../testing/journey-page.ts';

/** What the page's script exports; functions handed to `evaluate` run there. */
declare const bundled: typeof journeyPage;

const browser = await launchBrowser();

describe.skipIf(browser === null)('a film of a journey', () => {
  let page: Page;
  let errors: string[];

  beforeAll(async () => {
    const script = await bundleScript('renderer/testing/journey-page.ts');
    ({ page, errors } = await openPage(browser!, script, { width: 700, height: 500 }));
    await page.evaluate(() =>
      bundled.showJourney({ theme: 'light', cells: 1500, predicted: 200, layers: ['points'] }),
    );
  });
  afterAll(() => browser!.close());

  it('is a video that plays: 1080p, of the length that was asked for, other at its end than at its beginning', async () => {
    const { bytes, extension, shares } = await page.evaluate(() => bundled.filmed('video', 0.6, 5));
    expect(['mp4', 'webm']).toContain(extension);
    expect(shares.length).toBe(7);
    expect(shares.at(-1)).toBe(1);
    // in a page without the policy, which would not play it
    const player = await (await browser!.newContext()).newPage();
    await player.setContent(`<video muted src="data:video/${extension};base64,${bytes}"></video>`);
    const seen = await player.evaluate(async () => {
      const video = document.querySelector('video')!;
      const frameAt = async (time: number) => {
        const sought = new Promise((resolve) => video.addEventListener('seeked', resolve, { once: true }));
        video.currentTime = time;
        await sought;
        const context = new OffscreenCanvas(192, 108).getContext('2d')!;
        context.drawImage(video, 0, 0, 192, 108);
        return [...context.getImageData(0, 0, 192, 108).data];
      };
      if (video.readyState < 2) await new Promise((resolve) => video.addEventListener('loadeddata', resolve));
      const [first, last] = [await frameAt(0.01), await frameAt(1.3)];
      const differing = first.filter((value, k) => Math.abs(value - last[k]!) > 40).length;
      const inked = first.filter((value) => value < 128).length;
      return {
        width: video.videoWidth,
        height: video.videoHeight,
        duration: video.duration,
        differing,
        inked,
      };
    });
    expect([seen.width, seen.height]).toEqual([1920, 1080]);
    expect(seen.duration).toBeCloseTo(1.4, 1);
    expect(seen.inked).toBeGreaterThan(200);
    expect(seen.differing).toBeGreaterThan(200);
    expect(errors).toEqual([]);
  });

  it('is a picture of each frame in a zip', async () => {
    const { bytes, extension } = await page.evaluate(() => bundled.filmed('frames', 0.5, 4));
    expect(extension).toBe('zip');
    const files = unzipSync(Buffer.from(bytes, 'base64'));
    expect(Object.keys(files)).toEqual([
      'frame-0001.png',
      'frame-0002.png',
      'frame-0003.png',
      'frame-0004.png',
      'frame-0005.png',
    ]);
    const size = await page.evaluate(async (png) => {
      const bytes = Uint8Array.from(atob(png), (letter) => letter.charCodeAt(0));
      const { width, height } = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
      return [width, height];
    }, Buffer.from(files['frame-0003.png']!).toString('base64'));
    expect(size).toEqual([1920, 1080]);
  });

  it.each(['video', 'frames'] as const)('stops where it is told to (%s)', async (how) => {
    const { extension, shares } = await page.evaluate((how) => bundled.filmed(how, 1, 5, 0.2), how);
    expect(extension).toBe('CancelledError');
    expect(shares.at(-1)).toBeLessThan(0.3);
  });
});
