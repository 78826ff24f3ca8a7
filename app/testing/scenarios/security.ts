import { expect, it } from 'vitest';
import { until } from '../desktop.ts';
import type { Person } from '../person.ts';

/** Nothing but the contract, whatever the page tries. */
export function securityScenarios(person: () => Person): void {
  it('gives the window no more than it needs', async () => {
    const preferences = await person().evaluate(({ BrowserWindow }) => {
      const { webContents } = BrowserWindow.getAllWindows()[0]!;
      // Electron has it, its types do not
      return (webContents as never as { getLastWebPreferences(): object }).getLastWebPreferences();
    });
    expect(preferences).toMatchObject({
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      webviewTag: false,
    });
    const ofNode = await person().inPage('typeof require + typeof process + typeof module');
    expect(ofNode).toBe('undefined'.repeat(3));
  });

  it('blocks eval, inline scripts and other origins by its policy', async () => {
    const { attempt, heard } = person();
    expect(await attempt('inlineScript')).toBe(false);
    expect(await attempt('evaluate')).toBe('refused: EvalError');
    for (const name of ['loadScript', 'fetch', 'socket']) expect(await attempt(name)).toMatch(/^refused/);
    await attempt('frame');
    const violations = await until(async () => {
      const all = await heard<string>('violations');
      return all.includes('frame-src') ? all : undefined;
    });
    expect([...new Set(violations)].sort()).toEqual([
      'connect-src',
      'frame-src',
      'script-src',
      'script-src-elem',
    ]);
  });

  it('denies navigation, windows, permissions and downloads from elsewhere', async () => {
    const { attempt, evaluate, page } = person();
    const before = page().url();
    await attempt('navigate');
    await attempt('openWindow');
    expect(await attempt('notifications')).toBe('denied');
    expect(await attempt('geolocation')).toBe('denied');
    expect(page().url()).toBe(before);
    expect(await evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
    await until(() => page().context().pages().length === 1);

    const prevented = await evaluate(({ session }) =>
      ['https://example.org/x.exe', 'blob:app://meander/1'].map((url) => {
        const event = { prevented: false, preventDefault: () => Object.assign(event, { prevented: true }) };
        const item = { getURL: () => url };
        session.defaultSession.emit('will-download', event as never, item as never, null as never);
        return event.prevented;
      }),
    );
    expect(prevented).toEqual([true, false]);
  });

  it('serves only what is in the folder of the interface', async () => {
    const { inPage } = person();
    const status = (path: string, method = 'GET') =>
      inPage<number>(`fetch('${path}', { method: '${method}' }).then((r) => r.status)`);
    expect(await status('/index.html')).toBe(200);
    expect(await status('/absent.js')).toBe(404);
    expect(await status('/index.html', 'POST')).toBe(405);
    for (const path of [
      '/..%2f..%2fsecret.txt',
      '/..%5c..%5csecret.txt',
      '/a/..%2f..%2f..%2fsecret.txt',
      '/%00',
      '/link.txt',
    ]) {
      expect([path, await status(path)]).toEqual([path, 403]);
    }
    const ofMissing = await inPage(`fetch('/absent.js').then(({ headers }) => Object.fromEntries(headers))`);
    expect(ofMissing).toMatchObject({
      'content-security-policy': expect.stringMatching(/^default-src 'none'; script-src 'self';/),
      'x-content-type-options': 'nosniff',
    });
  });

  it('refuses calls that come from elsewhere', async () => {
    const outcomes = await person().evaluate(async ({ BrowserWindow, ipcMain }) => {
      // Electron has it, its types do not
      type Handlers = Map<string, (event: object, ...args: unknown[]) => Promise<unknown>>;
      const handlers = (ipcMain as never as { _invokeHandlers: Handlers })._invokeHandlers;
      const { webContents } = BrowserWindow.getAllWindows()[0]!;
      const { mainFrame } = webContents;
      const other = { origin: 'app://meander', url: 'app://meander/index.html' };
      const events = {
        ours: { sender: webContents, senderFrame: mainFrame },
        'a frame of the page': { sender: webContents, senderFrame: other },
        'another window': { sender: { mainFrame }, senderFrame: mainFrame },
        'a frame that is gone': { sender: webContents, senderFrame: null },
      };
      const answersTo = async (event: object) => {
        const calls = [...handlers.values()].map((handler) => handler(event, 'wrong', 'arguments', 1));
        const settled = await Promise.allSettled(calls);
        return [...new Set(settled.map((s) => (s.status === 'rejected' ? s.reason.message : 'answered')))];
      };
      return Promise.all(
        Object.entries(events).map(async ([name, event]) => [name, ...(await answersTo(event))]),
      );
    });
    const refused = 'Refused: not the window of Meander.';
    expect(outcomes).toEqual([
      ['ours', 'answered'],
      ['a frame of the page', refused],
      ['another window', refused],
      ['a frame that is gone', refused],
    ]);
  });

  it('refuses wrong arguments and handles that it never issued', async () => {
    const { ask, call, callBridge } = person();
    expect(await call('saveFile', 3, 'text')).toMatch(/^work: Refused/);
    expect(await call('saveFile', 'a.png', 'no bytes')).toMatch(/^work: Refused/);
    expect(await call('droppedFiles', [])).toMatch(/^input: /);
    const state = { title: 'x', unsaved: false, file: 'no-such-handle' };
    expect((await callBridge('setDocument', state)).error.message).toMatch(/not opened in this window/);
    const answer = await ask({ kind: 'open', files: ['no-such-handle'] });
    expect(answer.error?.message).toMatch(/not opened in this window/);
  });

  it('opens links to the web alone', async () => {
    const { callBridge, evaluate } = person();
    await evaluate(({ shell }) => {
      shell.openExternal = async (url) => {
        Object.assign(globalThis, { openedLink: url });
      };
    });
    for (const url of [
      'http://example.org',
      'file:///etc/passwd',
      'javascript:alert(1)',
      'https://user:secret@example.org',
      'x',
    ]) {
      expect((await callBridge('openExternal', url)).error.message).toBe('This link is not opened.');
    }
    await callBridge('openExternal', 'https://example.org/page');
    const opened = await evaluate(() => (globalThis as { openedLink?: string }).openedLink);
    expect(opened).toBe('https://example.org/page');
  });
}
