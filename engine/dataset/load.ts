import { basename } from 'node:path';
import type { ExperimentConfig } from '../config.ts';
import { InputError } from '../errors.ts';
import { type H5adFile, openH5ad } from '../io/h5ad-read.ts';
import { distinctValues, valueText } from './column-values.ts';
import { type Condition, subsetOf } from './subset.ts';
import { type TimepointEdit, type Timepoints, timepointsFromColumn } from './timepoints.ts';

/** Columns of the embedding that are used where `--dims` says nothing. */
const DEFAULT_MOST_DIMS = 50;

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
  };
  timepoints: Timepoints;
  /** the column of `--label`, −1 = no value; null: not asked for */
  cellType: Codes | null;
  /** the column of `--batch`, alike */
  batch: Codes | null;
}

/** A column of obs as numbers and the names they stand for. */
export interface Codes {
  /** [nObs], −1 = no value */
  codes: Int32Array;
  names: string[];
}

export interface LoadOptions {
  /** column of obs */
  time: string;
  /** how its labels become timepoints; null: as they are */
  timepoints: TimepointEdit[] | null;
  /** which cells take part; empty: all */
  where: Condition[];
  /** matrix in obsm */
  embedding: string;
  /** its first columns; null: all, at most 50 */
  dims: number | null;
  /** column of obs with cell types; null: none */
  label: string | null;
  /** column of obs with replicates; null: none */
  batch: string | null;
}

/** What of a configuration says how its cells are read. */
export function loadOptionsOf(config: ExperimentConfig): LoadOptions {
  const { time, timepoints, where, embedding, dims, label, batch } = config;
  return { time, timepoints, where, embedding, dims, label, batch };
}

/** Reads what a fit needs of an h5ad, and nothing else. To be called in a worker thread. */
export async function loadDataset(path: string, options: LoadOptions): Promise<Dataset> {
  const file = await openH5ad(path);
  try {
    const subset = options.where.length === 0 ? null : subsetOf(file, file.nObs, options.where, file.file);
    const timepoints = timepointsFromColumn(file.readObs(options.time, '--time'), options.time, {
      file: file.file,
      keep: subset?.keep ?? null,
      edits: options.timepoints,
      ordering: () => file.timeOrdering(options.time),
    });
    timepoints.notes.unshift(...(subset?.notes ?? []));
    return {
      name: basename(path),
      nObs: file.nObs,
      obsNames: file.obsNames(),
      embedding: readEmbedding(file, options, timepoints.cellTimepoint),
      timepoints,
      cellType: options.label === null ? null : readCodes(file, options.label, '--label'),
      batch: options.batch === null ? null : readCodes(file, options.batch, '--batch'),
    };
  } finally {
    file.close();
  }
}

function readEmbedding(
  file: H5adFile,
  { embedding, dims }: LoadOptions,
  timepoint: Int32Array,
): Dataset['embedding'] {
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
