import { createHash } from 'node:crypto';
import { basename, dirname, join, resolve } from 'node:path';
import type { ExperimentConfig } from '../config.ts';
import { type Dataset, type LoadOptions, loadDataset, loadOptionsOf } from '../dataset/load.ts';
import { InputError } from '../errors.ts';
import { type FileIdentity, identifyFile } from '../io/file-identity.ts';
import { dataSha256 } from './manifest.ts';

/** The file that a session's cells came from, as it was then. */
export interface SessionSource extends FileIdentity {
  /** from the session's folder, so that both can be moved together */
  relative: string;
}

export interface SourceState {
  /** where it is; where it was, if it is missing */
  path: string;
  /** what the results rest on (names of cells, their times, the embedding) is the same, differs, is nowhere, is elsewhere */
  state: 'unchanged' | 'changed' | 'missing' | 'moved';
}

/** SHA-256 of the cells that results belong to: their names and the arrays that were used. */
export function cellsSha256(dataset: Dataset): string {
  return createHash('sha256')
    .update(JSON.stringify(dataset.obsNames))
    .update(dataSha256(dataset))
    .digest('hex');
}

/** Looks for the source where it was, then as it lay to the session, then beside it. To be called in a worker thread. */
export async function sourceState(
  sessionPath: string,
  source: SessionSource,
  config: ExperimentConfig,
  cells: string,
): Promise<SourceState> {
  const folder = dirname(resolve(sessionPath));
  const there = identityAt(source.path);
  if (there) {
    const same = isSame(there, source) || (await hasCells(source.path, config, cells));
    return { path: source.path, state: same ? 'unchanged' : 'changed' };
  }
  for (const path of [resolve(folder, source.relative), join(folder, basename(source.path))]) {
    const found = identityAt(path);
    if (found && (isSame(found, source) || (await hasCells(path, config, cells))))
      return { path, state: 'moved' };
  }
  return { path: source.path, state: 'missing' };
}

/** Whether a file holds the same cells with the same data. */
async function hasCells(path: string, config: ExperimentConfig, cells: string): Promise<boolean> {
  try {
    return cellsSha256(await loadDataset(path, loadOptions(config))) === cells;
  } catch (error) {
    if (error instanceof InputError) return false;
    throw error;
  }
}

/** How the cells of an experiment are read again; its labels say nothing of which they are, nor do batches alone. */
export function loadOptions(config: ExperimentConfig): LoadOptions {
  return {
    ...loadOptionsOf(config),
    label: null,
    holdOut: null,
    ...(!config.genesByBatch && { batch: null }),
  };
}

function identityAt(path: string): FileIdentity | undefined {
  try {
    return identifyFile(path);
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

const isSame = (a: FileIdentity, b: FileIdentity) =>
  a.bytes === b.bytes && a.modifiedMs === b.modifiedMs && a.probe === b.probe;
