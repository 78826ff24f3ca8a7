import { Command } from 'commander';
import { DEFAULT_COMPARISON } from '../../engine/config.ts';
import { performExperiment } from './experiment.ts';
import { loadFile } from './load.ts';
import { addFitFlags, experimentFrom, type FitFlags } from './options.ts';
import { printResult } from './table.ts';

/** `meander evaluate FILE`: how well methods reconstruct held-out timepoints. */
export function evaluateCommand(): Command {
  const command = new Command('evaluate')
    .description('compare methods on held-out timepoints')
    .argument('<FILE>', 'an h5ad file')
    .requiredOption('--out <DIR>', 'folder for the results');
  return addFitFlags(command, { method: 'list', seeds: 3 }).action(async (file: string, flags: FitFlags) => {
    const config = await experimentFrom(command, { methods: [...DEFAULT_COMPARISON], seeds: 3 });
    printResult(
      await performExperiment({
        command: 'evaluate',
        ...flags,
        config,
        load: loadFile(file),
        source: () => ({ path: file }),
      }),
    );
  });
}
