import { describe, expect, it } from 'vitest';
import { type CategoryLegend, colourCells } from './colouring.ts';
import { describeMap, legendRows, showOnly, toggleCategory } from './legend.ts';

const codes = Int32Array.from([0, 0, 1, 2, 2, 2, -1]);
const names = ['T cell 10', 'T cell 2', 'B cell'];
const legend = colourCells({ kind: 'categories', codes, names, ordered: false }, 'light')
  .legend as CategoryLegend;
const listed = (options: Parameters<typeof legendRows>[2]) =>
  legendRows(legend, new Set([1]), options).map(({ name }) => name);

describe('legend', () => {
  it('is listed as in the file, by name or by count, missing values always last', () => {
    expect(listed({})).toEqual(['T cell 10', 'T cell 2', 'B cell', 'missing']);
    expect(listed({ order: 'name' })).toEqual(['B cell', 'T cell 2', 'T cell 10', 'missing']);
    expect(listed({ order: 'count' })).toEqual(['B cell', 'T cell 10', 'T cell 2', 'missing']);
  });

  it('is searched in any case', () => {
    expect(listed({ search: ' t CELL' })).toEqual(['T cell 10', 'T cell 2']);
    expect(listed({ search: '(' })).toEqual([]);
  });

  it('hides, shows, and shows one alone and all again', () => {
    expect(toggleCategory(new Set([1]), 1)).toEqual(new Set());
    expect(toggleCategory(new Set([1]), -1)).toEqual(new Set([1, -1]));
    const alone = showOnly(legend, new Set(), 2);
    expect(alone).toEqual(new Set([0, 1, -1]));
    expect(showOnly(legend, alone, 2)).toEqual(new Set());
    expect(showOnly(legend, alone, 0)).toEqual(new Set([1, 2, -1]));
  });
});

describe('the map in words', () => {
  const facts = {
    cells: 16_819,
    unplaced: 0,
    selected: null,
    colouredBy: 'cell type',
    legend,
    hidden: new Set<number>(),
  };

  it('says how many cells, by what they are coloured, what is hidden and what is selected', () => {
    expect(describeMap(facts)).toBe(
      'Map of 16,819 cells. Coloured by cell type: T cell 10 2, T cell 2 1, B cell 3, missing 1.',
    );
    const words = describeMap({ ...facts, unplaced: 12, selected: 3, hidden: new Set([2]) });
    expect(words).toContain('No place on it for 12 cells.');
    expect(words).toContain('Hidden: B cell.');
    expect(words).toContain('3 selected.');
  });

  it('says the range of numbers, and does not read out 200 categories', () => {
    const gene = colourCells(
      { kind: 'numbers', values: Float32Array.from([0, Math.PI, Number.NaN]) },
      'light',
    );
    expect(describeMap({ ...facts, colouredBy: 'Sox2', legend: gene.legend })).toContain(
      'Coloured by Sox2, from 0 to 3.14, missing in 1 cell.',
    );
    const many = colourCells(
      {
        kind: 'categories',
        codes,
        names: Array.from({ length: 200 }, (_, k) => `type ${k}`),
        ordered: false,
      },
      'light',
    );
    expect(describeMap({ ...facts, legend: many.legend })).toContain('and 189 more');
  });
});
