import { createPool, type Pool, type RunOptions } from './pool.ts';
import type { ComputedPlaces } from './prepare.ts';
import type { OpenedDataset, Request, Results } from './protocol.ts';
import type { Opened } from './reader.ts';
import type { RunInfo } from './run-protocol.ts';
import type { RunAnswer, RunAsk } from './run-reader.ts';
import type { RunStore } from './run-store.ts';
import type { SessionColumn } from './session-columns.ts';

type OnRun = Extract<
  Request,
  { kind: 'run' | 'follow' | 'arrows' | 'gene along' | 'export run' | 'export cells' }
>;

/** The runs of one open dataset: those that are kept, and a session that was opened as a file. */
export interface DatasetRuns {
  /** of a session that was opened; nothing: a file with cells was */
  first: Pick<OpenedDataset, 'run' | 'experiment'>;
  list(): RunInfo[];
  rename(run: string, name: string): Promise<RunInfo>;
  remove(run: string): Promise<null>;
  restore(run: string): Promise<RunInfo>;
  /** Answers in a worker that keeps the run; what is written is written in one of its own, so that it holds up nothing. */
  ask(
    request: OnRun,
    computed: readonly ComputedPlaces[],
    labels: readonly SessionColumn[],
    options: RunOptions,
  ): Promise<Results[OnRun['kind']]>;
  close(): Promise<void>;
}

/** The session is the user's file: it is listed while it is open, and never changed or removed. */
const GUEST = 'opened session';

/** @param onPath told of each file that is read or written, for errors */
export function createDatasetRuns(
  { files, session }: Opened,
  store: RunStore,
  targetOf: (handle: string) => string | Promise<string>,
  onPath: (path: string) => void,
): DatasetRuns {
  let reader: Pool | undefined;
  const writers = new Set<Pool>();
  const kept = session && store.runAt(session.path, files);
  let guest = session && !kept ? { ...session.info, run: GUEST } : undefined;
  let isGuestListed = guest !== undefined;

  async function sessionOf(run: string): Promise<{ info: RunInfo; path: string }> {
    if (guest && run === guest.run) return { info: guest, path: session!.path };
    return store.sessionOf(run, files);
  }

  return {
    first: session ? { run: kept ?? GUEST, experiment: session.experiment } : {},
    list: () => [...(guest && isGuestListed ? [guest] : []), ...store.list(files)],
    async rename(run, name) {
      if (!guest || run !== guest.run) return store.rename(run, files, name);
      guest = { ...guest, name };
      return guest;
    },
    async remove(run) {
      if (guest && run === guest.run) isGuestListed = false;
      else await store.remove(run, files);
      return null;
    },
    async restore(run) {
      if (!guest || run !== guest.run) return store.restore(run, files);
      isGuestListed = true;
      return guest;
    },

    async ask(request, computed, labels, options) {
      const { info, path } = await sessionOf(request.run);
      const ask = await resolve(request, info, targetOf);
      onPath(path);
      if ('target' in ask) onPath(ask.target);
      const task = { kind: 'on run', path, name: info.name, ask, ...embeddingsFor(ask, computed) } as const;
      if (ask.kind !== 'export run' && ask.kind !== 'export cells') {
        reader ??= createPool(1);
        return withNotes(await reader.run(task, options), ask, info);
      }
      const writer = createPool(1);
      writers.add(writer);
      try {
        return await writer.run(isCopy(ask) ? { ...task, labels } : task, options);
      } finally {
        writers.delete(writer);
        await writer.close();
      }
    },
    async close() {
      await Promise.all([reader?.close(), ...[...writers].map((writer) => writer.close())]);
    },
  };
}

async function resolve(
  request: OnRun,
  info: RunInfo,
  targetOf: (handle: string) => string | Promise<string>,
): Promise<RunAsk> {
  if (request.kind === 'run') return { kind: 'run', info };
  const { dataset: _, run: __, ...ask } = request;
  return 'target' in ask ? { ...ask, target: await targetOf(ask.target) } : ask;
}

/** The other exports say nothing of columns. */
const isCopy = (ask: RunAsk) => ask.kind === 'export run' && ask.what === 'h5ad';

/** Only the one that is asked for: the others would travel for nothing. */
function embeddingsFor(ask: RunAsk, computed: readonly ComputedPlaces[]) {
  if (!('embedding' in ask)) return {};
  const wanted = computed.filter(({ name }) => name === ask.embedding);
  return { embeddings: wanted.map(({ name, dims, points }) => ({ name, dims, points })) };
}

/** That a run is not kept is among the first things to know of it. */
function withNotes(answer: RunAnswer<RunAsk>, ask: RunAsk, { notKept }: RunInfo): RunAnswer<RunAsk> {
  if (ask.kind !== 'run' || notKept === undefined || !('notes' in answer)) return answer;
  return { ...answer, notes: [notKept, ...answer.notes] };
}
