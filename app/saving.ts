import { existsSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { app, type BrowserWindow, dialog } from 'electron';
import { z } from 'zod';
import { WorkError } from '../engine/errors.ts';
import { saveSafely } from '../engine/io/safe-save.ts';
import { plainName } from './plain-name.ts';
import { handle } from './security.ts';
import type { TargetTable } from './target-table.ts';

const MOST_BYTES = 2 ** 30;
const suggestion = z.string().min(1).max(1000);

/** Answers the interface where it has something to save: the user says where, by a dialog, each time. */
export function handleSaving(window: BrowserWindow, targets: TargetTable): void {
  handle('files:save', z.tuple([suggestion, z.instanceof(Uint8Array)]), async ([name, bytes]) => {
    if (bytes.length > MOST_BYTES) throw new WorkError('This is too large to be saved at once.');
    const path = await askWhere(window, name);
    if (path !== undefined) await write(path, bytes);
  });
  handle('files:saveTo', z.tuple([suggestion]), async ([name]) => {
    const path = await askWhere(window, name);
    return path === undefined ? null : { target: targets.issue(path), name: basename(path) };
  });
}

/** undefined: the user changed their mind */
async function askWhere(window: BrowserWindow, suggested: string): Promise<string | undefined> {
  const name = plainName(suggested);
  const extension = /\.([a-z0-9]+)$/i.exec(name)?.[1];
  const { canceled, filePath } = await dialog.showSaveDialog(window, {
    defaultPath: join(app.getPath('documents'), name),
    ...(extension && { filters: [{ name: extension.toUpperCase(), extensions: [extension] }] }),
  });
  return canceled || !filePath ? undefined : withEnding(filePath, name);
}

/** Dialogs of Linux add no ending where none is typed; the user was not asked about another file, so that is never replaced. */
function withEnding(path: string, suggested: string): string {
  const ending = /(\.meander)?\.[a-z0-9]+$/i.exec(suggested)?.[0] ?? '';
  const ended = path + ending;
  return basename(path).includes('.') || existsSync(path) || existsSync(ended) ? path : ended;
}

async function write(path: string, bytes: Uint8Array): Promise<void> {
  await saveSafely(path, {
    bytes: bytes.length,
    write: (temporary) => writeFileSync(temporary, bytes),
    verify: (temporary) => {
      if (statSync(temporary).size !== bytes.length) throw new WorkError('The file was not written whole.');
    },
  });
}
