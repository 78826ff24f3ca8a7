import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path';
import { InputError } from '../../engine/errors.ts';
import type { FileInfo } from '../../engine/host/protocol.ts';
import { createHandles } from '../handles.ts';

const MOST_FILES = 2000;
const DEPTH = 5;
const TABLES = /\.(h5ad|h5)$/i;
const MATRIX = /\.mtx(\.gz)?$/i;
const MATRIX_IN_FOLDER = /^matrix\.mtx(\.gz)?$/i;
/** What is read beside a matrix that is a text. */
const MATRIX_PARTS = /\.(mtx|tsv|txt)(\.gz)?$/i;

/** The folders that the user named: what lies below them can be opened, by a handle, and nothing else. */
export interface ServedFolders {
  /** h5ad and .h5 files, folders with matrix.mtx, .mtx files; by the path below the folder */
  list(): Promise<FileInfo[]>;
  /** @throws InputError: a handle that is not known, a file that is gone or that leads out of the folders */
  pathsOf(handles: readonly string[]): Promise<string[]>;
}

/** @throws InputError: no folder */
export async function serveFolders(folders: readonly string[]): Promise<ServedFolders> {
  const roots = await Promise.all(folders.map(rootOf));
  const handles = createHandles();
  return {
    async list() {
      const found = new Map<string, FileInfo>();
      for (const root of roots)
        for await (const { path, bytes, shown } of walk(root, roots)) {
          const name = roots.length > 1 || shown === '' ? join(basename(root), shown) : shown;
          if (!found.has(path))
            found.set(path, { handle: handles.of(path), name: name.replaceAll(sep, '/'), bytes });
          if (found.size >= MOST_FILES) return [...found.values()];
        }
      return [...found.values()];
    },
    pathsOf: (asked) =>
      Promise.all(
        asked.map(async (handle) => {
          const path = handles.pathOf(handle);
          if (path === undefined)
            throw new InputError('This file is not known here.', {
              action: 'Choose it from the list of files again.',
            });
          await checkInside(path, roots);
          return path;
        }),
      ),
  };
}

async function rootOf(folder: string): Promise<string> {
  try {
    const path = await realpath(folder);
    if ((await stat(path)).isDirectory()) return path;
  } catch (cause) {
    throw new InputError('There is no such folder.', { file: folder, action: 'Check the spelling.' }, cause);
  }
  throw new InputError('This is no folder.', {
    file: folder,
    expected: 'folders with the files that shall be opened',
    action: 'Name the folder that the file lies in.',
  });
}

interface Found {
  /** links followed */
  path: string;
  bytes: number;
  /** below the root */
  shown: string;
}

async function* walk(root: string, roots: readonly string[]): AsyncGenerator<Found> {
  const seen = new Set<string>();
  async function* below(folder: string, depth: number): AsyncGenerator<Found> {
    const real = await insideOf(folder, roots);
    if (real === undefined || seen.has(real)) return;
    seen.add(real);
    const names = await namesIn(folder);
    const matrix = names.find((name) => MATRIX_IN_FOLDER.test(name));
    if (matrix !== undefined) {
      const bytes = (await statOf(join(folder, matrix)))?.size ?? 0;
      yield { path: real, bytes, shown: relative(root, folder) };
    }
    for (const name of names) {
      const path = join(folder, name);
      const stats = await statOf(path);
      if (stats?.isDirectory() && depth > 0) yield* below(path, depth - 1);
      else if (stats?.isFile() && (TABLES.test(name) || (MATRIX.test(name) && name !== matrix))) {
        const file = await insideOf(path, roots);
        if (file !== undefined) yield { path: file, bytes: stats.size, shown: relative(root, path) };
      }
    }
  }
  yield* below(root, DEPTH);
}

/** Visible names, in their order; a folder that may not be read has none. */
async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => !name.startsWith('.')).sort();
  } catch {
    return [];
  }
}

async function statOf(path: string) {
  try {
    return await stat(path);
  } catch {
    return undefined;
  }
}

/** The path with its links followed; undefined: it leads out of the folders, or nowhere. */
async function insideOf(path: string, roots: readonly string[]): Promise<string | undefined> {
  try {
    const real = await realpath(path);
    return roots.some((root) => isBelow(root, real)) ? real : undefined;
  } catch {
    return undefined;
  }
}

function isBelow(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** Once more when it is opened: a link may have been put there since it was listed. */
async function checkInside(path: string, roots: readonly string[]): Promise<void> {
  const stats = await statOf(path);
  if (!stats)
    throw new InputError('The file is not there any more.', {
      file: basename(path),
      action: 'Choose it from the list of files again.',
    });
  const folder = stats.isDirectory() ? path : MATRIX.test(path) ? dirname(path) : undefined;
  const parts = folder === undefined ? [] : (await namesIn(folder)).filter((name) => MATRIX_PARTS.test(name));
  const all = [path, ...parts.map((name) => join(folder!, name))];
  const inside = await Promise.all(all.map((each) => insideOf(each, roots)));
  const out = inside.indexOf(undefined);
  if (out >= 0)
    throw new InputError('This file is a link out of the folders that Meander was started with.', {
      file: basename(all[out]!),
      action: 'Start meander serve with the folder that it leads to as well.',
    });
}
