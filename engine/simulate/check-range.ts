import { InputError } from '../errors.ts';

/** @throws InputError where an option of a simulation is outside its range, or not whole where it must be */
export function checkRange(option: string, value: number, low: number, high: number, whole = false): void {
  if (value >= low && value <= high && (!whole || Number.isInteger(value))) return;
  throw new InputError(`The simulation's ${option} cannot be ${value}.`, {
    option,
    expected: `${whole ? 'a whole number' : 'a number'} from ${low} to ${high}`,
    found: String(value),
    action: `Choose ${option} within that range.`,
  });
}
