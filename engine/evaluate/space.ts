import type { FitSettings } from '../config.ts';
import { rowsWhere } from '../dataset/clouds.ts';
import {
  applyScaling,
  type DimensionScaling,
  fitUnitScale,
  fitWhitening,
  noScaling,
} from '../embedding/whiten.ts';
import type { Clouds } from '../train/clouds.ts';

/** The cells of a dataset in memory that all workers share. */
export interface SharedDataset {
  dims: number;
  /** [nObs, dims], the embedding as it is in the file */
  points: Float32Array;
  /** [nObs], −1 = of no timepoint */
  cellTimepoint: Int32Array;
  /** real time of each timepoint, increasing */
  times: number[];
  timeScale: 'index' | 'real';
  /** cell type of each cell as a number, −1 = none, [nObs]; null: not asked for */
  cellType: { codes: Int32Array; names: string[] } | null;
  /** replicate of each cell, alike */
  batch: { codes: Int32Array; names: string[] } | null;
  /** further points of the data manifold [·, dims] that only a metric sees; null: none */
  manifold: Float32Array | null;
}

/** Where an experiment's networks live, and where distances are measured. */
export interface Space {
  /** embedding → training space */
  training: DimensionScaling;
  /** embedding → evaluation space, the same for every method and protocol: the embedding, whitened over all cells if asked */
  evaluation: DimensionScaling;
}

/**
 * `strict`: what the training space is fitted on leaves the held-out timepoints out; `paper`: whitening sees all cells
 * (method.md, Evaluation).
 */
export function spaceOf(
  { points, dims, cellTimepoint }: SharedDataset,
  heldOut: readonly number[],
  settings: Pick<FitSettings, 'whiten' | 'protocol' | 'unitScale'>,
): Space {
  const all = rowsWhere(cellTimepoint, (timepoint) => timepoint >= 0);
  const observed = rowsWhere(cellTimepoint, (timepoint) => timepoint >= 0 && !heldOut.includes(timepoint));
  const none = noScaling(dims);
  if (settings.whiten) {
    const seen = settings.protocol === 'paper' ? all : observed;
    return { training: fitWhitening(points, dims, seen), evaluation: fitWhitening(points, dims, all) };
  }
  return { training: settings.unitScale ? fitUnitScale(points, dims, observed) : none, evaluation: none };
}

/** The observed timepoints in the training space and the model's time. */
export function observedClouds(
  dataset: SharedDataset,
  heldOut: readonly number[],
  training: DimensionScaling,
): Clouds {
  const times = modelTimes(dataset);
  const observed = times.map((_, k) => k).filter((k) => !heldOut.includes(k));
  return {
    dims: dataset.dims,
    points: applyScaling(dataset.points, dataset.dims, training),
    times: observed.map((k) => times[k]!),
    cells: observed.map((k) => rowsWhere(dataset.cellTimepoint, (timepoint) => timepoint === k)),
    manifold: dataset.manifold && applyScaling(dataset.manifold, dataset.dims, training),
  };
}

/** The model's time of each timepoint, in [0, 1] (method.md, Time). */
export function modelTimes({ times, timeScale }: Pick<SharedDataset, 'times' | 'timeScale'>): number[] {
  const last = times.length - 1;
  const span = times[last]! - times[0]!;
  return times.map((time, k) => (timeScale === 'index' ? k / last : (time - times[0]!) / span));
}
