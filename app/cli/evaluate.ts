import { Command } from 'commander';
import { DEFAULT_COMPARISON } from '../../engine/config.ts';
import { performExperiment } from './experiment.ts';
import { FILES_HELP, loadFiles, timeOf } from './load.ts';
import { addFitFlags, experimentFrom, type FitFlags } from './options.ts';
import { printResult } from './table.ts';

/** `meander evaluate FILE`: how well methods reconstruct held-out timepoints. */
export function evaluateCommand(): Command {
  const command = new Command('evaluate')
    .description('compare methods on held-out timepoints')
    .argument('<FILES...>', FILES_HELP)
    .requiredOption('--out <DIR>', 'folder for the results');
  return addFitFlags(command, { method: 'list', seeds: 3 }).action(
    async (files: string[], flags: FitFlags) => {
      const config = await experimentFrom(command, {
        methods: [...DEFAULT_COMPARISON],
        seeds: 3,
        ...timeOf(files),
      });
      printResult(
        await performExperiment({
          command: 'evaluate',
          ...flags,
          config,
          load: loadFiles(files),
          source: () => ({ paths: files }),
        }),
      );
    },
  );
}
