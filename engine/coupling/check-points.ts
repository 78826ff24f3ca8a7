import { InputError } from '../errors.ts';
import type { Points } from './ground-cost.ts';

/**
 * Refuses a cloud that no distance can be worked out for.
 * @param points flat [n, d]
 * @param name what the cloud is called in the message, e.g. `x`
 * @throws InputError where it is empty, has another size than n × d, or holds NaN or infinity
 */
export function checkPoints(points: Points, n: number, d: number, name: string): void {
  const whole = Number.isInteger(n) && Number.isInteger(d);
  if (!whole || n < 1 || d < 1) {
    throw new InputError(`The cloud ${name} has no points.`, {
      expected: 'at least one point of at least one dimension',
      found: `${n} points of ${d} dimensions`,
    });
  }
  if (points.length !== n * d) {
    throw new InputError(`The cloud ${name} does not have the size that was said.`, {
      expected: `${n} × ${d} values`,
      found: `${points.length} values`,
    });
  }
  for (let i = 0; i < points.length; i++) {
    if (Number.isFinite(points[i]!)) continue;
    throw new InputError(`The cloud ${name} holds a value that is not a finite number.`, {
      expected: 'numbers without NaN or infinity',
      found: `${points[i]} at row ${Math.floor(i / d)}, column ${i % d}`,
      action: 'Remove these cells first, or find out why a rollout diverged.',
    });
  }
}
