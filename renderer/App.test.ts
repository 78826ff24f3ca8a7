import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/svelte';
import { afterEach, describe, expect, test } from 'vitest';
import { show } from './testing/show.ts';

afterEach(cleanup);

const press = (key: string, options = {}) => fireEvent.keyDown(document.body, { key, ...options });
const button = (name: RegExp | string) => screen.getByRole('button', { name });

describe('by keyboard', () => {
  test('numbers open the steps and the focus follows', async () => {
    const { session } = await show('data');
    await press('3');
    expect(session.step).toBe('prepare');
    await waitFor(() =>
      expect(document.activeElement).toBe(screen.getByRole('heading', { name: 'Prepare the cells' })),
    );
  });

  test('? shows the keys, Escape closes them', async () => {
    await show('data');
    await press('?');
    expect(await screen.findByRole('dialog', { name: 'Keys' })).toBeTruthy();
    await fireEvent.keyDown(document.activeElement!, { key: 'Escape' });
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  });

  test('what Meander is made of stands behind the keys', async () => {
    await show('data');
    await press('?');
    await fireEvent.click(await screen.findByRole('button', { name: 'About Meander' }));
    const dialog = await screen.findByRole('dialog', { name: 'About Meander' });
    const row = await within(dialog).findByRole('row', { name: /this processor/ });
    expect(row.textContent).toContain('SIMD kernels');
    expect(row.textContent).toContain('in use');
  });

  test('undo and redo of a choice', async () => {
    const { session } = await show('data');
    session.change({ variableGenes: 10 }, 'set variable genes');
    await press('z', { ctrlKey: true });
    expect(session.choices.experiment.variableGenes).toBeUndefined();
    await press('z', { ctrlKey: true, shiftKey: true });
    expect(session.choices.experiment.variableGenes).toBe(10);
  });

  test('letters in a field are letters', async () => {
    const { session } = await show('many-categories');
    await fireEvent.keyDown(screen.getByLabelText('Find a category'), { key: '3' });
    expect(session.step).toBe('data');
  });

  test('a gene is found by typing and colours the cells', async () => {
    const { session } = await show('data');
    await press('k', { metaKey: true });
    const field = await screen.findByRole('combobox', { name: 'Find gene, column, action' });
    await fireEvent.input(field, { target: { value: 'ENSMUSG' } });
    const options = () => within(screen.getByRole('dialog')).queryAllByRole('option');
    await waitFor(() => expect(options().length).toBeGreaterThan(5));
    await fireEvent.input(field, { target: { value: 'ENSMUSG00000024408' } });
    await waitFor(() => expect(options()).toHaveLength(1));
    const option = await screen.findByRole('option', { name: /Sox2/ });
    await waitFor(() => expect(option.getAttribute('aria-selected')).toBe('true'));
    await fireEvent.keyDown(field, { key: 'Enter' });
    await waitFor(() => expect(session.colouring?.kind).toBe('numbers'));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  });
});

describe('the way through', () => {
  test('example, Continue, Continue, Run: four clicks to a verdict, which is said in one sentence', async () => {
    const { session } = await show('welcome');
    await fireEvent.click(button('Try the example'));
    await fireEvent.click(await screen.findByRole('button', { name: 'Continue' }));
    await waitFor(() => expect((button('Continue') as HTMLButtonElement).disabled).toBe(false));
    await fireEvent.click(button('Continue'));
    expect(session.steps.map(({ state }) => state).slice(0, 5)).toEqual([
      'done',
      'done',
      'done',
      'done',
      'to do',
    ]);
    await fireEvent.click(button('Run'));
    expect(
      (await screen.findAllByText(/automatic came closer to the real cells than straight paths/)).length,
    ).toBeGreaterThan(0);
    expect(session.steps.map(({ state }) => state)).toEqual(Array(8).fill('done'));
    await fireEvent.click(screen.getAllByRole('button', { name: 'See the verdict' })[0]!);
    expect(session.step).toBe('evaluate');
  });

  test('a finding is acted on with one click and taken back with another', async () => {
    const { session } = await show('data');
    await fireEvent.click(button('Leave them out'));
    expect(session.choices.experiment.where).toEqual([{ column: 'doublet', drop: ['True'] }]);
    await fireEvent.click(button('Take back'));
    expect(session.choices.experiment.where).toBeUndefined();
  });

  test('marked timepoints are merged, named, and left out', async () => {
    const { session } = await show('timepoints');
    await fireEvent.click(screen.getByLabelText('Mark 3'));
    await fireEvent.click(screen.getByLabelText('Mark 6'));
    await fireEvent.click(button('Merge'));
    await fireEvent.change(screen.getByLabelText('Name of 3, 6'), { target: { value: 'mid' } });
    await fireEvent.click(screen.getByLabelText('Mark 12'));
    await fireEvent.click(button('Leave out'));
    await waitFor(() => expect(session.timepoints?.labels).toEqual(['0', 'mid', '9']));
    expect(session.timepoints?.times).toEqual([0, 4.5, 9]);
  });

  test('a column that cannot be read as time says so, and Undo is a way on', async () => {
    const { session } = await show('timepoints');
    await fireEvent.click(screen.getByText('Other columns'));
    await fireEvent.click(button(/^Take it ?: cell_type/));
    const alert = await screen.findByRole('alert');
    expect(alert.textContent).toMatch(/cannot be read as a time/);
    expect(alert.textContent).not.toMatch(/--/);
    expect((button('Continue') as HTMLButtonElement).disabled).toBe(true);
    await fireEvent.click(within(alert).getByRole('button', { name: 'Undo' }));
    await waitFor(() => expect(session.timepoints?.labels).toHaveLength(5));
    expect(screen.queryByRole('alert')).toBeNull();
  });

  test('cells are chosen by a column', async () => {
    const { session } = await show('data');
    await fireEvent.click(screen.getByText('Cells to use'));
    await fireEvent.change(screen.getByLabelText('Column to choose cells by'), {
      target: { value: 'cell_type' },
    });
    await fireEvent.click(await screen.findByLabelText(/Cycling/));
    await fireEvent.click(button('Use only these cells'));
    expect(session.choices.experiment.where).toEqual([{ column: 'cell_type', drop: ['Cycling'] }]);
  });

  test('a number out of its range is refused where it is typed, and changes nothing', async () => {
    const { session } = await show('prepare');
    const field = screen.getByLabelText('mitochondrial share, at most', { selector: 'input' });
    await fireEvent.change(field, { target: { value: '20' } });
    expect(field.getAttribute('aria-invalid')).toBe('true');
    expect(screen.getByText('At most 1.')).toBeTruthy();
    expect(session.choices.experiment.maxMitochondrial).toBeUndefined();
    await fireEvent.change(field, { target: { value: '0,2' } });
    expect(session.choices.experiment.maxMitochondrial).toBe(0.2);
  });

  test('nothing runs while a refused number is on the screen, and the way there says why', async () => {
    const { session, client } = await show('prepare');
    const runs = () => client.asked.filter(({ kind }) => kind === 'prepare').length;
    const field = screen.getByLabelText('mitochondrial share, at most', { selector: 'input' });
    await fireEvent.change(field, { target: { value: '20' } });
    await screen.findByText(/Before it can run: mitochondrial share, at most\. At most 1\./);
    await fireEvent.click(button('Run'));
    await session.prepare();
    expect(runs()).toBe(0);
    await press('1');
    await waitFor(() => expect(session.refused.size).toBe(0));
    await session.prepare();
    expect(runs()).toBe(1);
  });

  test('another value takes the place of a refused one', async () => {
    const { session } = await show('prepare');
    const field = screen.getByLabelText('variable genes', { selector: 'input' }) as HTMLInputElement;
    await fireEvent.change(field, { target: { value: '77' } });
    await fireEvent.change(field, { target: { value: 'many' } });
    expect(field.getAttribute('aria-invalid')).toBe('true');
    session.undo();
    await waitFor(() => expect(field.getAttribute('aria-invalid')).toBe('false'));
    expect(field.value).toBe(String(session.choices.experiment.variableGenes ?? 2000));
  });

  test('Cancel ends a preparation', async () => {
    const { session } = await show('prepare-running');
    await fireEvent.click(button('Cancel'));
    await waitFor(() => expect(session.steps[2]!.state).toBe('to do'));
    expect(screen.queryByRole('progressbar')).toBeNull();
  });

  test('a legend entry selects its cells', async () => {
    const { session } = await show('data');
    const entry = within(screen.getByRole('list', { name: 'Legend' })).getByRole('button', {
      name: /^day 12/,
    });
    await fireEvent.click(entry);
    expect(session.selected).toBe(session.timepoints!.counts[4]);
  });
});

test('running by keyboard leaves the focus on the button, which then leads on', async () => {
  const { session } = await show('prepare');
  button('Run').focus();
  await fireEvent.click(button('Run'));
  await screen.findByText('What was done');
  expect(document.activeElement).toBe(button('Continue'));
  await fireEvent.click(button('Continue'));
  expect(session.step).toBe('embed');
});

test('an engine that is gone is said until another has taken its place', async () => {
  const { client, session } = await show('data');
  client.lose();
  expect((await screen.findByRole('alert')).textContent).toMatch(/Your files are as they were/);
  client.restart();
  await waitFor(() => expect(screen.queryByRole('alert')).toBeNull());
  expect(session.dataset).not.toBeNull();
});

describe('files where the server is', () => {
  test('are chosen in a dialog', async () => {
    const { picking } = await show('welcome-browser');
    const chosen = picking.choose([
      { handle: 'a', name: 'first.h5ad', bytes: 10 },
      { handle: 'b', name: 'second.h5ad', bytes: 20 },
    ]);
    await fireEvent.click(await screen.findByLabelText(/second/));
    await fireEvent.click(button('Open'));
    expect(await chosen).toEqual([{ handle: 'b', name: 'second.h5ad', bytes: 20 }]);
  });

  test('closing it is changing one’s mind', async () => {
    const { picking } = await show('welcome-browser');
    const chosen = picking.choose([{ handle: 'a', name: 'first.h5ad', bytes: 10 }]);
    await fireEvent.click(await screen.findByRole('button', { name: 'Close' }));
    expect(await chosen).toEqual([]);
  });
});

test('what stands in a file is text', async () => {
  const evil = '<img src=x onerror="globalThis.ran = true">';
  const { session } = await show('data', {
    obs: () => ({ kind: 'categories', codes: new Int32Array(6000), names: [evil], ordered: false }),
    cell: () => ({ name: evil, facts: [{ column: evil, value: evil }] }),
  });
  session.dataset = {
    ...session.dataset!,
    name: evil,
    notes: [evil],
    obs: [{ name: evil, kind: 'string', nUnique: 2 }],
    findings: [
      { severity: 'warning', subject: `obs/${evil}`, title: evil, reason: evil, action: { label: evil } },
    ],
  };
  session.colour({ kind: 'column', column: evil });
  session.hovered = 3;
  await waitFor(() => expect(screen.getAllByText(evil, { exact: false }).length).toBeGreaterThan(5));
  expect(document.querySelector('img[src="x"]')).toBeNull();
});

test('no component makes HTML of a text', () => {
  const sources = import.meta.glob<string>('./**/*.svelte', {
    query: '?raw',
    import: 'default',
    eager: true,
  });
  expect(Object.keys(sources).length).toBeGreaterThan(20);
  for (const [file, source] of Object.entries(sources)) expect(source, file).not.toMatch(/\{@html|innerHTML/);
});
