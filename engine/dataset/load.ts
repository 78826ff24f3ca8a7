import { basename } from 'node:path';
import type { ExperimentConfig } from '../config.ts';
import { InputError } from '../errors.ts';
import type { DataFile } from '../io/data-file.ts';
import { openData } from '../io/open-data.ts';
import type { BatchColumn } from '../preprocess/batches.ts';
import { chooseCells } from './choose-cells.ts';
import { type Codes, readCodes } from './codes.ts';
import type { ComputedEmbedding, HeldOutEmbedding } from './compute-embedding.ts';
import { type Embedding, findEmbedding } from './find-embedding.ts';
import { hooksOf, type LoadHooks } from './load-hooks.ts';
import { type CellMap, findMap } from './map.ts';
import { listNames } from './names.ts';
import { heldOutGroups } from './split.ts';
import { type Timepoints, timepointsFromColumn } from './timepoints.ts';

/** What a fit works on: cells in an embedding, each with its timepoint. */
export interface Dataset {
  /** the file's name without its folder, or the names of several */
  name: string;
  nObs: number;
  obsNames: string[];
  embedding: Embedding;
  /** the space of each fit that holds timepoints out, where it was computed without them; else empty */
  heldOutEmbeddings: HeldOutEmbedding[];
  timepoints: Timepoints;
  /** the file's own; null: it has none, or none is wanted */
  map: CellMap | null;
  /** the column of `--label`, −1 = no value; null: not asked for */
  cellType: Codes | null;
  /** the column of `--batch`, alike */
  batch: Codes | null;
  /** what was done on the way and what the reader should know */
  notes: string[];
}

/** Where a fit that holds these timepoints out lives, [nObs, dims]. */
export function pointsWithout(
  { embedding, heldOutEmbeddings }: Pick<Dataset, 'embedding' | 'heldOutEmbeddings'>,
  heldOut: readonly number[],
): Float32Array {
  const own = heldOutEmbeddings.find((each) => each.heldOut.join() === heldOut.join());
  return (own ?? embedding).points;
}

/** What of a configuration says how its cells are read. */
export type LoadOptions = Pick<
  ExperimentConfig,
  | 'time'
  | 'timepoints'
  | 'where'
  | 'embedding'
  | 'dims'
  | 'label'
  | 'batch'
  | 'expression'
  | 'expressionState'
  | 'minCounts'
  | 'minGenes'
  | 'maxMitochondrial'
  | 'minCells'
  | 'targetSum'
  | 'variableGenes'
  | 'flavour'
  | 'genesByBatch'
  | 'map'
  | 'seed'
> & {
  /** what is held out, so that an embedding is computed without it too; null: only one of all cells */
  holdOut: string | null;
};

export function loadOptionsOf(config: ExperimentConfig): LoadOptions {
  const protocol = config.protocol ?? (config.preset === 'paper' ? 'paper' : 'strict');
  return { ...config, holdOut: protocol === 'paper' ? null : config.holdOut };
}

/**
 * Reads what a fit needs of a file, or of several (see openData), and computes the embedding where there is none. To be called in a worker thread.
 * @throws InputError: what cannot be read or computed; CancelledError
 */
export async function loadDataset(
  paths: readonly string[],
  options: LoadOptions,
  hooks: LoadHooks = {},
): Promise<Dataset> {
  const file = await openData(paths, hooksOf(hooks, 'reading'));
  try {
    return readDataset(file, paths, options, hooks);
  } finally {
    file.close();
  }
}

/** What was computed of a file's cells before, in the same way. */
export interface KnownCells {
  /** [nObs], 0 = the cell took no part */
  takesPart: Uint8Array;
  /** null: it is the file's */
  embedding: ComputedEmbedding | null;
}

/**
 * The same of a file that is open.
 * @param known taken where the same cells take part
 */
export function readDataset(
  file: DataFile,
  paths: readonly string[],
  options: LoadOptions,
  hooks: LoadHooks = {},
  known: KnownCells | null = null,
): Dataset {
  const chosen = chooseCells(file, options, hooks);
  const timepoints = timepointsFromColumn(file.readObs(options.time, '--time'), options.time, {
    file: file.file,
    keep: chosen?.keep ?? null,
    edits: options.timepoints,
    ordering: () => file.timeOrdering(options.time),
  });
  const batch = options.batch === null ? null : readCodes(file, options.batch, '--batch');
  const { embedding, without, notes } = findEmbedding(
    file,
    { ...options, batch: genesByBatch(options, batch) },
    timepoints.cellTimepoint,
    options.holdOut === null ? [] : heldOutGroups(options.holdOut, timepoints),
    hooks,
    known && sameCells(known.takesPart, timepoints.cellTimepoint) ? known.embedding : null,
  );
  const { map, notes: mapNotes } = findMap(file, options.map, timepoints.cellTimepoint);
  return {
    name: listNames(
      paths.map((path) => basename(path)),
      3,
    ),
    nObs: file.nObs,
    obsNames: file.obsNames(),
    embedding,
    heldOutEmbeddings: without,
    timepoints,
    map,
    cellType: options.label === null ? null : readCodes(file, options.label, '--label'),
    batch,
    notes: [...file.notes(), ...(chosen?.notes ?? []), ...notes, ...mapNotes],
  };
}

/** Whether the cells that took part once are those that have a timepoint. */
export function sameCells(takesPart: Uint8Array, cellTimepoint: Int32Array): boolean {
  return cellTimepoint.every((timepoint, i) => timepoint >= 0 === (takesPart[i] !== 0));
}

/** The replicates in each of which genes are ranked; null: over all cells. */
export function genesByBatch(
  options: Pick<LoadOptions, 'genesByBatch'>,
  batch: Codes | null,
): BatchColumn | null {
  if (!options.genesByBatch) return null;
  if (batch) return { codes: batch.codes, categories: batch.names };
  throw new InputError('Genes cannot be chosen by replicate without replicates.', {
    option: '--genes-by-batch',
    expected: 'a column of obs after --batch',
    found: 'none',
    action: 'Name the column with --batch.',
  });
}
