import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/svelte';
import { afterEach, describe, expect, test } from 'vitest';
import { show } from './testing/show.ts';

afterEach(cleanup);

const press = (key: string, options = {}) =>
  fireEvent.keyDown(document.activeElement ?? document.body, { key, ...options });
const button = (name: RegExp | string) => screen.getByRole('button', { name });
const choose = (label: string, value: string) =>
  fireEvent.change(screen.getByLabelText(label), { target: { value } });

/** Its fields are there when it is opened. */
async function openAdvanced() {
  const section = screen.getByText('Advanced').closest('details')!;
  section.open = true;
  await fireEvent(section, new Event('toggle'));
}

describe('what is trained', () => {
  test('chosen days are held out, each in turn or together, and undone one by one', async () => {
    const { session } = await show('train');
    const holdOut = () => session.choices.experiment.holdOut;
    await fireEvent.click(screen.getByLabelText('Chosen days'));
    expect(holdOut()).toBe('6');
    await fireEvent.click(screen.getByLabelText('day 9'));
    expect(holdOut()).toBe('6,9');
    await fireEvent.click(screen.getByLabelText('all together'));
    expect(holdOut()).toBe('6+9');
    await fireEvent.click(screen.getByLabelText('Each inner day in turn'));
    expect(holdOut()).toBeUndefined();
    session.undo();
    session.undo();
    await waitFor(() =>
      expect((screen.getByLabelText('each in turn') as HTMLInputElement).checked).toBe(true),
    );
    expect(holdOut()).toBe('6,9');
  });

  test('straight paths are compared with, unless they are what is taken or nobody wants to', async () => {
    const { session } = await show('train');
    const methods = () => session.choices.experiment.methods;
    await fireEvent.click(screen.getByLabelText(/^Bent paths/));
    expect(methods()).toEqual(['ot-mfm', 'ot-cfm']);
    await fireEvent.click(screen.getByLabelText('Compare with straight paths'));
    expect(methods()).toEqual(['ot-mfm']);
    await fireEvent.click(screen.getByLabelText(/Straight paths \(OT-CFM\)/));
    expect(methods()).toEqual(['ot-cfm']);
    await fireEvent.click(screen.getByLabelText(/^Automatic/));
    expect(methods()).toEqual(['auto', 'ot-cfm']);
  });

  test('growth is as the data show, asked for, or kept off; of one method it is asked for or not', async () => {
    const { session } = await show('train');
    const growth = () => session.choices.experiment.growth;
    const options = within(screen.getByLabelText('Cells divide and die')).getAllByRole('option');
    expect(options.map((option) => option.textContent)).toEqual(['as the data show', 'yes', 'no']);
    expect(growth()).toBeUndefined();
    for (const value of ['off', 'on'] as const) {
      await choose('Cells divide and die', value);
      expect(growth()).toBe(value);
    }
    session.undo();
    expect(growth()).toBe('off');
    const shown = screen.getByLabelText('Cells divide and die') as HTMLSelectElement;
    await waitFor(() => expect(shown.value).toBe('off'));
    await choose('Cells divide and die', '');
    expect(growth()).toBeUndefined();
    await fireEvent.click(screen.getByLabelText(/^Bent paths/));
    await fireEvent.click(screen.getByLabelText('Cells divide and die', { selector: 'input' }));
    expect(growth()).toBe('on');
    await fireEvent.click(screen.getByLabelText('Cells divide and die', { selector: 'input' }));
    expect(growth()).toBeUndefined();
  });

  test('a setting of the fit has its usual value beside it, and a wrong one holds the training up', async () => {
    const { session, client } = await show('train');
    await openAdvanced();
    const field = screen.getByLabelText('how strongly empty space is avoided (ρ)', { selector: 'input' });
    expect((field as HTMLInputElement).value).not.toBe('');
    await fireEvent.change(field, { target: { value: '0' } });
    expect(screen.getByText('More than 0.')).toBeTruthy();
    await fireEvent.click(button('Run'));
    expect(client.asked.some(({ kind }) => kind === 'train')).toBe(false);
    await fireEvent.change(field, { target: { value: '0.02' } });
    expect(session.choices.experiment.rho).toBe(0.02);
    await fireEvent.click(button(/^As usual .*ρ/));
    expect(session.choices.experiment.rho).toBeUndefined();
  });

  test('the button that runs pauses, goes on and leads to the verdict, and keeps the focus', async () => {
    const { session } = await show('train-running');
    const main = button('Pause');
    main.focus();
    await fireEvent.click(main);
    await waitFor(() => expect(button('Go on')).toBe(main));
    expect(session.training.held).toBe(true);
    await fireEvent.click(main);
    await waitFor(() => expect(main.textContent).toMatch(/Pause/));
    await fireEvent.click(button('Cancel'));
    await waitFor(() => expect(main.textContent).toMatch(/Run/));
    expect(document.activeElement).toBe(main);
  });
});

describe('by keyboard alone', () => {
  test('a training from the search, its trajectories, a day, the verdict', async () => {
    const { session } = await show('data');
    const run = async (text: string, title: RegExp) => {
      await press('k', { ctrlKey: true });
      const field = await screen.findByRole('combobox', { name: 'Find gene, column, action' });
      await fireEvent.input(field, { target: { value: text } });
      await waitFor(() =>
        expect(
          within(screen.getByRole('dialog')).getByRole('option', { selected: true }).textContent,
        ).toMatch(title),
      );
      await fireEvent.keyDown(field, { key: 'Enter' });
      await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    };
    await run('Train now', /^Train now/);
    await waitFor(() => expect(session.runs.current).not.toBeNull());
    await press('6');
    await waitFor(() => expect(session.journey.frames).not.toBeNull());
    await run('Go to day 9', /^Go to day 9/);
    expect(session.journey.time).toBe(9);
    await press('7');
    expect(session.step).toBe('evaluate');
    await press('8');
    expect(session.step).toBe('export');
  });
});

test('the legend tells what lies over the cells while they are seen, not beside a chart', async () => {
  const { session } = await show('explore');
  await waitFor(() => expect(screen.getByText('Over the cells')).toBeTruthy());
  session.step = 'evaluate';
  await waitFor(() => expect(screen.getByRole('tab', { name: 'Distances', selected: true })).toBeTruthy());
  expect(screen.queryByText('Over the cells')).toBeNull();
  await fireEvent.click(screen.getByRole('tab', { name: 'Map' }));
  expect(screen.getByText('Over the cells')).toBeTruthy();
});

describe('the list of runs', () => {
  test('a run is renamed in place: Enter takes the name, Escape does not', async () => {
    const { session } = await show('runs');
    await fireEvent.click(button('Rename Run 2'));
    const field = screen.getByLabelText('Name of Run 2');
    await fireEvent.input(field, { target: { value: 'straight' } });
    await fireEvent.keyDown(field, { key: 'Enter' });
    await waitFor(() => expect(session.runs.list[1]!.name).toBe('straight'));
    await fireEvent.click(button('Rename straight'));
    const again = screen.getByLabelText('Name of straight');
    await fireEvent.input(again, { target: { value: 'other' } });
    await fireEvent.keyDown(again, { key: 'Escape' });
    expect(session.runs.list[1]!.name).toBe('straight');
  });

  test('a deleted run comes back by its notice', async () => {
    const { session } = await show('runs');
    await fireEvent.click(button('Delete Run 2'));
    expect(session.runs.list).toHaveLength(2);
    await fireEvent.click(screen.getByRole('button', { name: 'Undo' }));
    expect(session.runs.list).toHaveLength(3);
  });

  test('two runs stand side by side with what differs in their settings', async () => {
    await show('runs');
    const table = within(await screen.findByRole('region', { name: 'Runs side by side' }));
    await waitFor(() => expect(table.getAllByText(/±/).length).toBeGreaterThan(0));
    expect(table.getByRole('row', { name: /^seeds 3 1/ })).toBeTruthy();
    expect(table.queryByText(/random pairs/)).toBeNull();
  });

  test('why a run could not be kept stands beside it', async () => {
    const { session } = await show('runs');
    const { name, notKept } = session.runs.list[1]!;
    const entry = button(`Rename ${name}`).closest('li')!;
    expect(entry.textContent).toContain(notKept);
    expect(notKept).toMatch(/could not be kept/);
    expect(screen.getAllByText(notKept!)).toHaveLength(1);
  });

  test('an interrupted run is trained again with its choices', async () => {
    const { session, client } = await show('runs');
    session.change({ seeds: 7 }, 'seven seeds');
    await fireEvent.click(button(/^Train it again/));
    await waitFor(() => expect(session.training.ended).not.toBeNull());
    const asked = client.asked.find((one) => one.kind === 'train');
    expect(asked).toMatchObject({ experiment: { seeds: 1 } });
  });
});

describe('where cells go', () => {
  test('ancestors, another day, a cell type: the engine is asked, the words follow', async () => {
    const { session, client } = await show('explore');
    const last = () => client.asked.findLast((one) => one.kind === 'follow')!;
    await choose('Follow', 'ancestors');
    await waitFor(() => expect(last()).toMatchObject({ from: 4 }));
    await choose('Cells of', '9');
    await waitFor(() => expect(last()).toMatchObject({ from: 3 }));
    session.colour({ kind: 'column', column: 'cell_type' });
    await screen.findByRole('option', { name: 'Neurons' });
    await choose('Which', 'c 2');
    await waitFor(() => expect(last().cells).not.toBeNull());
    expect((screen.getByLabelText('Which') as HTMLSelectElement).selectedOptions[0]!.textContent).toBe(
      'Neurons',
    );
  });

  test('the cells of any time are exported under a name that says which', async () => {
    const { session, client, platform } = await show('explore');
    await waitFor(() => expect(session.journey.frames).not.toBeNull());
    session.journey.time = 4.2;
    await fireEvent.click(await screen.findByRole('button', { name: 'Export the cells of day 4.2' }));
    await waitFor(() => expect(platform.written).toEqual(['embryoid_bodies day 4.2.csv']));
    expect(client.asked.findLast((one) => one.kind === 'export cells')).toMatchObject({ time: 4.2, fit: 0 });
  });

  test('without a run it leads to Train', async () => {
    const { session } = await show('explore-empty');
    await fireEvent.click(button('Go to Train'));
    expect(session.step).toBe('train');
  });
});
