import { describe, expect, it } from 'vitest';
import {
  type AxisTimepoint,
  nearTimepoint,
  nextTimepoint,
  placeLabels,
  shareOf,
  timeInWords,
  timeWords,
} from './time-axis.ts';

const at = (label: string, time: number, heldOut = false): AxisTimepoint => ({ label, time, heldOut });
const days = [at('0', 0), at('3', 3), at('6', 6, true), at('12', 12)];

describe('labels of timepoints', () => {
  const many = Array.from({ length: 40 }, (_, k) => at(`day number ${k}`, k ** 1.5, k === 20));
  it.each([120, 400, 900])(
    'never overlap nor leave an axis of %i pixels by more than its margin',
    (width) => {
      const labels = placeLabels(many, width);
      for (const [k, { left, width: own }] of labels.entries()) {
        if (k > 0) expect(left).toBeGreaterThan(labels[k - 1]!.left + labels[k - 1]!.width);
        expect(left).toBeGreaterThanOrEqual(-8);
        expect(left + own).toBeLessThanOrEqual(width + 8);
      }
      expect(labels[0]!.index).toBe(0);
    },
  );

  it('are those of both ends and of what is held out first', () => {
    const named = placeLabels(many, 400).map(({ index }) => index);
    expect(named).toEqual(expect.arrayContaining([0, 20, 39]));
  });

  it('are all there where there is room, each in its place on an axis in real time', () => {
    const labels = placeLabels(days, 600);
    expect(labels.map(({ index }) => index)).toEqual([0, 1, 2, 3]);
    expect(labels[1]!.left + labels[1]!.width / 2).toBeCloseTo(150, 5);
  });
});

describe('times', () => {
  it('are said as precisely as the axis is read', () => {
    expect(timeWords(days, 4.217, 'day')).toBe('day 4.2');
    expect(timeWords([at('a', 0), at('b', 2)], 1.234, '')).toBe('time 1.23');
    expect(timeWords([at('0', 0), at('480', 480)], 236.7, 'hour')).toBe('hour 237');
    expect(timeWords([at('−1', -1), at('0', 0)], -0.5, 'day')).toBe('day −0.50');
  });

  it('are those of timepoints by their label', () => {
    expect(timeWords(days, 6, 'day')).toBe('day 6');
    expect(timeWords([at('E8.5', 8.5), at('E9', 9)], 8.5, 'day')).toBe('E8.5');
  });

  it('are heard with what is around them', () => {
    expect(timeInWords(days, 4.2, 'day')).toBe('day 4.2, between day 3 and day 6 (held out)');
    expect(timeInWords(days, 6, 'day')).toBe('day 6, held out');
    expect(timeInWords(days, 0, 'day')).toBe('day 0');
  });

  it('are near a timepoint within a small part of the way', () => {
    expect([5.7, 6.3, 5.5, 0].map((time) => nearTimepoint(days, time))).toEqual([2, 2, -1, 0]);
  });

  it('go on to the next timepoint and stay at the ends', () => {
    expect([0, 3, 3.1, 12].map((time) => nextTimepoint(days, time, true))).toEqual([3, 6, 6, 12]);
    expect([0, 3, 3.1, 12].map((time) => nextTimepoint(days, time, false))).toEqual([0, 0, 3, 6]);
  });

  it('have a place on the axis, also of one timepoint or none', () => {
    expect(shareOf(days, 9)).toBe(0.75);
    expect(shareOf([at('0', 5)], 5)).toBe(0);
    expect(shareOf([], 5)).toBe(0);
  });
});
