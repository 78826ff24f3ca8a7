import { join } from 'node:path';
import { Command } from 'commander';
import { DEFAULT_COMPARISON } from '../../engine/config.ts';
import { performExperiment } from './experiment.ts';
import { loadFiles } from './load.ts';
import { addFitFlags, experimentFrom, type FitFlags } from './options.ts';
import { printResult } from './table.ts';

const EXAMPLE = 'example.h5ad';

/** `meander demo`: `evaluate` on the embedded example, which is simulated, written as an h5ad and read back. */
export function demoCommand(): Command {
  const command = new Command('demo')
    .description('evaluate on the embedded example, a simulated branching time course')
    .option('--out <DIR>', 'folder for the results', 'meander-demo');
  return addFitFlags(command, { method: 'list', seeds: 3 }).action(async (flags: FitFlags) => {
    const config = await experimentFrom(command, {
      time: 'day',
      dims: 5, // the simulated curves fill two; more are noise that only costs time
      methods: [...DEFAULT_COMPARISON],
      seeds: 3,
    });
    printResult(
      await performExperiment({
        command: 'demo',
        ...flags,
        config,
        source: (folder) => ({ paths: [folder.pathOf(EXAMPLE)], finalPath: join(folder.target, EXAMPLE) }),
        async load(source) {
          const path = source.folder.pathOf(EXAMPLE);
          await source.pool.run({ kind: 'example', path }, { signal: source.signal });
          return loadFiles([path])(source);
        },
      }),
    );
  });
}
