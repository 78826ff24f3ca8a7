import type { FitSettings } from '../../engine/config.ts';
import { resolveFitSettings } from '../../engine/presets.ts';
import { type Change, experimentOf } from './choices.ts';

/** What a fit does where nothing was chosen: by the preset and the first method. `auto` tries others of some. */
export function usualSettings({ preset, methods }: Change, dims: number): FitSettings {
  const experiment = experimentOf({
    time: 'any',
    ...(preset !== undefined && { preset }),
    ...(methods !== undefined && { methods }),
  });
  return resolveFitSettings(experiment, { method: experiment.methods[0]!, dims, heldOut: [1] });
}
