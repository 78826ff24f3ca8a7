import { fireEvent, render, screen } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import Scrubber from './Scrubber.svelte';

const timepoints = [0, 3, 6, 12].map((day) => ({ label: String(day), time: day, heldOut: day === 6 }));

let frames: ((now: number) => void)[] = [];
let still = false;

beforeEach(() => {
  frames = [];
  still = false;
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  vi.stubGlobal('requestAnimationFrame', (callback: (now: number) => void) => frames.push(callback));
  vi.stubGlobal('cancelAnimationFrame', (id: number) => {
    frames[id - 1] = () => {};
  });
  vi.stubGlobal(
    'ResizeObserver',
    class {
      observe() {}
      unobserve() {}
      disconnect() {}
    },
  );
  vi.stubGlobal('matchMedia', () => ({ matches: still }));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A scrubber whose owner does as it is told. */
function show(given: Record<string, unknown> = {}) {
  const sought: number[] = [];
  const played: boolean[] = [];
  const props = {
    timepoints,
    time: 3,
    playing: false,
    unit: 'day',
    onseek: (time: number) => {
      sought.push(time);
      void rendered.rerender({ time });
    },
    onplay: (playing: boolean) => {
      played.push(playing);
      void rendered.rerender({ playing });
    },
    ...given,
  };
  const rendered = render(Scrubber, props);
  return { sought, played, rendered };
}

/** Some frames of the screen, 50 ms apart. */
async function pass(count: number) {
  for (let k = 0; k < count; k++) {
    const due = frames;
    frames = [];
    vi.advanceTimersByTime(50);
    for (const callback of due) callback(performance.now());
    await Promise.resolve();
  }
}

const slider = () => screen.getByRole('slider', { name: 'Time' });

describe('the scrubber by keyboard', () => {
  it.each([
    ['ArrowRight', 3.12],
    ['ArrowLeft', 2.88],
    ['PageUp', 6],
    ['PageDown', 0],
    ['Home', 0],
    ['End', 12],
  ])('goes with %s to %f', async (key, time) => {
    const { sought } = show();
    await fireEvent.keyDown(slider(), { key });
    expect(sought).toEqual([expect.closeTo(time, 8)]);
  });

  it('says where it is', async () => {
    const { rendered } = show({ time: 4.2 });
    expect(slider().getAttribute('aria-valuetext')).toBe('day 4.2, between day 3 and day 6 (held out)');
    await rendered.rerender({ time: 6 });
    expect(slider().getAttribute('aria-valuetext')).toBe('day 6, held out');
    expect(slider().getAttribute('aria-valuenow')).toBe('6');
  });

  it('plays and pauses with the space key anywhere but where it means something else', async () => {
    const { played } = show();
    await fireEvent.keyDown(document.body, { key: ' ' });
    await fireEvent.keyDown(slider(), { key: ' ' });
    expect(played).toEqual([true, false]);
    await fireEvent.keyDown(screen.getByRole('combobox'), { key: ' ' });
    const field = document.body.appendChild(document.createElement('input'));
    await fireEvent.keyDown(field, { key: ' ' });
    field.remove();
    expect(played.length).toBe(2);
  });
});

describe('playing', () => {
  it('goes on in time, evenly whatever the frames, and stops at the end', async () => {
    const { sought, played } = show({ time: 0, playing: true });
    await pass(10);
    const half = sought.at(-1)!;
    expect(half).toBeCloseTo((12 * 500) / 12_000, 1);
    await pass(260);
    expect(sought.at(-1)).toBe(12);
    expect(sought).toEqual([...sought].sort((a, b) => a - b));
    expect(played).toEqual([false]);
    const count = sought.length;
    await pass(5);
    expect(sought.length).toBe(count);
  });

  it('goes back to the ancestors', async () => {
    const { sought } = show({ time: 12, playing: true, backwards: true });
    await pass(4);
    expect(sought.at(-1)).toBeLessThan(12);
  });

  it('begins again where it ended', async () => {
    const { sought, played } = show({ time: 12 });
    await fireEvent.click(screen.getByRole('button', { name: /Play/ }));
    expect([sought, played]).toEqual([[0], [true]]);
  });

  it('goes from timepoint to timepoint where motion is not wanted', async () => {
    still = true;
    const { sought, played } = show({ time: 1, playing: true });
    for (let k = 0; k < 5; k++) await vi.advanceTimersByTimeAsync(1200);
    expect(sought).toEqual([3, 6, 12]);
    expect(played).toEqual([false]);
    expect(frames.length).toBe(0);
  });

  it('pauses when the window is hidden, and when a hand takes the time', async () => {
    const { played } = show({ playing: true });
    vi.spyOn(document, 'hidden', 'get').mockReturnValue(true);
    await fireEvent(document, new Event('visibilitychange'));
    expect(played).toEqual([false]);
    vi.restoreAllMocks();
    await fireEvent.keyDown(document.body, { key: ' ' });
    await fireEvent.keyDown(slider(), { key: 'ArrowRight' });
    expect(played).toEqual([false, true, false]);
  });
});

it('says a score only near its timepoint, and the note elsewhere', async () => {
  const score = 'W1 at day 6: 0.71 (straight 0.83)';
  const { rendered } = show({ time: 4, scores: [{ time: 6, text: score }], note: 'growth is ignored' });
  expect(screen.queryByText(score)).toBeNull();
  screen.getByText('growth is ignored');
  await rendered.rerender({ time: 6.2 });
  screen.getByText(score);
});
