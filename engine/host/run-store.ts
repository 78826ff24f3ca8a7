import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import type { ExperimentConfig } from '../config.ts';
import { InputError, WorkError } from '../errors.ts';
import { pathError } from '../io/hdf5-path.ts';
import type { RunInfo } from './run-protocol.ts';
import {
  type Fingerprint,
  HEARTBEAT_MS,
  isAtWork,
  isGone,
  type RunRecord,
  readRecord,
  SELF,
  SESSION,
  writeRecord,
} from './run-record.ts';
import type { RunSummary } from './run-summary.ts';

/** The runs of all files, on the disk. Of what came out of them nothing is kept in memory, unless it cannot be written. */
export interface RunStore {
  /** of the files with this content, the newest first; those that go on are not among them */
  list(of: Fingerprint): RunInfo[];
  /** a run that begins; where the folder cannot be written it is kept elsewhere for now */
  begin(source: RunRecord['source'], experiment: ExperimentConfig): Promise<BegunRun>;
  /**
   * The session of a run that is done. One that could not be written is written now.
   * @throws InputError: there is none, or it can still not be written
   */
  sessionOf(run: string, of: Fingerprint): Promise<{ info: RunInfo; path: string }>;
  /** the run whose session a file is; undefined: it is no kept one */
  runAt(path: string, of: Fingerprint): string | undefined;
  /** @throws InputError: there is none, or the place cannot be written */
  rename(run: string, of: Fingerprint, name: string): Promise<RunInfo>;
  /** out of the list; it is removed when the store is closed */
  remove(run: string, of: Fingerprint): Promise<void>;
  restore(run: string, of: Fingerprint): Promise<RunInfo>;
  close(): void;
}

export interface BegunRun {
  /** what it holds out is known now */
  holdsOut(labels: string[]): Promise<void>;
  /**
   * It is done.
   * @param save writes the session there; asked again with another place where the first cannot be written
   */
  keep(seconds: number, save: (path: string) => Promise<RunSummary>): Promise<RunInfo>;
  /** the application ends: it can be trained again */
  interrupt(): Promise<void>;
  /** as if it had never begun */
  forget(): void;
}

/** Runs of this process that go on, of all its stores. */
const goingOn = new Set<string>();

interface Unkept {
  record: RunRecord;
  folder: string;
  /** why it is not where runs are kept */
  why: string;
  /** writes the session, which is in memory only; null: it is in `folder` */
  save: ((path: string) => Promise<RunSummary>) | null;
}

/** @param kept where runs are kept, made when it is needed; undefined: only until the store is closed */
export function createRunStore(kept: string | undefined): RunStore {
  /** what is not on the disk as it should be */
  const unkept = new Map<string, Unkept>();
  const deleted = new Set<string>();
  let temporary: string | undefined;
  const temporaryFolder = () => {
    temporary ??= mkdtempSync(join(tmpdir(), 'meander-runs-'));
    return temporary;
  };
  if (kept !== undefined) emptyBins(kept);

  function find(run: string, of: Fingerprint): { record: RunRecord; folder: string; why?: string } {
    const own = unkept.get(run);
    if (own) return own;
    // a name from outside is only ever compared with what is there
    const folder = kept !== undefined && foldersIn(kept).includes(run) ? join(kept, run) : undefined;
    const record = folder && readRecord(folder);
    if (folder && record && isSame(record.source.files, of)) return { record, folder };
    throw new InputError('There is no such run any more.', {
      expected: 'a run of this file',
      action: 'Choose another one from the list.',
    });
  }

  async function change(run: string, of: Fingerprint, changes: Partial<RunRecord>): Promise<RunInfo> {
    const { record, folder } = find(run, of);
    const changed = { ...record, ...changes };
    const own = unkept.get(run);
    if (own) own.record = changed;
    else await writeRecord(folder, changed);
    return infoOf(changed, folder, own?.why);
  }

  return {
    list(of) {
      const onDisk = (kept === undefined ? [] : foldersIn(kept)).flatMap((run) => {
        const folder = join(kept!, run);
        const record = unkept.has(run) ? undefined : readRecord(folder);
        return record ? [{ record, folder }] : [];
      });
      return [...onDisk, ...unkept.values()]
        .filter(({ record, folder }) => isSame(record.source.files, of) && isListed(record, folder))
        .map((entry) =>
          infoOf(entry.record, entry.folder, 'why' in entry ? (entry as Unkept).why : undefined),
        )
        .sort((a, b) => (a.created < b.created ? 1 : a.created > b.created ? -1 : 0));
    },

    async begin(source, experiment) {
      const run = newName();
      const earlier = this.list(source.files).length;
      const record: RunRecord = {
        schema: 1,
        run,
        name: `Run ${earlier + 1}`,
        state: 'running',
        created: new Date().toISOString(),
        seconds: 0,
        experiment,
        heldOut: [],
        means: [],
        verdict: null,
        source,
        owner: SELF,
        deletedBy: null,
      };
      goingOn.add(run);
      const opened = kept === undefined ? { error: null } : await openFolder(join(kept, run), record);
      return beginRun(record, opened);
    },

    async sessionOf(run, of) {
      const { record, folder, why } = find(run, of);
      const info = infoOf(record, folder, why);
      if (info.state !== 'done')
        throw new InputError('This run was interrupted, so it has no results.', {
          found: info.name,
          action: 'Train again with its choices.',
        });
      const own = unkept.get(run);
      if (own?.save) {
        const place = join(folder, SESSION);
        await own.save(place);
        await writeRecord(folder, own.record);
        unkept.delete(run);
        return { info: infoOf(own.record, folder, undefined), path: place };
      }
      return { info, path: join(folder, SESSION) };
    },

    runAt(path, of) {
      const run = basename(dirname(path));
      const ours = kept !== undefined && resolve(path) === resolve(kept, run, SESSION);
      return ours && this.list(of).some((info) => info.run === run) ? run : undefined;
    },

    rename: (run, of, name) => change(run, of, { name }),
    async remove(run, of) {
      await change(run, of, { deletedBy: SELF });
      deleted.add(run);
    },
    async restore(run, of) {
      const info = await change(run, of, { deletedBy: null });
      deleted.delete(run);
      return info;
    },

    close() {
      for (const run of deleted) if (kept !== undefined) discard(join(kept, run));
      if (temporary !== undefined) discard(temporary);
      unkept.clear();
    },
  };

  function beginRun(begun: RunRecord, opened: { folder: string } | { error: InputError | null }): BegunRun {
    const { run } = begun;
    let record = begun;
    let folder = 'folder' in opened ? opened.folder : undefined;
    let why = 'error' in opened ? opened.error : null;
    const beat = setInterval(() => folder !== undefined && touch(join(folder, 'run.json')), HEARTBEAT_MS);
    beat.unref();
    const end = () => {
      clearInterval(beat);
      goingOn.delete(run);
    };
    return {
      async holdsOut(heldOut) {
        record = { ...record, heldOut };
        // what it says of a run that goes on is no result: that it cannot be written is told when it is done
        if (folder !== undefined) await writeRecord(folder, record).catch(() => {});
      },

      async keep(seconds, save) {
        const done = (summary: RunSummary): RunRecord => ({ ...record, ...summary, seconds, state: 'done' });
        try {
          if (folder !== undefined) {
            try {
              mkdirSync(folder, { recursive: true });
              record = done(await save(join(folder, SESSION)));
              await writeRecord(folder, record);
              return infoOf(record, folder, undefined);
            } catch (error) {
              why = asReason(folder, error);
              discard(folder);
            }
          }
          return await keepElsewhere(done, save, why);
        } finally {
          end();
        }
      },

      async interrupt() {
        end();
        if (folder === undefined) return;
        await writeRecord(folder, { ...record, state: 'interrupted' }).catch(() => {});
        rmSync(join(folder, SESSION), { force: true });
      },

      forget() {
        end();
        if (folder !== undefined) discard(folder);
        folder = undefined;
      },
    };
  }

  async function keepElsewhere(
    done: (summary: RunSummary) => RunRecord,
    save: (path: string) => Promise<RunSummary>,
    why: InputError | null,
  ): Promise<RunInfo> {
    const nothing = { heldOut: [], means: [], verdict: null };
    const { run } = done(nothing);
    const reason = why
      ? `${trimmed(why)}: ${why.detail.found ?? 'no reason was given'}.`
      : 'There is no folder for runs.';
    const folder = join(temporaryFolder(), run);
    try {
      mkdirSync(folder, { recursive: true });
      const record = done(await save(join(folder, SESSION)));
      const words = `This run could not be kept where runs are kept. ${reason} It is there until the application ends: export its session to keep it.`;
      unkept.set(run, { record, folder, why: kept === undefined ? '' : words, save: null });
      return infoOf(record, folder, kept === undefined ? undefined : words);
    } catch (error) {
      asReason(folder, error);
      const record = done(nothing);
      const words = `This run could not be written anywhere. ${reason} It is in memory until the application ends: free some space, then open the run and export its session.`;
      const place = kept === undefined ? folder : join(kept, run);
      unkept.set(run, {
        record,
        folder: place,
        why: words,
        async save(path) {
          try {
            mkdirSync(place, { recursive: true });
          } catch (error) {
            throw pathError(place, 'written', error);
          }
          const summary = await save(path);
          const own = unkept.get(run);
          if (own) own.record = { ...own.record, ...summary };
          return summary;
        },
      });
      return infoOf(record, place, words);
    }
  }
}

/** What is told of a place that cannot be written. @throws what is no matter of the place */
function asReason(folder: string, error: unknown): InputError {
  if (error instanceof InputError) return error;
  if (error instanceof WorkError) return new InputError(error.message, error.detail);
  if (error instanceof Error && 'syscall' in error) return pathError(folder, 'written', error);
  throw error;
}

const trimmed = ({ message }: Error) => message.replace(/\.$/, '');

/** Sortable by time, and never used twice. */
const newName = () =>
  `${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}-${randomBytes(4).toString('hex')}`;

async function openFolder(
  folder: string,
  record: RunRecord,
): Promise<{ folder: string } | { error: InputError }> {
  try {
    mkdirSync(folder, { recursive: true });
    await writeRecord(folder, record);
    return { folder };
  } catch (error) {
    discard(folder);
    return { error: error instanceof InputError ? error : pathError(folder, 'written', error) };
  }
}

/** What an application that is gone had put into the bin. */
function emptyBins(kept: string): void {
  for (const run of foldersIn(kept)) {
    const deletedBy = readRecord(join(kept, run))?.deletedBy;
    if (deletedBy && isGone(deletedBy)) discard(join(kept, run));
  }
}

function foldersIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
  } catch {
    // none was made yet, or it cannot be read, which is told when a run is to be kept
    return [];
  }
}

function isListed({ run, state, owner, deletedBy }: RunRecord, folder: string): boolean {
  if (deletedBy !== null) return false;
  if (state !== 'running') return true;
  return owner.token === SELF.token ? !goingOn.has(run) : !isAtWork(owner, folder);
}

function infoOf(record: RunRecord, folder: string, why: string | undefined): RunInfo {
  const { run, name, state, created, seconds, experiment, heldOut, means, verdict } = record;
  const isThere = state === 'done' && (why !== undefined || existsSync(join(folder, SESSION)));
  const facts = { run, name, created, seconds, experiment, heldOut, means };
  if (!isThere) return { ...facts, state: 'interrupted', verdict: null };
  return { ...facts, state: 'done', verdict, ...(why && { notKept: why }) };
}

/** What cannot be removed stays: nothing that the user waits for depends on it. */
function discard(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {
    // read-only, or no folder at all
  }
}

const isSame = (a: Fingerprint, b: Fingerprint) =>
  a.length === b.length && a.every(({ bytes, probe }, i) => bytes === b[i]!.bytes && probe === b[i]!.probe);

function touch(file: string): void {
  try {
    const now = new Date();
    utimesSync(file, now, now);
  } catch {
    // the next one may succeed; what cannot be written is told when the run is done
  }
}
