import { dirname } from 'node:path';
import { Command, Option } from 'commander';
import { InputError } from '../../engine/errors.ts';
import { type ExportOptions, TABLES } from '../../engine/export/export-session.ts';
import { createPool } from '../../engine/host/pool.ts';
import { removePartials } from '../../engine/io/safe-save.ts';
import { stopSignal } from './stop.ts';

/** `meander export SESSION`: results as an h5ad, CSV or Parquet. */
export function exportCommand(): Command {
  return new Command('export')
    .description(
      'write the results of a session as an h5ad with all that the source holds, as CSV or as Parquet',
    )
    .argument('<SESSION>', 'results.meander.h5ad of a results folder')
    .option('--h5ad <OUT>', 'a complete copy of the source file with the results in it')
    .option('--csv <OUT>', 'a table')
    .option('--parquet <OUT>', 'a table')
    .addOption(new Option('--what <TABLE>', 'which table').choices(TABLES).default('trajectories'))
    .option(
      '--methods <OUT>',
      'a paragraph for the methods section of a paper, with references (.md or .txt)',
    )
    .option('--source <FILE>', 'the file with the cells, where it is not where it was')
    .action(async (path: string, flags: ExportOptions) => {
      const outputs = [flags.h5ad, flags.csv, flags.parquet, flags.methods].filter(
        (out) => out !== undefined,
      );
      if (outputs.length === 0)
        throw new InputError('Nothing is asked for.', {
          option: '--h5ad, --csv, --parquet, --methods',
          expected: 'at least one of them, each with the name of a file',
          action: 'Say what to write, e.g. --csv trajectories.csv',
        });
      const { source } = await inWorker(outputs, (pool, signal) =>
        pool.run({ kind: 'export', path, ...flags }, { signal }),
      );
      if (source !== undefined) process.stdout.write(`Cells, genes and all else: ${source}\n`);
      process.stdout.write(`Written: ${outputs.join(', ')}\n`);
    });
}

/** Runs one task; where it is stopped, what it was writing is removed. */
export async function inWorker<T>(
  outputs: string[],
  act: (pool: ReturnType<typeof createPool>, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { signal, release } = stopSignal();
  const pool = createPool(1);
  try {
    return await act(pool, signal);
  } finally {
    await pool.close();
    for (const out of outputs) removePartials(dirname(out), 'of this process');
    release();
  }
}
