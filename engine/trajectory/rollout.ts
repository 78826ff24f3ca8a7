import { CancelledError } from '../errors.ts';
import { dopri5, type Tolerance } from './dopri5.ts';
import { euler, type VelocityField } from './euler.ts';

/** Where points are along their trajectories. */
export interface Trajectory {
  /** [times], the model's time */
  times: number[];
  /** [times, n, d]: the points at each time, the start included */
  points: Float32Array;
  /** false: the integrator gave up (see `dopri5`), and the points from there on are where it stood */
  finished: boolean;
}

/** Moves points along a field from one time to another, in place. @returns whether it got there */
export type Integrator = (field: VelocityField, x: Float64Array, from: number, to: number) => boolean;

/** @param maxStep longest step, in model time; between two requested times all steps are equal */
export function eulerIntegrator(maxStep: number): Integrator {
  return (field, x, from, to) => {
    // the guard keeps a quotient of 100.00000000000001 at 100 steps
    const steps = Math.max(1, Math.ceil(Math.abs(to - from) / maxStep - 1e-9));
    euler(field, x, from, to, steps, new Float64Array(x.length));
    return true;
  };
}

export function dopri5Integrator(dims: number, tolerance: Tolerance): Integrator {
  return (field, x, from, to) => dopri5(field, x, dims, from, to, tolerance).finished;
}

/**
 * Rolls points out along a vector field through the times given, forwards or backwards.
 * @param start [n, d] points at `times[0]`
 * @param times monotone, at least one
 */
export function rollout(
  field: VelocityField,
  start: Float32Array,
  times: readonly number[],
  integrate: Integrator,
  shouldStop?: () => boolean,
): Trajectory {
  const x = Float64Array.from(start);
  const points = new Float32Array(times.length * start.length);
  points.set(start);
  let finished = true;
  for (let k = 1; k < times.length; k++) {
    if (shouldStop?.()) throw new CancelledError();
    finished &&= integrate(field, x, times[k - 1]!, times[k]!);
    points.set(x, k * start.length);
  }
  return { times: [...times], points, finished };
}
