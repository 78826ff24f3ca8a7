import { mkdirSync, readdirSync, rmSync, statfsSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { threadId } from 'node:worker_threads';
import envPaths from 'env-paths';
import { InputError } from '../errors.ts';
import { pathError } from './hdf5-path.ts';

/*
 * The application's cache: gene indexes (see gene-index.ts), which can be removed at any time. The place is the system's
 * for caches, or $MEANDER_CACHE; all together take at most 10 GB, or $MEANDER_CACHE_GB.
 */

const DEFAULT_GIGABYTES = 10;
const SUFFIX = '.genes';
const PARTIAL = '.partial';
/** What is being written is written to all the time: an older one was left behind. */
const ABANDONED_MS = 10 * 60_000;

export interface CachedFile {
  path: string;
  bytes: number;
  lastUsedMs: number;
  /** not finished: being written, or left behind by a process that was killed */
  partial: boolean;
}

export function cacheFolder(): string {
  return process.env.MEANDER_CACHE || envPaths('meander', { suffix: '' }).cache;
}

/** Bytes that all indexes together may take. @throws InputError: $MEANDER_CACHE_GB is no such number */
export function cacheLimit(): number {
  const text = process.env.MEANDER_CACHE_GB;
  if (!text) return DEFAULT_GIGABYTES * 1e9;
  const gigabytes = Number(text);
  if (gigabytes >= 0 && gigabytes < 1e6) return gigabytes * 1e9;
  throw new InputError('The size of the cache is not understood.', {
    option: 'MEANDER_CACHE_GB',
    expected: 'gigabytes, e.g. 20',
    found: text,
    action: 'Correct or remove this environment variable.',
  });
}

/** @param name unique for what is indexed */
export const cachePath = (name: string) => join(cacheFolder(), `${name}${SUFFIX}`);

/** Where a file is written before it takes its name. */
export const partialPath = (path: string) => `${path}.${process.pid}-${threadId}${PARTIAL}`;

/** What is in the cache, the last used first. Files that are not ours are not listed, nor ever removed. */
export function listCache(): CachedFile[] {
  const folder = cacheFolder();
  const files = namesIn(folder).flatMap((name): CachedFile[] => {
    const partial = name.includes(`${SUFFIX}.`) && name.endsWith(PARTIAL);
    if (!partial && !name.endsWith(SUFFIX)) return [];
    const path = join(folder, name);
    const stats = statSync(path, { throwIfNoEntry: false });
    return stats?.isFile() ? [{ path, bytes: stats.size, lastUsedMs: stats.mtimeMs, partial }] : [];
  });
  return files.sort((a, b) => b.lastUsedMs - a.lastUsedMs);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw pathError(folder, 'opened', error);
  }
}

/** Removes all indexes; they are built again when needed. */
export function clearCache(): { files: number; bytes: number } {
  const files = listCache();
  for (const { path } of files) removeFile(path);
  return { files: files.length, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) };
}

export function markUsed(path: string): void {
  try {
    utimesSync(path, new Date(), new Date());
  } catch {
    // a cache that cannot be written can still be read; the order of removal is worth no error
  }
}

/**
 * Makes place for a new file: creates the folder, removes what was left behind and the least recently used.
 * @param path of the new file; an old one there goes first
 * @throws InputError: more than the cache may hold, or than the disk has; a folder that cannot be written
 */
export function makeRoom(path: string, bytes: number, source: { file: string; key: string }): void {
  const limit = cacheLimit();
  if (bytes > limit)
    throw new InputError('The gene index of this file is larger than the cache may be.', {
      ...source,
      option: 'MEANDER_CACHE_GB',
      expected: `at most ${sizeText(limit)}`,
      found: sizeText(bytes),
      action: `Set the environment variable MEANDER_CACHE_GB to ${Math.ceil(bytes / 1e9)} or more. Without an index genes are read too, but slowly.`,
    });
  createFolder();
  removeFile(path);
  const files = listCache();
  for (const file of files)
    if (file.partial && Date.now() - file.lastUsedMs > ABANDONED_MS) removeFile(file.path);
  let total = listCache().reduce((sum, file) => sum + file.bytes, 0);
  for (const file of files.filter(({ partial }) => !partial).reverse()) {
    if (total + bytes <= limit) break;
    removeFile(file.path);
    total -= file.bytes;
  }
  checkDisk(bytes, source);
}

function createFolder(): void {
  try {
    mkdirSync(cacheFolder(), { recursive: true });
  } catch (error) {
    throw pathError(cacheFolder(), 'written', error);
  }
}

function checkDisk(bytes: number, source: { file: string; key: string }): void {
  const { bavail, bsize } = statfsSync(cacheFolder());
  if (bavail * bsize >= bytes) return;
  throw diskFull(source, sizeText(bytes), `${sizeText(bavail * bsize)} free`);
}

/** @param needed e.g. `6.1 GB` */
export function diskFull(
  source: { file: string; key: string },
  needed: string,
  found: string,
  cause?: unknown,
): InputError {
  return new InputError(
    'The disk has no room for the gene index.',
    {
      ...source,
      expected: `${needed} in ${cacheFolder()}`,
      found,
      action:
        'Free some space (meander cache shows what Meander holds), or set the environment variable MEANDER_CACHE to a folder on another disk.',
    },
    cause,
  );
}

/** e.g. `6.0 GB` */
export const sizeText = (bytes: number) =>
  bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;

export function removeFile(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch (error) {
    // Windows keeps a file that another process reads
    if (!['EBUSY', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}
