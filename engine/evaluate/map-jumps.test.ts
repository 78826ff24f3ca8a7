import { expect, it } from 'vitest';
import { jumpsOnMap } from './map-jumps.ts';

const n = 2;
const moments = 6;
const extent = { least: [0, 0], most: [10, 10] };
/** the second cell goes evenly, the first over to another island between the third and the fourth moment */
const positions = Float32Array.from(
  Array.from({ length: moments }, (_, t) => [t < 3 ? t : t + 6, 0, t, 1]).flat(),
);
const steps = (length: (t: number, i: number) => number) =>
  Float32Array.from({ length: moments * n }, (_, k) => (k < n ? 0 : length(Math.floor(k / n), k % n)));
const jumps = (lengths: Float32Array, places = positions) =>
  [...jumpsOnMap({ positions: places, width: 2, n, lengths, extent }).entries()].flatMap(([k, is]) =>
    is ? [k] : [],
  );

it('tells a step that is long on the map alone', () => {
  expect(jumps(steps(() => 0.5))).toEqual([3 * n]);
});

it('none where the step is as long in the embedding, or short on the map', () => {
  expect(jumps(steps((t, i) => (t === 3 && i === 0 ? 3 : 0.5)))).toEqual([]);
  const near = positions.map((value, k) => (k % 2 === 0 ? value / 100 : value));
  expect(
    jumps(
      steps((t, i) => (t === 3 && i === 0 ? 0.05 : 0.5)),
      near,
    ),
  ).toEqual([]);
});

it('none where places are not known or nothing moves', () => {
  expect(
    jumps(
      steps(() => 0.5),
      positions.map(() => Number.NaN),
    ),
  ).toEqual([]);
  expect(jumps(steps(() => 0))).toEqual([]);
});
