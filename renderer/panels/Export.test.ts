import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import axe from 'axe-core';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { CancelledError, WorkError } from '../../engine/errors.ts';
import { RUN_EXPORTS, type RunResults } from '../../engine/host/protocol.ts';
import { endless } from '../testing/fake-client.ts';
import { sessionWithRuns } from '../testing/run-session.ts';
import { tinyRun } from '../testing/tiny-run.ts';
import Export from './Export.svelte';

let run: RunResults;
beforeAll(async () => {
  run = await tinyRun({ name: 'första/försöket' });
});
afterEach(cleanup);

/** Places are given, as a dialog does; what is written to them is kept by name. */
async function show(results: RunResults[], { write = () => ({ bytes: 12_300_000 }) as unknown } = {}) {
  const written: string[] = [];
  const parts = await sessionWithRuns(results, {
    script: { 'export run': write as never },
    platform: {
      saveTo: async (name, into) => {
        await into('place-1');
        written.push(name);
        return name;
      },
    },
  });
  render(Export, { session: parts.session });
  return { ...parts, written };
}

const said = (session: Awaited<ReturnType<typeof show>>['session']) =>
  session.notices.list.map(({ text }) => text).join(' ');
const asked = (client: Awaited<ReturnType<typeof show>>['client']) =>
  client.asked.flatMap((request) => (request.kind === 'export run' ? [request] : []));

test('one button writes the cells with all results, and says what was written', async () => {
  const { client, session, written } = await show([run]);
  await fireEvent.click(screen.getByRole('button', { name: 'Save cells with all results (h5ad)' }));
  await waitFor(() => expect(said(session)).toMatch(/^Saved .*\.h5ad \(12 MB\)\.$/));
  expect(asked(client)).toMatchObject([{ run: 'run-1', what: 'h5ad', target: 'place-1' }]);
  expect(written[0]).toMatch(/ första-försöket with results\.h5ad$/);
});

test('all that a run has can be saved, under a name that says what it is', async () => {
  const { client, session, written } = await show([run]);
  for (const button of screen.getAllByRole('button', { name: /^Save / })) {
    await fireEvent.click(button);
    await waitFor(() => expect(session.tasks.running.has('export')).toBe(false));
  }
  expect(new Set(asked(client).map(({ what }) => what))).toEqual(new Set(RUN_EXPORTS));
  await waitFor(() => expect(new Set(written).size).toBe(RUN_EXPORTS.length));
});

test('without the source file the report comes first, and why is said', async () => {
  await show([{ ...run, exports: run.exports.filter((what) => what !== 'h5ad') }]);
  expect(screen.getByRole('button', { name: 'Save report (HTML)' })).toBeTruthy();
  expect(screen.getByText(/needs the one file that/)).toBeTruthy();
});

test('a full disk is said, and nothing is claimed to be saved', async () => {
  const { session } = await show([run], {
    write: () => {
      throw new WorkError('The disk is full.', { action: 'Make room and try again.' });
    },
  });
  await fireEvent.click(screen.getByRole('button', { name: 'Save session as h5ad' }));
  expect((await screen.findByRole('alert')).textContent).toMatch(/The disk is full.*Make room/);
  expect(said(session)).not.toMatch(/Saved/);
});

test('a change of mind is no error, and Cancel ends it', async () => {
  const { session } = await show([run], {
    write: () => {
      throw new CancelledError();
    },
  });
  await fireEvent.click(screen.getByRole('button', { name: 'Save report as HTML' }));
  await waitFor(() => expect(session.tasks.running.has('export')).toBe(false));
  expect(screen.queryByRole('alert')).toBeNull();
  cleanup();

  const waiting = await show([run], { write: endless({ stage: 'reading', step: 1, steps: 2 }) as never });
  await fireEvent.click(screen.getByRole('button', { name: 'Save report as HTML' }));
  await fireEvent.click(await screen.findByRole('button', { name: 'Cancel' }));
  await waitFor(() => expect(waiting.session.tasks.running.has('export')).toBe(false));
  expect([waiting.written, screen.queryByRole('alert')]).toEqual([[], null]);
});

test('the methods paragraph is copied as the engine wrote it', async () => {
  const copies: string[] = [];
  Object.assign(navigator, { clipboard: { writeText: async (text: string) => void copies.push(text) } });
  await show([run]);
  await fireEvent.click(screen.getByRole('button', { name: 'Copy' }));
  expect(copies).toEqual([run.methods]);
  expect(run.methods).toMatch(/optimal transport/i);
});

test('axe finds nothing', async () => {
  document.documentElement.lang = 'en';
  document.title = 'Meander';
  await show([run]);
  for (const section of document.querySelectorAll('details')) section.open = true;
  const { violations } = await axe.run(document, {
    resultTypes: ['violations'],
    rules: {
      'color-contrast': { enabled: false },
      region: { enabled: false },
      'page-has-heading-one': { enabled: false },
      'heading-order': { enabled: false },
    },
  });
  expect(violations.map(({ id, nodes }) => [id, nodes[0]!.html.slice(0, 200)])).toEqual([]);
});
