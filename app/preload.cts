import type { FileInfo, MenuCommand } from '../engine/host/protocol.ts';
import type { Answer } from './security.ts';

// A sandboxed preload must be CommonJS and may require nothing but electron; hence .cts.
const { contextBridge, ipcRenderer, webUtils } = require('electron') as typeof import('electron');

declare const window: { postMessage(message: unknown, targetOrigin: string, ports: unknown[]): void };
type DroppedFile = Parameters<typeof webUtils.getPathForFile>[0];

const ask = <T,>(channel: string, ...args: unknown[]): Promise<Answer<T>> =>
  ipcRenderer.invoke(channel, ...args);

/** Paths of dropped files go to the main process only; a file that a script made has none. */
const bridge = {
  pickFiles: () => ask<FileInfo[]>('files:pick'),
  droppedFiles: (files: DroppedFile[]) =>
    ask<FileInfo[]>(
      'files:dropped',
      files.map((file) => webUtils.getPathForFile(file)),
    ),
  recentFiles: () => ask<FileInfo[]>('files:recent'),
  onOpenFiles(listener: (files: FileInfo[]) => void): void {
    ipcRenderer.on('files:open', (_event, files: FileInfo[]) => listener(files));
    void ask('files:listen');
  },
  onCommand(listener: (command: MenuCommand) => void): void {
    ipcRenderer.on('menu:command', (_event, command: MenuCommand) => listener(command));
  },
  setDocument: (state: { title: string; unsaved: boolean; file?: string }) =>
    ask<void>('window:document', state),
  saveFile: (suggestedName: string, bytes: Uint8Array) => ask<void>('files:save', suggestedName, bytes),
  /** asks for a place; its handle serves one request to the engine */
  chooseTarget: (suggestedName: string) =>
    ask<{ target: string; name: string } | null>('files:saveTo', suggestedName),
  openExternal: (url: string) => ask<void>('links:open', url),
  /** the port comes as a message event of the window, since ports cannot cross the bridge; see below */
  connectEngine: () => ask<void>('engine:connect'),
  onEngineLost(listener: () => void): void {
    ipcRenderer.on('engine:lost', () => listener());
  },
};
export type Bridge = typeof bridge;

ipcRenderer.on('engine:port', (event) => window.postMessage('meander engine port', '*', event.ports));
contextBridge.exposeInMainWorld('meander', bridge);
