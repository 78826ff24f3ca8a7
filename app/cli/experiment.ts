import { join } from 'node:path';
import { type ExperimentConfig, parseExperiment } from '../../engine/config.ts';
import type { Dataset } from '../../engine/dataset/load.ts';
import { describeLeftOut } from '../../engine/dataset/timepoints.ts';
import { growthNotes } from '../../engine/export/growth-facts.ts';
import { metricsOf, writeResults } from '../../engine/export/results.ts';
import { openResultsFolder, type ResultsFolder, SESSION_NAME } from '../../engine/export/results-folder.ts';
import { sessionSources } from '../../engine/export/session-source.ts';
import { withGrowthPrior } from '../../engine/host/growth-prior.ts';
import { createPool, type Pool } from '../../engine/host/pool.ts';
import { runExperiment } from '../../engine/pipeline.ts';
import { checkBackend } from '../../engine/train/tensorflow/load.ts';
import { createProgressDisplay } from './progress.ts';
import { stopSignal } from './stop.ts';

export interface ExperimentCommand {
  command: 'run' | 'evaluate' | 'demo';
  /** not yet checked */
  config: Record<string, unknown>;
  out: string;
  workers: number;
  /** the files that are read, and where the only one will be when the results are in place, if it moves with them */
  source(folder: ResultsFolder): { paths: string[]; finalPath?: string };
  load(source: {
    config: ExperimentConfig;
    pool: Pool;
    signal: AbortSignal;
    folder: ResultsFolder;
  }): Promise<Dataset>;
}

/** Reads, fits, writes: what run, evaluate and demo share. Nothing stays behind where it fails or is stopped. */
export async function performExperiment({
  command,
  config: given,
  out,
  workers,
  load,
  source,
}: ExperimentCommand) {
  const config = parseExperiment(given);
  checkBackend(config.backend);
  const { signal, release } = stopSignal();
  const pool = createPool(workers);
  const folder = await openResultsFolder(out);
  try {
    const dataset = await load({ config, pool, signal, folder });
    const { paths, finalPath } = source(folder);
    const session = {
      path: folder.pathOf(SESSION_NAME),
      sources: sessionSources(paths, join(folder.target, SESSION_NAME), finalPath),
    };
    const { labels, counts } = dataset.timepoints;
    process.stderr.write(
      `${dataset.name}: ${dataset.nObs} cells, ${dataset.embedding.name} (${dataset.embedding.dims} dimensions), ` +
        `timepoints ${labels.map((label, k) => `${label} (${counts[k]})`).join(', ')}\n`,
    );
    for (const line of [...dataset.notes, ...describeLeftOut(dataset.timepoints)])
      process.stderr.write(`${line}\n`);
    const display = createProgressDisplay(labels, process.stderr);
    const fitted = await runExperiment(dataset, config, command === 'run' ? 'run' : 'evaluate', {
      pool,
      signal,
      onEvent: display.onEvent,
    }).finally(display.end);
    const experiment = await withGrowthPrior(fitted, paths, pool, { signal });
    for (const note of experiment.notes) process.stderr.write(`${note}\n`);
    const metrics = metricsOf(experiment);
    await pool.run({ kind: 'save session', ...session, experiment, command }, { signal });
    await writeResults(folder, experiment, metrics, command);
    return { metrics, growth: metrics.growth ? growthNotes(experiment) : [], target: folder.target };
  } finally {
    await pool.close();
    await folder.discard();
    release();
  }
}
