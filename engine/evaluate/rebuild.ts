import type { Kernels } from '../compute/kernels.ts';
import type { IntervalGrowth } from '../coupling/growth.ts';
import type { Clouds } from '../train/clouds.ts';
import { rebuildGrowth } from '../train/couplings.ts';
import { type FitHooks, velocityField } from '../train/fit.ts';
import type { VelocityField } from '../trajectory/euler.ts';
import type { FitResult } from './held-out.ts';
import { modelTimes, observedClouds, type SharedDataset, type Space, spaceOf } from './space.ts';

const QUIET: FitHooks = { onProgress: () => {}, shouldStop: () => false };

/** A fit's vector field once more, from its weights. */
export interface RebuiltFit {
  /** in the training space and the model's time */
  field: VelocityField;
  space: Space;
  /** all cells in the training space [nObs, dims] */
  trainingPoints: Float32Array;
  /** the cells that it has seen */
  clouds: Clouds;
  /** the model's time of each timepoint */
  clock: number[];
  /** for the mass along trajectories; null: growth is ignored */
  growth: IntervalGrowth[] | null;
}

/**
 * Restores what a rollout needs. With the kernels that the fit names, and the cells it was made from, the same bits.
 * What is allocated lives until the caller releases it.
 */
export function rebuildFit(
  kernels: Kernels,
  dataset: SharedDataset,
  fit: Pick<FitResult, 'heldOut' | 'seed' | 'settings' | 'networks' | 'choices'>,
  hooks: FitHooks = QUIET,
): RebuiltFit {
  const { heldOut, seed, settings, networks, choices } = fit;
  const space = spaceOf(dataset, heldOut, settings);
  const clouds = observedClouds({ ...dataset, timeScale: settings.timeScale }, heldOut, space.training);
  const grows = settings.growth === 'on';
  const intervals = choices?.intervals ?? clouds.times.slice(1).map(() => ({ grows }));
  return {
    field: velocityField(kernels, networks.vectorField),
    space,
    trainingPoints: clouds.points,
    clouds,
    clock: modelTimes({ ...dataset, timeScale: settings.timeScale }),
    growth: rebuildGrowth(clouds, settings, seed, hooks, intervals),
  };
}
