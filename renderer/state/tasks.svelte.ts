import { SvelteMap } from 'svelte/reactivity';
import { CancelledError } from '../../engine/errors.ts';
import type { Progress, Request, ResultOf } from '../../engine/host/protocol.ts';
import type { EngineClient } from '../client/engine-client.ts';

/** Where a task belongs: a new one of an area takes the place of the old one, and errors are shown there. */
export type Area =
  | 'open'
  | 'timepoints'
  | 'prepare'
  | 'positions'
  | 'colouring'
  | 'subset'
  | 'label'
  | 'estimate'
  | 'train'
  | 'runs'
  | 'run'
  | 'follow'
  | 'arrows'
  | 'gene along'
  | 'export';

/** Something the engine is at. */
export class Job {
  readonly title: string;
  readonly startedMs: number;
  progress = $state.raw<Progress | null>(null);
  readonly #abort = new AbortController();

  constructor(title: string, startedMs: number) {
    this.title = title;
    this.startedMs = startedMs;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  cancel(): void {
    this.#abort.abort();
  }
}

/** How a task ended; `replaced`: nobody waits for it any more. */
export type Outcome<T> = { kind: 'done'; result: T } | { kind: 'failed' | 'cancelled' | 'replaced' };

/** What the engine is asked for, one task an area; replies that nobody waits for any more are dropped. */
export class Tasks {
  readonly running = new SvelteMap<Area, Job>();
  readonly problems = new SvelteMap<Area, unknown>();
  readonly #client: EngineClient;

  constructor(client: EngineClient) {
    this.#client = client;
  }

  /** @param onProgress told of each step of it; the job has the last one */
  async run<R extends Request>(
    area: Area,
    title: string,
    request: R,
    onProgress?: (progress: Progress) => void,
  ): Promise<Outcome<ResultOf<R>>> {
    this.running.get(area)?.cancel();
    const job = new Job(title, performance.now());
    this.running.set(area, job);
    this.problems.delete(area);
    const options = {
      signal: job.signal,
      onProgress: (progress: Progress) => {
        job.progress = progress;
        if (this.#isCurrent(area, job)) onProgress?.(progress);
      },
    };
    try {
      const result = await this.#client.request(request, options);
      return this.#isCurrent(area, job) ? { kind: 'done', result } : { kind: 'replaced' };
    } catch (error) {
      if (!this.#isCurrent(area, job)) return { kind: 'replaced' };
      if (error instanceof CancelledError) return { kind: 'cancelled' };
      this.problems.set(area, error);
      return { kind: 'failed' };
    } finally {
      if (this.#isCurrent(area, job)) this.running.delete(area);
    }
  }

  #isCurrent(area: Area, job: Job): boolean {
    return this.running.get(area) === job;
  }

  fail(area: Area, error: unknown): void {
    this.problems.set(area, error);
  }

  /** Ends the task of an area, and forgets what went wrong there. */
  clear(area: Area): void {
    this.running.get(area)?.cancel();
    this.running.delete(area);
    this.problems.delete(area);
  }
}
