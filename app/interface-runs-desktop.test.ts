import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunResults } from '../engine/host/protocol.ts';
import { type Desktop, launchOnFake, openSharedBrowser, until } from './testing/desktop.ts';
import { keyboard, mouse } from './testing/hand.ts';
import { readCsv } from './testing/readers.ts';
import {
  checkNumbers,
  exported,
  heading,
  lookAtTrajectories,
  type Reader,
  train,
} from './testing/scenarios/runs.ts';
import { writeTimeCourse } from './testing/time-course.ts';

const MAIN = new URL('../dist/app/main.js', import.meta.url).pathname;
/** Some machines are a quarter as fast. */
const LONG = { timeout: 240_000 };
/** The system can be told to let a process write no more: as on a full disk, a write ends half-way. */
const canFill = spawnSync('prlimit', ['--version']).status === 0;
if (!canFill) process.stderr.write('No prlimit here: a full disk is not tried.\n');

const browser = await openSharedBrowser();
const home = mkdtempSync(join(tmpdir(), 'meander-runs-desktop-'));
const userData = join(home, 'user');
const file = join(home, 'my data', 'course.h5ad');

describe.skipIf(browser === null)('a run in the desktop application, on a stand-in for Electron', () => {
  let desktop: Desktop;
  let reader: Reader;
  let metrics: RunResults['metrics'];

  beforeAll(async () => {
    for (const folder of [userData, join(home, 'my data')]) mkdirSync(folder);
    await writeTimeCourse(file);
    await start();
  });
  afterAll(async () => {
    await desktop?.kill();
    await browser?.close();
    rmSync(home, { recursive: true, force: true });
  });

  async function start(): Promise<void> {
    desktop = await launchOnFake(browser!, { main: MAIN, userData });
    const { page } = desktop;
    page.setDefaultTimeout(120_000);
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.getByRole('button', { name: 'Try the example' }).waitFor();
    reader = { page, hand: mouse(page), save };
  }

  /** As by its menu; what was computed and is not kept may be lost. */
  async function close(): Promise<void> {
    await desktop.evaluate(({ app, dialog }) => {
      dialog.showMessageBoxSync = () => 1;
      // late enough for the answer to this call to be on its way
      setTimeout(() => app.quit(), 100);
    });
    await desktop.exited;
  }

  /** The user takes the name that is suggested, in a folder that is empty. */
  async function answerWith(folder: string | null): Promise<void> {
    await desktop.evaluate(({ dialog }, chosen) => {
      dialog.showSaveDialog = async (...args: unknown[]) => {
        const { defaultPath } = args.at(-1) as { defaultPath: string };
        return { canceled: chosen === null, filePath: `${chosen}/${defaultPath.split('/').at(-1)}` };
      };
    }, folder);
  }

  async function save(press: () => Promise<void>): Promise<string> {
    const folder = mkdtempSync(join(home, 'place of the user '));
    await answerWith(folder);
    await press();
    const name = await until(() => readdirSync(folder).find((one) => !one.endsWith('.partial')));
    return join(folder, name);
  }

  const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

  it('goes from a file to a verdict', LONG, async () => {
    const { page, hand } = reader;
    await desktop.evaluate(({ dialog }, path) => {
      dialog.showOpenDialog = async () => ({ canceled: false, filePaths: [path] });
    }, file);
    await hand.press(page.getByRole('button', { name: /^Choose files/ }));
    await heading(page, 'Data').waitFor();
    await hand.press(button(page, 'Continue'));
    await heading(page, 'Timepoints').waitFor();
    await hand.press(button(page, 'Continue'));
    await hand.pick(page.getByRole('radio', { name: /^Straight paths/ }));
    expect(await train(reader)).toMatch(/OT-CFM.* to a W1 distance of/);
    await lookAtTrajectories(reader);
  });

  it('saves where the user says, what is on the screen', LONG, async () => {
    metrics = JSON.parse(readFileSync(await exported(reader, 'Save distances as JSON'), 'utf8'));
    expect(await checkNumbers(reader, metrics)).toBeGreaterThan(80);
    const rows = readCsv(await exported(reader, 'Save trajectories as CSV'));
    expect(rows.length).toBeGreaterThan(100);
    const { page } = reader;
    await page.getByText(/^Saved .*trajectories\.csv/).waitFor();
    await answerWith(null);
    const notices = await page.getByText(/^Saved /).count();
    await reader.hand.press(button(page, 'Save report as HTML'));
    await page.waitForTimeout(500);
    expect(await page.getByText(/^Saved /).count()).toBeLessThanOrEqual(notices);
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  it.skipIf(!canFill)(
    'says that a disk is full, leaves nothing half-written, and saves as soon as there is room',
    LONG,
    async () => {
      const { page, hand } = reader;
      const pid = await desktop.evaluate(
        ({ app }) => app.getAppMetrics().find(({ name }) => name === 'Meander engine')!.pid,
      );
      const room = (bytes: string) =>
        expect(spawnSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}`]).status).toBe(0);
      await hand.openStep(8);
      for (const name of [
        'Save cells with all results (h5ad)',
        'Save trajectories as CSV',
        'Save session as h5ad',
      ]) {
        const folder = mkdtempSync(join(home, 'full disk '));
        await answerWith(folder);
        const alert = page.getByRole('alert');
        room('20480:');
        try {
          await hand.press(button(page, name));
          await alert.waitFor();
        } finally {
          room('unlimited:');
        }
        const text = await alert.innerText();
        expect(text).toContain('The file cannot be written.');
        expect(text).toContain('a full disk');
        expect(text).toContain('Free some space, or use another disk.');
        expect(text).not.toContain(folder);
        expect(readdirSync(folder)).toEqual([]);
        await hand.press(button(page, name));
        await until(() => readdirSync(folder).find((one) => !one.endsWith('.partial')));
        await alert.waitFor({ state: 'detached' });
      }
    },
  );

  it('takes a session that is dropped, by keyboard too', LONG, async () => {
    const session = await exported(reader, 'Save session as h5ad');
    const { page } = reader;
    const name = basename(session);
    await page.evaluate(`
      window.fakeElectronPaths = ${JSON.stringify({ [name]: session })};
      const dropped = new DataTransfer();
      dropped.items.add(new File(['x'], ${JSON.stringify(name)}));
      window.dispatchEvent(new DragEvent('drop', { dataTransfer: dropped, bubbles: true, cancelable: true }));`);
    await page.getByRole('heading', { level: 1, name }).waitFor();
    await heading(page, 'Verdict').waitFor();
    const byKeys = { ...reader, hand: keyboard(page) };
    expect(JSON.parse(readFileSync(await exported(byKeys, 'Save distances as JSON'), 'utf8'))).toEqual(
      metrics,
    );
  });

  it(
    'finds a run interrupted when the application was closed meanwhile, and the earlier one as it was',
    LONG,
    async () => {
      await desktop.evaluate(({ dialog }, path) => {
        dialog.showOpenDialog = async () => ({ canceled: false, filePaths: [path] });
      }, file);
      await reader.page.keyboard.press('Control+o');
      await reader.page.getByRole('heading', { level: 1, name: 'course.h5ad' }).waitFor();
      await reader.hand.openStep(5);
      await reader.hand.press(button(reader.page, 'Run again'));
      await reader.page.getByRole('list', { name: 'Fits' }).waitFor();
      await close();

      await start();
      const { page, hand } = reader;
      await hand.press(page.getByRole('button', { name: /^course\.h5ad/ }));
      await heading(page, 'Data').waitFor();
      await hand.openStep(5);
      await page.getByText('It was interrupted before it was done').waitFor();
      await hand.openStep(7);
      expect(await checkNumbers(reader, metrics)).toBeGreaterThan(80);
    },
  );
});
