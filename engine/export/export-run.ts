import { createHash } from 'node:crypto';
import { copyFileSync, readFileSync, statSync } from 'node:fs';
import { InputError, WorkError } from '../errors.ts';
import type { RunExport } from '../host/run-protocol.ts';
import { saveSafely } from '../io/safe-save.ts';
import { checkNames, csvOf, saveBytes, type TABLES, tableOf } from './export-session.ts';
import { growthTable } from './growth-table.ts';
import { exportH5ad, isH5ad } from './h5ad-export.ts';
import type { Label } from './h5ad-layout.ts';
import { methodsText } from './methods-text.ts';
import { tableParquet } from './parquet.ts';
import { renderReport } from './report.ts';
import { metricsOf, reportInput, trajectoriesOf } from './results.ts';
import type { Session } from './session.ts';

/** What there is to export of a run. To be called in a worker thread. */
export async function exportsOf({ experiment, source }: Session): Promise<RunExport[]> {
  const found = source.state === 'unchanged' || source.state === 'moved';
  const trajectories = trajectoriesOf(experiment) !== undefined;
  const predictions = experiment.fits.some((fit) => fit.predictions.length > 0);
  const there: Record<RunExport, boolean> = {
    session: true,
    h5ad: found && source.paths.length === 1 && (await canBeCopied(source.paths[0]!)),
    'trajectories.csv': trajectories,
    'trajectories.parquet': trajectories,
    'predictions.csv': predictions,
    'predictions.parquet': predictions,
    'metrics.csv': predictions,
    'metrics.json': true,
    'growth.csv': growthTable(experiment) !== undefined,
    report: true,
    configuration: true,
    methods: true,
  };
  return (Object.keys(there) as RunExport[]).filter((what) => there[what]);
}

/**
 * Writes something of a run, safely (see saveSafely). To be called in a worker thread.
 * @param path the session file that `session` was read from
 * @param labels columns of obs that the user made, for a copy of the cells
 * @returns the size of what was written
 * @throws InputError as exportH5ad and saveSafely; what is not there
 */
export async function exportRun(
  path: string,
  session: Session,
  what: RunExport,
  target: string,
  labels: readonly Label[],
): Promise<{ bytes: number }> {
  checkNames(path, { target });
  const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
  const { experiment, command } = session;
  const metrics = () => metricsOf(experiment);
  switch (what) {
    case 'session':
      await saveCopy(path, target);
      break;
    case 'h5ad':
      await exportCopy(path, target, labels);
      break;
    case 'metrics.json':
      await saveBytes(target, [json(metrics())]);
      break;
    case 'report':
      await saveBytes(target, [renderReport(reportInput(experiment, metrics(), command))]);
      break;
    case 'configuration':
      await saveBytes(target, [json(metrics().manifest)]);
      break;
    case 'methods':
      await saveBytes(target, [methodsText(session, target)]);
      break;
    default:
      await saveTable(path, session, what, target);
  }
  return { bytes: statSync(target).size };
}

/** Of 10x files and folders of matrices there are no copies with results. */
async function canBeCopied(path: string): Promise<boolean> {
  try {
    return await isH5ad(path);
  } catch (error) {
    if (error instanceof InputError) return false;
    throw error;
  }
}

async function saveTable(path: string, session: Session, what: RunExport, target: string): Promise<void> {
  const [name, format] = what.split('.') as [(typeof TABLES)[number], 'csv' | 'parquet'];
  if (!(await exportsOf(session)).includes(what))
    throw new InputError(`The run has no ${name}.`, {
      action: name === 'growth' ? 'Train a run with growth.' : 'Train a run that holds a timepoint out.',
    });
  if (format === 'csv') await saveBytes(target, csvOf(path, session, name));
  else await saveBytes(target, [tableParquet(tableOf(path, session, name))]);
}

/** The words of a command line are not those of a window. */
async function exportCopy(path: string, target: string, labels: readonly Label[]): Promise<void> {
  try {
    await exportH5ad(path, target, { labels });
  } catch (error) {
    if (!(error instanceof InputError) || error.detail.option !== '--source') throw error;
    const { option: _, ...detail } = error.detail;
    throw new InputError(
      error.message,
      {
        ...detail,
        action: 'Open the unchanged file that the run was made from, or train anew with this one.',
      },
      error,
    );
  }
}

async function saveCopy(path: string, target: string): Promise<void> {
  await saveSafely(target, {
    bytes: statSync(path).size,
    write: (temporary) => copyFileSync(path, temporary),
    verify(temporary) {
      if (hashOf(temporary) === hashOf(path)) return;
      throw new WorkError('The file was not written: what was written does not read back.', {
        file: target,
        action: 'Check that the disk works, then try again.',
      });
    },
  });
}

const hashOf = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');
