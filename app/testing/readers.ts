import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parquetReadObjects } from 'hyparquet';
import type { Browser, Page } from 'playwright-core';

/* What others read our files with: Python, a browser, a reader of Parquet. None of it is ours. */

/** A Python with anndata, pandas and scanpy (fixtures/anndata/check-requirements.txt). */
export const PYTHON = [
  process.env.MEANDER_PYTHON,
  fileURLToPath(new URL('../../.venv-oracle/bin/python', import.meta.url)),
].find((path) => path !== undefined && existsSync(path));

/** @returns what a script of fixtures/anndata has printed; @throws Error: what it has found wrong */
export function askPython(script: string, args: readonly string[], input = ''): string {
  const path = fileURLToPath(new URL(`../../fixtures/anndata/${script}`, import.meta.url));
  const { status, stdout, stderr } = spawnSync(PYTHON!, [path, ...args], { input, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

export async function readParquet(path: string): Promise<Record<string, unknown>[]> {
  const bytes = readFileSync(path);
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
  return parquetReadObjects({ file });
}

/** A table without quotation marks in it. */
export function readCsv(path: string): Record<string, string>[] {
  const [head, ...lines] = readFileSync(path, 'utf8').trimEnd().split('\r\n');
  const names = head!.split(',');
  return lines.map((line) => Object.fromEntries(line.split(',').map((value, k) => [names[k]!, value])));
}

/** In a page of its own, which knows nothing of the application. */
async function inFreshPage<T>(browser: Browser, read: (page: Page) => Promise<T>): Promise<T> {
  const context = await browser.newContext();
  try {
    return await read(await context.newPage());
  } finally {
    await context.close();
  }
}

const base64Of = (path: string) => readFileSync(path).toString('base64');

export interface Picture {
  width: number;
  height: number;
  /** different ones that cover more than a few pixels */
  colours: number;
}

export const decodePng = (browser: Browser, png: Uint8Array): Promise<Picture> =>
  inFreshPage(browser, (page) =>
    page.evaluate(`(async () => {
      const bytes = Uint8Array.from(atob('${Buffer.from(png).toString('base64')}'), (letter) => letter.charCodeAt(0));
      const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
      const { width, height } = image;
      const context = new OffscreenCanvas(width, height).getContext('2d');
      context.drawImage(image, 0, 0);
      const { data } = context.getImageData(0, 0, width, height);
      const seen = new Map();
      for (let i = 0; i < data.length; i += 4) {
        const colour = [data[i] >> 4, data[i + 1] >> 4, data[i + 2] >> 4].join();
        seen.set(colour, (seen.get(colour) ?? 0) + 1);
      }
      return { width, height, colours: [...seen.values()].filter((n) => n > 20).length };
    })()`),
  );

export interface Drawing {
  /** what the parser found wrong; empty: nothing */
  error: string;
  root: string;
  shapes: number;
  texts: string[];
}

export const parseSvg = (browser: Browser, path: string): Promise<Drawing> =>
  inFreshPage(browser, (page) =>
    page.evaluate(`(() => {
      const text = new TextDecoder().decode(Uint8Array.from(atob('${base64Of(path)}'), (letter) => letter.charCodeAt(0)));
      const parsed = new DOMParser().parseFromString(text, 'image/svg+xml');
      return {
        error: parsed.querySelector('parsererror')?.textContent ?? '',
        root: parsed.documentElement.nodeName,
        shapes: parsed.querySelectorAll('path, circle, rect, line, use, image').length,
        texts: [...parsed.querySelectorAll('text')].map((text) => text.textContent.trim()),
      };
    })()`),
  );

export interface Film {
  width: number;
  height: number;
  duration: number;
  /** parts of the picture that differ between its beginning and its end */
  differing: number;
}

export const playVideo = (browser: Browser, path: string): Promise<Film> =>
  inFreshPage(browser, async (page) => {
    const kind = path.endsWith('.mp4') ? 'mp4' : 'webm';
    await page.setContent(`<video muted src="data:video/${kind};base64,${base64Of(path)}"></video>`);
    return page.evaluate(`(async () => {
      const video = document.querySelector('video');
      if (video.readyState < 2) await new Promise((resolve) => video.addEventListener('loadeddata', resolve));
      const frameAt = async (time) => {
        const sought = new Promise((resolve) => video.addEventListener('seeked', resolve, { once: true }));
        video.currentTime = time;
        await sought;
        const context = new OffscreenCanvas(192, 108).getContext('2d');
        context.drawImage(video, 0, 0, 192, 108);
        return [...context.getImageData(0, 0, 192, 108).data];
      };
      const [first, last] = [await frameAt(0.01), await frameAt(video.duration - 0.2)];
      const differing = first.filter((value, k) => Math.abs(value - last[k]) > 40).length;
      return { width: video.videoWidth, height: video.videoHeight, duration: video.duration, differing };
    })()`);
  });

/** A page that was saved, opened from the disk. */
export const openSavedPage = (
  browser: Browser,
  path: string,
): Promise<{ text: string; figures: number; errors: string[] }> =>
  inFreshPage(browser, async (page) => {
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    await page.goto(`file://${encodeURI(path)}`);
    await page.locator('.js-plotly-plot .main-svg').first().waitFor();
    return {
      text: await page.locator('body').innerText(),
      figures: await page.locator('.js-plotly-plot').count(),
      errors,
    };
  });
