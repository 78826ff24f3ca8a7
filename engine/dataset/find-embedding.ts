import { InputError } from '../errors.ts';
import type { DataFile } from '../io/data-file.ts';
import {
  type ComputedEmbedding,
  type ComputedFrom,
  type ComputeOptions,
  computeEmbeddings,
  type HeldOutEmbedding,
} from './compute-embedding.ts';
import { type ExpressionOptions, findExpression } from './expression.ts';
import type { LoadHooks } from './load-hooks.ts';
import { listNames } from './names.ts';

/** Columns of the embedding that are used where `--dims` says nothing. */
const DEFAULT_MOST_DIMS = 50;
/** The embedding that is computed where the file has none. */
export const COMPUTED = 'X_pca';

export interface Embedding {
  /** in `obsm`, e.g. X_pca */
  name: string;
  dims: number;
  /** [nObs, dims], finite where the cell has a timepoint */
  points: Float32Array;
  /** null: it is the file's */
  computed: ComputedFrom | null;
}

export type EmbeddingOptions = ExpressionOptions &
  ComputeOptions & {
    /** in obsm */
    embedding: string;
  };

/** An embedding of all cells, and where it was computed also those without held-out cells. */
export interface FoundEmbedding {
  embedding: Embedding;
  without: HeldOutEmbedding[];
  notes: string[];
}

/**
 * The file's own where it has it, else principal components of its expression.
 * @param known those of all cells, where they were computed before
 */
export function findEmbedding(
  file: DataFile,
  options: EmbeddingOptions,
  cellTimepoint: Int32Array,
  groups: number[][],
  hooks: LoadHooks = {},
  known: ComputedEmbedding | null = null,
): FoundEmbedding {
  const expression = isComputed(file, options)
    ? ((options.flavour === 'seurat_v3' ? findExpression(file, options, 'counts') : undefined) ??
      findExpression(file, options))
    : undefined;
  if (!expression && isComputed(file, options)) throw noExpression(file);
  if (!expression) {
    const embedding = readEmbedding(file, options, cellTimepoint);
    const seen = groups.length > 0 ? [`${embedding.name} is the file's own: ${SEEN}`] : [];
    return { embedding: { ...embedding, computed: null }, without: [], notes: seen };
  }
  const { whole, without } = computeEmbeddings(
    file,
    expression,
    cellTimepoint,
    groups,
    options,
    hooks,
    known,
  );
  return { embedding: { name: COMPUTED, ...whole }, without, notes: notesOf(whole, without) };
}

/** Whether findEmbedding takes expression, if there is any. */
export function isComputed(
  file: DataFile,
  { expression, embedding }: Pick<EmbeddingOptions, 'expression' | 'embedding'>,
): boolean {
  if (expression !== null) return true;
  return embedding === COMPUTED && !file.obsm().some(({ name }) => name === COMPUTED);
}

function noExpression(file: DataFile): InputError {
  const others = file.obsm().map(({ name }) => `--embedding ${name}`);
  const named = [...others, ...file.layers().map((layer) => `--expression layers/${layer}`)];
  return new InputError('There is nothing to compute an embedding from.', {
    file: file.file,
    key: 'X',
    option: '--expression',
    expected: 'X, raw, or a layer whose name says counts',
    found: 'none of these',
    action: named.length > 0 ? `Name what serves: ${listNames(named)}.` : 'Use a file with counts.',
  });
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
  file: DataFile,
  { embedding, dims }: Pick<EmbeddingOptions, 'embedding' | 'dims'>,
  timepoint: Int32Array,
): Omit<Embedding, 'computed'> {
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
