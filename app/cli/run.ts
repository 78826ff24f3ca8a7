import { Command } from 'commander';
import { performExperiment } from './experiment.ts';
import { FILES_HELP, loadFiles, timeOf } from './load.ts';
import { addFitFlags, experimentFrom, type FitFlags } from './options.ts';
import { printResult } from './table.ts';

/** `meander run FILE`: trajectories by one method, with held-out distances beside them. */
export function runCommand(): Command {
  const command = new Command('run')
    .description(
      'reconstruct trajectories: one method, fitted on all timepoints, and checked on held-out ones',
    )
    .argument('<FILES...>', FILES_HELP)
    .requiredOption('--out <DIR>', 'folder for the results');
  return addFitFlags(command, { method: 'one', seeds: 1 }).action(
    async (files: string[], flags: FitFlags) => {
      const config = await experimentFrom(command, { methods: ['auto'], seeds: 1, ...timeOf(files) });
      printResult(
        await performExperiment({
          command: 'run',
          ...flags,
          config,
          load: loadFiles(files),
          source: () => ({ paths: files }),
        }),
      );
    },
  );
}
