import { describe, expect, it } from 'vitest';
import { dopri5 } from './dopri5.ts';
import type { VelocityField } from './euler.ts';

const circle: VelocityField = (x, _t, out) => {
  for (let i = 0; i < x.length; i += 2) {
    out[i] = -2 * Math.PI * x[i + 1]!;
    out[i + 1] = 2 * Math.PI * x[i]!;
  }
};

function turn(tolerance: number, turns = 1) {
  const x = Float64Array.of(1, 0);
  const result = dopri5(circle, x, 2, 0, turns, { absolute: tolerance, relative: tolerance });
  return {
    ...result,
    error: Math.hypot(x[0]! - Math.cos(2 * Math.PI * turns), x[1]! - Math.sin(2 * Math.PI * turns)),
  };
}

describe('dopri5', () => {
  it('is of order 5: the error falls with the fifth power of the steps', () => {
    // the controller chooses the steps, so the order is the slope of log error over log steps
    const runs = [1e-5, 1e-7, 1e-9, 1e-11].map((tolerance) => turn(tolerance, 4));
    const [first, last] = [runs[0]!, runs.at(-1)!];
    const order = -Math.log(last.error / first.error) / Math.log(last.accepted / first.accepted);
    expect(order).toBeGreaterThan(4.7);
    expect(order).toBeLessThan(5.6);
  });

  it('meets its tolerance', () => {
    for (const tolerance of [1e-4, 1e-6, 1e-8, 1e-10]) {
      const { error, finished } = turn(tolerance, 0.25);
      expect(finished).toBe(true);
      expect(error).toBeLessThan(10 * tolerance);
    }
  });

  it('integrates t⁴ exactly, in either direction', () => {
    const field: VelocityField = (_x, t, out) => out.fill(5 * t ** 4);
    for (const [from, to] of [
      [0, 2],
      [2, 0],
      [-1, 1],
    ] as const) {
      const x = Float64Array.of(0);
      dopri5(field, x, 1, from, to, { absolute: 1e-3, relative: 1e-3 });
      expect(x[0]).toBeCloseTo(to ** 5 - from ** 5, 10);
    }
  });

  it('comes back to its start when run backwards', () => {
    // a field that bends in space and time
    const field: VelocityField = (x, t, out) => {
      for (let i = 0; i < x.length; i += 2) {
        out[i] = Math.sin(3 * x[i + 1]!) + t;
        out[i + 1] = Math.cos(2 * x[i]!) - t * x[i + 1]!;
      }
    };
    const start = Float64Array.of(0.3, -1, 2, 0.7, -0.5, 0.1);
    const x = start.slice();
    const tolerance = { absolute: 1e-8, relative: 1e-8 };
    dopri5(field, x, 2, 0, 1, tolerance);
    expect(Math.hypot(x[0]! - start[0]!, x[1]! - start[1]!)).toBeGreaterThan(0.1);
    dopri5(field, x, 2, 1, 0, tolerance);
    for (let i = 0; i < start.length; i++) expect(x[i]).toBeCloseTo(start[i]!, 6);
  });

  it('the worst point sets the step: one that stands still does not loosen it', () => {
    const alone = turn(1e-8, 0.5);
    const x = new Float64Array(200).fill(0);
    x[0] = 1;
    dopri5(circle, x, 2, 0, 0.5, { absolute: 1e-8, relative: 1e-8 });
    expect(Math.abs(x[0]! + 1)).toBeLessThan(Math.max(10 * alone.error, 1e-8));
  });

  it('is nearly as exact between its steps as at their ends', () => {
    for (const tolerance of [1e-4, 1e-7]) {
      const x = Float64Array.of(1, 0);
      const between = new Float64Array(2);
      let worst = 0;
      let reached = 0;
      dopri5(
        circle,
        x,
        2,
        0,
        1,
        { absolute: tolerance, relative: tolerance },
        undefined,
        ({ from, to, at }) => {
          expect(from).toBeCloseTo(reached, 12);
          reached = to;
          for (const s of [0, 0.3, 0.5, 0.8, 1]) {
            const t = from + s * (to - from);
            at(t, between);
            const angle = 2 * Math.PI * t;
            worst = Math.max(worst, Math.hypot(between[0]! - Math.cos(angle), between[1]! - Math.sin(angle)));
          }
        },
      );
      expect(reached).toBeCloseTo(1, 12);
      expect(worst).toBeLessThan(30 * tolerance);
    }
  });

  it('says when it could not finish: too few steps, or a field that blows up', () => {
    const x = Float64Array.of(1, 0);
    expect(dopri5(circle, x, 2, 0, 10, { absolute: 1e-9, relative: 1e-9 }, 5).finished).toBe(false);
    const y = Float64Array.of(1);
    // dy/dt = y² reaches infinity at t = 1
    const blowUp: VelocityField = (state, _t, out) => {
      out[0] = state[0]! ** 2;
    };
    const result = dopri5(blowUp, y, 1, 0, 2, { absolute: 1e-6, relative: 1e-6 });
    expect(result.finished).toBe(false);
    const z = Float64Array.of(1);
    expect(
      dopri5((_s, _t, out) => out.fill(Number.NaN), z, 1, 0, 1, { absolute: 1e-6, relative: 1e-6 }).finished,
    ).toBe(false);
    expect(z[0]).toBe(1);
  });
});
