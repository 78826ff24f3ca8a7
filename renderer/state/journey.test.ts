import { expect, test } from 'vitest';
import type { Request } from '../../engine/host/protocol.ts';
import { createFakeClient, createFakePlatform, type Script } from '../testing/fake-client.ts';
import { fakeRun } from '../testing/fake-runs.ts';
import { experimentOf } from './choices.ts';
import { JourneyLayers } from './journey-layers.svelte.ts';
import { Session } from './session.svelte.ts';

const settled = (ms = 0) => new Promise((resolve) => setTimeout(resolve, ms));
const experiment = experimentOf({ time: 'day' });

async function exploring(script: Script = {}, runs = [fakeRun('r1', 'Run 1', experiment)]) {
  const client = createFakeClient(script, {}, runs);
  const session = new Session(client, createFakePlatform());
  await session.openExample();
  await settled();
  session.step = 'explore';
  await settled();
  const follows = () =>
    client.asked.filter((one): one is Extract<Request, { kind: 'follow' }> => one.kind === 'follow');
  return { client, session, journey: session.journey, follows };
}

test('cells of the first day are followed to the last by the fit that has seen all, on the map that is shown', async () => {
  const { journey, follows } = await exploring();
  expect(follows()).toHaveLength(1);
  expect(follows()[0]).toMatchObject({
    fit: 0,
    from: 0,
    cells: null,
    embedding: 'X_umap',
    components: [0, 1],
  });
  expect(follows()[0]!.times.at(-1)).toBe(12);
  expect(follows()[0]!.times).toEqual(expect.arrayContaining([3, 6, 9]));
  expect(journey.frames?.cells.length).toBeGreaterThan(100);
  expect(journey.range).toEqual([0, 12]);
  expect(journey.time).toBe(6);
});

test('nothing is followed before someone looks, and time, steps and colours ask for nothing again', async () => {
  const client = createFakeClient({}, {}, [fakeRun('r1', 'Run 1', experiment)]);
  const session = new Session(client, createFakePlatform());
  await session.openExample();
  await settled();
  const asked = () => client.asked.filter(({ kind }) => kind === 'follow').length;
  expect(asked()).toBe(0);
  session.step = 'explore';
  await settled();
  session.journey.time = 4.2;
  session.step = 'evaluate';
  session.step = 'explore';
  session.colour({ kind: 'column', column: 'cell_type' });
  session.journey.change({ colour: 'start' }, 'colour by type');
  await settled();
  expect(asked()).toBe(1);
  expect(session.journey.time).toBe(4.2);
});

test('ancestors go backwards from the last day; undo brings the way back', async () => {
  const { session, journey, follows } = await exploring();
  journey.followDirection('ancestors');
  await settled();
  expect(follows().at(-1)).toMatchObject({ from: 4 });
  expect(follows().at(-1)!.times.at(-1)).toBe(0);
  expect(journey.range).toEqual([12, 0]);
  session.undo();
  await settled();
  expect(follows().at(-1)).toMatchObject({ from: 0 });
});

test('selected cells set out from the day that most of them are of; only those of that day', async () => {
  const { session, journey, follows } = await exploring();
  const { cellTimepoint } = session.timepoints!;
  const of = (day: number) => [...cellTimepoint.keys()].filter((row) => cellTimepoint[row] === day);
  session.select(Int32Array.from([...of(2).slice(0, 30), ...of(3).slice(0, 5)].sort((a, b) => a - b)));
  journey.followSelection();
  await settled();
  expect(follows().at(-1)).toMatchObject({ from: 2 });
  expect([...follows().at(-1)!.cells!]).toEqual(of(2).slice(0, 30));
  // the choice outlives the selection
  session.deselect();
  await settled();
  expect(follows()).toHaveLength(2);
  journey.change({ from: '0' }, 'follow from day 0');
  await settled();
  expect(follows()).toHaveLength(2);
  expect([journey.startRows?.length, journey.frames]).toEqual([0, null]);
});

test('a cell type is followed under any colouring afterwards', async () => {
  const { session, journey, follows } = await exploring();
  session.colour({ kind: 'column', column: 'cell_type' });
  await settled();
  journey.followCategory(0);
  await settled();
  const rows = follows().at(-1)!.cells!;
  session.colour({ kind: 'timepoint' });
  await settled();
  expect(journey.startRows).toEqual(rows);
  expect(rows.length).toBeGreaterThan(10);
});

test('a fit without a day shows its real cells as rings, and only its own run', async () => {
  const runs = [fakeRun('r2', 'Run 2', experiment), fakeRun('r1', 'Run 1', experiment)];
  const { session, journey } = await exploring({}, runs);
  expect(journey.rings).toBeNull();
  journey.followFit(1);
  expect(journey.heldOut).toEqual(['3']);
  const rings = journey.rings!;
  expect(rings.reduce((sum, one) => sum + one, 0)).toBe(session.timepoints!.counts[1]);
  session.runs.choose('r1');
  await settled();
  expect(journey.fitIndex).toBe(0);
  session.runs.choose('r2');
  await settled();
  expect(journey.fitIndex).toBe(1);
});

test('velocity arrows are of the time that is looked at; a drag through time asks for its end', async () => {
  const { client, journey } = await exploring();
  journey.change({ arrows: true }, 'show arrows');
  for (const time of [1, 2, 3, 4.5]) journey.time = time;
  await settled(300);
  const asked = client.asked.filter((one) => one.kind === 'arrows');
  expect(asked.map(({ time }) => time)).toEqual([4.5]);
  expect(journey.arrows).not.toBeNull();
});

test('layers lie on the map only where it shows the view that cells were followed on', async () => {
  const { session, journey } = await exploring();
  const layers = new JourneyLayers(session, () => 'light');
  expect(layers.lines).not.toBeNull();
  expect(layers.points!.positions.length).toBe(2 * journey.frames!.cells.length);
  session.show({ embedding: 'X_pca', components: [0, 1] });
  expect(layers.frames === null || session.positions?.view.embedding === journey.framesView?.embedding).toBe(
    true,
  );
  await settled();
  expect(layers.frames).toBe(journey.frames);
  session.step = 'train';
  expect([layers.lines, layers.points, layers.hollow]).toEqual([null, null, null]);
});

test('a run whose fits cannot be followed leaves the map as it was', async () => {
  const { journey, follows } = await exploring({
    run: ({ run }: { run: string }) => ({
      ...emptyResults,
      info: fakeRun(run, 'Run 1', experiment),
    }),
  });
  expect(follows()).toHaveLength(0);
  expect([journey.fit, journey.onMap]).toEqual([null, false]);
});

const emptyResults = {
  fits: [],
  shown: -1,
  timepoints: { labels: ['0', '3'], times: [0, 3], counts: [1, 1], unit: 'day' },
  genes: { known: false, why: '' },
};
