import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { access, constants, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { InputError, WorkError } from '../errors.ts';

/** The session of an experiment, in its results folder. */
export const SESSION_NAME = 'results.meander.h5ad';

/** What Meander writes into a results folder; a folder with nothing else in it may be replaced by a new result. */
const RESULT_FILES = new Set([
  'manifest.json',
  'metrics.json',
  'trajectories.csv',
  'growth.csv',
  'report.html',
  'example.h5ad',
  SESSION_NAME,
]);

/** A results folder in the making: files go to a temporary folder beside it, which takes its place at the end. */
export interface ResultsFolder {
  readonly target: string;
  /** Where a file that somebody else writes has to be until the commit. */
  pathOf(name: string): string;
  /** Writes one file, whole or in chunks. */
  write(name: string, content: string | Iterable<string>): Promise<void>;
  /** Puts the folder in its place; an earlier result there is replaced. */
  commit(): Promise<void>;
  /** Leaves nothing behind. */
  discard(): Promise<void>;
}

/**
 * Checks that a results folder can be written, before any work is done, and opens it.
 * @throws InputError where the target is a file, holds something that is not a result of Meander, or cannot be written
 */
export async function openResultsFolder(path: string): Promise<ResultsFolder> {
  const target = resolve(path);
  await refuseForeignContent(path, target);
  const parent = dirname(target);
  const temporary = join(parent, `.${basename(target)}.${randomBytes(4).toString('hex')}.partial`);
  try {
    await mkdir(parent, { recursive: true });
    if (existsSync(target)) await access(target, constants.W_OK);
    await mkdir(temporary);
  } catch (cause) {
    throw new InputError(
      'The results cannot be written there.',
      {
        file: path,
        option: '--out',
        found: (cause as Error).message,
        action: 'Name a folder that you may write to.',
      },
      cause,
    );
  }
  return {
    target,
    pathOf: (name) => join(temporary, name),
    async write(name, content) {
      try {
        const file = await open(join(temporary, name), 'w');
        try {
          for (const chunk of typeof content === 'string' ? [content] : content) await file.write(chunk);
          await file.sync();
        } finally {
          await file.close();
        }
      } catch (cause) {
        throw new WorkError(
          'A result could not be written.',
          { file: join(path, name), found: (cause as Error).message, action: 'Is the disk full?' },
          cause,
        );
      }
    },
    async commit() {
      await refuseForeignContent(path, target);
      const old = `${temporary}.old`;
      if (existsSync(target)) await rename(target, old);
      await rename(temporary, target);
      await rm(old, { recursive: true, force: true });
    },
    async discard() {
      await rm(temporary, { recursive: true, force: true });
    },
  };
}

async function refuseForeignContent(path: string, target: string): Promise<void> {
  const there = await stat(target).catch(() => null);
  if (there === null) return;
  if (!there.isDirectory()) {
    throw new InputError('The results go into a folder, but a file has that name.', {
      file: path,
      option: '--out',
      action: 'Name another folder.',
    });
  }
  const foreign = (await readdir(target)).filter((name) => !RESULT_FILES.has(name));
  if (foreign.length > 0) {
    throw new InputError('The results folder holds files that are not results of Meander.', {
      file: path,
      option: '--out',
      expected: 'a new or empty folder, or an earlier result, which is replaced',
      found: foreign.slice(0, 5).join(', '),
      action: 'Name another folder.',
    });
  }
}
