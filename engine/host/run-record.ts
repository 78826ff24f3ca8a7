import { createHash, randomUUID } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { experimentSchema } from '../config.ts';
import { saveSafely } from '../io/safe-save.ts';

/*
 * A kept run is a folder: run.json, which says what it is, and its session. Several applications may use the folder of
 * all runs at once: a run has a folder of its own with a name that is never used again, and run.json is replaced as a whole.
 */

export const RECORD = 'run.json';
export const SESSION = 'results.meander.h5ad';

const ownerSchema = z.object({ machine: z.string(), pid: z.number(), token: z.string() });
export type Owner = z.infer<typeof ownerSchema>;

const recordSchema = z.object({
  schema: z.literal(1),
  run: z.string().min(1),
  name: z.string(),
  /** running: until the application that owns it says otherwise, or is gone */
  state: z.enum(['running', 'interrupted', 'done']),
  created: z.string(),
  seconds: z.number(),
  experiment: experimentSchema,
  heldOut: z.array(z.string()),
  means: z.array(
    z.object({
      method: z.string(),
      w1Mean: z.number().nullable(),
      w1Sd: z.number().nullable(),
      seeds: z.number(),
    }),
  ),
  verdict: z.string().nullable(),
  source: z.object({
    name: z.string(),
    files: z.array(z.object({ bytes: z.number(), probe: z.string() })),
  }),
  owner: ownerSchema,
  /** who has it in the bin; null: nobody */
  deletedBy: ownerSchema.nullable(),
});
export type RunRecord = z.infer<typeof recordSchema>;

/** What tells the files of a run, wherever they lie and whatever they are called. */
export type Fingerprint = RunRecord['source']['files'];

/** This process; its number alone may have been another's before. */
export const SELF: Owner = {
  machine: createHash('sha256').update(hostname()).digest('hex').slice(0, 12),
  pid: process.pid,
  token: randomUUID(),
};

/** A run that goes on is touched so often. */
export const HEARTBEAT_MS = 30_000;
/** After so long without it goes on no more: its process number was given to another, or its machine is off. */
const SILENCE_MS = 5 * 60_000;

/** @returns undefined: none that can be read, or of another version */
export function readRecord(folder: string): RunRecord | undefined {
  try {
    const parsed = recordSchema.safeParse(JSON.parse(readFileSync(join(folder, RECORD), 'utf8')));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

/** @throws InputError: the place cannot be written */
export async function writeRecord(folder: string, record: RunRecord): Promise<void> {
  const text = `${JSON.stringify(record, null, 2)}\n`;
  await saveSafely(join(folder, RECORD), {
    bytes: text.length,
    write: (temporary) => writeFileSync(temporary, text),
    verify(temporary) {
      if (readFileSync(temporary, 'utf8') !== text) throw new Error('what was written reads otherwise');
    },
  });
}

/** Whether the process that owns a run is there and at it. */
export function isAtWork(owner: Owner, folder: string): boolean {
  if (isGone(owner)) return false;
  const touched = statSync(join(folder, RECORD), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return owner.token === SELF.token || Date.now() - touched < SILENCE_MS;
}

/** false also where it cannot be known, on another machine */
export function isGone({ machine, pid, token }: Owner): boolean {
  if (token === SELF.token || machine !== SELF.machine) return false;
  return pid === SELF.pid || !isAlive(pid);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return !isZombie(pid);
}

/** Ended, and still answering signals: Linux keeps it until its parent asks how it ended, which may be late, or never in a container. */
function isZombie(pid: number): boolean {
  try {
    // its name, in brackets, may be anything; its state comes after it
    return /\) [ZX] [^)]*$/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    // no such folder on this system, or it ended meanwhile, which is seen the next time
    return false;
  }
}
