import { fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { afterEach, expect, it, vi } from 'vitest';
import { CancelledError } from '../../engine/errors.ts';
import type { Recorded, RecordOptions } from '../map/record.ts';
import SaveFilm from './SaveFilm.svelte';

afterEach(() => vi.unstubAllGlobals());

const film: Recorded = { bytes: new Uint8Array(3), extension: 'mp4' };

/** A recording that goes on until it is told how it ends. */
function show() {
  vi.stubGlobal('VideoEncoder', class {});
  const ends: { resolve: (recorded: Recorded) => void; options: RecordOptions }[] = [];
  const record = (_: 'video' | 'frames', options: RecordOptions) =>
    new Promise<Recorded>((resolve, reject) => {
      options.signal!.addEventListener('abort', () => reject(new CancelledError()));
      ends.push({ resolve, options });
    });
  const saved: Recorded[] = [];
  const failed: unknown[] = [];
  const save = async (recorded: Recorded) => {
    saved.push(recorded);
  };
  const rendered = render(SaveFilm, { record, save, onerror: (error: unknown) => failed.push(error) });
  return { ends, saved, failed, rendered };
}

it('says how far it is, saves what was recorded, and can begin again', async () => {
  const { ends, saved } = show();
  await fireEvent.click(screen.getByRole('button', { name: 'Save as a video' }));
  ends[0]!.options.onProgress!(0.42);
  await screen.findByText('42 %');
  ends[0]!.resolve(film);
  await screen.findByRole('button', { name: 'Save as a video' });
  expect(saved).toEqual([film]);
});

it('stops when it is told to, or nobody looks any more, which is no error', async () => {
  const { ends, saved, failed, rendered } = show();
  await fireEvent.click(screen.getByRole('button', { name: /picture of each frame/ }));
  await fireEvent.click(screen.getByRole('button', { name: 'Stop recording' }));
  expect(ends[0]!.options.signal!.aborted).toBe(true);
  await fireEvent.click(await screen.findByRole('button', { name: 'Save as a video' }));
  rendered.unmount();
  await waitFor(() => expect(ends[1]!.options.signal!.aborted).toBe(true));
  expect([saved, failed]).toEqual([[], []]);
});

it('offers no video where none can be encoded', () => {
  const { rendered } = show();
  rendered.unmount();
  vi.unstubAllGlobals();
  render(SaveFilm, { record: async () => film, save: async () => {}, onerror: () => {} });
  expect(screen.queryByRole('button', { name: 'Save as a video' })).toBeNull();
  screen.getByRole('button', { name: /picture of each frame/ });
});
