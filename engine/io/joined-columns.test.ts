import { describe, expect, it } from 'vitest';
import type { ObsColumn } from '../dataset/anndata.ts';
import { joinColumns } from './joined-columns.ts';

describe('joined columns', () => {
  const floats = (...values: number[]): ObsColumn => ({ kind: 'number', values: Float32Array.from(values) });
  const category = (categories: string[] | Float64Array, codes: number[], ordered = false): ObsColumn => ({
    kind: 'categorical',
    codes: Int32Array.from(codes),
    categories,
    ordered,
  });

  it('of one kind keep it', () => {
    expect(joinColumns([floats(0.1), 1, floats(2)])).toEqual(floats(0.1, Number.NaN, 2));
    const double: ObsColumn = { kind: 'number', values: Float64Array.of(0.1) };
    expect(joinColumns([floats(0.1), double])).toEqual({ kind: 'number', values: Float64Array.of(0.1, 0.1) });
    expect(joinColumns([category(['a', 'b'], [1, -1]), category(['b', 'c'], [0, 1])])).toEqual(
      category(['a', 'b', 'c'], [1, -1, 1, 2]),
    );
    expect(
      joinColumns([category(Float64Array.of(0, 2.5), [1]), category(Float64Array.of(2.5), [0])]),
    ).toEqual(category(Float64Array.of(0, 2.5), [1, 1]));
  });

  it('are ordered only where all have the same order', () => {
    const days = ['D2', 'D10'];
    const orderedOf = (...columns: ObsColumn[]) => (joinColumns(columns) as { ordered: boolean }).ordered;
    expect(orderedOf(category(days, [0], true), category(days, [1], true))).toBe(true);
    expect(orderedOf(category(days, [0], true), category(days.toReversed(), [1], true))).toBe(false);
  });

  it('of different kinds are text', () => {
    expect(joinColumns([floats(1, 0.1), category(['x'], [0, -1]), 1])).toEqual({
      kind: 'string',
      values: ['1', '0.1', 'x', null, null],
    });
    expect(joinColumns([category(['x'], [0]), category(Float64Array.of(3), [0])])).toEqual(
      category(['x', '3'], [0, 1]),
    );
  });
});
