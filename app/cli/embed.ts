import { Command } from 'commander';
import { parseExperiment } from '../../engine/config.ts';
import { loadOptionsOf } from '../../engine/dataset/load.ts';
import { inWorker } from './export.ts';
import { FILES_HELP } from './load.ts';
import { addPreparationFlags, experimentFrom } from './options.ts';
import { createStageDisplay } from './progress.ts';

/** `meander embed FILE --out FILE`: all that is missing between counts and a map. */
export function embedCommand(): Command {
  const command = new Command('embed')
    .description('write an h5ad with what a file lacks: principal components, a map, measures of quality')
    .argument('<FILES...>', FILES_HELP)
    .requiredOption('--out <FILE>', 'the h5ad to write');
  return addPreparationFlags(command).action(async (paths: string[], { out }: { out: string }) => {
    // of a fit nothing is asked
    const config = parseExperiment({
      ...(await experimentFrom(command, {})),
      time: 'none',
      methods: ['ot-mfm'],
      seeds: 1,
    });
    const display = createStageDisplay(process.stderr);
    const {
      time: _time,
      timepoints: _edits,
      label: _label,
      holdOut: _holdOut,
      ...options
    } = loadOptionsOf(config);
    const notes = await inWorker([out], (pool, signal) =>
      pool
        .run({ kind: 'embed', paths, out, ...options }, { signal, onProgress: display.onProgress })
        .finally(display.end),
    );
    for (const note of notes) process.stderr.write(`${note}\n`);
    process.stdout.write(`Written: ${out}\n`);
  });
}
