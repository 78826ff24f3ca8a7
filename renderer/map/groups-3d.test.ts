import { expect, test } from 'vitest';
import { colourCells } from './colouring.ts';
import { groups3d } from './groups-3d.ts';

const codes = Int32Array.from([1, 0, -1, 1]);

test('a group for each category with its colour in the legend, hidden ones left out', () => {
  const coloured = colourCells({ kind: 'categories', codes, names: ['a', 'b'], ordered: false }, 'light');
  const groups = groups3d(coloured, new Set([0]));
  expect(groups.map(({ name, rows }) => [name, ...rows])).toEqual([
    ['b', 0, 3],
    ['missing', 2],
  ]);
  const { legend } = coloured;
  if (legend.kind !== 'categories') throw new Error('a legend of categories');
  expect(String(groups[0]!.colour).toLowerCase()).toBe(legend.entries[1]!.colour.toLowerCase());
});

test('numbers keep the colour of each cell', () => {
  const coloured = colourCells({ kind: 'numbers', values: Float32Array.of(0, 1, Number.NaN) }, 'light');
  const [group] = groups3d(coloured, new Set([-1]));
  expect([...group!.rows]).toEqual([0, 1]);
  expect(new Set(group!.colour).size).toBe(2);
});
