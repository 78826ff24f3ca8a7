import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { experimentSchema } from '../engine/config.ts';
import type { RunResults } from '../engine/host/protocol.ts';
// biome-ignore lint/style/noRestrictedImports: the browser for tests is one for all
import { launchBrowser } from '../renderer/testing/browser.ts';
import { type RunningServer, startServer } from './serve.ts';
import { keyboard, mouse } from './testing/hand.ts';
import {
  askPython,
  decodePng,
  openSavedPage,
  PYTHON,
  parseSvg,
  playVideo,
  readCsv,
  readParquet,
} from './testing/readers.ts';
import {
  checkFigures,
  checkNumbers,
  checkScores,
  checkTables,
  exported,
  heading,
  legend,
  lookAtTrajectories,
  type Reader,
  train,
} from './testing/scenarios/runs.ts';
import { writeTimeCourse } from './testing/time-course.ts';

type Metrics = RunResults['metrics'];

/** Some machines are a quarter as fast. */
const LONG = { timeout: 240_000 };
const FILE = 'course.h5ad';

const browser = await launchBrowser();
const home = mkdtempSync(join(tmpdir(), 'meander-interface-runs-'));
const folder = join(home, 'data');
const saved = join(home, 'saved');
const failures: string[] = [];

// launchBrowser has said why there is none
describe.skipIf(browser === null)('a run in a browser', () => {
  let server: RunningServer;
  let context: BrowserContext;

  beforeAll(async () => {
    mkdirSync(folder);
    mkdirSync(saved);
    await writeTimeCourse(join(folder, FILE));
    server = await startServer({ folders: [folder], port: 0, runsFolder: join(home, 'runs') });
    context = await browser!.newContext({ viewport: { width: 1280, height: 800 } });
    // the first one takes the cookie, by which the others come in
    await (await openPage(server.url)).close();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    rmSync(home, { recursive: true });
    expect(failures).toEqual([]);
  });

  async function openPage(url = new URL(server.url).origin): Promise<Page> {
    const page = await context.newPage();
    page.setDefaultTimeout(120_000);
    page.on('pageerror', (error) => failures.push(error.message));
    await page.goto(url);
    await page.getByRole('button', { name: 'Try the example' }).waitFor();
    return page;
  }

  const readerAt = (page: Page, hand: Reader['hand']): Reader => ({
    page,
    hand,
    async save(press) {
      const [download] = await Promise.all([page.waitForEvent('download'), press()]);
      const path = join(saved, download.suggestedFilename());
      await download.saveAs(path);
      return path;
    },
  });

  async function openFile({ page, hand }: Reader, name: string): Promise<void> {
    await hand.press(page.getByRole('button', { name: /^Choose files/ }));
    await hand.press(page.getByRole('checkbox', { name: new RegExp(name.replaceAll('.', '\\.')) }));
    await hand.press(page.getByRole('button', { name: 'Open', exact: true }));
  }

  const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

  describe('by mouse alone', () => {
    let reader: Reader;
    let sentence: string;
    let metrics: Metrics;
    const paths = new Map<string, string>();
    beforeAll(async () => {
      const page = await openPage();
      reader = readerAt(page, mouse(page));
    });

    it('goes from an unknown file to a verdict in six clicks', LONG, async () => {
      const { page, hand } = reader;
      await openFile(reader, FILE);
      await heading(page, 'Data').waitFor();
      await hand.press(button(page, 'Continue'));
      await heading(page, 'Timepoints').waitFor();
      await hand.press(button(page, 'Continue'));
      await heading(page, 'Train').waitFor();
      sentence = await train(reader);
      expect(hand.presses()).toBeLessThanOrEqual(6);
      expect(sentence).toMatch(/^For held-out days 2 and 3, .* came closer .* in this one run: W1 distance/);
      await hand.press(button(page, 'See the verdict').first());
      await heading(page, 'Verdict').waitFor();
      expect(await page.locator('.verdict .sentence').textContent()).toBe(sentence);
    });

    it('shows trajectories over the cells, at any time', LONG, () => lookAtTrajectories(reader));

    it('shows no number that metrics.json does not have', LONG, async () => {
      metrics = JSON.parse(readFileSync(await exported(reader, 'Save distances as JSON'), 'utf8'));
      expect(metrics.manifest.config.methods).toEqual(['auto', 'ot-cfm']);
      expect(await checkNumbers(reader, metrics)).toBeGreaterThan(150);
      await checkScores(reader, metrics);
    });

    it('saves every figure and every table, complete', LONG, async () => {
      expect((await checkFigures(reader, browser!)).length).toBeGreaterThanOrEqual(4);
      expect(await checkTables(reader)).toBeGreaterThanOrEqual(5);
    });

    it('saves tables that readers of CSV and Parquet take', LONG, async () => {
      for (const name of ['trajectories', 'predicted cells'])
        for (const format of ['CSV', 'Parquet'])
          paths.set(`${name} ${format}`, await exported(reader, `Save ${name} as ${format}`));
      for (const name of ['trajectories', 'predicted cells']) {
        const csv = readCsv(paths.get(`${name} CSV`)!);
        const parquet = await readParquet(paths.get(`${name} Parquet`)!);
        expect(csv.length).toBeGreaterThan(100);
        expect(parquet.length).toBe(csv.length);
        expect(Object.keys(parquet[0]!)).toEqual(Object.keys(csv[0]!));
        csv.forEach((row, k) => {
          for (const [column, value] of Object.entries(parquet[k]!))
            if (typeof value === 'number') expect(Math.fround(Number(row[column]))).toBe(Math.fround(value));
        });
      }
      const rows = readCsv(await exported(reader, 'Save distances as CSV'));
      expect(rows.map(({ w1 }) => Number(w1))).toEqual(metrics.rows.map(({ w1 }) => w1));
    });

    it('saves a report, a paragraph and a configuration', LONG, async () => {
      const report = await openSavedPage(browser!, await exported(reader, 'Save report as HTML'));
      expect(report.text).toContain(sentence);
      expect(report.figures).toBeGreaterThan(2);
      expect(report.errors).toEqual([]);
      const methods = readFileSync(await exported(reader, 'Save methods paragraph as text'), 'utf8');
      expect(methods).toContain('OT-CFM');
      const manifest = JSON.parse(readFileSync(await exported(reader, 'Save configuration as JSON'), 'utf8'));
      expect(manifest).toEqual(metrics.manifest);
      expect(experimentSchema.parse(manifest.config)).toEqual(metrics.manifest.config);
    });

    it('saves the map as a picture and as a drawing, and the way through time as a film', LONG, async () => {
      const { page, hand, save } = reader;
      await hand.openStep(6);
      const png = await save(() => hand.press(button(page, 'Save as PNG')));
      const picture = await decodePng(browser!, readFileSync(png));
      expect(picture.width).toBeGreaterThan(1000);
      expect(picture.colours).toBeGreaterThan(20);
      const svg = await parseSvg(browser!, await save(() => hand.press(button(page, 'Save as SVG'))));
      expect({ error: svg.error, root: svg.root }).toEqual({ error: '', root: 'svg' });
      expect(svg.shapes).toBeGreaterThan(240);
      expect(svg.texts).toContain('UMAP 1');

      const film = await playVideo(browser!, await save(() => hand.press(button(page, 'Save as a video'))));
      expect([film.width, film.height]).toEqual([1920, 1080]);
      expect(film.duration).toBeGreaterThan(5);
      expect(film.differing).toBeGreaterThan(200);
    });

    it('saves the cells of any time', LONG, async () => {
      const { page, hand, save } = reader;
      await hand.openStep(6);
      await hand.press(page.getByText('Take the cells of', { exact: false }).first());
      for (const format of ['CSV', 'Parquet', 'h5ad']) {
        await hand.choose(page.getByRole('combobox', { name: 'Format' }), format);
        const path = await save(() => hand.press(page.getByRole('button', { name: /^Export the cells of/ })));
        paths.set(`cells ${format}`, path);
      }
      const csv = readCsv(paths.get('cells CSV')!);
      expect(csv.length).toBe(60);
      expect((await readParquet(paths.get('cells Parquet')!)).map(({ cell }) => cell)).toEqual(
        csv.map(({ cell }) => cell),
      );
    });

    it('saves h5ads', LONG, async () => {
      paths.set('h5ad', await exported(reader, 'Save cells with all results (h5ad)'));
      paths.set('session', await exported(reader, 'Save session as h5ad'));
      for (const what of ['h5ad', 'session']) expect(existsSync(paths.get(what)!)).toBe(true);
    });

    it.skipIf(PYTHON === undefined)('saves what anndata, scanpy and pandas read', LONG, () => {
      const tables = ['trajectories', 'predicted cells'].map((name) =>
        ['Parquet', 'CSV'].map((format) => paths.get(`${name} ${format}`)!),
      );
      const tasks = {
        sessions: [paths.get('session')],
        exports: [[join(folder, FILE), paths.get('h5ad')]],
        tables,
      };
      expect(askPython('check_session.py', [], JSON.stringify(tasks))).toBe(
        '1 sessions\n1 exports\n2 tables\n',
      );
      const cells = ['h5ad', 'CSV', 'Parquet'].map((format) => paths.get(`cells ${format}`)!);
      expect(askPython('check_predicted.py', cells)).toBe('60 cells, X_pca, X_umap\n');
    });
  });

  it('by keyboard alone goes from the example to a verdict, trajectories and exports', LONG, async () => {
    const page = await openPage();
    const reader = readerAt(page, keyboard(page));
    const { hand } = reader;
    await hand.press(button(page, 'Try the example'));
    await legend(page).getByText('day 7').waitFor();
    await hand.openStep(5);
    await hand.pick(page.getByRole('radio', { name: 'Chosen days' }));
    await hand.pick(page.getByRole('radio', { name: /^Straight paths/ }));
    await hand.press(page.getByRole('checkbox', { name: 'Cells divide and die' }));
    await hand.choose(page.getByRole('combobox', { name: 'cell types' }), 'cell_type');
    const sentence = await train(reader);
    await lookAtTrajectories(reader);
    const metrics = JSON.parse(
      readFileSync(await exported(reader, 'Save distances as JSON'), 'utf8'),
    ) as Metrics;
    expect(metrics.manifest.config).toMatchObject({ methods: ['ot-cfm'], growth: 'on', label: 'cell_type' });
    expect(await checkNumbers(reader, metrics)).toBeGreaterThan(60);
    await checkScores(reader, metrics);
    const growth = readCsv(await exported(reader, 'Save growth as CSV'));
    expect(growth.length).toBe(2400);
    await hand.openStep(7);
    expect(await page.locator('.verdict .sentence').textContent()).toBe(sentence);
    await page.close();
  });

  describe('when something gets in between', () => {
    it(
      'finds a run interrupted whose page was closed, the others as they were, and trains it again',
      LONG,
      async () => {
        const closed = await openPage();
        const before = readerAt(closed, mouse(closed));
        await openFile(before, FILE);
        await heading(closed, 'Data').waitFor();
        await before.hand.openStep(7);
        const sentence = await closed.locator('.verdict .sentence').textContent();
        await before.hand.openStep(5);
        await before.hand.press(button(closed, 'Run again'));
        await closed.getByRole('list', { name: 'Fits' }).waitFor();
        await closed.close();

        const page = await openPage();
        const reader = readerAt(page, mouse(page));
        const { hand } = reader;
        await openFile(reader, FILE);
        await heading(page, 'Data').waitFor();
        await hand.openStep(5);
        await page.getByText('It was interrupted before it was done').waitFor();
        expect(await page.getByRole('radio', { name: 'Look at Run 1' }).isChecked()).toBe(true);
        await hand.press(page.getByRole('button', { name: /^Train it again/ }));
        await page.getByRole('list', { name: 'Fits' }).waitFor();
        await hand.press(button(page, 'Cancel').first());
        await page.getByText('The training was cancelled').waitFor();
        await hand.openStep(7);
        expect(await page.locator('.verdict .sentence').textContent()).toBe(sentence);
        await page.close();
      },
    );

    it('still shows a run whose file is gone, and says what is missing', LONG, async () => {
      const page = await openPage();
      const reader = readerAt(page, mouse(page));
      const { hand } = reader;
      await openFile(reader, FILE);
      await heading(page, 'Data').waitFor();
      // the file itself has no map
      await hand.press(button(page, 'Prepare the cells'));
      await page.getByText('UMAP 1').waitFor();
      await hand.openStep(8);
      const metrics = readFileSync(await exported(reader, 'Save distances as JSON'), 'utf8');
      const session = await exported(reader, 'Save session as h5ad');
      renameSync(join(folder, FILE), join(home, FILE));
      try {
        await lookAtTrajectories(reader);
        await hand.openStep(8);
        await hand.press(button(page, 'Save cells with all results (h5ad)'));
        const alert = page.getByRole('alert');
        await alert.waitFor();
        expect(await alert.innerText()).toContain(FILE);
        expect(await alert.innerText()).toContain('Open the unchanged file that the run was made from');
        await page.close();

        copyFileSync(session, join(folder, 'kept.meander.h5ad'));
        const other = await openPage();
        const later = readerAt(other, mouse(other));
        await openFile(later, 'kept.meander.h5ad');
        await heading(other, 'Verdict').waitFor();
        await other.getByText('The file that this session was made from is not there').waitFor();
        expect(readFileSync(await exported(later, 'Save distances as JSON'), 'utf8')).toBe(metrics);
        await lookAtTrajectories(later);
        await other.close();
      } finally {
        renameSync(join(home, FILE), join(folder, FILE));
      }
    });

    it('keeps ten runs in a row, and the page does not grow with them', LONG, async () => {
      const page = await openPage();
      const reader = readerAt(page, mouse(page));
      const { hand } = reader;
      await openFile(reader, FILE);
      await heading(page, 'Data').waitFor();
      await hand.openStep(5);
      const runs = () => page.getByRole('radio', { name: /^Look at / });
      const before = await runs().count();
      await hand.pick(page.getByRole('radio', { name: /^Straight paths/ }));
      await hand.pick(page.getByRole('radio', { name: 'None' }));
      await hand.press(page.getByText('Advanced', { exact: true }));
      await hand.press(page.getByText('Training', { exact: true }));
      // what a run leaves behind does not depend on how long it was trained
      await page.getByRole('textbox', { name: 'training steps' }).fill('50');
      const held: number[] = [];
      for (let k = 1; k <= 10; k++) {
        await hand.press(button(page, 'Run again'));
        await expect.poll(() => runs().count(), { timeout: 60_000 }).toBe(before + k);
        await button(page, 'See the verdict').first().waitFor();
        held.push(await megabytesHeld(page));
      }
      expect(held.at(-1)! - held[1]!).toBeLessThan(20);
      await page.close();
      const again = await openPage();
      await openFile(readerAt(again, mouse(again)), FILE);
      await heading(again, 'Data').waitFor();
      await mouse(again).openStep(5);
      await expect.poll(() => again.getByRole('radio', { name: /^Look at / }).count()).toBe(before + 10);
      await again.close();
    });
  });
});

/** What the page's scripts hold, typed arrays included. */
async function megabytesHeld(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const usage: { usedSize: number; backingStorageSize?: number } = await session.send('Runtime.getHeapUsage');
  await session.detach();
  return (usage.usedSize + (usage.backingStorageSize ?? 0)) / 1e6;
}
