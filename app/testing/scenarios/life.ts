import { expect, it } from 'vitest';
import type { Person } from '../person.ts';

/** Of an application that was started with the person's data as argument; it has ended afterwards. */
export function lifeScenarios(person: () => Person): void {
  it('tells the page what is chosen in the menus', async () => {
    const { clickMenu, heardAll } = person();
    const commands = [
      'undo',
      'redo',
      'try example',
      'save map',
      'theme dark',
      'show shortcuts',
      'show documentation',
      'show about',
    ];
    for (const command of commands) await clickMenu(command);
    expect(await heardAll('commands', commands.length)).toEqual(commands);
  });

  it('starts the engine again and tells the page when it was killed', async () => {
    const { ask, evaluate, heardAll, opened } = person();
    const [file] = await opened(1);
    const open = { kind: 'open', files: [file!.handle] };
    expect((await ask(open)).kind).toBe('result');
    const enginePid = () =>
      evaluate(({ app }) => app.getAppMetrics().find(({ name }) => name === 'Meander engine')!.pid);
    const before = await enginePid();
    process.kill(before, 'SIGKILL');
    expect(await heardAll('engine', 2)).toEqual(['lost', 'restarted']);
    expect((await ask(open)).kind).toBe('result');
    expect(await enginePid()).not.toBe(before);
  });

  it('gives a page that is loaded again another port to the engine', async () => {
    const { ask, opened, page } = person();
    const [file] = await opened(1);
    await page().reload();
    await page().waitForFunction('window.test !== undefined');
    expect((await ask({ kind: 'open', files: [file!.handle] })).kind).toBe('result');
  });

  it('asks before it closes while something is unsaved', async () => {
    const { callBridge, ended, evaluate, page } = person();
    const answer = (choice: number) =>
      evaluate(({ dialog }, response) => {
        dialog.showMessageBoxSync = () => response;
      }, choice);
    const close = () =>
      evaluate(({ BrowserWindow }) => {
        // late enough for the answer to this call to be on its way: the process may end with the window
        setTimeout(() => BrowserWindow.getAllWindows()[0]!.close(), 100);
      });
    await callBridge('setDocument', { title: 'cells.h5ad', unsaved: true });
    const title = await evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.getTitle());
    expect(title).toBe('cells.h5ad – Meander');

    await answer(0);
    await close();
    await new Promise((done) => setTimeout(done, 300));
    await evaluate(({ app }) => app.quit());
    expect(await evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
    expect(page().isClosed()).toBe(false);

    await answer(1);
    await close();
    await ended();
  });
}
