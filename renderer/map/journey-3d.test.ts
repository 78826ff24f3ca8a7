import { expect, it } from 'vitest';
import type { Followed } from '../../engine/host/protocol.ts';
import { predicted3d, straight3d, ways3d } from './journey-3d.ts';
import { coloursAlong } from './journey-colours.ts';

const followed: Followed = {
  cells: Int32Array.from([3, 4]),
  times: [0, 2],
  positions: Float32Array.from({ length: 12 }, (_, k) => k),
  mass: Float32Array.from([1, 1, 4, 1]),
  cellDistance: new Float32Array(4),
  spread: null,
  straight: {
    positions: Float32Array.from({ length: 12 }, (_, k) => -k),
    cellDistance: new Float32Array(4),
    jumps: null,
  },
  jumps: null,
  finished: true,
};
const colours = coloursAlong(followed, { kind: 'time', range: [0, 2], title: 'day' }, 'light')!;

it('takes chosen ways through the space, each place in its colour', () => {
  const { positions, ways, colour } = ways3d(followed, [1], colours);
  expect([...positions]).toEqual([3, 4, 5, 9, 10, 11]);
  expect([ways, colour.length]).toEqual([1, 2]);
  expect(colour[0]).not.toBe(colour[1]);
  expect([...straight3d(followed, [0], '#000000')!.positions]).toEqual([-0, -1, -2, -6, -7, -8]);
  expect(straight3d({ ...followed, straight: null }, null, '#000000')).toBeNull();
});

it('takes the cells of a time between two frames', () => {
  const { positions, mass, colour } = predicted3d(followed, 1, colours, 'predicted cells')!;
  expect([...positions]).toEqual([3, 4, 5, 6, 7, 8]);
  expect([...mass!]).toEqual([2, 1]);
  expect(colour.length).toBe(2);
  expect(predicted3d(followed, 5, colours, 'predicted cells')).toBeNull();
});
