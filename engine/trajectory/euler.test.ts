import { describe, expect, it } from 'vitest';
import { euler, type VelocityField } from './euler.ts';
import { eulerIntegrator, rollout } from './rollout.ts';

// dx/dt = (−y, x) · 2π: one turn of the unit circle in one unit of time
const circle: VelocityField = (x, _t, out) => {
  for (let i = 0; i < x.length; i += 2) {
    out[i] = -2 * Math.PI * x[i + 1]!;
    out[i + 1] = 2 * Math.PI * x[i]!;
  }
};

function errorAfterQuarterTurn(steps: number): number {
  const x = Float64Array.of(1, 0);
  euler(circle, x, 0, 0.25, steps, new Float64Array(2));
  return Math.hypot(x[0]!, x[1]! - 1);
}

describe('euler', () => {
  it('is of order 1: halving the step halves the error', () => {
    const order = Math.log2(errorAfterQuarterTurn(400) / errorAfterQuarterTurn(800));
    expect(order).toBeGreaterThan(0.97);
    expect(order).toBeLessThan(1.03);
  });

  it('is exact for a field that is constant in space and time', () => {
    const x = Float64Array.of(1, -2);
    euler((_x, _t, out) => out.set([3, 4]), x, 0.5, 0.25, 8, new Float64Array(2));
    expect([...x]).toEqual([0.25, -3]);
  });

  it('evaluates the field at the left end of each step', () => {
    const seen: number[] = [];
    const field: VelocityField = (_x, t, out) => {
      seen.push(t);
      out.fill(0);
    };
    euler(field, new Float64Array(1), 0, 1, 4, new Float64Array(1));
    expect(seen).toEqual([0, 0.25, 0.5, 0.75]);
  });
});

describe('rollout', () => {
  it('gives the start and the points at each time', () => {
    const { points, times } = rollout(
      circle,
      Float32Array.of(1, 0, 0, 2),
      [0, 0.25, 0.5],
      eulerIntegrator(1 / 40000),
    );
    expect(times).toEqual([0, 0.25, 0.5]);
    const expected = [1, 0, 0, 2, 0, 1, -2, 0, -1, 0, 0, -2];
    for (let i = 0; i < expected.length; i++) expect(points[i]).toBeCloseTo(expected[i]!, 2);
  });

  it('takes the same steps whether or not intermediate times are asked for', () => {
    const direct = rollout(circle, Float32Array.of(1, 0), [0, 1], eulerIntegrator(0.01));
    const stops = rollout(circle, Float32Array.of(1, 0), [0, 0.25, 0.5, 0.75, 1], eulerIntegrator(0.01));
    expect(Math.abs(direct.points[2]! - stops.points[8]!)).toBeLessThan(1e-6);
  });

  it('stops when asked', () => {
    expect(() => rollout(circle, Float32Array.of(1, 0), [0, 1], eulerIntegrator(0.1), () => true)).toThrow(
      'Stopped',
    );
  });
});
