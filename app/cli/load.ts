import { loadOptionsOf } from '../../engine/dataset/load.ts';
import type { ExperimentCommand } from './experiment.ts';
import { createStageDisplay } from './progress.ts';

/** Loads a file, or several as one, in a worker. */
export function loadFiles(paths: string[]): ExperimentCommand['load'] {
  return ({ config, pool, signal }) => {
    const { onProgress, end } = createStageDisplay(process.stderr);
    return pool.run({ kind: 'load', paths, ...loadOptionsOf(config) }, { signal, onProgress }).finally(end);
  };
}

export const FILES_HELP =
  'an h5ad, a 10x .h5, or a folder with matrix.mtx; several, one a timepoint, are joined on their genes';

/** Of several files, their names say the time where no column is asked for. */
export function timeOf(files: string[]): { time?: string } {
  return files.length > 1 ? { time: 'file' } : {};
}
