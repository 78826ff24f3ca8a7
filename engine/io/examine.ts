import type { ObsColumn } from '../dataset/anndata.ts';
import { type DatasetFacts, diagnose, type Finding } from '../dataset/doctor.ts';
import { type MatrixFacts, matrixFacts } from '../dataset/matrix-state.ts';
import { type Timepoints, timepointsFromColumn } from '../dataset/timepoints.ts';
import { InputError } from '../errors.ts';
import { drawWithoutReplacement, randomStream } from '../random.ts';
import type { H5adFile } from './h5ad-read.ts';

/** Cells that tell what X is. */
const SAMPLE = 500;
const BATCH_NAMES = /batch|replicate|sample|donor|library|lane|plate|channel|experiment|orig\.?ident/i;
const DOUBLET_NAMES = /doublet|multiplet/i;

/** Looks into an h5ad and says what its user should know. @param time the column; null: none can serve */
export function examine(file: H5adFile, time: string | null): Finding[] {
  const columns = file.obsColumns();
  const loadings = file.varm().some(({ name }) => name === 'PCs');
  const timepoints = time === null ? null : timesOf(file, time);
  const facts: DatasetFacts = {
    nObs: file.nObs,
    nVars: file.nVars,
    X: sampleX(file),
    time: timepoints && time !== null ? { name: time, timepoints } : null,
    embeddings: file.obsm().map(({ name, shape, problem }) => ({
      name,
      dims: shape[1] ?? 0,
      problem: problem ?? valueProblem(file, name, shape[1] ?? 0),
      loadings,
    })),
    duplicatedCells: duplicates(file.obsNames()),
    duplicatedGenes: duplicates(file.varNames()),
    batches: columns
      .filter(
        ({ name, nUnique }) => BATCH_NAMES.test(name) && name !== time && nUnique !== null && nUnique > 1,
      )
      .map(({ name }) => ({ name, codes: codesOf(file.readObs(name)) })),
    doublets: columns
      .filter(({ name, kind }) => DOUBLET_NAMES.test(name) && kind === 'boolean')
      .map(({ name }) => name),
    unreadable: columns.filter(({ nUnique }) => nUnique === null).map(({ name }) => name),
  };
  return diagnose(facts);
}

function timesOf(file: H5adFile, name: string): Timepoints {
  return timepointsFromColumn(file.readObs(name, '--time'), name, {
    file: file.file,
    ordering: () => file.timeOrdering?.(name),
  });
}

function sampleX(file: H5adFile): MatrixFacts | null {
  const X = file.nVars > 0 ? file.matrix() : undefined;
  // every row of a CSC matrix would be a read of all of it
  if (!X || (X.storage === 'csc' && file.nObs > 20_000)) return null;
  const drawn = drawWithoutReplacement(file.nObs, SAMPLE, randomStream(0, 'doctor'));
  return matrixFacts(X.readRowList(Int32Array.from(drawn).sort()));
}

// NaN in an embedding is told here, before a fit is asked for
function valueProblem(file: H5adFile, name: string, dims: number): string | null {
  if (dims === 0) return 'it has no columns';
  try {
    file.readObsm(name, { columns: Math.min(50, dims) });
    return null;
  } catch (error) {
    if (error instanceof InputError) return error.detail.found ?? error.message;
    throw error;
  }
}

function duplicates(names: string[]): number {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) twice.add(name);
    seen.add(name);
  }
  return twice.size;
}

function codesOf(column: ObsColumn): Int32Array {
  if (column.kind === 'categorical') return column.codes;
  const index = new Map<string | number, number>();
  return Int32Array.from(column.values as ArrayLike<string | number | null>, (value) => {
    if (value === null || Number.isNaN(value)) return -1;
    if (!index.has(value)) index.set(value, index.size);
    return index.get(value)!;
  });
}
