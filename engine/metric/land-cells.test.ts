import { describe, expect, it } from 'vitest';
import { referenceKernels } from '../compute/reference.ts';
import { randomStream } from '../random.ts';
import { createLandCells, drawLandCells } from './land-cells.ts';

// cell i of the first cloud at 1 + i, of the second at −1 − i
const clouds = [
  Float64Array.from({ length: 30 }, (_, i) => 1 + i),
  Float64Array.from({ length: 8 }, (_, i) => -1 - i),
];

describe('the cells that LAND draws from', () => {
  it('are those of both timepoints', () => {
    const { points, rows } = createLandCells(referenceKernels(), clouds, 1);
    clouds.forEach((cloud, timepoint) => {
      const own = Array.from(rows[timepoint]!, (row) => points[row]!);
      expect(own.sort((a, b) => a - b)).toEqual([...cloud].sort((a, b) => a - b));
    });
  });

  it.each([3, 8, 20, 30, 100])('are drawn evenly, sorted and without replacement: %i', (count) => {
    const random = randomStream(5, 'cells', count);
    const cells = createLandCells(referenceKernels(), clouds, 1);
    const times = new Map<number, number>();
    const draws = 3000;
    for (let draw = 0; draw < draws; draw++) {
      const drawn = drawLandCells(cells, count, random);
      const values = Array.from(drawn, (row) => cells.points[row]!);
      expect(drawn.every((row, i) => i === 0 || row > drawn[i - 1]!)).toBe(true);
      expect(values.filter((value) => value > 0)).toHaveLength(Math.min(count, 30));
      expect(values.filter((value) => value < 0)).toHaveLength(Math.min(count, 8));
      for (const value of values) times.set(value, (times.get(value) ?? 0) + 1);
    }
    for (const [value, n] of times) {
      const share = Math.min(1, count / (value > 0 ? 30 : 8));
      // five standard deviations
      expect(Math.abs(n - draws * share)).toBeLessThanOrEqual(5 * Math.sqrt(draws * share * (1 - share)));
    }
  });
});
