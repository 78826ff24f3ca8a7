import { Worker } from 'node:worker_threads';
import { vi } from 'vitest';

/** The workers that the tests of a file start, as long as mocks are not restored. */
export interface WatchedWorkers {
  alive(): Worker[];
  /** those that live and whose last task was of that kind */
  busyWith(kind: string): Worker[];
  forget(): void;
}

export function watchWorkers(): WatchedWorkers {
  /** each with the kind of its last task */
  const workers = new Map<Worker, string>();
  const { postMessage } = Worker.prototype;
  vi.spyOn(Worker.prototype, 'postMessage').mockImplementation(function (this: Worker, ...args) {
    workers.set(this, (args[0] as { kind: string }).kind);
    return postMessage.apply(this, args as Parameters<typeof postMessage>);
  });
  const alive = () => [...workers.keys()].filter(({ threadId }) => threadId !== -1);
  return {
    alive,
    busyWith: (kind) => alive().filter((worker) => workers.get(worker) === kind),
    forget: () => workers.clear(),
  };
}
