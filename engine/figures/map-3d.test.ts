import { expect, it } from 'vitest';
import { map3dFigure } from './map-3d.ts';

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
