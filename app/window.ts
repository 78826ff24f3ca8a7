import { BrowserWindow, dialog, screen } from 'electron';
import { z } from 'zod';
import type { FileTable } from './file-table.ts';
import { readJson, writeJson } from './json-file.ts';
import { START_PAGE } from './origin.ts';
import { handle, trust } from './security.ts';
import { placeWindow, SMALLEST, windowStateSchema } from './window-state.ts';

/**
 * The one window. Its place is remembered; closing it asks while something is unsaved.
 * @param preload path of the built preload script
 * @param stateFile where its place is kept
 */
export function openWindow(preload: string, stateFile: string, table: FileTable): BrowserWindow {
  const saved = readJson(stateFile, windowStateSchema);
  const areas = [screen.getPrimaryDisplay(), ...screen.getAllDisplays()].map(({ workArea }) => workArea);
  const window = new BrowserWindow({
    ...placeWindow(saved, areas),
    minWidth: SMALLEST.width,
    minHeight: SMALLEST.height,
    title: 'Meander',
    show: false,
    webPreferences: {
      preload,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
    },
  });
  trust(window.webContents);
  if (saved?.maximized) window.maximize();
  window.once('ready-to-show', () => window.show());
  window.on('close', () => {
    writeJson(stateFile, { bounds: window.getNormalBounds(), maximized: window.isMaximized() });
  });
  reloadAfterCrash(window);
  guardDocument(window, table);
  return window;
}

export function loadInterface(window: BrowserWindow): Promise<void> {
  return window.loadURL(START_PAGE);
}

/** The title is the document's; whether it is unsaved decides what closing does. */
function guardDocument(window: BrowserWindow, table: FileTable): void {
  let unsaved = false;
  const documentSchema = z.strictObject({
    title: z.string().max(300),
    unsaved: z.boolean(),
    file: z.string().max(100).optional(),
  });
  handle('window:document', z.tuple([documentSchema]), ([state]) => {
    unsaved = state.unsaved;
    window.setTitle(state.title === '' ? 'Meander' : `${state.title} – Meander`);
    const path = state.file === undefined ? '' : table.pathsOf([state.file])[0]!;
    if (process.platform !== 'darwin') return;
    window.setDocumentEdited(unsaved);
    window.setRepresentedFilename(path);
  });
  window.on('page-title-updated', (event) => event.preventDefault());
  // a synchronous question, so that quitting and shutting down wait for its answer too
  window.on('close', (event) => {
    if (unsaved && !mayLose(window)) event.preventDefault();
  });
}

function mayLose(window: BrowserWindow): boolean {
  const choice = dialog.showMessageBoxSync(window, {
    type: 'warning',
    message: 'Close without saving?',
    detail: 'What you did since the last save would be lost. Your data files stay as they are.',
    buttons: ['Keep open', 'Close without saving'],
    defaultId: 0,
    cancelId: 0,
  });
  return choice === 1;
}

function reloadAfterCrash(window: BrowserWindow): void {
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason === 'clean-exit') return;
    dialog.showMessageBoxSync(window, {
      type: 'error',
      message: 'The window stopped working.',
      detail: `It will be loaded again; your data files are as they were. (${reason})`,
      buttons: ['Load again'],
    });
    window.reload();
  });
}
