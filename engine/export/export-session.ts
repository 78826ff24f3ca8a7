import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { resolve } from 'node:path';
import { InputError, WorkError } from '../errors.ts';
import { saveSafely } from '../io/safe-save.ts';
import { growthTable } from './growth-table.ts';
import { exportH5ad } from './h5ad-export.ts';
import { methodsText } from './methods-text.ts';
import { tableParquet } from './parquet.ts';
import { renderReport } from './report.ts';
import { metricsOf, reportInput, trajectoriesOf } from './results.ts';
import { readSession, type Session } from './session.ts';
import {
  metricsTable,
  predictionTable,
  type Table,
  tableCsv,
  trajectoriesCsv,
  trajectoryTable,
} from './tables.ts';

export const TABLES = ['trajectories', 'predictions', 'metrics', 'growth'] as const;

export interface ExportOptions {
  /** where a copy of the source with the results goes; default: nowhere */
  h5ad?: string;
  /** where a table goes; default: nowhere */
  csv?: string;
  parquet?: string;
  /** which table */
  what: (typeof TABLES)[number];
  /** where a paragraph for a methods section goes; default: nowhere */
  methods?: string;
  /** the file with the session's cells, for `h5ad`; default: where the session found them */
  source?: string;
}

/**
 * Writes what is asked for of a session, each file safely (see saveSafely). To be called in a worker thread.
 * @returns the source that was copied, if any
 * @throws InputError as readSession, exportH5ad and saveSafely; two outputs of one name; a table that is not there
 */
export async function exportSession(
  path: string,
  { h5ad, csv, parquet, what, methods, source }: ExportOptions,
): Promise<{ source?: string }> {
  checkNames(path, { '--h5ad': h5ad, '--csv': csv, '--parquet': parquet, '--methods': methods });
  if (csv !== undefined || parquet !== undefined || methods !== undefined) {
    const session = await readSession(path);
    if (methods !== undefined) await saveBytes(methods, [methodsText(session, methods)]);
    if (csv !== undefined) await saveBytes(csv, csvOf(path, session, what));
    if (parquet !== undefined) await saveBytes(parquet, [tableParquet(tableOf(path, session, what))]);
  }
  if (h5ad === undefined) return {};
  return { source: await exportH5ad(path, h5ad, source === undefined ? {} : { source }) };
}

/** Renders a session's report anew. To be called in a worker thread. */
export async function exportReport(path: string, out: string): Promise<void> {
  checkNames(path, { '--out': out });
  const { experiment, command } = await readSession(path);
  await saveBytes(out, [renderReport(reportInput(experiment, metricsOf(experiment), command))]);
}

export function checkNames(session: string, outputs: Record<string, string | undefined>): void {
  const taken = new Set([resolve(session)]);
  for (const [option, out] of Object.entries(outputs)) {
    if (out === undefined) continue;
    if (taken.has(resolve(out)))
      throw new InputError('Two files of one name.', {
        file: out,
        option,
        expected: 'a name that is not the session and no other output',
        action: 'Name another file.',
      });
    taken.add(resolve(out));
  }
}

export function tableOf(path: string, { experiment }: Session, what: ExportOptions['what']): Table {
  switch (what) {
    case 'trajectories':
      return trajectoryTable(trajectoriesOf(experiment) ?? none(path, what));
    case 'predictions':
      return experiment.fits.some(({ predictions }) => predictions.length > 0)
        ? predictionTable(experiment)
        : none(path, what);
    case 'metrics':
      return metricsTable(metricsOf(experiment));
    case 'growth':
      return growthTable(experiment) ?? none(path, what);
  }
}

export function csvOf(path: string, session: Session, what: ExportOptions['what']): Iterable<string> {
  if (what !== 'trajectories') return tableCsv(tableOf(path, session, what));
  return trajectoriesCsv(trajectoriesOf(session.experiment) ?? none(path, what));
}

function none(file: string, what: string): never {
  throw new InputError(`The session holds no ${what}.`, {
    file,
    option: '--what',
    action:
      'Choose another table; predictions and metrics need a held-out timepoint, growth a `run` with --growth on.',
  });
}

/** Compared with what is on the disk afterwards. */
export async function saveBytes(path: string, chunks: Iterable<string | Uint8Array>): Promise<void> {
  const content = Buffer.concat(Array.from(chunks, (chunk) => Buffer.from(chunk as Uint8Array)));
  await saveSafely(path, {
    bytes: content.length,
    write(temporary) {
      const descriptor = openSync(temporary, 'w');
      try {
        for (let done = 0; done < content.length; ) done += writeSync(descriptor, content, done);
      } finally {
        closeSync(descriptor);
      }
    },
    verify(temporary) {
      if (readFileSync(temporary).equals(content)) return;
      throw new WorkError('The file was not written: what was written does not read back.', {
        file: path,
        action: 'Check that the disk works, then try again.',
      });
    },
  });
}
