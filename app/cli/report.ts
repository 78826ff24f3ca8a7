import { Command } from 'commander';
import { inWorker } from './export.ts';

/** `meander report SESSION`: the report of a session once more. */
export function reportCommand(): Command {
  return new Command('report')
    .description('write the report of a session')
    .argument('<SESSION>', 'results.meander.h5ad of a results folder')
    .requiredOption('--out <FILE>', 'an HTML file')
    .action(async (path: string, { out }: { out: string }) => {
      await inWorker([out], (pool, signal) => pool.run({ kind: 'report', path, out }, { signal }));
      process.stdout.write(`Written: ${out} (open it in a browser)\n`);
    });
}
