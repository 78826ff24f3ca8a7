import type { Kernels } from '../compute/kernels.ts';
import { applyScaling } from '../embedding/whiten.ts';
import { velocityField } from '../train/fit.ts';
import type { VelocityField } from '../trajectory/euler.ts';
import type { FitResult } from './held-out.ts';
import { type SharedDataset, type Space, spaceOf } from './space.ts';

/** A fit's vector field once more, from its weights. */
export interface RebuiltFit {
  /** in the training space and the model's time */
  field: VelocityField;
  space: Space;
  /** all cells in the training space [nObs, dims] */
  trainingPoints: Float32Array;
}

/**
 * Restores what a rollout needs. With the kernels that the fit names, and the cells it was made from, the same bits.
 * What is allocated lives until the caller releases it.
 */
export function rebuildFit(
  kernels: Kernels,
  dataset: SharedDataset,
  { heldOut, settings, networks }: Pick<FitResult, 'heldOut' | 'settings' | 'networks'>,
): RebuiltFit {
  const space = spaceOf(dataset, heldOut, settings);
  return {
    field: velocityField(kernels, networks.vectorField),
    space,
    trainingPoints: applyScaling(dataset.points, dataset.dims, space.training),
  };
}
