import { basename } from 'node:path';
import type { ExperimentConfig } from '../config.ts';
import { InputError } from '../errors.ts';
import { type H5adFile, openH5ad } from '../io/h5ad-read.ts';
import { distinctValues, valueText } from './column-values.ts';
import {
  type ComputedEmbedding,
  type ComputedFrom,
  computeEmbeddings,
  type HeldOutEmbedding,
  type LoadHooks,
} from './compute-embedding.ts';
import { findExpression } from './expression.ts';
import { qualityOf } from './quality.ts';
import { heldOutGroups } from './split.ts';
import { subsetOf } from './subset.ts';
import { type Timepoints, timepointsFromColumn } from './timepoints.ts';

/** Columns of the embedding that are used where `--dims` says nothing. */
const DEFAULT_MOST_DIMS = 50;
/** The embedding that is computed where the file has none. */
const COMPUTED = 'X_pca';

/** What a fit works on: cells in an embedding, each with its timepoint. */
export interface Dataset {
  /** the file's name without its folder */
  name: string;
  nObs: number;
  obsNames: string[];
  embedding: {
    /** in `obsm`, e.g. X_pca */
    name: string;
    dims: number;
    /** [nObs, dims], finite where the cell has a timepoint */
    points: Float32Array;
    /** null: it is the file's */
    computed: ComputedFrom | null;
  };
  /** the space of each fit that holds timepoints out, where it was computed without them; else empty */
  heldOutEmbeddings: HeldOutEmbedding[];
  timepoints: Timepoints;
  /** the column of `--label`, −1 = no value; null: not asked for */
  cellType: Codes | null;
  /** the column of `--batch`, alike */
  batch: Codes | null;
  /** what was done on the way and what the reader should know */
  notes: string[];
}

/** A column of obs as numbers and the names they stand for. */
export interface Codes {
  /** [nObs], −1 = no value */
  codes: Int32Array;
  names: string[];
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
 * Reads what a fit needs of a file, and computes the embedding where there is none. To be called in a worker thread.
 * @throws InputError: what cannot be read or computed; CancelledError
 */
export async function loadDataset(
  path: string,
  options: LoadOptions,
  hooks: LoadHooks = {},
): Promise<Dataset> {
  const file = await openH5ad(path);
  try {
    const chosen = chooseCells(file, options, hooks);
    const timepoints = timepointsFromColumn(file.readObs(options.time, '--time'), options.time, {
      file: file.file,
      keep: chosen?.keep ?? null,
      edits: options.timepoints,
      ordering: () => file.timeOrdering(options.time),
    });
    const batch = options.batch === null ? null : readCodes(file, options.batch, '--batch');
    const { embedding, without, notes } = embeddingOf(file, options, timepoints, batch, hooks);
    return {
      name: basename(path),
      nObs: file.nObs,
      obsNames: file.obsNames(),
      embedding,
      heldOutEmbeddings: without,
      timepoints,
      cellType: options.label === null ? null : readCodes(file, options.label, '--label'),
      batch,
      notes: [...(chosen?.notes ?? []), ...notes],
    };
  } finally {
    file.close();
  }
}

/** By the conditions, then by quality; undefined: all cells. */
function chooseCells(
  file: H5adFile,
  options: LoadOptions,
  hooks: LoadHooks,
): { keep: Uint8Array; notes: string[] } | undefined {
  const subset = options.where.length === 0 ? null : subsetOf(file, file.nObs, options.where, file.file);
  const quality = qualityOf(file, options, options, {
    ...(hooks.shouldStop && { shouldStop: hooks.shouldStop }),
    onProgress: (step, steps) => hooks.onProgress?.('reading', { step, steps }),
  });
  if (!subset || !quality) return subset ?? quality;
  return {
    keep: subset.keep.map((is, i) => is & quality.keep[i]!),
    notes: [...subset.notes, ...quality.notes],
  };
}

/** The file's own where it has it, else principal components of its expression. */
function embeddingOf(
  file: H5adFile,
  options: LoadOptions,
  timepoints: Timepoints,
  batch: Codes | null,
  hooks: LoadHooks,
): Pick<Dataset, 'embedding' | 'notes'> & { without: HeldOutEmbedding[] } {
  const stored = file.obsm().some(({ name }) => name === options.embedding);
  const groups = options.holdOut === null ? [] : heldOutGroups(options.holdOut, timepoints);
  const expression =
    options.expression !== null || (!stored && options.embedding === COMPUTED)
      ? findExpression(file, options)
      : undefined;
  if (!expression) {
    const embedding = readEmbedding(file, options, timepoints.cellTimepoint);
    const seen = groups.length > 0 ? [`${embedding.name} is the file's own: ${SEEN}`] : [];
    return { embedding: { ...embedding, computed: null }, without: [], notes: seen };
  }
  if (options.genesByBatch && batch === null)
    throw new InputError('Genes cannot be chosen by replicate without replicates.', {
      option: '--genes-by-batch',
      expected: 'a column of obs after --batch',
      found: 'none',
      action: 'Name the column with --batch.',
    });
  const { whole, without } = computeEmbeddings(
    file,
    expression,
    timepoints,
    groups,
    {
      ...options,
      batch: options.genesByBatch && batch ? { codes: batch.codes, categories: batch.names } : null,
    },
    hooks,
  );
  return { embedding: { name: COMPUTED, ...whole }, without, notes: notesOf(whole, without) };
}

const SEEN = 'how it was fitted is not known, so it may have seen the held-out cells.';

function notesOf(whole: ComputedEmbedding, without: HeldOutEmbedding[]): string[] {
  const { expression, state, steps } = whole.computed;
  return [
    `The principal components are computed from ${expression}, which holds ${STATES[state]}.`,
    ...steps,
    ...(without.length > 0
      ? [
          'For each fit that holds cells out, all of this is done anew without them, and they are placed in it.',
        ]
      : []),
  ];
}

const STATES: Record<ComputedFrom['state'], string> = {
  counts: 'counts',
  normalized: 'normalised values',
  'log-normalized': 'log-normalised values',
  scaled: 'scaled values',
};

function readEmbedding(
  file: H5adFile,
  { embedding, dims }: LoadOptions,
  timepoint: Int32Array,
): Omit<Dataset['embedding'], 'computed'> {
  const columns = file.obsm().find(({ name }) => name === embedding)?.shape[1];
  if (dims !== null && columns !== undefined && dims > columns) {
    throw new InputError('The embedding has fewer dimensions than asked for.', {
      file: file.file,
      key: `obsm/${embedding}`,
      option: '--dims',
      expected: `at most ${columns}`,
      found: String(dims),
      action: `Use --dims ${columns} or fewer, or another --embedding.`,
    });
  }
  const wanted = dims ?? DEFAULT_MOST_DIMS;
  const matrix = file.readObsm(embedding, {
    columns: Math.min(wanted, columns ?? wanted),
    option: '--embedding',
    timepoint,
  });
  const points = Float32Array.from(matrix.values);
  const width = matrix.shape[1];
  if (!points.every((value, i) => Number.isFinite(value) || timepoint[Math.floor(i / width)] === -1)) {
    throw new InputError('The embedding holds numbers that are too large.', {
      file: file.file,
      key: `obsm/${embedding}`,
      expected: 'magnitudes below 3.4e38 (single precision)',
      action: 'Rescale the embedding.',
    });
  }
  return { name: embedding, dims: width, points };
}

function readCodes(file: H5adFile, name: string, option: string): Codes {
  const column = file.readObs(name, option);
  const { values, codes } = distinctValues(column);
  const texts = values.map(valueText);
  if (column.kind === 'categorical') return { codes, names: texts };
  const names = texts.toSorted();
  const rank = texts.map((text) => names.indexOf(text));
  return { codes: codes.map((code) => (code < 0 ? -1 : rank[code]!)), names };
}
