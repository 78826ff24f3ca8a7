import { createHash } from 'node:crypto';
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  writeSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { threadId } from 'node:worker_threads';
import { InputError } from '../errors.ts';
import { pathError } from './hdf5-path.ts';

export interface SafeSave {
  /** about how many bytes will be written; the disk is asked for them first */
  bytes: number;
  /** writes the file at this path and closes all that it opened there */
  write(temporary: string): void | Promise<void>;
  /** opens what was written again and throws where it is not what was meant */
  verify(temporary: string): void | Promise<void>;
}

/** Room that a disk keeps for what cannot be foreseen: the file system's own records, other programs. */
const SPARE_BYTES = 2 ** 20;
const PROBE_BYTES = 2 ** 16;

/**
 * Writes a file so that at the target there is always the old or the new complete one: into a temporary file beside it,
 * which is written, brought to the disk, opened again and verified, then renamed. Nothing stays behind on an error; what
 * a killed process left is removed by the next save into that folder. A link is followed: its target is replaced.
 * @param path as the user named it
 * @throws InputError: no such folder, read-only, write-protected, too little space, a full disk, the target is open
 * in another program (Windows); and whatever `write` and `verify` throw
 */
export async function saveSafely(path: string, { bytes, write, verify }: SafeSave): Promise<void> {
  const target = followLinks(path);
  checkTarget(path, target);
  removePartials(dirname(target), 'of dead processes');
  const temporary = partialName(target);
  try {
    reserve(path, temporary);
    checkSpace(path, dirname(target), bytes);
    try {
      await write(temporary);
      syncFile(temporary);
      await verify(temporary);
    } catch (error) {
      throw isDiskFull(temporary)
        ? pathError(path, 'written', systemError('ENOSPC', error))
        : describe(path, error);
    }
    await moveInto(path, temporary, target);
    syncFolder(dirname(target));
  } finally {
    rmSync(temporary, { force: true });
  }
}

/**
 * Removes temporary files of saves into a folder: what processes that are no more have left there, or what this process
 * has when its worker was stopped.
 */
export function removePartials(folder: string, whose: 'of dead processes' | 'of this process'): void {
  for (const name of namesIn(folder)) {
    const [, host, pid] = PARTIAL.exec(name) ?? [];
    if (host !== HOST) continue;
    const own = Number(pid) === process.pid;
    if (whose === 'of this process' ? own : !own && !isAlive(Number(pid)))
      rmSync(join(folder, name), { force: true });
  }
}

// Process numbers mean nothing on another machine, and a folder may be shared.
const HOST = createHash('sha256').update(hostname()).digest('hex').slice(0, 6);
const PARTIAL = /^\..*\.([0-9a-f]{6})-(\d+)-\d+-\d+\.partial$/;
let saves = 0;

function partialName(target: string): string {
  // a name of 255 bytes is the most that file systems take
  const name = basename(target).slice(0, 50);
  return join(dirname(target), `.${name}.${HOST}-${process.pid}-${threadId}-${saves++}.partial`);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    // a folder that cannot be listed may still be written to
    return [];
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

function followLinks(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}

// A write-protected file could be renamed over all the same, which its owner does not want.
function checkTarget(path: string, target: string): void {
  if (!existsSync(target)) return;
  try {
    if (statSync(target).isDirectory()) throw systemError('EISDIR');
    accessSync(target, constants.W_OK);
  } catch (error) {
    throw pathError(path, 'written', error);
  }
}

function checkSpace(path: string, folder: string, bytes: number): void {
  const free = freeBytes(folder);
  const needed = bytes + SPARE_BYTES;
  if (free === undefined || free >= needed) return;
  throw new InputError('There is not enough space on the disk.', {
    file: path,
    expected: `about ${megabytes(needed)} free`,
    found: megabytes(free),
    action: 'Free some space, or use another disk.',
  });
}

/** undefined where the file system does not tell */
function freeBytes(folder: string): number | undefined {
  try {
    const { blocks, bavail, bsize } = statfsSync(folder);
    return blocks > 0 ? bavail * bsize : undefined;
  } catch {
    return undefined;
  }
}

function systemError(code: string, cause?: unknown): Error {
  return Object.assign(new Error(code, { cause }), { code });
}

/** Errors of the system in the words of this application. */
function describe(path: string, error: unknown): unknown {
  const ofSystem = error instanceof Error && 'syscall' in error;
  return ofSystem ? pathError(path, 'written', error) : error;
}

const megabytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(bytes < 10 * 2 ** 20 ? 1 : 0)} MB`;

function reserve(path: string, temporary: string): void {
  try {
    closeSync(openSync(temporary, 'wx'));
  } catch (error) {
    throw pathError(path, 'written', error);
  }
}

// The HDF5 library does not say why a write failed; whether more can be written tells.
function isDiskFull(temporary: string): boolean {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(temporary, 'a');
    const probe = Buffer.alloc(PROBE_BYTES);
    let written = 0;
    while (written < PROBE_BYTES) written += writeSync(descriptor, probe, written);
    return false;
  } catch (error) {
    return ['ENOSPC', 'EDQUOT', 'EFBIG'].includes((error as NodeJS.ErrnoException).code ?? '');
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

function syncFile(path: string): void {
  const descriptor = openSync(path, 'r+');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** So that the new name survives a power cut; Windows and some network disks cannot. */
function syncFolder(folder: string): void {
  try {
    const descriptor = openSync(folder, 'r');
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    // the file itself is on the disk
  }
}

/** Windows: a file that a program has open cannot be replaced; virus scanners and indexers let go soon. */
const RENAME_WAITS_MS = [20, 50, 100, 200, 400];

/** @param rename for tests, as the system's */
export async function moveInto(
  path: string,
  temporary: string,
  target: string,
  rename: (from: string, to: string) => void = renameSync,
): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      return rename(temporary, target);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? '';
      const held = ['EBUSY', 'EPERM', 'EACCES'].includes(code) && existsSync(target);
      if (!held) throw pathError(path, 'written', error);
      const wait = RENAME_WAITS_MS[attempt];
      if (wait === undefined) throw heldOpen(path, error);
      await new Promise((done) => setTimeout(done, wait));
    }
  }
}

function heldOpen(path: string, error: unknown): InputError {
  return new InputError(
    'The file cannot be replaced.',
    {
      file: path,
      found: 'the system does not let go of it: another program has it open, or it is protected',
      action: 'Close it in other programs, or use another name.',
    },
    error,
  );
}
