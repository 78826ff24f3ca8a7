import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { app, type BrowserWindow, dialog, Menu, session } from 'electron';
import { z } from 'zod';
import { describeError } from '../engine/errors.ts';
import { pathsIn } from './arguments.ts';
import { keepEngine } from './engine-keeper.ts';
import { createFileTable } from './file-table.ts';
import { createFiles } from './files.ts';
import { type MenuActions, menuOf } from './menu.ts';
import { createRecentFiles } from './recent-files.ts';
import { handleSaving } from './saving.ts';
import { registerScheme, serveFolder } from './scheme.ts';
import { handle, openExternal, secureContents, secureSession } from './security.ts';
import { createTargetTable } from './target-table.ts';
import { loadInterface, openWindow } from './window.ts';

const built = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const early: string[] = [];
let openPaths = (paths: readonly string[]): void => {
  early.push(...paths);
};

app.setName('Meander');
app.enableSandbox();
registerScheme();
// double clicks and drops on the dock, also before the application is ready
app.on('open-file', (event, path) => {
  event.preventDefault();
  openPaths([path]);
});
if (app.requestSingleInstanceLock()) {
  // not awaited: Electron is ready only after this module has run
  app.whenReady().then(boot).catch(bootFails);
} else {
  app.exit();
}

function boot(): void {
  const kept = (name: string) => join(app.getPath('userData'), name);
  app.on('web-contents-created', (_event, contents) => secureContents(contents));
  secureSession(session.defaultSession);
  serveFolder(built('../renderer'));

  const table = createFileTable();
  const targets = createTargetTable();
  const recent = createRecentFiles(kept('recent-files.json'));
  const window = openWindow(built('./preload.cjs'), kept('window.json'), table);
  const files = createFiles(window, table, recent, showMenu);
  handleSaving(window, targets);
  const engine = { entry: built('./engine-process.js'), runsFolder: kept('runs') };
  keepEngine(engine, window, { files: table, targets }, engineFails);
  handle('links:open', z.tuple([z.string().max(2000)]), ([url]) => openExternal(url));
  showMenu();
  app.on('window-all-closed', () => app.quit());

  openPaths = files.open;
  files.open([...pathsIn(process.argv, process.cwd()), ...early]);
  app.on('second-instance', (_event, argv, workingDirectory) => {
    bringForward(window);
    files.open(pathsIn(argv, workingDirectory));
  });
  void loadInterface(window);

  function showMenu(): void {
    const actions: MenuActions = {
      command: (command) => window.webContents.send('menu:command', command),
      open: () => void files.chooseAndOpen(),
      openRecent: (path) => files.open([path]),
      clearRecent() {
        recent.clear();
        app.clearRecentDocuments();
        showMenu();
      },
    };
    const names = recent.list().map((path) => ({ path, name: basename(path) }));
    Menu.setApplicationMenu(Menu.buildFromTemplate(menuOf(actions, names, process.platform)));
  }
}

function bootFails(error: unknown): void {
  dialog.showErrorBox('Meander cannot start.', describeError(error));
  app.exit(1);
}

function bringForward(window: BrowserWindow): void {
  if (window.isMinimized()) window.restore();
  window.focus();
}

function engineFails(): void {
  dialog.showErrorBox(
    'The engine of Meander does not start.',
    'Your data files are as they were. Close Meander and start it again; if that does not help, install it anew.',
  );
}
