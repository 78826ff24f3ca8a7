import type { FitSettings } from '../config.ts';
import { dopri5Integrator, eulerIntegrator, type Integrator } from '../trajectory/rollout.ts';

/** The integrator that the settings name. @param interval between two timepoints, in model time */
export function integratorFor(
  { rollout, tolerance, eulerSteps }: FitSettings,
  dims: number,
  interval: number,
): Integrator {
  return rollout === 'euler'
    ? eulerIntegrator(interval / eulerSteps)
    : dopri5Integrator(dims, { absolute: tolerance, relative: tolerance });
}
