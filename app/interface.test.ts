import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
// biome-ignore lint/style/noRestrictedImports: the browser for tests is one for all
import { launchBrowser } from '../renderer/testing/browser.ts';
import { startServer } from './serve.ts';
import { HOSTILE, writeHostile } from './testing/hostile.ts';
import {
  hostileScenarios,
  interfaceScenarios,
  pictureScenarios,
  type Visit,
} from './testing/scenarios/interface.ts';

const ROOT = new URL('..', import.meta.url).pathname;
const DATA = join(ROOT, '..', 'shared', 'data');

const browser = await launchBrowser();
const folder = mkdtempSync(join(tmpdir(), 'meander-interface-'));
const runsFolder = mkdtempSync(join(tmpdir(), 'meander-runs-'));
const open: { page: Page; close(): Promise<void> }[] = [];
const failures: string[] = [];

beforeAll(async () => {
  await writeHostile(join(folder, 'hostile.h5ad'));
  for (const name of ['wot_subset.h5ad', 'cite_pca100.h5ad'])
    if (existsSync(join(DATA, name))) symlinkSync(join(DATA, name), join(folder, name));
});
afterAll(async () => {
  await browser?.close();
  for (const made of [folder, runsFolder]) rmSync(made, { recursive: true });
});

/** A server of its own for each visit: a link works once. */
function visitOf(chromium: Browser): Visit {
  return {
    screenshots: join(ROOT, 'test-results', 'screenshots'),
    async open(look = { width: 1280, height: 800, theme: 'light' }) {
      await Promise.all(open.splice(0).map(({ close }) => close()));
      // a link within a folder that leads out of it is refused, so the data's own folder is named too
      const folders = existsSync(DATA) ? [folder, DATA] : [folder];
      const server = await startServer({ folders, port: 0, runsFolder });
      const { width, height, theme } = look;
      const page = await chromium.newPage({ viewport: { width, height }, colorScheme: theme });
      page.on('pageerror', (error) => failures.push(error.message));
      await page.goto(server.url);
      await page.getByRole('button', { name: 'Try the example' }).waitFor();
      open.push({
        page,
        async close() {
          await page.close();
          await server.close();
        },
      });
      return page;
    },
    async choose(page, names) {
      await page.getByRole('button', { name: /Choose files/ }).click();
      for (const name of names)
        await page.getByRole('checkbox', { name: new RegExp(name.replace('.', '\\.')) }).check();
      await page.getByRole('button', { name: 'Open', exact: true }).click();
    },
  };
}

// launchBrowser has said why there is none
describe.skipIf(browser === null)('the interface in a browser', () => {
  const visit = visitOf(browser!);
  afterAll(async () => {
    await Promise.all(open.splice(0).map(({ close }) => close()));
    expect(failures).toEqual([]);
  });
  interfaceScenarios(visit);
  pictureScenarios(visit);
  hostileScenarios(visit, 'hostile.h5ad', HOSTILE);

  it.skipIf(!existsSync(DATA))(
    'opens real files: genes of a reprogramming, 29,394 cells of CITE-seq',
    async () => {
      const page = await visit.open();
      await visit.choose(page, ['wot_subset.h5ad']);
      await page.getByRole('heading', { name: 'Data', exact: true }).waitFor();
      await page.keyboard.press('3');
      await page.getByRole('button', { name: 'Run', exact: true }).click();
      await page.getByText('UMAP 1').first().waitFor({ timeout: 60_000 });
      const other = await visit.open();
      await visit.choose(other, ['cite_pca100.h5ad']);
      await other.getByRole('list', { name: 'Legend' }).getByText('day 7').waitFor();
      expect(await other.getByRole('list', { name: 'Legend' }).getByText('7,195').count()).toBe(1);
    },
  );
});
