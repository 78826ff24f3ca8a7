import { metricsOf, reportInput } from '../export/results.ts';
import type { SessionInput } from '../export/session.ts';
import { verdict } from '../export/verdict.ts';
import type { RunInfo } from './run-protocol.ts';

/** What the list of runs says of what came out. */
export type RunSummary = Pick<RunInfo, 'heldOut' | 'means' | 'verdict'>;

/** To be called in a worker thread: the cells are hashed. */
export function summarizeRun({
  experiment,
  command,
}: Pick<SessionInput, 'experiment' | 'command'>): RunSummary {
  const metrics = metricsOf(experiment);
  const { labels } = experiment.dataset.timepoints;
  const groups = experiment.fits.map(({ heldOut }) => heldOut.map((k) => labels[k]!).join('+'));
  return {
    heldOut: [...new Set(groups)].filter((group) => group !== ''),
    means: metrics.summary
      .filter(({ heldOut }) => heldOut === null)
      .map(({ method, w1Mean, w1Sd, n }) => ({ method, w1Mean, w1Sd, seeds: n })),
    verdict: verdict(reportInput(experiment, metrics, command)).sentence,
  };
}
