import { CancelledError, InputError } from '../errors.ts';
import { hasGrowth } from '../export/growth-facts.ts';
import type { Experiment } from '../pipeline.ts';
import type { Pool, RunOptions } from './pool.ts';

/**
 * The experiment with the growth score of its cells by their genes, where a fit has growth; where it cannot be had, with the
 * reason. What was fitted does not depend on it, so nothing that is wrong with the genes ends the work.
 * @param paths the files with the cells
 * @throws CancelledError
 */
export async function withGrowthPrior(
  experiment: Experiment,
  paths: string[],
  pool: Pool,
  options: RunOptions,
): Promise<Experiment> {
  if (!hasGrowth(experiment)) return experiment;
  const { config, dataset } = experiment;
  const { expression, expressionState, targetSum } = config;
  const cells = Uint8Array.from(dataset.timepoints.cellTimepoint, (k) => (k < 0 ? 0 : 1));
  const task = { kind: 'growth score', paths, expression, expressionState, targetSum, cells } as const;
  try {
    return { ...experiment, growthPrior: await pool.run(task, options) };
  } catch (error) {
    if (error instanceof CancelledError || !(error instanceof InputError)) throw error;
    const { found, action } = error.detail;
    const words = [error.message, found && `Found: ${found}.`, action].filter(Boolean);
    return { ...experiment, growthPrior: { missing: words.join(' ') } };
  }
}
