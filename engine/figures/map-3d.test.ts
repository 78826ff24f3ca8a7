import { expect, it } from 'vitest';
import { map3dFigure, withPredicted } from './map-3d.ts';

const positions = Float32Array.from({ length: 30 }, (_, i) => i);
const axes: [string, string, string] = ['PC 1', 'PC 2', '<b>'];
const rows = (...list: number[]) => Int32Array.from(list);

it('puts each cell at its three coordinates, in the colour of its group or its own', () => {
  const { data, layout } = map3dFigure({
    positions,
    axes,
    groups: [
      { name: 'day 0', rows: rows(0, 3), colour: '#111111' },
      { name: 'gene', rows: rows(1, 2), colour: ['#222222', '#333333'] },
    ],
  });
  expect(data[0]).toMatchObject({ name: 'day 0', x: [0, 9], y: [1, 10], z: [2, 11] });
  expect(data[0]!.marker!.color).toBe('#111111');
  expect(data[1]!.marker!.color).toEqual(['#222222', '#333333']);
  // a name from a file is no HTML
  expect(JSON.stringify(layout)).not.toContain('<b>');
});

it('leaves out cells without a place, keeps the colours in step, and says how many are drawn', () => {
  const holes = positions.slice();
  holes[4] = Number.NaN;
  const all = rows(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
  const groups = [{ name: 'all', rows: all, colour: Array.from(all, (k) => `#00000${k}`) }];
  const { data } = map3dFigure({ positions: holes, axes, groups });
  expect(data[0]!.x).toEqual([0, 6, 9, 12, 15, 18, 21, 24, 27]);
  expect(data[0]!.marker!.color).toEqual(['#000000', ...[2, 3, 4, 5, 6, 7, 8, 9].map((k) => `#00000${k}`)]);
  const part = map3dFigure({ positions, axes, groups }, { maxCells: 4 });
  expect((part.data[0]!.x as number[]).length).toBe(4);
  expect(part.caption).toMatch(/4 of 10 cells are drawn/);
});

const ways = {
  name: 'trajectories',
  // two ways through three times
  positions: Float32Array.from([0, 0, 0, 9, 9, 9, 1, 2, 3, Number.NaN, 8, 8, 4, 5, 6, 7, 7, 7]),
  ways: 2,
  colour: ['#a', '#b', '#c', '#d', '#e', '#f'],
};

it('draws each way through its places with its colours, parted from the others and where it has no place', () => {
  const { data, caption } = map3dFigure({ positions, axes, groups: [], ways: [ways] });
  expect(data[0]).toMatchObject({
    mode: 'lines',
    x: [0, 1, 4, null, 9, null, 7, null],
    y: [0, 2, 5, null, 9, null, 7, null],
    z: [0, 3, 6, null, 9, null, 7, null],
  });
  const colours = data[0]!.line!.color as unknown as string[];
  expect([0, 1, 2, 4, 6].map((k) => colours[k])).toEqual(['#a', '#c', '#e', '#b', '#f']);
  expect(colours.length).toBe(8);
  expect(caption).toMatch(/Lines: trajectories of 2 cells/);
  const part = map3dFigure(
    { positions, axes, groups: [], ways: [{ ...ways, dashed: true }] },
    { maxWays: 1 },
  );
  expect((part.data[0]!.x as unknown[]).length).toBe(4);
  expect(part.data[0]!.line!.dash).toBe('dash');
  expect(part.caption).toMatch(/Dashed: trajectories of 1 of 2 cells/);
});

it('has paler rims around a crowd of predicted cells, which would hide its colours', () => {
  const rim = (count: number) => {
    const predicted = { name: 'predicted', positions: new Float32Array(3 * count), mass: null, colour: '#a' };
    const { data } = map3dFigure({ positions, axes, groups: [], ways: [], predicted });
    return data.at(-1)!.marker!.line!.color;
  };
  expect([rim(300), rim(301)]).toEqual(['rgba(0, 0, 0, 1)', 'rgba(0, 0, 0, 0.3)']);
});

it('draws predicted cells last, as large as their mass, and none without a mass or a place', () => {
  const predicted = {
    name: 'predicted cells, day 4.2',
    positions: Float32Array.from([0, 1, 2, 3, 4, 5, 6, 7, Number.NaN, 9, 10, 11]),
    mass: Float32Array.from([1, 4, 1, 0]),
    colour: ['#a', '#b', '#c', '#d'],
  };
  const groups = [{ name: 'real', rows: rows(0), colour: '#111111' }];
  const { data } = map3dFigure({ positions, axes, groups, ways: [ways], predicted });
  expect(data.map(({ name }) => name)).toEqual(['real', 'trajectories', 'predicted cells, day 4.2']);
  const { x, y, z, marker } = data[2]!;
  expect([x, y, z]).toEqual([
    [0, 3],
    [1, 4],
    [2, 5],
  ]);
  expect(marker!.color).toEqual(['#a', '#b']);
  const [one, four] = marker!.size as number[];
  expect(four! / one!).toBe(2);
  // the real ones stand back
  expect(data[0]!.marker!.opacity).toBeLessThan(0.5);
  // at another time, all else is what it was
  const still = map3dFigure({ positions, axes, groups, ways: [ways], standBack: true });
  const moved = withPredicted(still, predicted);
  expect(moved).toEqual(map3dFigure({ positions, axes, groups, ways: [ways], predicted }));
  expect(moved.data.slice(0, 2).every((trace, k) => trace === still.data[k])).toBe(true);
  expect(moved.layout).toBe(still.layout);
});
