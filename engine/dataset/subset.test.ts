import { describe, expect, it } from 'vitest';
import type { ObsColumn, ObsSource } from './anndata.ts';
import { parseCondition } from './edit-flags.ts';
import { describeCondition, subsetOf } from './subset.ts';

const columns: Record<string, ObsColumn> = {
  type: {
    kind: 'categorical',
    codes: Int32Array.of(0, 1, 2, -1, 0, 1),
    categories: ['A', 'B cell', 'C, D'],
    ordered: false,
  },
  genes: { kind: 'number', values: Float64Array.of(100, 200, 300, 400, Number.NaN, 500) },
  single: { kind: 'number', values: Float32Array.of(0.1, 0.2, 0.1, 0.2, 0.1, 0.2) },
  doublet: { kind: 'boolean', values: Int8Array.of(1, 0, 0, -1, 0, 1) },
  text: { kind: 'string', values: ['x', 'y', null, 'x', 'y', 'x'] },
};
const source: ObsSource = {
  obsColumns: () => [],
  readObs: (name) => columns[name]!,
};
const kept = (...conditions: string[]) => {
  const { keep } = subsetOf(source, 6, conditions.map(parseCondition), 'cells.h5ad');
  return [...keep].flatMap((kept, i) => (kept ? [i] : []));
};

describe('a subset', () => {
  it.each([
    [['type=A'], [0, 4]],
    [['type=A,"C, D"'], [0, 2, 4]],
    // a missing value is not one of the values
    [['type!=A'], [1, 2, 3, 5]],
    [['genes>=300'], [2, 3, 5]],
    [['genes<=200'], [0, 1]],
    [['genes=200..400'], [1, 2, 3]],
    [['genes=..200'], [0, 1]],
    [['genes=200,400.0'], [1, 3]],
    [['single=0.1'], [0, 2, 4]],
    [['doublet!=True'], [1, 2, 3, 4]],
    [['doublet=false'], [1, 2, 4]],
    [['text=x'], [0, 3, 5]],
    [
      ['text=x', 'genes>=400'],
      [3, 5],
    ],
  ])('%j keeps %j', (conditions, rows) => {
    expect(kept(...conditions)).toEqual(rows);
  });

  it('is the intersection of its conditions, in any order', () => {
    const all = ['type!=A', 'genes>=200', 'text=x'];
    const each = all.map((condition) => new Set(kept(condition)));
    const both = [0, 1, 2, 3, 4, 5].filter((row) => each.every((rows) => rows.has(row)));
    expect(kept(...all)).toEqual(both);
    expect(kept(...all.toReversed())).toEqual(both);
  });

  it('says what each condition left out, and how many have no value', () => {
    const { notes } = subsetOf(source, 6, [parseCondition('genes>=300'), parseCondition('type=A,B cell')]);
    expect(notes).toEqual([
      'genes is at least 300 leaves out 3 cells; 1 cells have no value there.',
      'type is A or B cell leaves out 2 cells; 1 cells have no value there.',
    ]);
  });

  it.each([
    ['type=Z', /No cell has the value "Z"/],
    ['type=b', /No cell has the value "b"/],
    ['text>=3', /needs a column of numbers/],
    ['genes>=1000', /No cell is left/],
  ])('refuses %s', (condition, message) => {
    expect(() => kept(condition)).toThrow(message);
  });

  it.each(['genes', 'genes<3', '=A', 'genes>=x', 'type=', 'type=A,,B', 'genes=5..2', 'type="A', 'genes=..'])(
    'cannot read %s',
    (text) => {
      expect(() => parseCondition(text)).toThrow(/cannot be read/);
    },
  );
});

it('conditions in words', () => {
  const words = ['a=1..2', 'a<=2', 'a!=x'].map((text) => describeCondition(parseCondition(text)));
  expect(words).toEqual(['a is 1 to 2', 'a is at most 2', 'a is not x']);
});
