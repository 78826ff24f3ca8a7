import { app, type BrowserWindow, dialog } from 'electron';
import { z } from 'zod';
import { describeError, InputError } from '../engine/errors.ts';
import type { FileInfo } from '../engine/host/protocol.ts';
import type { FileTable } from './file-table.ts';
import type { RecentFiles } from './recent-files.ts';
import { handle } from './security.ts';

const MOST_FILES = 100;
const DATA_FILTERS = [
  { name: 'Single-cell data and sessions', extensions: ['h5ad', 'h5', 'mtx', 'gz'] },
  { name: 'All files', extensions: ['*'] },
];

export interface Files {
  /** the user chooses files, which the interface is then told to open */
  chooseAndOpen(): Promise<void>;
  /** tells the interface to open them, as soon as it listens */
  open(paths: readonly string[]): void;
}

/**
 * Files as the user gives them: by a dialog, a drop, an argument, a double click or the list of recent ones. The
 * interface gets handles, names and sizes.
 * @param onRecent after the list of recent files changed
 */
export function createFiles(
  window: BrowserWindow,
  table: FileTable,
  recent: RecentFiles,
  onRecent: () => void,
): Files {
  const take = (path: string) => {
    const info = table.issue(path);
    recent.add(path);
    app.addRecentDocument(path);
    onRecent();
    return info;
  };
  const send = whenListening(window);
  const open = (paths: readonly string[]) => {
    const files = paths.flatMap((path) => {
      try {
        return [take(path)];
      } catch (error) {
        showError(window, error);
        return [];
      }
    });
    if (files.length > 0) send(files);
  };
  handle('files:pick', z.tuple([]), async () => (await choose(window)).map(take));
  handle('files:dropped', z.tuple([z.array(z.string().max(10_000)).max(MOST_FILES)]), ([paths]) => {
    if (paths.length === 0 || paths.includes('')) throw notFromDisk();
    return paths.map(take);
  });
  handle('files:recent', z.tuple([]), () => recent.list().flatMap((path) => issueIfThere(table, path)));
  return { open, chooseAndOpen: async () => open(await choose(window)) };
}

async function choose(window: BrowserWindow): Promise<string[]> {
  const { canceled, filePaths } = await dialog.showOpenDialog(window, {
    title: 'Open single-cell data',
    filters: DATA_FILTERS,
    properties: ['openFile', 'multiSelections'],
  });
  return canceled ? [] : filePaths.slice(0, MOST_FILES);
}

/** Keeps what comes before the interface asks for it: a double click starts the application. */
function whenListening(window: BrowserWindow): (files: FileInfo[]) => void {
  let waiting: FileInfo[][] = [];
  let listening = false;
  window.webContents.on('did-start-navigation', ({ isMainFrame, isSameDocument }) => {
    if (isMainFrame && !isSameDocument) listening = false;
  });
  handle('files:listen', z.tuple([]), () => {
    listening = true;
    for (const files of waiting) window.webContents.send('files:open', files);
    waiting = [];
  });
  return (files) => {
    if (listening) window.webContents.send('files:open', files);
    else waiting.push(files);
  };
}

function issueIfThere(table: FileTable, path: string): FileInfo[] {
  try {
    return [table.issue(path)];
  } catch {
    // gone since the list was made
    return [];
  }
}

function notFromDisk(): InputError {
  return new InputError('What was dropped is not a file of this computer.', {
    expected: 'files or a folder from the file manager',
    action: 'Save it first, then drop the saved file, or use Open…',
  });
}

function showError(window: BrowserWindow, error: unknown): void {
  const [message = '', ...detail] = describeError(error).split('\n');
  void dialog.showMessageBox(window, { type: 'error', message, detail: detail.join('\n') });
}
