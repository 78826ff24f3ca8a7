import { describe, expect, it } from 'vitest';
import { randomStream } from '../random.ts';
import { spatialOrder } from './spatial-order.ts';

function extent(points: Float64Array, order: ArrayLike<number>, d: number, block: number): number {
  let sum = 0;
  for (let from = 0; from < order.length; from += block) {
    for (let k = 0; k < d; k++) {
      const values = Array.from({ length: Math.min(block, order.length - from) }, (_, i) => {
        return points[order[from + i]! * d + k]!;
      });
      sum += Math.max(...values) - Math.min(...values);
    }
  }
  return sum;
}

describe('spatialOrder', () => {
  it('is a permutation in which blocks are compact', () => {
    const random = randomStream(3, 'order');
    const [n, d] = [2000, 3];
    const points = Float64Array.from({ length: n * d }, random.normal);
    const order = spatialOrder(points, n, d);
    const given = Int32Array.from({ length: n }, (_, i) => i);
    expect(order.slice().sort()).toEqual(given);
    expect(extent(points, order, d, 16)).toBeLessThan(0.5 * extent(points, given, d, 16));
  });

  it('sorts a line', () => {
    const random = randomStream(4, 'order');
    const points = Float64Array.from({ length: 257 }, random.uniform);
    const order = spatialOrder(points, 257, 1, 1);
    expect(Array.from(order, (i) => points[i]!)).toEqual([...points].sort((a, b) => a - b));
  });

  it('ends on points that are all the same', () => {
    const order = spatialOrder(new Float64Array(2000), 1000, 2);
    expect(new Set(order).size).toBe(1000);
    expect(spatialOrder([], 0, 2)).toHaveLength(0);
  });
});
