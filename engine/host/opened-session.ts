import { statSync } from 'node:fs';
import { basename } from 'node:path';
import type { ExperimentConfig } from '../config.ts';
import type { Finding } from '../dataset/finding.ts';
import { readSession, type Session } from '../export/session.ts';
import { identifyFile } from '../io/file-identity.ts';
import { findMatrix, isFolder } from '../io/matrix-market-files.ts';
import { isSessionFile } from '../io/session-file.ts';
import type { Experiment } from '../pipeline.ts';
import type { RunInfo } from './run-protocol.ts';
import type { Fingerprint } from './run-record.ts';
import { summarizeRun } from './run-summary.ts';

/** A session that was opened as a file, and what its cells are read from. */
export interface OpenedSession {
  /** of the session itself */
  path: string;
  /** its source where that is found and the same, else the session, which has the cells without their genes */
  paths: string[];
  /** what is to be said of it */
  findings: Finding[];
  /** a run as it stands in the list, without its handle */
  info: Omit<RunInfo, 'run'>;
  /** with what these cells can be trained again */
  experiment: ExperimentConfig;
}

/**
 * To be called in a worker thread.
 * @returns undefined: something else is to be opened
 * @throws InputError as readSession: a session that is damaged or of another version
 */
export async function openedSession(given: readonly string[]): Promise<OpenedSession | undefined> {
  const [path] = given;
  if (given.length !== 1 || isFolder(path!) || !(await isSessionFile(path!))) return undefined;
  const session = await readSession(path!);
  const { experiment, source } = session;
  const isThere = source.state === 'unchanged' || source.state === 'moved';
  return {
    path: path!,
    paths: isThere ? source.paths : [path!],
    findings: isThere ? [] : [aboutSource(session)],
    info: infoOf(path!, session),
    experiment: isThere ? experiment.config : ofItsOwnCells(experiment),
  };
}

export const fingerprintOf = (path: string): Fingerprint[number] => {
  const { bytes, probe } = identifyFile(isFolder(path) ? findMatrix(path) : path);
  return { bytes, probe };
};

function infoOf(path: string, session: Session): OpenedSession['info'] {
  const { fits, config } = session.experiment;
  return {
    name: basename(path)
      .replace(/\.h5ad$/i, '')
      .replace(/\.meander$/i, ''),
    state: 'done',
    created: statSync(path).mtime.toISOString(),
    seconds: fits.reduce((sum, fit) => sum + fit.seconds, 0),
    experiment: config,
    ...summarizeRun(session),
  };
}

function aboutSource({ source }: Session): Finding {
  const names = source.paths.map((path) => basename(path)).join(', ');
  const missing = source.state === 'missing';
  return {
    severity: 'warning',
    subject: 'session',
    title: missing
      ? 'The file that this session was made from is not there'
      : 'The file that this session was made from has changed',
    reason: `${names} ${missing ? 'was not found where it was, nor beside the session' : 'holds other cells or other values by now'}. What is shown are the cells as the session keeps them, with their times and their embedding but without genes. Results, trajectories and exports are complete, but for genes and a full h5ad.`,
    action: {
      label: missing
        ? `Put ${names} beside the session and open it again, to see genes too.`
        : `Open ${names} itself to work with it as it is now.`,
    },
  };
}

/** The session has the cells that took part, under the names and times that their timepoints had in the end. */
function ofItsOwnCells({ config, dataset }: Experiment): ExperimentConfig {
  const { labels, times } = dataset.timepoints;
  return {
    ...config,
    where: [],
    timepoints: labels.map((label, k) => ({ labels: [label], time: times[k]!, name: null })),
    embedding: dataset.embedding.name.replaceAll('/', '_'),
    dims: dataset.embedding.dims,
    expression: null,
    minCounts: null,
    minGenes: null,
    maxMitochondrial: null,
    genesByBatch: false,
  };
}
