import { copyFileSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseExperiment } from '../../../engine/config.ts';
import type { FileInfo } from '../../../engine/host/protocol.ts';
import type { Person } from '../person.ts';

/** As little as gives a run. */
const EXPERIMENT = parseExperiment({
  time: 'day',
  methods: ['ot-cfm'],
  holdOut: '2',
  baselines: false,
  map: 'none',
  seeds: 1,
  steps: 30,
  hidden: 16,
  trajectories: 8,
  points: 4,
  dims: 3,
});

/** Of an application that was started with the person's data as argument. */
export function fileScenarios(person: () => Person): void {
  it('gives files by argument, dialog, menu, second start and drop as handles without paths', async () => {
    const { ask, call, clickMenu, data, evaluate, folder, ground, inPage, opened, startAgain } = person();
    const [byArgument] = await opened(1);
    const bytes = statSync(data).size;
    expect(byArgument).toEqual({ handle: expect.any(String), name: 'cells & genes.h5ad', bytes });

    expect(await call('pickFiles')).toEqual([]);
    await evaluate(({ dialog }, path) => {
      dialog.showOpenDialog = async () => ({ canceled: false, filePaths: [path] });
    }, data);
    expect(await call('pickFiles')).toEqual([byArgument]);
    await clickMenu('open');
    expect((await opened(2))[1]).toEqual(byArgument);
    // what is missing does not keep the others from being opened
    await startAgain([join(folder, 'absent.h5ad'), data]);
    expect((await opened(3))[2]).toEqual(byArgument);

    const drop = (name: string) =>
      inPage(`test.platform.droppedFiles([new File(['x'], '${name}')]).catch((e) => e.message)`);
    expect(await drop('made by a script.h5ad')).toMatch(/not a file of this computer/);
    if (ground.kind === 'fake') {
      await inPage(`window.fakeElectronPaths = ${JSON.stringify({ 'cells & genes.h5ad': data })}`);
      expect(await drop('cells & genes.h5ad')).toEqual([byArgument]);
    }

    const answer = await ask({ kind: 'open', files: [byArgument!.handle] });
    expect(answer.result?.nObs).toBeGreaterThan(0);
    expect(await inPage('JSON.stringify(test.heard)')).not.toContain('private folder');
  });

  it('saves what the page offers, under a plain name', async () => {
    const { call, evaluate, folder, inPage } = person();
    const answerWith = (path: string) =>
      evaluate(({ dialog }, filePath) => {
        dialog.showSaveDialog = async (...args: unknown[]) => {
          Object.assign(globalThis, { saveOptions: args[1] });
          return { canceled: false, filePath };
        };
      }, path);
    const target = join(folder, 'map.png');
    await answerWith(target);
    await inPage(`test.platform.saveFile('../../etc/a<b.png', new Uint8Array([1, 2, 255]))`);
    expect([...readFileSync(target)]).toEqual([1, 2, 255]);
    const suggested = await evaluate(
      () => (globalThis as { saveOptions?: { defaultPath: string } }).saveOptions!.defaultPath,
    );
    expect(suggested).toMatch(/[\\/]a_b\.png$/);

    await answerWith(join(folder, 'absent', 'map.png'));
    const failed = `test.platform.saveFile('a.png', new Uint8Array(1)).catch((e) => e.tag)`;
    expect(await inPage(failed)).toBe('input');
    expect(await call('recentFiles')).toHaveLength(1);
  });
}

/** Of an application that was started. */
export function targetScenarios(person: () => Person): void {
  it('lets the user name the place that the engine writes to, which the page never learns', async () => {
    const { call, evaluate, folder, inPage } = person();
    const choose = (filePath: string, canceled = false) =>
      evaluate(
        ({ dialog }, answer) => {
          dialog.showSaveDialog = async () => answer;
        },
        { canceled, filePath },
      );
    const saveTo = (name: string) =>
      inPage<{ saved: string | null; targets: string[] }>(
        `(async (targets) => ({
           saved: await test.platform.saveTo('${name}', async (target) => targets.push(target)),
           targets,
         }))([])`,
      );
    await choose('', true);
    expect(await saveTo('a.csv')).toEqual({ saved: null, targets: [] });
    await choose(join(folder, 'b.csv'));
    const chosen = await saveTo('a.csv');
    expect(chosen).toEqual({ saved: 'b.csv', targets: [expect.stringMatching(/^[0-9a-f-]{36}$/)] });
    expect((await saveTo('a.csv')).targets).not.toEqual(chosen.targets);
    // dialogs that add no ending leave it to us, unless that is another file
    await choose(join(folder, 'mine'));
    expect((await saveTo('cells.meander.h5ad')).saved).toBe('mine.meander.h5ad');
    writeFileSync(join(folder, 'mine.csv'), 'kept');
    expect((await saveTo('a.csv')).saved).toBe('mine');
    expect(await call('saveTo', 'a'.repeat(2000))).toMatch(/^work: Refused/);
  });

  it('writes what comes out of a run to the place that the user named, once', async () => {
    const { ask, evaluate, folder, inPage } = person();
    const place = join(folder, 'figures of the run.json');
    await evaluate(({ dialog }, filePath) => {
      dialog.showSaveDialog = async () => ({ canceled: false, filePath });
    }, place);
    const { dataset } = (await ask({ kind: 'example' })).result!;
    const { run } = (await ask({ kind: 'train', dataset, experiment: EXPERIMENT })).result!;
    const saved = "test.platform.saveTo('metrics.json', async (target) => Object.assign(window, { target }))";
    expect(await inPage(saved)).toBe('figures of the run.json');
    const target = await inPage<string>('window.target');
    const exporting = { kind: 'export run', dataset, run, what: 'metrics.json', target };
    expect((await ask(exporting)).kind).toBe('result');
    expect(JSON.parse(readFileSync(place, 'utf8'))).toHaveProperty('summary');
    expect((await ask(exporting)).error?.message).toMatch(/was written to already/);
    expect(existsSync(join(person().userData, 'runs'))).toBe(true);
    expect(await inPage('JSON.stringify(test.heard)')).not.toContain('private folder');
  });
}

/** Of a person who has not started the application yet. */
export function memoryScenarios(person: () => Person): void {
  it('remembers recent files that still exist, and the place of the window', async () => {
    const { ask, call, clickMenu, data, ended, evaluate, folder, opened, start } = person();
    const other = join(folder, 'other.h5ad');
    copyFileSync(data, other);
    await start([other, data]);
    await opened(2);
    const bounds = { x: 50, y: 60, width: 1000, height: 700 };
    await evaluate(({ BrowserWindow }, place) => BrowserWindow.getAllWindows()[0]!.setBounds(place), bounds);
    await evaluate(({ app }) => {
      setTimeout(() => app.quit(), 50);
    });
    await ended();
    rmSync(other);

    await start();
    const recent = await call<FileInfo[]>('recentFiles');
    expect(recent.map(({ name }) => name)).toEqual(['cells & genes.h5ad']);
    expect((await ask({ kind: 'open', files: [recent[0]!.handle] })).kind).toBe('result');
    const labels = await evaluate(({ Menu }) =>
      [0, 1].map((k) => Menu.getApplicationMenu()!.getMenuItemById(`recent ${k}`)?.label),
    );
    expect(labels[0]).toBe('cells && genes.h5ad');
    expect(labels[1] ?? 'none').toBe('none');
    await clickMenu('recent 0');
    await opened(1);
    await clickMenu('clear recent');
    expect(await call('recentFiles')).toEqual([]);
    const place = await evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.getNormalBounds());
    expect(place).toEqual(bounds);
  });
}
