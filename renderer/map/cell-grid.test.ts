import { describe, expect, it } from 'vitest';
import { type RandomStream, randomStream } from '../../engine/random.ts';
import { buildGrid, nearestCell, runInSlices } from './cell-grid.ts';

function finish<T>(steps: Generator<void, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** By looking at every cell. */
function nearestOfAll(
  positions: Float32Array,
  x: number,
  y: number,
  radius: number,
  accept: (row: number) => boolean,
): number {
  let nearest = -1;
  let least = radius;
  for (let row = 0; row < positions.length / 2; row++) {
    const d = Math.hypot(positions[2 * row] - x, positions[2 * row + 1] - y);
    if (d <= least && accept(row)) {
      nearest = row;
      least = d;
    }
  }
  return nearest;
}

const layouts: Record<string, (random: RandomStream, k: number) => [number, number]> = {
  'even cells': (random) => [random.uniform() * 10, random.uniform() * 10],
  'clusters with cells far out': (random, k) =>
    k % 400 === 0
      ? [5000 * random.normal(), 5000 * random.normal()]
      : [(k % 5) * 3 + random.normal() / 5, random.normal()],
  'a line': (random) => [random.normal(), 2],
  'one place': () => [1, 1],
  'cells without a place among others': (random, k) =>
    k % 3 === 0
      ? [Number.NaN, 0]
      : [random.normal(), k % 7 === 0 ? Number.POSITIVE_INFINITY : random.normal()],
};

describe('nearest cell', () => {
  for (const [name, layout] of Object.entries(layouts)) {
    it(`is the one that a look at all of them finds: ${name}`, () => {
      const random = randomStream(1, name);
      const positions = new Float32Array(6000);
      for (let k = 0; k < 3000; k++) positions.set(layout(random, k), 2 * k);
      const grid = finish(buildGrid(positions));
      const accept = (row: number) => row % 4 !== 1;
      for (let k = 0; k < 300; k++) {
        const x = random.normal() * 8;
        const y = random.normal() * 8;
        const radius = 10 ** (2 * random.uniform() - 1);
        const found = nearestCell(grid, positions, x, y, radius, accept);
        const expected = nearestOfAll(positions, x, y, radius, accept);
        // equally near cells may stand for one another
        const distance = (row: number) =>
          row < 0 ? row : Math.hypot(positions[2 * row] - x, positions[2 * row + 1] - y);
        expect(distance(found)).toBeCloseTo(distance(expected), 5);
        if (found >= 0) expect(accept(found)).toBe(true);
      }
    });
  }

  it('is none where there are no cells', () => {
    for (const positions of [new Float32Array(0), Float32Array.from([Number.NaN, Number.NaN])]) {
      expect(nearestCell(finish(buildGrid(positions)), positions, 0, 0, 100, () => true)).toBe(-1);
    }
  });
});

describe('building in slices', () => {
  it('lets other work in between, and ends with the same grid', async () => {
    const random = randomStream(2, 'slices');
    const positions = Float32Array.from({ length: 200_000 }, () => random.normal());
    let turns = 0;
    const other = setInterval(() => turns++, 0);
    const grid = await runInSlices(buildGrid(positions), new AbortController().signal, 0.2);
    clearInterval(other);
    expect(turns).toBeGreaterThan(0);
    expect(grid).toEqual(finish(buildGrid(positions)));
  });

  it('stops when other positions came', async () => {
    const stop = new AbortController();
    stop.abort();
    expect(await runInSlices(buildGrid(new Float32Array(2000)), stop.signal)).toBeNull();
  });
});
