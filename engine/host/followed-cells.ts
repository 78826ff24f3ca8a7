import { gatherRows, rowsWhere } from '../dataset/clouds.ts';
import { InputError } from '../errors.ts';
import type { Surroundings } from '../evaluate/followed-view.ts';
import type { View } from '../evaluate/view.ts';
import { drawWithoutReplacement, randomStream } from '../random.ts';
import type { OpenFit, OpenRun, RunHooks } from './open-run.ts';

/** More than these, and than the run's own trajectories, are taken between the steps of the integrator. */
const MOST_EXACT_CELLS = 1000;

export const timesOf = ({ session }: OpenRun) => session.experiment.dataset.timepoints.times;

/** The cells that are meant, of one timepoint. */
export function startRows(
  { session: { experiment } }: OpenRun,
  { cells, from, most }: { cells: Int32Array | null; from: number; most: number },
): Int32Array {
  const { timepoints, nObs } = experiment.dataset;
  const label = timepoints.labels[from];
  if (label === undefined)
    throw new InputError('The run has no such timepoint.', {
      expected: `one of ${timepoints.labels.length}`,
      found: `timepoint ${from + 1}`,
      action: 'Choose another.',
    });
  if (cells === null) {
    const own = rowsWhere(timepoints.cellTimepoint, (k) => k === from);
    // as the run's own trajectories are drawn
    const drawn = drawWithoutReplacement(
      own.length,
      most,
      randomStream(experiment.config.seed, 'trajectories'),
    );
    return drawn.map((i) => own[i]!).sort();
  }
  const wrong = cells.find((row) => !(row >= 0 && row < nObs && timepoints.cellTimepoint[row] === from));
  if (cells.length > 0 && wrong === undefined) return cells;
  throw new InputError('These cells cannot be followed together.', {
    expected: `cells of the timepoint ${label}`,
    found: cells.length === 0 ? 'no cell' : `cell ${wrong! + 1}, which is none of it`,
    action: 'Choose cells of one timepoint.',
  });
}

/** Where cells are in the training space of a fit [n, dims]. */
export function startOf({ session }: OpenRun, { trainingPoints }: OpenFit, rows: Int32Array): Float32Array {
  return gatherRows(trainingPoints, session.experiment.dataset.embedding.dims, rows);
}

export function surroundings(
  run: OpenRun,
  { distances }: OpenFit,
  view: View,
  cells: number,
  { shouldStop, onProgress }: RunHooks,
): Surroundings {
  return {
    timepoints: timesOf(run),
    view,
    distances,
    between: cells > Math.max(MOST_EXACT_CELLS, run.session.experiment.config.trajectories),
    shouldStop,
    onProgress: (step: number, steps: number) => onProgress('rollout', { step, steps }),
  };
}
