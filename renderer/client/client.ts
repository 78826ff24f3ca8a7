import { CancelledError, errorFromMessage, WorkError } from '../../engine/errors.ts';
import type { EngineMessage, Request, ResultOf, Results } from '../../engine/host/protocol.ts';
import type { EngineClient, RequestOptions, Transport } from './engine-client.ts';

/** A client that also tells when the engine is gone for good: what was open is lost, and the page must be loaded again. */
export interface Client extends EngineClient {
  onLost(listener: () => void): () => void;
}

interface Pending {
  onProgress: RequestOptions['onProgress'];
  resolve(result: never): void;
  reject(error: Error): void;
}

/** Requests over a transport: answers find their question, and what comes too late is dropped. */
export function createClient(transport: Transport): Client {
  const pending = new Map<number, Pending>();
  /** cancelled openings: what was opened all the same is nobody's */
  const unwanted = new Set<number>();
  const restart = new Set<() => void>();
  const lost = new Set<() => void>();
  let nextId = 0;
  let gone = false;

  transport.onMessage((message) => {
    if (unwanted.has(message.id)) closeUnwanted(message);
    else receive(pending, message);
  });
  transport.onLost(() => {
    gone = true;
    rejectAll(pending);
    for (const listener of lost) listener();
  });
  transport.onRestart(() => {
    gone = false;
    unwanted.clear();
    rejectAll(pending);
    for (const listener of restart) listener();
  });

  function closeUnwanted(message: EngineMessage): void {
    if (message.kind === 'progress') return;
    unwanted.delete(message.id);
    if (message.kind === 'error') return;
    const { dataset } = message.result as Results['open'];
    transport.send({ id: nextId++, kind: 'request', request: { kind: 'close', dataset } });
  }

  function request<R extends Request>(what: R, options: RequestOptions = {}): Promise<ResultOf<R>> {
    const { signal, onProgress } = options;
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(new CancelledError());
      if (gone) return reject(engineGone());
      const id = nextId++;
      const onAbort = () => {
        pending.delete(id);
        if (what.kind === 'open' || what.kind === 'example') unwanted.add(id);
        transport.send({ id, kind: 'cancel' });
        reject(new CancelledError());
      };
      const forget = () => signal?.removeEventListener('abort', onAbort);
      pending.set(id, {
        onProgress,
        resolve(result) {
          forget();
          resolve(result);
        },
        reject(error) {
          forget();
          reject(error);
        },
      });
      signal?.addEventListener('abort', onAbort, { once: true });
      transport.send({ id, kind: 'request', request: what });
    });
  }

  return { request, onRestart: listenIn(restart), onLost: listenIn(lost) };
}

function receive(pending: Map<number, Pending>, message: EngineMessage): void {
  const waiting = pending.get(message.id);
  if (!waiting) return;
  if (message.kind === 'progress') {
    waiting.onProgress?.(message.progress);
    return;
  }
  pending.delete(message.id);
  if (message.kind === 'result') waiting.resolve(message.result as never);
  else waiting.reject(errorFromMessage(message.error));
}

function rejectAll(pending: Map<number, Pending>): void {
  const waiting = [...pending.values()];
  pending.clear();
  for (const { reject } of waiting) reject(engineGone());
}

const engineGone = () =>
  new WorkError('The connection to the engine was lost.', {
    action: 'Your files are as they were. Open the file again.',
  });

const listenIn = (listeners: Set<() => void>) => (listener: () => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};
