import { loadOptionsOf } from '../../engine/dataset/load.ts';
import type { ExperimentCommand } from './experiment.ts';

/** Loads an h5ad in a worker. */
export function loadFile(path: string): ExperimentCommand['load'] {
  return ({ config, pool, signal }) => pool.run({ kind: 'load', path, ...loadOptionsOf(config) }, { signal });
}
