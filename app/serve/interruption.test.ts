import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { CancelledError, WorkError } from '../../engine/errors.ts';
import { type Progress, preparationSchema, type Request } from '../../engine/host/protocol.ts';
import { LINES, type Line } from '../testing/lines.ts';
import { writeMany, writeText } from '../testing/many-cells.ts';
import { type WatchedWorkers, watchWorkers } from '../testing/workers.ts';

const PREPARATION = preparationSchema.parse({});
let workers: WatchedWorkers;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meander-interruption-'));
  await writeMany(join(folder, 'many.h5ad'));
  await writeText(join(folder, 'long text'), 20_000, 500, 100);
  workers = watchWorkers();
});

afterAll(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

function deferred(): { promise: Promise<void>; resolve(): void } {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

const idle = async (worker: Worker) => {
  const before = worker.performance.eventLoopUtilization();
  await new Promise((resolve) => setTimeout(resolve, 100));
  return worker.performance.eventLoopUtilization(before).utilization < 0.5;
};

describe.each(LINES)('over a %s', (_, connect) => {
  let line: Line;
  let client: Line['client'];
  let many: string;
  beforeAll(async () => {
    workers.forget();
    line = await connect(folder);
    client = line.client;
    ({ dataset: many } = await client.request({ kind: 'open', files: [line.handleOf('many.h5ad')] }));
  });
  afterAll(() => line.close());

  /** a map of cells that takes its time */
  const longWork = () =>
    ({
      kind: 'prepare',
      dataset: many,
      preparation: { ...PREPARATION, embedding: 'X_cloud', where: [{ column: 'good', min: 1, max: null }] },
    }) satisfies Request;

  test('quick requests do not wait for long ones', async () => {
    const stop = new AbortController();
    const begun = deferred();
    let ended = false;
    const long = client
      .request(longWork(), {
        signal: stop.signal,
        onProgress: ({ stage }) => stage !== 'reading' && begun.resolve(),
      })
      .finally(() => {
        ended = true;
      });
    await begun.promise;
    await client.request({ kind: 'obs', dataset: many, column: 'day' });
    expect(ended).toBe(false);
    stop.abort();
    await expect(long).rejects.toBeInstanceOf(CancelledError);
  });

  // how soon a cancel is answered is part of the contract; a busy machine gets another try
  test.each(['prepare', 'open'] as const)(
    'a cancel of %s is answered within 500 ms, and nothing goes on',
    { retry: 2 },
    async (what) => {
      const stop = new AbortController();
      const begun = deferred();
      const options = {
        signal: stop.signal,
        onProgress: ({ stage }: Progress) => (what === 'open' || stage !== 'reading') && begun.resolve(),
      };
      const before = new Set(workers.alive());
      const running =
        what === 'open'
          ? client.request({ kind: 'open', files: [line.handleOf('long text')] }, options)
          : client.request(longWork(), options);
      await begun.promise;
      line.messages.length = 0;
      const start = performance.now();
      stop.abort();
      await expect(running).rejects.toBeInstanceOf(CancelledError);
      const answers = () => line.messages.filter(({ kind }) => kind !== 'progress');
      await vi.waitFor(() => expect(answers()).toHaveLength(1), { timeout: 5000, interval: 5 });
      expect(performance.now() - start).toBeLessThan(500);
      expect(answers()[0]).toMatchObject({ kind: 'error', error: { tag: 'cancelled' } });
      expect(await Promise.all(workers.alive().map(idle))).not.toContain(false);
      const more = () => workers.alive().filter((worker) => !before.has(worker));
      if (what === 'open') await vi.waitFor(() => expect(more()).toEqual([]));
      expect(answers()).toHaveLength(1);
      await client.request({ kind: 'obs', dataset: many, column: 'day' });
    },
  );

  test('a worker that is killed is told, and the next request works', async () => {
    const running = client.request(longWork(), {
      onProgress: () => void workers.busyWith('prepare')[0]?.terminate(),
    });
    await expect(running).rejects.toBeInstanceOf(WorkError);
    await client.request({ kind: 'obs', dataset: many, column: 'day' });
    await Promise.all(workers.busyWith('read obs').map((worker) => worker.terminate()));
    const days = await client.request({ kind: 'obs', dataset: many, column: 'day' });
    expect(days.kind === 'numbers' && [...days.values.subarray(0, 4)]).toEqual([0, 1, 2, 0]);
  });

  test('when the line breaks, what waits is told so, and nothing goes on behind it', async () => {
    const begun = deferred();
    const lost = deferred();
    client.onLost(lost.resolve);
    const running = client.request(longWork(), { onProgress: () => begun.resolve() });
    const told = expect(running).rejects.toBeInstanceOf(WorkError);
    await begun.promise;
    line.disconnect();
    await Promise.all([told, lost.promise]);
    await expect(client.request({ kind: 'example' })).rejects.toBeInstanceOf(WorkError);
    // those of the datasets are gone; those for long work, of all connections, may stay
    await vi.waitFor(() => expect(workers.busyWith('read obs')).toEqual([]));
    expect(await Promise.all(workers.alive().map(idle))).not.toContain(false);
  });
});
