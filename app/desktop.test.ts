import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { FileInfo } from '../engine/host/protocol.ts';
import {
  type Desktop,
  electronBinary,
  launchOnElectron,
  launchOnFake,
  launchSecondOnElectron,
  launchSecondOnFake,
  openSharedBrowser,
  type SharedBrowser,
  until,
} from './testing/desktop.ts';
import { stageApplication } from './testing/stage.ts';

const DATA = new URL('../fixtures/io/modern.h5ad', import.meta.url).pathname;
const shared: SharedBrowser | null = await openSharedBrowser();
const binary = electronBinary();
if (!binary) {
  process.stderr.write(
    'No Electron binary: isolation, sandbox, native modules and fuses are unverified (its stand-in was tested)\n',
  );
}

let stage: ReturnType<typeof stageApplication>;
let folder: string;
let data: string;
let userData: string;
let app: Desktop;

beforeAll(() => {
  stage = stageApplication();
  writeFileSync(join(stage.home, 'secret.txt'), 'secret');
  symlinkSync(join(stage.home, 'secret.txt'), join(stage.home, 'dist/renderer/link.txt'));
});
afterAll(async () => {
  stage.remove();
  await shared?.close();
});

/** A fresh user, whose data lie in a folder that the interface must not learn of. */
function newUser(): void {
  userData = mkdtempSync(join(stage.home, 'user-'));
  folder = join(userData, 'private folder');
  mkdirSync(folder);
  data = join(folder, 'cells & genes.h5ad');
  copyFileSync(DATA, data);
}

async function start(args: string[] = []): Promise<Desktop> {
  const launch = { main: stage.main, userData, args };
  app = suite === 'fake' ? await launchOnFake(shared!, launch) : await launchOnElectron(binary!, launch);
  await app.page.waitForFunction('window.test !== undefined');
  return app;
}
function startSecond(args: string[]): Promise<void> {
  const launch = { main: stage.main, userData, args };
  return suite === 'fake' ? launchSecondOnFake(launch) : launchSecondOnElectron(binary!, launch);
}
let suite: 'fake' | 'electron' = 'fake';

const inPage = <T>(script: string): Promise<T> => app.page.evaluate(script) as Promise<T>;
const attempt = (name: string) => inPage<unknown>(`test.attempt('${name}')`);
const heard = <T>(what: string) => inPage<T[]>(`test.heard.${what}`);
const quoted = (value: unknown) => JSON.stringify(value);
/** What a call of the platform gives, or the text of its error. */
const call = <T>(name: string, ...args: unknown[]) =>
  inPage<T>(`test.platform.${name}(${args.map(quoted).join(',')}).catch((e) => e.tag + ': ' + e.message)`);
const clickMenu = (id: string) =>
  app.evaluate(({ Menu }, item) => Menu.getApplicationMenu()!.getMenuItemById(item)!.click(), id);
const enginePid = () =>
  app.evaluate(({ app: main }) => main.getAppMetrics().find(({ name }) => name === 'Meander engine')!.pid);
const answerOpenDialog = (paths: string[]) =>
  app.evaluate(({ dialog }, filePaths) => {
    dialog.showOpenDialog = (async () => ({ canceled: false, filePaths })) as never;
  }, paths);

/** A request to the engine, answered. */
async function ask(request: unknown) {
  const id = await inPage<number>(`test.request(${quoted(request)})`);
  return until(async () => {
    const messages = await heard<{ id: number; kind: string; result: never; error: { message: string } }>(
      'messages.map((m) => m.kind === "result" ? { ...m, result: { nObs: m.result.nObs } } : m)',
    );
    return messages.find((message) => message.id === id && message.kind !== 'progress');
  });
}

describe.skipIf(!shared)('the desktop application on a stand-in for Electron', () => {
  beforeAll(() => {
    suite = 'fake';
  });
  scenarios();
});
describe.skipIf(!binary)('the desktop application on Electron', () => {
  beforeAll(() => {
    suite = 'electron';
  });
  scenarios();
});

function scenarios(): void {
  it('keeps the page from everything but the contract', async () => {
    newUser();
    await start();
    const preferences = await app.evaluate(({ BrowserWindow }) => {
      const { contextIsolation, sandbox, nodeIntegration, webSecurity, webviewTag } = (
        BrowserWindow.getAllWindows()[0]!.webContents as never as {
          getLastWebPreferences(): Record<string, boolean>;
        }
      ).getLastWebPreferences();
      return { contextIsolation, sandbox, nodeIntegration, webSecurity, webviewTag };
    });
    expect(preferences).toEqual({
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
    });
    expect(await inPage('typeof require + typeof process + typeof module')).toBe('undefined'.repeat(3));

    expect(await attempt('inlineScript')).toBe(false);
    expect(await attempt('evaluate')).toBe('refused: EvalError');
    for (const name of ['loadScript', 'fetch', 'socket', 'frame']) await attempt(name);
    const violations = new Set(
      await until(async () => {
        const all = await heard<string>('violations');
        return all.includes('frame-src') ? all : undefined;
      }),
    );
    expect([...violations].sort()).toEqual(['connect-src', 'frame-src', 'script-src', 'script-src-elem']);

    const before = app.page.url();
    await attempt('navigate');
    await attempt('openWindow');
    expect(await attempt('notifications')).toBe('denied');
    expect(await attempt('geolocation')).toBe('denied');
    expect(app.page.url()).toBe(before);
    expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
    await until(() => app.page.context().pages().length === 1 || undefined);
  });

  it('serves only what is in the folder of the interface', async () => {
    newUser();
    await start();
    const status = (path: string, method = 'GET') =>
      inPage<number>(`fetch(${quoted(path)}, { method: ${quoted(method)} }).then((r) => r.status)`);
    expect(await status('/index.html')).toBe(200);
    expect(await status('/absent.js')).toBe(404);
    for (const path of [
      '/..%2f..%2fsecret.txt',
      '/%2e%2e%5csecret.txt',
      '/link.txt',
      '/a/..%2f..%2f..%2fsecret.txt',
    ]) {
      expect([path, await status(path)]).toEqual([path, 403]);
    }
    expect(await status('/index.html', 'POST')).toBe(405);
    const { policy, type } = await inPage<{ policy: string; type: string }>(
      `fetch('/absent.js').then(({ headers }) => ({
        policy: headers.get('content-security-policy'), type: headers.get('x-content-type-options') }))`,
    );
    expect(policy).toContain("default-src 'none'; script-src 'self'");
    expect(policy).not.toContain('unsafe-eval');
    expect(type).toBe('nosniff');
  });

  it('refuses calls from elsewhere, with wrong arguments, of unknown files and for other links', async () => {
    newUser();
    await start();
    const fromElsewhere = await app.evaluate(async ({ BrowserWindow, ipcMain }) => {
      const handlers = (
        ipcMain as never as { _invokeHandlers: Map<string, (...args: unknown[]) => Promise<unknown>> }
      )._invokeHandlers;
      const { webContents } = BrowserWindow.getAllWindows()[0]!;
      const { mainFrame } = webContents;
      const events = {
        ours: { sender: webContents, senderFrame: mainFrame },
        frame: { sender: webContents, senderFrame: { origin: 'app://meander', url: 'app://meander/' } },
        origin: {
          sender: { ...webContents, mainFrame: { origin: 'https://example.org' } },
          senderFrame: mainFrame,
        },
        gone: { sender: webContents, senderFrame: null },
      };
      const outcomes: Record<string, string> = {};
      for (const [name, event] of Object.entries(events)) {
        const calls = [...handlers.keys()].map((channel) =>
          handlers.get(channel)!(event, 'wrong', 'arguments', 1),
        );
        const settled = await Promise.allSettled(calls);
        outcomes[name] = [
          ...new Set(settled.map((s) => (s.status === 'rejected' ? s.reason.message : 'answered'))),
        ].join();
      }
      return outcomes;
    });
    const refused = 'Refused: not the window of Meander.';
    expect(fromElsewhere).toEqual({ ours: 'answered', frame: refused, origin: refused, gone: refused });

    expect(await call('saveFile', 3, 'text')).toMatch(/^work: Refused/);
    expect(await call('droppedFiles', [])).toMatch(/^input: /);
    const raw = (method: string, ...args: unknown[]) =>
      inPage<{ error: { message: string } }>(`meander.${method}(${args.map(quoted).join(',')})`);
    const unknown = { title: 'x', unsaved: false, file: 'no-such-handle' };
    expect((await raw('setDocument', unknown)).error.message).toMatch(/not opened in this window/);
    expect((await ask({ kind: 'open', files: ['no-such-handle'] })).error.message).toMatch(/not opened/);

    await app.evaluate(({ shell }) => {
      shell.openExternal = async (url) => {
        (globalThis as { opened?: string }).opened = url;
      };
    });
    for (const url of [
      'http://example.org',
      'file:///etc/passwd',
      'javascript:1',
      'https://a:b@example.org',
      'x',
    ]) {
      expect((await raw('openExternal', url)).error.message).toMatch(/not opened/);
    }
    await raw('openExternal', 'https://example.org/page');
    expect(await app.evaluate(() => (globalThis as { opened?: string }).opened)).toBe(
      'https://example.org/page',
    );

    const downloads = await app.evaluate(({ session }) =>
      ['https://example.org/x.exe', 'blob:app://meander/1'].map((url) => {
        let prevented = false;
        const event = {
          preventDefault() {
            prevented = true;
          },
        };
        session.defaultSession.emit(
          'will-download',
          event as never,
          { getURL: () => url } as never,
          null as never,
        );
        return prevented;
      }),
    );
    expect(downloads).toEqual([true, false]);
  });

  it('gives files by dialog, menu, drop, argument and second start as handles without paths', async () => {
    newUser();
    await start([data]);
    const [byArgument] = await until(async () => {
      const files = await heard<FileInfo>('opened');
      return files.length > 0 ? files : undefined;
    });
    const info = { handle: expect.any(String), name: 'cells & genes.h5ad', bytes: readFileSync(data).length };
    expect(byArgument).toEqual(info);

    expect(await call('pickFiles')).toEqual([]);
    await answerOpenDialog([data]);
    expect(await call('pickFiles')).toEqual([byArgument]);
    await clickMenu('open');
    await startSecond([data, join(folder, 'absent.h5ad')]);
    await until(async () => (await heard('opened')).length === 3 || undefined);

    await inPage(`window.fakeElectronPaths = ${quoted({ 'cells & genes.h5ad': data })}`);
    if (suite === 'fake') {
      const dropped = await inPage(`test.platform.droppedFiles([new File(['x'], 'cells & genes.h5ad')])`);
      expect(dropped).toEqual([byArgument]);
    }
    const made = `test.platform.droppedFiles([new File(['x'], 'made.h5ad')]).catch((e) => e.message)`;
    expect(await inPage(made)).toMatch(/not a file of this computer/);

    const opened = await ask({ kind: 'open', files: [byArgument!.handle] });
    expect(opened).toMatchObject({ kind: 'result', result: { nObs: expect.any(Number) } });
    const everything = await inPage<string>('JSON.stringify(test.heard)');
    expect(everything).not.toContain('private folder');
  });

  it('remembers recent files that still exist, and the place of the window', async () => {
    newUser();
    const other = join(folder, 'other.h5ad');
    copyFileSync(DATA, other);
    await start([other, data]);
    await until(async () => (await heard('opened')).length === 2 || undefined);
    await app.evaluate(({ BrowserWindow }) => {
      BrowserWindow.getAllWindows()[0]!.setBounds({ x: 50, y: 60, width: 1000, height: 700 });
    });
    await app.evaluate(({ app: electron }) => void setTimeout(() => electron.quit(), 50));
    await app.exited;
    rmSync(other);

    await start();
    const recent = await call<FileInfo[]>('recentFiles');
    expect(recent.map(({ name }) => name)).toEqual(['cells & genes.h5ad']);
    expect(await ask({ kind: 'open', files: [recent[0]!.handle] })).toMatchObject({ kind: 'result' });
    const label = await app.evaluate(
      ({ Menu }) => Menu.getApplicationMenu()!.getMenuItemById('recent 0')!.label,
    );
    expect(label).toBe('cells && genes.h5ad');
    await clickMenu('recent 0');
    await until(async () => (await heard('opened')).length === 1 || undefined);
    await clickMenu('clear recent');
    expect(await call('recentFiles')).toEqual([]);
    const bounds = await app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]!.getNormalBounds(),
    );
    expect(bounds).toEqual({ x: 50, y: 60, width: 1000, height: 700 });
  });

  it('tells the page what is chosen in the menus', async () => {
    newUser();
    await start();
    const commands = [
      'undo',
      'redo',
      'try example',
      'save map',
      'theme dark',
      'show shortcuts',
      'show documentation',
    ];
    for (const command of commands) await clickMenu(command);
    await until(async () => (await heard('commands')).length === commands.length || undefined);
    expect(await heard('commands')).toEqual(commands);
  });

  it('saves what the page offers, under a plain name', async () => {
    newUser();
    await start();
    const target = join(folder, 'map.png');
    await app.evaluate(({ dialog }, filePath) => {
      dialog.showSaveDialog = (async (_window: never, { defaultPath }: { defaultPath: string }) => {
        (globalThis as { suggested?: string }).suggested = defaultPath;
        return { canceled: false, filePath };
      }) as never;
    }, target);
    await inPage(`test.platform.saveFile('../../etc/a<b.png', new Uint8Array([1, 2, 255]))`);
    expect([...readFileSync(target)]).toEqual([1, 2, 255]);
    const suggested = await app.evaluate(() => (globalThis as { suggested?: string }).suggested);
    expect(suggested).toMatch(/documents\/a_b\.png$/i);

    await app.evaluate(
      ({ dialog }, filePath) => {
        dialog.showSaveDialog = (async () => ({ canceled: false, filePath })) as never;
      },
      join(folder, 'absent', 'map.png'),
    );
    expect(await inPage(`test.platform.saveFile('a.png', new Uint8Array(1)).catch((e) => e.tag)`)).toBe(
      'input',
    );
  });

  it('starts the engine again and tells the page when it was killed', async () => {
    newUser();
    await start([data]);
    const [file] = await until(async () => {
      const files = await heard<FileInfo>('opened');
      return files.length > 0 ? files : undefined;
    });
    const open = { kind: 'open', files: [file!.handle] };
    expect((await ask(open)).kind).toBe('result');
    const pid = await enginePid();
    process.kill(pid, 'SIGKILL');
    await until(async () => (await heard('engine')).length === 2 || undefined);
    expect(await heard('engine')).toEqual(['lost', 'restarted']);
    expect((await ask(open)).kind).toBe('result');
    expect(await enginePid()).not.toBe(pid);
  });

  it('asks before it closes while something is unsaved', async () => {
    newUser();
    await start();
    const close = () => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.close());
    const answer = (choice: number) =>
      app.evaluate(({ dialog }, response) => {
        dialog.showMessageBoxSync = (() => response) as never;
      }, choice);
    await inPage(`meander.setDocument({ title: 'cells.h5ad', unsaved: true })`);
    const title = await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.getTitle());
    expect(title).toBe('cells.h5ad – Meander');
    await answer(0);
    await close();
    await app.evaluate(({ app: electron }) => electron.quit());
    expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
    await answer(1);
    void close().catch(() => {});
    await app.exited;
    expect(existsSync(join(userData, 'window.json'))).toBe(true);
  });
}
