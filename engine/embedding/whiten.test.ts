import { describe, expect, it } from 'vitest';
import { applyScaling, fitUnitScale, fitWhitening, invertScaling } from './whiten.ts';

// [4, 3]: the last dimension is constant; the last row is not among the cells
const points = Float32Array.of(1, 10, 7, 3, 30, 7, 5, 50, 7, 1e6, -1e6, 0);
const cells = Int32Array.of(0, 1, 2);

describe('fitWhitening', () => {
  it('gives mean 0 and variance 1 (divisor n) over its cells, whatever the other rows hold', () => {
    const white = applyScaling(points, 3, fitWhitening(points, 3, cells));
    for (const j of [0, 1]) {
      const column = [0, 1, 2].map((i) => white[i * 3 + j]!);
      expect(column.reduce((a, b) => a + b)).toBeCloseTo(0, 6);
      const squares = column.map((value) => value ** 2);
      expect(squares.reduce((a, b) => a + b) / 3).toBeCloseTo(1, 6);
    }
    const other = points.slice();
    other.fill(0, 9);
    expect(fitWhitening(other, 3, cells)).toEqual(fitWhitening(points, 3, cells));
  });

  it('has scikit-learn StandardScaler’s values', () => {
    const { shift, scale } = fitWhitening(points, 3, cells);
    expect([...shift]).toEqual([3, 30, 7].map((v) => expect.closeTo(v, 12)));
    expect(scale[0]).toBeCloseTo(Math.sqrt(8 / 3), 12);
    expect(scale[1]).toBeCloseTo(Math.sqrt(800 / 3), 11);
  });

  it('leaves a constant dimension at scale 1, also a large one', () => {
    expect(fitWhitening(points, 3, cells).scale[2]).toBe(1);
    expect(fitWhitening(Float32Array.of(12345.678, 12345.678, 12345.678), 1, cells).scale[0]).toBe(1);
  });
});

describe('fitUnitScale', () => {
  it('keeps the proportions of distances and makes the mean variance 1', () => {
    const { scale } = fitUnitScale(points, 3, cells);
    expect(scale[0]).toBe(scale[1]);
    expect(scale[0]! ** 2).toBeCloseTo((8 / 3 + 800 / 3) / 3, 9);
  });
});

it('invertScaling undoes applyScaling', () => {
  const scaling = fitWhitening(points, 3, cells);
  const back = invertScaling(applyScaling(points, 3, scaling), 3, scaling);
  for (let i = 0; i < points.length; i++)
    expect(back[i]! / (points[i]! || 1)).toBeCloseTo(points[i] === 0 ? 0 : 1, 5);
});
