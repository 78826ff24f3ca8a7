import { afterEach, describe, expect, test, vi } from 'vitest';
import { InputError } from '../../engine/errors.ts';
import type { RunInfo } from '../../engine/host/protocol.ts';
import { createFakeClient, createFakePlatform, endless, type Script } from '../testing/fake-client.ts';
import { fakeProgress, fakeRun } from '../testing/fake-runs.ts';
import { choicesOfRun, experimentOf, trainingKey } from './choices.ts';
import { Session } from './session.svelte.ts';

afterEach(() => void vi.useRealTimers());

const settled = (ms = 0) => new Promise((resolve) => setTimeout(resolve, ms));
const experiment = experimentOf({ time: 'day' });

async function opened(script: Script = {}, { kept = [] as RunInfo[], dataset = {} } = {}) {
  const client = createFakeClient(script, dataset, kept);
  const session = new Session(client, createFakePlatform());
  await session.openExample();
  await settled();
  const asked = <K extends string>(kind: K) => client.asked.filter((request) => request.kind === kind);
  const step = (id: string) => session.steps.find((one) => one.id === id)!;
  return { client, session, asked, step };
}

describe('a training', () => {
  test('computes what the cells lack, fits, and its run is looked at', async () => {
    const { session, client, step } = await opened({}, { dataset: { embeddings: [] } });
    session.agree();
    await session.train();
    await settled();
    const kinds = client.asked.map(({ kind }) => kind);
    expect(kinds.indexOf('prepare')).toBeGreaterThan(0);
    expect(kinds.indexOf('train')).toBeGreaterThan(kinds.indexOf('prepare'));
    expect(session.runs.current?.name).toBe('Run 1');
    expect(session.runs.results?.info.run).toBe('r1');
    expect(step('train')).toMatchObject({ state: 'done' });
    expect(session.training.running).toBe(false);
  });

  test('asks for the experiment in full: each inner day in turn, automatic beside straight paths, one seed', async () => {
    const { session, asked } = await opened();
    session.agree();
    await session.train();
    expect(asked('train')[0]).toMatchObject({
      experiment: { time: 'day', holdOut: 'each', methods: ['auto', 'ot-cfm'], seeds: 1 },
    });
  });

  test('what was wrong with other choices is forgotten as soon as they change, undone or anew', async () => {
    const { session } = await opened({
      train: () => Promise.reject(new InputError('The label "x" cannot be read as a time.')),
    });
    session.agree();
    session.change({ time: 'age' }, 'take age as the time');
    await session.train();
    const problem = () => session.tasks.problems.get('train');
    expect(problem()).toBeInstanceOf(InputError);
    session.colour({ kind: 'column', column: 'day' });
    expect(problem()).toBeInstanceOf(InputError);
    session.change({ time: 'day' }, 'take day as the time');
    expect(problem()).toBeUndefined();
  });

  test('what went wrong is told though choices changed while it was trained', async () => {
    let fail: (error: Error) => void = () => {};
    const { session } = await opened({
      train: () =>
        new Promise<RunInfo>((_, reject) => {
          fail = reject;
        }),
    });
    session.agree();
    const training = session.train();
    await settled();
    session.change({ seeds: 3 }, 'take 3 seeds');
    fail(new InputError('The disk is full.'));
    await training;
    expect(session.tasks.problems.get('train')).toBeInstanceOf(InputError);
    session.change({ seeds: 4 }, 'take 4 seeds');
    expect(session.tasks.problems.has('train')).toBe(false);
  });

  test('what it found is on the map where it was trained', async () => {
    const { session } = await opened();
    session.agree();
    expect(session.journey.onMap).toBe(false);
    await session.train();
    await vi.waitFor(() => expect(session.journey.frames).not.toBeNull());
    expect([session.step, session.journey.onMap]).toEqual(['train', true]);
  });

  test('gathers every loss, the last trajectories, and how far all fits are', async () => {
    let tell: (share: number) => void = () => {};
    let finish: () => void = () => {};
    const { session, step } = await opened({
      train: (request: { experiment: RunInfo['experiment'] }, { onProgress }) =>
        new Promise<RunInfo>((resolve) => {
          tell = (share) => onProgress?.(fakeProgress(request.experiment, share));
          finish = () => resolve(fakeRun('r9', 'Run 9', request.experiment));
        }),
    });
    const training = session.train();
    await settled();
    for (const share of [0.01, 0.05, 0.1]) tell(share);
    expect(session.training.losses).toHaveLength(1);
    expect(session.training.losses[0]!.steps).toEqual([10, 50, 100]);
    expect(session.training.preview?.embedding).toBe('X_umap');
    expect(session.training.share).toBeCloseTo(0.1);
    expect(step('train').note).toBe('10 % · 81 s');
    tell(1);
    expect(session.training.share).toBeNull();
    expect(session.training.stage).toMatch(/^all fits done/);
    finish();
    await training;
    expect(session.training.preview).toBeNull();
    expect(session.runs.current?.run).toBe('r9');
  });

  test('can be held and goes on; cancelling it leaves earlier runs as they were', async () => {
    const { session, asked } = await opened(
      { train: endless({ stage: 'vector field', step: 1, steps: 2 }) },
      { kept: [fakeRun('r1', 'Run 1', experiment)] },
    );
    const training = session.train();
    await settled();
    await session.training.hold();
    expect(session.training.held).toBe(true);
    await session.training.goOn();
    expect(asked('hold').map((one) => 'held' in one && one.held)).toEqual([true, false]);
    session.training.cancel();
    await training;
    expect([session.training.running, session.training.held]).toEqual([false, false]);
    expect(session.runs.list.map(({ run }) => run)).toEqual(['r1']);
    expect(session.tasks.problems.has('train')).toBe(false);
  });

  test('that is cancelled while it prepares does not go on to fit', async () => {
    const { session, asked } = await opened(
      { prepare: endless({ stage: 'layout', step: 1, steps: 2 }) },
      { dataset: { embeddings: [] } },
    );
    const training = session.train();
    await settled();
    session.training.cancel();
    await training;
    expect(asked('train')).toHaveLength(0);
    expect(session.training.running).toBe(false);
  });

  test('that fails is a problem of its step, and can be tried again', async () => {
    let fail = true;
    const { session, step } = await opened({
      train: (request: { experiment: RunInfo['experiment'] }) => {
        if (fail) throw new InputError('A timepoint has too few cells.');
        return fakeRun('r1', 'Run 1', request.experiment);
      },
    });
    await session.train();
    expect(step('train').state).toBe('problem');
    fail = false;
    await session.train();
    expect(step('train').state).toBe('done');
  });

  test('is begun once, and not while a field shows what cannot be taken', async () => {
    const { session, asked } = await opened({ train: endless({ stage: 'vector field', step: 1, steps: 2 }) });
    session.refused.set('rho', 'More than 0.');
    await session.train();
    expect(asked('train')).toHaveLength(0);
    session.refused.clear();
    void session.train();
    void session.train();
    await settled();
    expect(asked('train')).toHaveLength(1);
  });

  test('that ends while another step is open says so, with the way to the verdict', async () => {
    const { session } = await opened();
    const training = session.train();
    session.step = 'embed';
    await training;
    const { action } = session.notices.list.at(-1)!;
    expect(action?.label).toBe('See the verdict');
    action!.run();
    expect(session.step).toBe('evaluate');
  });

  test('is estimated once the choices have settled, and anew where they change', async () => {
    const { session, asked } = await opened();
    vi.useFakeTimers();
    session.step = 'train';
    for (const seeds of [2, 3, 4]) session.change({ seeds }, 'more seeds');
    await vi.advanceTimersByTimeAsync(400);
    expect(asked('estimate').map((one) => 'experiment' in one && one.experiment.seeds)).toEqual([4]);
    expect(session.training.estimate?.seconds).toBe(380);
    session.undo();
    await vi.advanceTimersByTimeAsync(400);
    expect(session.training.estimate?.seconds).toBe(285);
  });

  test('an engine that ends in the middle: choices stay, the run is listed as interrupted and can be trained again', async () => {
    const interrupted = fakeRun('r1', 'Run 1', experiment, {
      state: 'interrupted',
      means: [],
      verdict: null,
    });
    let ended = false;
    const { session, client } = await opened({
      train: endless({ stage: 'vector field', step: 1, steps: 2 }),
      runs: () => (ended ? [interrupted] : []),
    });
    session.change({ seeds: 3 }, 'three seeds');
    void session.train();
    await settled();
    const { choices } = session;
    ended = true;
    client.lose();
    client.restart();
    await settled();
    expect(session.training.running).toBe(false);
    expect(session.choices).toEqual(choices);
    expect(session.runs.list).toEqual([interrupted]);
    expect(session.runs.current).toBeNull();
    expect(session.notices.list.at(-1)!.text).toMatch(/training was interrupted/);
  });
});

describe('runs', () => {
  const kept = () => [
    fakeRun('r2', 'Run 2', { ...experiment, seeds: 3 }),
    fakeRun('r1', 'Run 1', experiment),
  ];

  test('of a file are there when it is opened; the newest is looked at', async () => {
    const { session, step } = await opened({}, { kept: kept() });
    expect(session.runs.current?.run).toBe('r2');
    expect(session.runs.results?.fits.length).toBeGreaterThan(0);
    expect(step('explore').state).toBe('done');
  });

  test('opening a file takes up the choices of its newest run, and nothing of it can be undone', async () => {
    const { session, step } = await opened({}, { kept: kept() });
    expect(session.choices.experiment.seeds).toBe(3);
    expect(step('timepoints').state).toBe('done');
    expect(step('train').state).toBe('done');
    expect(session.canUndo).toBeNull();
  });

  test('are stale as soon as a choice of the fit changes, and no longer when it is undone or used again', async () => {
    const { session, step } = await opened({}, { kept: kept() });
    session.change({ rho: 0.5 }, 'set rho');
    expect(step('train')).toMatchObject({ state: 'stale', action: 'Run again' });
    session.undo();
    expect(step('train').state).toBe('done');
    // what only the eye sees makes no other run
    session.change({ map: 'none' }, 'no map');
    expect(step('train').state).toBe('done');
    session.runs.choose('r1');
    expect(step('train').state).toBe('stale');
    session.useChoicesOf(session.runs.current!);
    expect(session.choices.experiment.seeds).toBeUndefined();
    expect(step('train').state).toBe('done');
  });

  test('a run that was just trained is current, whatever the engine filled in', async () => {
    const { session, step } = await opened({
      train: (request: { experiment: RunInfo['experiment'] }) =>
        fakeRun('r1', 'Run 1', { ...request.experiment, dims: 50, embedding: 'X_pca' }),
    });
    await session.train();
    expect(step('train').state).toBe('done');
  });

  test('deleting is undone, by the notice or as any choice, and the engine is told', async () => {
    const { session, asked } = await opened({}, { kept: kept() });
    session.runs.remove('r2');
    await settled();
    expect(session.runs.list.map(({ run }) => run)).toEqual(['r1']);
    expect(session.runs.current?.run).toBe('r1');
    expect(session.runs.results?.info.run).toBe('r1');
    session.undo();
    await settled();
    expect(session.runs.current?.run).toBe('r2');
    session.redo();
    session.notices.list.find(({ action }) => action)!.action!.run();
    await settled();
    expect(session.runs.list).toHaveLength(2);
    expect(asked('delete run')).toHaveLength(2);
    expect(asked('restore run')).toHaveLength(2);
  });

  test('renaming is undone too; nothing is told twice', async () => {
    const { session, asked } = await opened({}, { kept: kept() });
    session.runs.rename('r1', '  the first ');
    session.runs.rename('r1', 'the first');
    session.runs.rename('r1', ' ');
    await settled();
    expect(session.runs.list[1]!.name).toBe('the first');
    session.undo();
    await settled();
    expect(session.runs.list[1]!.name).toBe('Run 1');
    expect(asked('rename run').map((one) => 'name' in one && one.name)).toEqual(['the first', 'Run 1']);
  });

  test('what cannot be deleted is in the list again, and why is said', async () => {
    const { session } = await opened(
      {
        'delete run': () => {
          throw new InputError('The folder of runs cannot be written.');
        },
      },
      { kept: kept() },
    );
    session.runs.remove('r2');
    await settled();
    expect(session.tasks.problems.has('runs')).toBe(true);
    session.undo();
    expect(session.runs.list).toHaveLength(2);
  });
});

test('choices of a run give the same run again', () => {
  for (const change of [
    {},
    { seeds: 3, methods: ['ot-mfm' as const] },
    { holdOut: '3+6', rho: 0.1, growth: 'on' as const },
  ]) {
    const run = experimentOf({ time: 'day', ...change });
    const chosen = choicesOfRun({ experiment: run });
    expect(trainingKey(chosen)).toBe(trainingKey(run));
    expect(Object.keys(chosen).sort()).toEqual(['time', ...Object.keys(change)].sort());
  }
});
