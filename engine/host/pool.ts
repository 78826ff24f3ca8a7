import { Worker } from 'node:worker_threads';
import { builtUrl } from '../built.ts';
import { CancelledError, errorFromMessage, WorkError } from '../errors.ts';
import type { Reply, Task, TaskProgress, TaskResult } from './tasks.ts';

/** How long a worker may take to notice that it shall stop, before it is replaced. */
const STOP_GRACE_MS = 200;

export interface RunOptions {
  /** aborting it stops the task within 200 ms, whatever the task is doing */
  signal?: AbortSignal;
  onProgress?: (progress: TaskProgress) => void;
}

/** Worker threads that take tasks in the order given. */
export interface Pool {
  readonly size: number;
  /**
   * Runs one task in a free worker.
   * @throws the task's own error; CancelledError when the signal aborts; WorkError when the worker dies
   */
  run<T extends Task>(task: T, options?: RunOptions): Promise<TaskResult<T>>;
  /** Tasks wait where they next ask whether to stop, and none begins; or all go on. They can be stopped while they wait. */
  hold(held: boolean): void;
  /** Ends all workers at once; what runs is rejected with CancelledError. */
  close(): Promise<void>;
}

interface Job {
  task: Task;
  options: RunOptions;
  resolve: (value: never) => void;
  reject: (error: Error) => void;
  onAbort: () => void;
}

interface Slot {
  worker: Worker | null;
  /** 0: go on, 1: the running task shall stop, 2: it shall wait */
  stop: Int32Array;
  job: Job | null;
}

/** @param size workers at most, ≥ 1; each starts when it is first needed */
export function createPool(size: number): Pool {
  const slots: Slot[] = Array.from({ length: size }, () => ({
    worker: null,
    stop: new Int32Array(new SharedArrayBuffer(4)),
    job: null,
  }));
  const queue: Job[] = [];
  let closed = false;
  let held = false;

  function settle(slot: Slot, finish: (job: Job) => void, reuse: boolean): void {
    const job = slot.job;
    slot.job = null;
    if (!reuse) replace(slot);
    if (job) {
      job.options.signal?.removeEventListener('abort', job.onAbort);
      finish(job);
    }
    startNext();
  }

  function replace(slot: Slot): Promise<unknown> {
    const worker = slot.worker;
    slot.worker = null;
    worker?.removeAllListeners();
    // it may still fail while it ends, and an error that nobody hears would end this process
    worker?.on('error', () => {});
    return worker?.terminate() ?? Promise.resolve();
  }

  function launch(slot: Slot): Worker {
    const worker = new Worker(builtUrl('host/worker.js'), { workerData: { stop: slot.stop.buffer } });
    worker.on('message', (reply: Reply) => {
      switch (reply.kind) {
        case 'progress':
          return slot.job?.options.onProgress?.(reply.progress);
        case 'result':
          return settle(slot, (job) => job.resolve(reply.result as never), !reply.spent);
        case 'error':
          // after a failed HDF5 call the library's state is not to be trusted: a new worker costs little
          return settle(slot, (job) => job.reject(errorFromMessage(reply.error)), !reply.spent);
      }
    });
    worker.on('error', (error) => settle(slot, (job) => job.reject(error), false));
    worker.on('exit', (code) =>
      settle(
        slot,
        (job) =>
          job.reject(
            new WorkError('A worker ended unexpectedly.', {
              found: `exit code ${code}`,
              action: 'Memory may have run out: try fewer --workers.',
            }),
          ),
        false,
      ),
    );
    return worker;
  }

  function startNext(): void {
    while (!closed && !held && queue.length > 0) {
      const slot = slots.find((s) => s.job === null);
      if (!slot) return;
      const job = queue.shift()!;
      slot.job = job;
      slot.worker ??= launch(slot);
      Atomics.store(slot.stop, 0, 0);
      slot.worker.postMessage(job.task);
    }
  }

  function abort(job: Job): void {
    const waiting = queue.indexOf(job);
    if (waiting >= 0) {
      queue.splice(waiting, 1);
      job.reject(new CancelledError());
      return;
    }
    const slot = slots.find((s) => s.job === job);
    if (!slot) return;
    Atomics.store(slot.stop, 0, 1);
    Atomics.notify(slot.stop, 0);
    setTimeout(() => {
      if (slot.job === job) settle(slot, (j) => j.reject(new CancelledError()), false);
    }, STOP_GRACE_MS);
  }

  return {
    size,
    run<T extends Task>(task: T, options: RunOptions = {}) {
      return new Promise<TaskResult<T>>((resolve, reject) => {
        if (closed || options.signal?.aborted) return reject(new CancelledError());
        const job: Job = {
          task,
          options,
          resolve: resolve as (value: never) => void,
          reject,
          onAbort: () => abort(job),
        };
        options.signal?.addEventListener('abort', job.onAbort, { once: true });
        queue.push(job);
        startNext();
      });
    },
    hold(wanted) {
      held = wanted;
      const [from, to] = held ? [0, 2] : [2, 0];
      for (const { stop } of slots) {
        // one that shall stop does so
        Atomics.compareExchange(stop, 0, from, to);
        Atomics.notify(stop, 0);
      }
      startNext();
    },
    async close() {
      closed = true;
      const pending = [...queue.splice(0), ...slots.flatMap((slot) => slot.job ?? [])];
      for (const slot of slots) slot.job = null;
      await Promise.all(slots.map(replace));
      for (const job of pending) job.reject(new CancelledError());
    },
  };
}
