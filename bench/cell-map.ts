import type { Browser, Page } from 'playwright-core';
import { runnerImport } from 'vite';

/*
 * The cell map in a real page with WebGL in software: main-thread milliseconds of set-up, recolouring and panning, the
 * time from a key to its presented frame, picking, the lasso, the heap above the data, and predicted cells that move. From the repository:
 * `npm run build && node dist/bench/cell-map.js [cells …]`, default 100000 and 1000000.
 */

const KEYS = 15;

/** What is used of renderer/testing, which is no part of the build and is loaded from its source. */
interface Testing {
  launchBrowser(): Promise<Browser | null>;
  bundleScript(entry: string): Promise<string>;
  openPage(
    browser: Browser,
    script: string,
    size: { width: number; height: number },
  ): Promise<{ page: Page }>;
}

const load = async (file: string) => (await runnerImport<Testing>(`/renderer/testing/${file}`)).module;
const { launchBrowser } = await load('browser.ts');
const { bundleScript, openPage } = await load('bundle.ts');

const counts = process.argv.slice(2).map(Number);
const browser = await launchBrowser();
if (browser === null) process.exit(1);
const script = await bundleScript('renderer/testing/cell-map-bench-page.ts');
for (const cells of counts.length > 0 ? counts : [100_000, 1_000_000]) {
  for (const webgl of [true, false]) {
    const { page } = await openPage(browser, script, { width: 1000, height: 700 });
    const measured = await page.evaluate<Record<string, string>>(`bundled.measure(${cells}, ${webgl})`);
    process.stdout.write(`${cells} cells\n`);
    for (const [what, value] of Object.entries(measured)) process.stdout.write(`  ${what}: ${value}\n`);
    process.stdout.write(`  key to presented frame: ${await keyToFrame(page)}\n`);
    process.stdout.write(`  heap above the data: ${(await heapAboveData(page)).toFixed(1)} MB\n`);
    const journey = await page.evaluate<Record<string, string>>(`bundled.measureJourney(30_000, ${webgl})`);
    for (const [what, value] of Object.entries(journey)) {
      process.stdout.write(`  30000 predicted cells, ${what}: ${value}\n`);
    }
    await page.context().close();
  }
}
await browser.close();

/** By the browser's event timing, which counts in steps of 8 ms and from 16 ms on. */
async function keyToFrame(page: Page): Promise<string> {
  await page.evaluate('bundled.watchKeys()');
  for (let k = 0; k < KEYS; k++) {
    await page.keyboard.press(k % 2 === 0 ? 'ArrowLeft' : 'ArrowRight');
    await page.waitForTimeout(150);
  }
  const times = (await page.evaluate<number[]>('bundled.keyMs')).sort((a, b) => a - b);
  return `${times[times.length >> 1] ?? '< 16'} ms, at most ${times.at(-1) ?? '< 16'} (${times.length} of ${KEYS} took 16 or more)`;
}

/** What the page's scripts hold with the map less what they hold without it and its data, in MB. */
async function heapAboveData(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  const held = async () => {
    await session.send('HeapProfiler.collectGarbage');
    const usage: { usedSize: number; backingStorageSize?: number } =
      await session.send('Runtime.getHeapUsage');
    if (usage.backingStorageSize === undefined) throw new Error('this browser does not count typed arrays');
    return usage.usedSize + usage.backingStorageSize;
  };
  const withMap = await held();
  const data = await page.evaluate<number>('bundled.forget()');
  return (withMap - (await held()) - data) / 1e6;
}
