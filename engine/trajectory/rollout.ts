import { CancelledError } from '../errors.ts';
import { euler, type VelocityField } from './euler.ts';

/** Where points are along their trajectories. */
export interface Trajectory {
  /** [times], the model's time */
  times: number[];
  /** [times, n, d]: the points at each time, the start included */
  points: Float32Array;
}

export interface RolloutOptions {
  /** longest Euler step, in model time; between two requested times all steps are equal */
  maxStep: number;
  shouldStop?: () => boolean;
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
  { maxStep, shouldStop }: RolloutOptions,
): Trajectory {
  const x = Float64Array.from(start);
  const scratch = new Float64Array(x.length);
  const points = new Float32Array(times.length * start.length);
  points.set(start);
  for (let k = 1; k < times.length; k++) {
    if (shouldStop?.()) throw new CancelledError();
    // the guard keeps a quotient of 100.00000000000001 at 100 steps
    const steps = Math.max(1, Math.ceil(Math.abs(times[k]! - times[k - 1]!) / maxStep - 1e-9));
    euler(field, x, times[k - 1]!, times[k]!, steps, scratch);
    points.set(x, k * start.length);
  }
  return { times: [...times], points };
}
