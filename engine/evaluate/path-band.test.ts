import { expect, it } from 'vitest';
import { pathSpread, rootMeanSquare } from './path-band.ts';

const path = (...points: number[]) => ({
  cells: Int32Array.of(4, 7),
  times: [0, 1],
  points: Float32Array.of(...points),
});

it('is the standard deviation over fits of each point, all dimensions together', () => {
  // two cells in the plane; at time 1 cell 0 is at (3, 4) and (0, 0), cell 1 stays
  const spread = pathSpread([path(0, 0, 9, 9, 3, 4, 9, 9), path(0, 0, 9, 9, 0, 0, 9, 9)])!;
  expect(spread.seeds).toBe(2);
  expect([...spread.distance].map((value) => value.toFixed(5))).toEqual([
    '0.00000',
    '0.00000',
    Math.sqrt(12.5).toFixed(5),
    '0.00000',
  ]);
});

it('leaves out a fit that diverged, and is none without two', () => {
  const [a, b, wild] = [
    path(0, 0, 0, 0, 1, 1, 1, 1),
    path(0, 0, 0, 0, 2, 2, 2, 2),
    path(0, 0, 0, 0, Number.NaN, 1, 1, 1),
  ];
  expect(pathSpread([a, wild, b])).toEqual(pathSpread([a, b]));
  expect(pathSpread([a, wild])).toBeNull();
  expect(pathSpread([a])).toBeNull();
});

it('a root mean square of equal values is their size', () => {
  expect(rootMeanSquare([2, -2, 2])).toBe(2);
});
