import { describe, expect, it } from 'vitest';
import { uniformMasses, weightedMasses } from './integer-masses.ts';

const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);

describe('integer masses', () => {
  it('splits uniform marginals into the smallest whole units', () => {
    const { rows, columns, total } = uniformMasses(6, 4);
    expect([...rows]).toEqual([2, 2, 2, 2, 2, 2]);
    expect([...columns]).toEqual([3, 3, 3, 3]);
    expect(total).toBe(12);
  });

  it('keeps weights within 1e-12 of the mass, whole, positive and of exactly the same sum', () => {
    const a = Float64Array.from({ length: 1000 }, (_, i) => (i % 7 === 0 ? 1e-20 : 1 / (i + 1)));
    const b = new Float64Array(333).fill(0.1);
    const { rows, columns, total } = weightedMasses(a, b);
    expect(sum(rows)).toBe(total);
    expect(sum(columns)).toBe(total);
    const whole = sum(a);
    rows.forEach((units, i) => {
      expect(Number.isInteger(units) && units >= 1).toBe(true);
      expect(Math.abs(units / total - a[i]! / whole)).toBeLessThan(1e-12);
    });
  });
});
