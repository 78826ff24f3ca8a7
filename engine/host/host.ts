import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, sep } from 'node:path';
import { z } from 'zod';
import { CancelledError, type ErrorMessage, errorToMessage, InputError } from '../errors.ts';
import { CLOSED } from './dataset-training.ts';
import { createDatasets, type Datasets, type DatasetsOptions } from './datasets.ts';
import { createPool, type RunOptions } from './pool.ts';
import { clientMessageSchema, type EngineMessage, type Request } from './protocol.ts';
import { createRunStore } from './run-store.ts';

/** Requests of one interface that are not answered yet. */
const MOST_RUNNING = 1000;

export interface HostOptions {
  /**
   * The files that handles stand for.
   * @throws InputError: a handle that is not known
   */
  pathsOf: DatasetsOptions['pathsOf'];
  /**
   * The place that a handle stands for, to be written to once; absent: nothing can be written.
   * @throws InputError: a handle that is not known, or that was used
   */
  targetOf?: (handle: string) => string | Promise<string>;
  /** where runs are kept, made when the first one is; absent: they are not kept beyond the connection */
  runsFolder?: string;
  /** for what takes long, of all interfaces together; each dataset has one more; default 2 */
  workers?: number;
}

/** Answers interfaces, over whatever carries messages. */
export interface Host {
  connect(send: (message: EngineMessage) => void): Connection;
  /** messages that were no messages of ours and could not be answered */
  refused(): number;
  /** ends all connections and workers; the example is removed */
  close(): Promise<void>;
}

/** One interface and what it has opened. */
export interface Connection {
  /** anything may come; what is no message of ours gets an error, or nothing where it has no id */
  receive(message: unknown): void;
  /** stops what runs and closes what is open; nothing is sent any more */
  close(): Promise<void>;
}

export function createHost({ pathsOf, targetOf = nowhere, runsFolder, workers = 2 }: HostOptions): Host {
  const work = createPool(workers);
  const store = createRunStore(runsFolder);
  const pace = { slowness: 1 };
  const example = createExample((path, options) => work.run({ kind: 'example', path }, options));
  const connections = new Set<Connection>();
  let refused = 0;
  return {
    connect(send) {
      const datasets = createDatasets({
        work,
        workers,
        pathsOf,
        targetOf,
        store,
        runsFolder,
        pace,
        examplePath: example.path,
      });
      const connection = createConnection(datasets, send, () => {
        refused++;
      });
      connections.add(connection);
      return {
        receive: connection.receive,
        async close() {
          connections.delete(connection);
          await connection.close();
        },
      };
    },
    refused: () => refused,
    async close() {
      await Promise.all([...connections].map((connection) => connection.close()));
      await work.close();
      store.close();
      await example.remove();
    },
  };
}

function createConnection(
  datasets: Datasets,
  send: (message: EngineMessage) => void,
  refuse: () => void,
): Connection {
  const running = new Map<number, AbortController>();
  let closed = false;
  const say = (message: EngineMessage) => {
    if (!closed) send(message);
  };

  async function answer(id: number, request: Request, { signal }: AbortController): Promise<void> {
    try {
      const result = await datasets.perform(request, {
        signal,
        onProgress(progress) {
          if (!signal.aborted) say({ id, kind: 'progress', progress });
        },
      });
      if (signal.aborted) throw new CancelledError();
      say({ id, kind: 'result', result });
    } catch (error) {
      const cause = signal.aborted ? new CancelledError() : error;
      say({ id, kind: 'error', error: withoutPaths(errorToMessage(cause), datasets.paths()) });
    } finally {
      running.delete(id);
    }
  }

  function receive(message: unknown): void {
    if (closed) return;
    const parsed = clientMessageSchema.safeParse(message);
    if (!parsed.success) answerBad(message, parsed.error);
    else if (parsed.data.kind === 'cancel') running.get(parsed.data.id)?.abort();
    else begin(parsed.data.id, parsed.data.request);
  }

  function begin(id: number, request: Request): void {
    if (running.has(id)) {
      // an answer could not be told from that of the other
      refuse();
    } else if (running.size >= MOST_RUNNING) {
      say({ id, kind: 'error', error: errorToMessage(tooMany()) });
    } else {
      const stop = new AbortController();
      running.set(id, stop);
      void answer(id, request, stop);
    }
  }

  function answerBad(message: unknown, error: z.ZodError): void {
    const { data } = withId.safeParse(message);
    if (!data || running.has(data.id)) refuse();
    else say({ id: data.id, kind: 'error', error: errorToMessage(notUnderstood(error)) });
  }

  return {
    receive,
    async close() {
      closed = true;
      for (const stop of running.values()) stop.abort(CLOSED);
      await datasets.close();
    },
  };
}

function nowhere(): never {
  throw new InputError('Nothing can be written from here.', { action: 'Use the application or its server.' });
}

const withId = z.object({ id: z.number().int().min(0) });

function notUnderstood(error: z.ZodError): InputError {
  const issue = error.issues[0];
  return new InputError('The engine does not understand what it is asked for.', {
    ...(issue && { option: issue.path.join('.'), found: issue.message }),
    action: 'Load the page again: it may be of another version.',
  });
}

const tooMany = () =>
  new InputError('Too much is asked for at once.', {
    expected: `at most ${MOST_RUNNING} requests that wait`,
    action: 'Try again in a moment.',
  });

/** The interface knows files by their names, so errors name them so; where a defect lies is told by its stack alone. */
function withoutPaths({ stack, ...error }: ErrorMessage, paths: readonly string[]): ErrorMessage {
  const shorten = (text: string) =>
    paths.reduce((short, path) => {
      const named = short.replaceAll(path, basename(path));
      const folder = dirname(path);
      return folder.endsWith(sep) ? named : named.replaceAll(folder + sep, '');
    }, text);
  const detail = Object.fromEntries(Object.entries(error.detail).map(([key, text]) => [key, shorten(text)]));
  return {
    ...error,
    message: shorten(error.message),
    detail,
    ...(error.tag === 'bug' && stack && { stack }),
  };
}

/** The embedded example as a file, written when it is first asked for. */
function createExample(write: (path: string, options: RunOptions) => Promise<unknown>) {
  let folder: Promise<string> | undefined;
  let written: string | undefined;
  return {
    async path(options: RunOptions): Promise<string> {
      folder ??= mkdtemp(join(tmpdir(), 'meander-'));
      const path = join(await folder, 'example.h5ad');
      if (written === undefined) {
        await write(path, options);
        written = path;
      }
      return path;
    },
    async remove(): Promise<void> {
      if (folder) await rm(await folder, { recursive: true, force: true });
    },
  };
}
