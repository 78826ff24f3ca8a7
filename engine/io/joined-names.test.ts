import { describe, expect, it } from 'vitest';
import { shortNames } from './joined-names.ts';

describe('short names', () => {
  it.each<[string[], string[]]>([
    [
      ['day0.h5ad', 'day3.h5ad'],
      ['day0', 'day3'],
    ],
    [
      ['a/E8.5.h5ad', 'b/E9.0.h5ad'],
      ['E8.5', 'E9.0'],
    ],
    [
      ['GSM11_mouse_d0_matrix.mtx.gz', 'GSM12_mouse_d3_matrix.mtx.gz'],
      ['d0', 'd3'],
    ],
    [
      ['x/day0/outs/filtered_feature_bc_matrix.h5', 'x/day3/outs/filtered_feature_bc_matrix.h5'],
      ['day0', 'day3'],
    ],
    [
      ['x/d0/matrix.mtx', 'd3.h5ad', 'x/d7_filtered_feature_bc_matrix.h5'],
      ['d0', 'd3', 'd7'],
    ],
    [
      ['mouse_day_0_counts.h5ad', 'mouse_day_14_counts.h5ad'],
      ['day_0', 'day_14'],
    ],
    [
      ['rep1/d0.h5ad', 'rep2/d0.h5ad', 'rep2/d3.h5ad'],
      ['rep1_d0', 'rep2_d0', 'rep2_d3'],
    ],
    [
      ['x/d0.h5', 'x/d0.h5ad'],
      ['d0.h5', 'd0.h5ad'],
    ],
    [
      ['GSM1_a.h5', 'GSM2_a.h5'],
      ['GSM1', 'GSM2'],
    ],
  ])('%j', (paths, names) => {
    expect(shortNames(paths)).toEqual(names);
  });
});
