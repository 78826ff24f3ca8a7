import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { type Desktop, launchOnFake, openSharedBrowser, type SharedBrowser } from './testing/desktop.ts';
import { HOSTILE, writeHostile } from './testing/hostile.ts';
import {
  deathScenarios,
  hostileScenarios,
  interfaceScenarios,
  type Visit,
} from './testing/scenarios/interface.ts';

const MAIN = new URL('../dist/app/main.js', import.meta.url).pathname;

// what is built, unmodified: main process, preload, engine and interface; only Electron itself is a stand-in
const browser = await openSharedBrowser();
const home = mkdtempSync(join(tmpdir(), 'meander-interface-desktop-'));
let desktop: Desktop | undefined;

beforeAll(() => writeHostile(join(home, 'hostile.h5ad')));
afterAll(async () => {
  await desktop?.kill();
  await browser?.close();
  rmSync(home, { recursive: true, force: true });
});

function visitOf(shared: SharedBrowser): Visit {
  return {
    screenshots: '',
    async open(look = { width: 1280, height: 800, theme: 'light' }) {
      await desktop?.kill();
      desktop = await launchOnFake(shared, { main: MAIN, userData: mkdtempSync(join(home, 'user-')) });
      const { page } = desktop;
      await page.setViewportSize({ width: look.width, height: look.height });
      await page.emulateMedia({ colorScheme: look.theme });
      await page.getByRole('button', { name: 'Try the example' }).waitFor();
      return page;
    },
    async choose(page, names) {
      await desktop!.evaluate(
        ({ dialog }, filePaths) => {
          dialog.showOpenDialog = async () => ({ canceled: false, filePaths });
        },
        names.map((name) => join(home, name)),
      );
      await page.getByRole('button', { name: /Choose files/ }).click();
    },
    async killEngine() {
      const pid = await desktop!.evaluate(
        ({ app }) => app.getAppMetrics().find(({ name }) => name === 'Meander engine')!.pid,
      );
      process.kill(pid, 'SIGKILL');
    },
  };
}

describe.skipIf(browser === null)(
  'the interface in the desktop application, on a stand-in for Electron',
  () => {
    const visit = visitOf(browser!);
    interfaceScenarios(visit);
    hostileScenarios(visit, 'hostile.h5ad', HOSTILE);
    deathScenarios(visit, 'hostile.h5ad');
  },
);
