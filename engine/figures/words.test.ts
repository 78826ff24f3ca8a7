import { describe, expect, it } from 'vitest';
import {
  componentTitle,
  decimalsFor,
  formatMeanSd,
  formatNumber,
  heldOutLabel,
  timepointLabel,
  timepointList,
} from './words.ts';

describe('words', () => {
  it('adds the unit to numbers, and leaves labels that speak for themselves', () => {
    expect(timepointLabel('3', 'day')).toBe('day 3');
    expect(timepointLabel('E8.5', 'day')).toBe('E8.5');
    expect(timepointLabel('3')).toBe('timepoint 3');
    expect(timepointList(['2', '3', '7'], 'day')).toBe('days 2, 3 and 7');
    expect(timepointList(['E8.5', 'E9'], 'day')).toBe('E8.5 and E9');
    expect(timepointList(['2'], 'day')).toBe('day 2');
    expect(heldOutLabel('3', '3+4', 'day')).toBe('day 3 (3+4 together)');
  });

  it('names components', () => {
    expect(componentTitle('X_pca', 1)).toBe('PC 1');
    expect(componentTitle('X_umap', 2)).toBe('UMAP 2');
    expect(componentTitle('X_scVI', 2)).toBe('scVI 2');
  });

  it('shows three digits of a mean, and more only where the deviation needs them', () => {
    expect(decimalsFor([1.234], [null])).toBe(2);
    expect(decimalsFor([42.04], [0.31])).toBe(1);
    expect(decimalsFor([1.234], [0.004])).toBe(3);
    expect(decimalsFor([1.234, 1.5], [0.3, null])).toBe(2);
    expect(decimalsFor([], [])).toBe(2);
    expect(formatMeanSd(1.234, 0.0456, 2)).toBe('1.23\u00a0±\u00a00.05');
    expect(formatMeanSd(1.234, null, 2)).toBe('1.23');
    expect(formatNumber(-0.5, 1)).toBe('−0.5');
    expect(formatNumber(-0.0004, 3)).toBe('0.000');
  });
});
