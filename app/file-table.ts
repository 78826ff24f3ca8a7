import { readdirSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { InputError } from '../engine/errors.ts';
import type { FileInfo } from '../engine/host/protocol.ts';
import { createHandles } from './handles.ts';

/** The names under which the interface knows files; their paths stay here. */
export interface FileTable {
  /**
   * Names a file that the user chose; the same file has the same handle while the application runs.
   * @throws InputError: there is no such file
   */
  issue(path: string): FileInfo;
  /** @throws InputError: a handle that was never issued */
  pathsOf(handles: readonly string[]): string[];
}

export function createFileTable(): FileTable {
  const handles = createHandles();
  return {
    issue(given) {
      const { path, bytes } = lookAt(given);
      return { handle: handles.of(path), name: basename(path), bytes };
    },
    pathsOf: (list) =>
      list.map((handle) => {
        const path = handles.pathOf(handle);
        if (path === undefined) {
          throw new InputError('This file was not opened in this window.', { action: 'Open it again.' });
        }
        return path;
      }),
  };
}

function lookAt(given: string): { path: string; bytes: number } {
  try {
    const path = resolve(given);
    const entry = statSync(path);
    return { path, bytes: entry.isDirectory() ? bytesIn(path) : entry.size };
  } catch (error) {
    const detail = { file: basename(given), action: 'Look whether it was moved, renamed or unplugged.' };
    throw new InputError('This file cannot be found.', detail, error);
  }
}

/** A folder that can be opened holds its matrix and names directly. */
function bytesIn(folder: string): number {
  const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
  return files.reduce((sum, { name }) => sum + statSync(join(folder, name)).size, 0);
}
