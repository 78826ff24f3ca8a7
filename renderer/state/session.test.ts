import { expect, test } from 'vitest';
import { InputError, WorkError } from '../../engine/errors.ts';
import type { Results } from '../../engine/host/protocol.ts';
import { createFakeClient, createFakePlatform, endless, type Script } from '../testing/fake-client.ts';
import { Session } from './session.svelte.ts';

const settled = () => new Promise((resolve) => setTimeout(resolve));

async function opened(script: Script = {}, dataset = {}) {
  const client = createFakeClient(script, dataset);
  const platform = createFakePlatform();
  const session = new Session(client, platform);
  await session.openExample();
  await settled();
  const asked = (kind: string) => client.asked.filter((request) => request.kind === kind);
  return { client, platform, session, asked };
}

test('an opened file is shown at once: best time column, first map, coloured by timepoint', async () => {
  const { session } = await opened();
  expect(session.choices.experiment.time).toBe('day');
  expect(session.positions?.view.embedding).toBe('X_umap');
  expect(session.colouring).toMatchObject({
    kind: 'categories',
    ordered: true,
    names: ['day 0', 'day 3', 'day 6', 'day 9', 'day 12'],
  });
  expect(session.canUndo).toBeNull();
});

test('each choice asks only for what it changes', async () => {
  const { session, asked } = await opened();
  const before = () => ['timepoints', 'positions', 'obs'].map((kind) => asked(kind).length);
  const start = before();
  session.colour({ kind: 'column', column: 'cell_type' });
  await settled();
  expect(before()).toEqual([start[0], start[1], start[2]! + 1]);
  session.change({ variableGenes: 100 }, 'set variable genes');
  await settled();
  expect(before()).toEqual([start[0], start[1], start[2]! + 1]);
  session.change({ where: [{ column: 'doublet', drop: ['True'] }] }, 'leave out doublets');
  await settled();
  expect(before()).toEqual([start[0]! + 1, start[1], start[2]! + 1]);
});

test('undo brings back choices and what follows from them; redo too', async () => {
  const { session } = await opened();
  session.colour({ kind: 'column', column: 'cell_type' });
  session.change({ timepoints: [{ labels: ['0'] }, { labels: ['12'] }] }, 'leave out');
  await settled();
  expect(session.timepoints?.labels).toEqual(['0', '12']);
  session.undo();
  session.undo();
  await settled();
  expect(session.timepoints?.labels).toHaveLength(5);
  expect(session.colouredBy).toEqual({ kind: 'timepoint' });
  session.redo();
  await settled();
  expect(session.colouredBy).toEqual({ kind: 'column', column: 'cell_type' });
});

test('a late reply to an earlier choice is dropped', async () => {
  const waiting: ((values: Float32Array) => void)[] = [];
  const { session } = await opened({ gene: () => new Promise((resolve) => waiting.push(resolve)) });
  const gene = (column: number) =>
    ({ kind: 'gene', gene: { name: `g${column}`, id: null, column } }) as const;
  session.colour(gene(1));
  session.colour(gene(2));
  waiting[1]!(Float32Array.of(2));
  await settled();
  waiting[0]!(Float32Array.of(1));
  await settled();
  expect(session.colouring).toEqual({ kind: 'numbers', values: Float32Array.of(2) });
  expect(session.colouredBy).toEqual(gene(2));
});

test('the growth score is asked for as the expression is taken, and again where that changes', async () => {
  const { session, client } = await opened();
  session.colour({ kind: 'growth' });
  await settled();
  expect(session.colouring).toMatchObject({ kind: 'numbers', diverging: true });
  session.change({ variableGenes: 500 }, 'take 500 genes');
  session.change({ expression: 'layers/counts' }, 'take the counts');
  await settled();
  const asked = client.asked.filter((request) => request.kind === 'growth');
  expect(asked.map(({ expression }) => expression)).toEqual([null, 'layers/counts']);
});

test('a colour that was cancelled is as if it had not been chosen', async () => {
  const { session } = await opened({ gene: endless({ stage: 'indexing', step: 1, steps: 9 }) });
  session.colour({ kind: 'gene', gene: { name: 'Sox2', id: null, column: 2 } });
  session.tasks.running.get('colouring')!.cancel();
  await settled();
  expect(session.choices.colourBy).toEqual({ kind: 'timepoint' });
  expect(session.colouring?.kind).toBe('categories');
  expect(session.canUndo).toBeNull();
});

test('a colouring that fails shows nothing under its name, and undo brings the picture back', async () => {
  const { session } = await opened({
    gene: () => {
      throw new WorkError('The disk is gone.');
    },
  });
  const gene = { kind: 'gene', gene: { name: 'Sox2', id: null, column: 2 } } as const;
  session.colour(gene);
  await settled();
  expect([session.colouredBy, session.colouring]).toEqual([gene, null]);
  session.undo();
  await settled();
  expect(session.colouring?.kind).toBe('categories');
});

test('cancelling goes back to the choice before, which is read where another took its place too soon', async () => {
  const { session } = await opened({
    obs: () => ({ kind: 'categories', codes: new Int32Array(6000), names: ['a'], ordered: false }),
    gene: endless({ stage: 'indexing', step: 1, steps: 9 }),
  });
  const column = { kind: 'column', column: 'cell_type' } as const;
  session.colour(column);
  session.colour({ kind: 'gene', gene: { name: 'Sox2', id: null, column: 2 } });
  session.tasks.running.get('colouring')!.cancel();
  await settled();
  expect(session.choices.colourBy).toEqual(column);
  expect(session.colouredBy).toEqual(column);
});

test('cancelling what no choice asked for takes no choice back', async () => {
  let stuck = false;
  const read = endless({ stage: 'reading', step: 1, steps: 2 });
  const { session } = await opened({
    obs: (request, options) =>
      stuck
        ? read(request, options)
        : { kind: 'categories', codes: new Int32Array(6000), names: ['a'], ordered: false },
  });
  session.colour({ kind: 'column', column: 'fate' });
  await settled();
  session.change({ variableGenes: 77 }, 'fewer genes');
  session.select(Int32Array.of(1));
  stuck = true;
  await session.keepLabel('fate', 'neural');
  session.tasks.running.get('colouring')!.cancel();
  await settled();
  expect(session.choices.experiment.variableGenes).toBe(77);
});

test('preparing shows its map, marks the step, and a changed option makes it stale', async () => {
  const { session } = await opened({}, { embeddings: [] });
  expect(session.steps[2]).toMatchObject({ state: 'to do' });
  await session.prepare();
  await settled();
  expect(session.positions?.view.embedding).toBe('X_umap');
  expect(session.steps[2]).toMatchObject({ state: 'done' });
  session.change({ variableGenes: 10 }, 'fewer genes');
  expect(session.steps[2]).toMatchObject({ state: 'stale', action: 'Run again' });
  session.undo();
  expect(session.steps[2]).toMatchObject({ state: 'done' });
});

test('a preparation that fails says so, keeps everything, and can be tried again', async () => {
  let fail = true;
  const { session } = await opened({
    prepare: () => {
      if (fail) throw new InputError('No cell is left.');
      return { embeddings: [], map: 'X_umap', notes: [] } satisfies Results['prepare'];
    },
  });
  await session.prepare();
  expect(session.steps[2]).toMatchObject({ state: 'problem' });
  expect(session.positions).not.toBeNull();
  fail = false;
  await session.prepare();
  expect(session.steps[2]).toMatchObject({ state: 'done' });
});

test('a file that cannot be opened leaves the open one as it is', async () => {
  const { session } = await opened({
    open: () => {
      throw new InputError('This is no h5ad file.');
    },
  });
  const { dataset, choices } = session;
  await session.open([{ handle: 'f', name: 'a.txt', bytes: 1 }]);
  expect([session.dataset, session.choices]).toEqual([dataset, choices]);
  expect(session.tasks.problems.has('open')).toBe(true);
});

test('chosen cells are kept as a label, which colours them', async () => {
  const { session, asked, platform } = await opened();
  session.select(Int32Array.of(3, 1, 4));
  expect(session.selected).toBe(3);
  expect(await session.keepLabel('fate', 'neural')).toBe(true);
  await settled();
  expect(asked('label')[0]).toMatchObject({ name: 'fate', label: 'neural', rows: Int32Array.of(1, 3, 4) });
  expect(session.colouredBy).toEqual({ kind: 'column', column: 'fate' });
  expect(platform.documents.at(-1)).toMatchObject({ unsaved: true });
});

test('another file is not opened over labels that are in no file, unless the user says so', async () => {
  const { session, asked, platform } = await opened();
  session.select(Int32Array.of(3, 1, 4));
  await session.keepLabel('fate', 'neural');
  await settled();
  const openings = () => asked('example').length + asked('open').length;
  const before = openings();
  const stays = session.openExample();
  await settled();
  expect(session.question.asked?.text).toContain('fate');
  session.question.answer(false);
  await stays;
  expect([openings(), session.question.asked]).toEqual([before, null]);

  const saved = session.savingLabels();
  session.select(Int32Array.of(2));
  await session.keepLabel('other', 'gut');
  saved();
  const leaves = session.openExample();
  await settled();
  // what was in the file is not named
  expect(session.question.asked?.text).toMatch(/kept in other is/);
  session.question.answer(true);
  await leaves;
  expect(openings()).toBe(before + 1);
  expect(platform.documents.at(-1)).toMatchObject({ unsaved: false });
  await session.openExample();
  expect([openings(), session.question.asked]).toEqual([before + 2, null]);
});

test('a second label in the same column is seen at once, and told to an engine that was started again', async () => {
  const { session, client, asked } = await opened();
  for (const [row, label] of [
    [1, 'neural'],
    [2, 'gut'],
  ] as const) {
    session.select(Int32Array.of(row));
    await session.keepLabel('fate', label);
    await settled();
  }
  const reads = asked('obs').filter((one) => 'column' in one && one.column === 'fate');
  expect(reads).toHaveLength(2);
  client.restart();
  await settled();
  const labels = ['neural', 'gut', 'neural', 'gut'];
  expect(asked('label')).toMatchObject(labels.map((label) => ({ label })));
});

test('what was wrong with other choices is forgotten', async () => {
  const { session } = await opened({
    prepare: () => {
      throw new InputError('No cell is left.');
    },
  });
  session.change({ minCounts: 1e9 }, 'ask for much');
  await session.prepare();
  expect(session.tasks.problems.has('prepare')).toBe(true);
  session.undo();
  expect(session.tasks.problems.has('prepare')).toBe(false);
});

test('an engine that was started again is told what was open; choices, labels and picture stay', async () => {
  const { session, client, asked } = await opened();
  session.select(Int32Array.of(1, 2));
  await session.keepLabel('fate', 'neural');
  session.change({ variableGenes: 77 }, 'fewer genes');
  await session.prepare();
  await settled();
  const { choices, positions } = session;
  client.restart();
  await settled();
  expect(asked('example')).toHaveLength(2);
  expect(asked('label')).toHaveLength(2);
  expect(session.choices).toEqual(choices);
  expect(session.positions).toEqual(positions);
  expect(session.dataset!.obs.map(({ name }) => name)).toContain('fate');
  expect(session.steps[2]).toMatchObject({ state: 'to do' });
  expect(session.notices.list.at(-1)!.text).toMatch(/started again/);
});
