import type { Dataset } from '../../engine/dataset/load.ts';
import type { ExperimentCommand } from './experiment.ts';

/** Loads an h5ad in a worker. */
export function loadFile(path: string): ExperimentCommand['load'] {
  return ({ config: { time, embedding, dims, label, batch }, pool, signal }): Promise<Dataset> =>
    pool.run({ kind: 'load', path, time, embedding, dims, label, batch }, { signal });
}
