import { describe, expect, it } from 'vitest';
import { timepointColors } from '../../engine/figures/palette.ts';
import type { Colouring } from '../../engine/host/protocol.ts';
import { categoryColours } from './category-colours.ts';
import { type CategoryLegend, colourCells, type NumberLegend, rgbOf, withHidden } from './colouring.ts';
import { niceTicks } from './ticks.ts';

const names = (count: number) => Array.from({ length: count }, (_, k) => `type ${k}`);

function categories(codes: number[], labels: string[], ordered = false): Colouring {
  return { kind: 'categories', codes: Int32Array.from(codes), names: labels, ordered };
}

/** rgb of the palette entry of a cell */
function colourOf(coloured: ReturnType<typeof colourCells>, row: number): number[] {
  return [...coloured.palette.subarray(4 * coloured.entries[row], 4 * coloured.entries[row] + 3)];
}

function luminance(colour: string): number {
  const [r, g, b] = rgbOf(colour).map((c) => {
    const v = c / 255;
    return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

describe('colours of categories', () => {
  it('belong to the name, whatever the order in the file', () => {
    const one = categoryColours(['B', 'T', 'NK'], false, 'light');
    const other = categoryColours(['NK', 'B', 'T'], false, 'light');
    expect(other).toEqual([one[2], one[0], one[1]]);
  });

  it('follow numbers in names as numbers', () => {
    const [two, ten] = categoryColours(['cluster 2', 'cluster 10'], false, 'light');
    expect(categoryColours(['cluster 1', 'cluster 2'], false, 'light')[0]).toBe(two);
    expect(ten).not.toBe(two);
  });

  it.each(['light', 'dark'] as const)(
    'are different for 200 categories, and none is lost on the %s ground',
    (theme) => {
      const colours = categoryColours(names(200), false, theme);
      const ground = luminance(theme === 'light' ? '#ffffff' : '#1b1f24');
      expect(new Set(colours).size).toBe(200);
      for (const colour of colours) {
        const [low, high] = [ground, luminance(colour)].sort((a, b) => a - b);
        expect((high + 0.05) / (low + 0.05)).toBeGreaterThan(1.15);
      }
    },
  );

  it('are a ramp where they are an order', () => {
    const coloured = colourCells(categories([2, 0], ['day 0', 'day 3', 'day 10'], true), 'light');
    const ramp = timepointColors(3).map(rgbOf);
    expect(colourOf(coloured, 0)).toEqual(ramp[2]);
    expect(colourOf(coloured, 1)).toEqual(ramp[0]);
  });

  it('count the cells, and show missing values apart', () => {
    const coloured = colourCells(categories([0, 2, 2, -1, 2], ['a', 'b', 'c']), 'light');
    const { entries } = coloured.legend as CategoryLegend;
    expect(entries.map(({ code, count }) => [code, count])).toEqual([
      [0, 1],
      [1, 0],
      [2, 3],
      [-1, 1],
    ]);
    for (const [row, code] of [0, 2, 2, -1, 2].entries()) {
      expect(colourOf(coloured, row)).toEqual(rgbOf(entries.find((entry) => entry.code === code)!.colour));
    }
  });

  it('hold for more categories than a byte counts', () => {
    const codes = Array.from({ length: 1000 }, (_, k) => k);
    const coloured = colourCells(categories(codes, names(1000)), 'light');
    const { entries } = coloured.legend as CategoryLegend;
    expect(new Set(coloured.entries).size).toBe(1000);
    expect(colourOf(coloured, 999)).toEqual(rgbOf(entries[999].colour));
  });

  it('hide one without a change of the others', () => {
    const coloured = colourCells(categories([0, 1, -1], ['a', 'b']), 'light');
    const alpha = (hidden: number[]) => {
      const shown = withHidden(coloured, new Set(hidden));
      return [...coloured.entries].map((entry) => shown[4 * entry + 3]);
    };
    expect(alpha([1])).toEqual([255, 0, 255]);
    expect(alpha([-1])).toEqual([255, 255, 0]);
    expect(alpha([])).toEqual([255, 255, 255]);
  });
});

describe('colours of numbers', () => {
  const numbers = (...values: number[]): Colouring => ({
    kind: 'numbers',
    values: Float32Array.from(values),
  });

  it('rise with the value from the first to the last step of the ramp', () => {
    const coloured = colourCells(numbers(-2, 3, 0.5, 8), 'light');
    expect([...coloured.entries]).toEqual(
      [1, 128, 64 + 1, 255].map((step, k) => (k === 1 || k === 2 ? expect.any(Number) : step)),
    );
    const order = [0, 2, 1, 3].map((row) => coloured.entries[row]);
    expect([...order].sort((a, b) => a - b)).toEqual(order);
    expect(coloured.entries[1]).toBe(128);
  });

  it('keep what is no number apart', () => {
    const coloured = colourCells(numbers(1, Number.NaN, 2, Number.POSITIVE_INFINITY), 'light');
    const legend = coloured.legend as NumberLegend;
    expect([coloured.entries[1], coloured.entries[3]]).toEqual([0, 0]);
    expect(legend.missing.count).toBe(2);
    expect(legend.range).toEqual([1, 2]);
  });

  it('say where a narrower range cuts values off', () => {
    const coloured = colourCells(numbers(0, 1, 2, 100), 'light', { range: [0.5, 2] });
    const { below, above } = coloured.legend as NumberLegend;
    expect([below, above]).toEqual([true, true]);
    expect([...coloured.entries].filter((_, k) => k !== 1)).toEqual([1, 255, 255]);
  });

  it('hide missing values alone, whatever categories were hidden before', () => {
    const coloured = colourCells(numbers(0, 1, Number.NaN), 'light');
    const shown = withHidden(coloured, new Set([-1, 0, 1, 254]));
    expect([...coloured.entries].map((entry) => shown[4 * entry + 3])).toEqual([255, 255, 0]);
  });

  it('put zero in the middle of a ramp of two colours', () => {
    const coloured = colourCells(numbers(-1, 0, 4), 'light', { diverging: true });
    expect((coloured.legend as NumberLegend).range).toEqual([-4, 4]);
    expect(coloured.entries[1]).toBe(128);
  });

  it('do so where the numbers themselves say that zero is a middle', () => {
    const values = Float32Array.of(-1, 0, 4);
    const coloured = colourCells({ kind: 'numbers', values, diverging: true }, 'light');
    expect(coloured).toEqual(colourCells(numbers(-1, 0, 4), 'light', { diverging: true }));
  });

  it('exist for one value and for none', () => {
    for (const values of [[5, 5], [Number.NaN], []]) {
      const coloured = colourCells(numbers(...values), 'light');
      expect((coloured.legend as NumberLegend).range.every(Number.isFinite)).toBe(true);
      expect(coloured.entries.every((entry) => entry === (values[0] === 5 ? 1 : 0))).toBe(true);
    }
  });
});

describe('ticks', () => {
  it('are round, inside the range, and told apart by their labels', () => {
    for (const [low, high] of [
      [0, 1],
      [-3.2, 7.9],
      [0, 0.00031],
      [12_000, 98_000],
      [0.98, 1.02],
      [0, 5e9],
    ]) {
      const ticks = niceTicks(low, high, 5);
      expect(ticks.length).toBeGreaterThanOrEqual(2);
      expect(ticks.length).toBeLessThanOrEqual(7);
      expect(new Set(ticks.map(({ label }) => label)).size).toBe(ticks.length);
      for (const { value } of ticks) {
        expect(value).toBeGreaterThanOrEqual(low - 1e-9 * (high - low));
        expect(value).toBeLessThanOrEqual(high + 1e-9 * (high - low));
      }
    }
    expect(niceTicks(0, 4, 5).map(({ label }) => label)).toEqual(['0', '1', '2', '3', '4']);
    expect(niceTicks(-0.2, 0.2, 5).map(({ label }) => label)).toEqual(['−0.2', '−0.1', '0.0', '0.1', '0.2']);
  });
});
