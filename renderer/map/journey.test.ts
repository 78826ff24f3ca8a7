import { describe, expect, it } from 'vitest';
import type { Followed } from '../../engine/host/protocol.ts';
import { followedCells } from '../testing/synthetic-journey.ts';
import {
  createFrame,
  distanceCurve,
  emphasisAt,
  fillFrame,
  missingTimes,
  pointsAlong,
  timesToFollow,
} from './journey.ts';

/** Two cells on straight ways; the second doubles each unit of time and has no place at the end. */
const followed: Followed = {
  cells: Int32Array.from([10, 20]),
  times: [0, 1, 3],
  positions: Float32Array.from([0, 0, 5, 5, 1, 2, 5, 6, 3, 6, Number.NaN, 8]),
  mass: Float32Array.from([1, 1, 1, 2, 1, 8]),
  cellDistance: Float32Array.from([0.5, 0.5, 1, 0.7, 0.2, Number.NaN]),
  spread: null,
  straight: null,
  jumps: null,
  finished: true,
};
const reversed = (one: Followed): Followed => {
  const flip = (values: Float32Array, length: number) =>
    Float32Array.from(
      [...one.times.keys()].reverse().flatMap((t) => [...values.subarray(t * length, (t + 1) * length)]),
    );
  return {
    ...one,
    times: [...one.times].reverse(),
    positions: flip(one.positions, 4),
    mass: flip(one.mass!, 2),
    cellDistance: flip(one.cellDistance, 2),
  };
};

describe.each([
  ['forwards', followed],
  ['backwards', reversed(followed)],
])('cells that are followed %s', (_, one) => {
  it('are between two frames on the line between them, with masses in equal proportion', () => {
    const frame = createFrame(one);
    expect(fillFrame(one, 0.5, frame)).toBe(true);
    expect([...frame.positions]).toEqual([0.5, 1, 5, 5.5]);
    expect(frame.mass[1]).toBeCloseTo(Math.SQRT2, 6);
    expect(fillFrame(one, 1, frame)).toBe(true);
    expect([...frame.positions]).toEqual([1, 2, 5, 6]);
    expect([...frame.mass]).toEqual([1, 2]);
  });

  it('have no mass where a neighbouring frame has no place for them', () => {
    const frame = createFrame(one);
    fillFrame(one, 2, frame);
    expect([...frame.positions.subarray(0, 2)]).toEqual([2, 4]);
    expect([...frame.mass]).toEqual([1, 0]);
  });

  it('say where they were not followed to, and leave the frame as it was', () => {
    const frame = createFrame(one);
    fillFrame(one, 1, frame);
    expect(fillFrame(one, 3.5, frame)).toBe(false);
    expect([...frame.positions]).toEqual([1, 2, 5, 6]);
    expect(missingTimes(one, [-1, 0, 2, 3, 4])).toEqual([-1, 4]);
    expect(missingTimes(null, [1, 2])).toEqual([1, 2]);
  });

  it('have a mean distance along time, ascending, by mass and of those that are known', () => {
    const { times, predicted, straight } = distanceCurve(one);
    expect(times).toEqual([0, 1, 3]);
    expect(predicted[0]).toBe(0.5);
    expect(predicted[1]).toBeCloseTo((1 + 2 * 0.7) / 3, 6);
    expect(predicted[2]).toBeCloseTo(0.2, 6);
    expect(straight).toBeNull();
  });
});

it('takes the places of a followed time itself, whatever the number of components', () => {
  const three: Followed = {
    ...followed,
    times: [0, 1],
    positions: Float32Array.from({ length: 12 }, (_, k) => k),
  };
  const frame = createFrame(three);
  fillFrame(three, 1, frame);
  expect([...frame.positions]).toEqual([6, 7, 8, 9, 10, 11]);
});

it('gives points in the colours of the nearest frame, in the same buffers each time', () => {
  const entries = Uint8Array.from([1, 2, 3, 4, 5, 6]);
  const along = pointsAlong(followed, { entries, palette: new Uint8Array(28) });
  const first = along.at(0.4)!;
  expect([...first.entries]).toEqual([1, 2]);
  const second = along.at(0.6)!;
  expect([...second.entries]).toEqual([3, 4]);
  expect(second).not.toBe(first);
  expect(second.positions).toBe(first.positions);
  expect(along.at(9)).toBeNull();
});

describe('times to follow cells by', () => {
  const days = [0, 3, 4, 12];
  it('hold each timepoint on the way and lie evenly between, as seldom as was asked for', () => {
    const forwards = timesToFollow(days, 1, 'forwards', 18);
    expect(forwards).toEqual([...forwards].sort((a, b) => a - b));
    expect(forwards).toEqual(expect.arrayContaining([3.5, 4, 12]));
    expect(forwards[0]).toBeGreaterThan(3);
    expect(forwards.length).toBe(18);
    const backwards = timesToFollow(days, 3, 'backwards', 12);
    expect(backwards.at(-1)).toBe(0);
    expect(backwards).toEqual([...backwards].sort((a, b) => b - a));
    expect(backwards).toEqual(expect.arrayContaining([4, 3]));
  });

  it('are none where there is no way', () => {
    expect(timesToFollow(days, 3, 'forwards')).toEqual([]);
    expect(timesToFollow(days, 0, 'backwards')).toEqual([]);
  });

  it('are what is missing before anything was followed, and nothing after', () => {
    const one = followedCells(3);
    expect(missingTimes(one, timesToFollow([0, 3, 6, 9, 12], 0, 'forwards', 47))).toEqual([]);
  });
});

it('lets the cells of the nearest timepoints stand out', () => {
  const at = (time: number) => [...emphasisAt([0, 3, 4, 12], time, 1)];
  expect(at(3)).toEqual([0, 1, 0, 0]);
  expect(at(1.5)).toEqual([1, 1, 0, 0]);
  expect(at(10)).toEqual([0, 0, 0.5, 1]);
  expect(at(99)).toEqual([0, 0, 0, 1]);
  expect(Math.max(...emphasisAt([0, 3], 0))).toBeLessThan(1);
});
