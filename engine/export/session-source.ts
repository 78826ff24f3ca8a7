import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import type { ExperimentConfig } from '../config.ts';
import { type Dataset, type LoadOptions, loadDataset, loadOptionsOf } from '../dataset/load.ts';
import { InputError } from '../errors.ts';
import { type FileIdentity, identifyFile } from '../io/file-identity.ts';
import { findMatrix, isFolder } from '../io/matrix-market-files.ts';
import { dataSha256 } from './manifest.ts';

/** A file that a session's cells came from, as it was then; of a folder its matrix. */
export interface SessionSource extends FileIdentity {
  /** from the session's folder, so that both can be moved together */
  relative: string;
}

export interface SourceState {
  /** where the files are; where they were, if one is missing */
  paths: string[];
  /** what the results rest on (names of cells, their times, the embedding) is the same, differs, is nowhere, is elsewhere */
  state: 'unchanged' | 'changed' | 'missing' | 'moved';
}

/**
 * The source of a session.
 * @param paths the files or folders that were read
 * @param session where the session will be in the end
 * @param finalPath where the only source will be then, where it moves too; undefined: where it is
 * @throws InputError: missing or not readable
 */
export function sessionSources(
  paths: readonly string[],
  session: string,
  finalPath: string | undefined,
): SessionSource[] {
  return paths.map((path) => {
    const identity = identifyFile(isFolder(path) ? findMatrix(path) : path);
    const place = finalPath === undefined ? identity.path : resolve(finalPath);
    return { ...identity, path: place, relative: relative(dirname(resolve(session)), place) };
  });
}

/** SHA-256 of the cells that results belong to: their names and the arrays that were used. */
export function cellsSha256(dataset: Dataset): string {
  return createHash('sha256')
    .update(JSON.stringify(dataset.obsNames))
    .update(dataSha256(dataset))
    .digest('hex');
}

/** Looks for the sources where they were, then as they lay to the session, then beside it. To be called in a worker thread. */
export async function sourceState(
  sessionPath: string,
  sources: readonly SessionSource[],
  config: ExperimentConfig,
  cells: string,
): Promise<SourceState> {
  const folder = dirname(resolve(sessionPath));
  const found = sources.map((source) => locate(source, folder));
  const paths = found.flatMap((place) => place?.path ?? []);
  const missing: SourceState = { paths: sources.map(({ path }) => path), state: 'missing' };
  if (paths.length < sources.length) return missing;
  const same = found.every((place) => place!.same) || (await hasCells(paths, config, cells));
  const moved = paths.some((path, i) => path !== sources[i]!.path);
  if (moved) return same ? { paths, state: 'moved' } : missing;
  return { paths, state: same ? 'unchanged' : 'changed' };
}

function locate(source: SessionSource, folder: string): { path: string; same: boolean } | undefined {
  const candidates = existsSync(source.path)
    ? [source.path]
    : [resolve(folder, source.relative), join(folder, basename(source.path))];
  const there = candidates.flatMap((path) => {
    const identity = identityAt(path);
    return identity ? [{ path, same: isSame(identity, source) }] : [];
  });
  return there.find(({ same }) => same) ?? there[0];
}

/** Whether files hold the same cells with the same data. */
async function hasCells(paths: readonly string[], config: ExperimentConfig, cells: string): Promise<boolean> {
  try {
    return cellsSha256(await loadDataset(paths, loadOptions(config))) === cells;
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
    map: 'none',
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
