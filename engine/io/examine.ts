import type { ObsColumn } from '../dataset/anndata.ts';
import { distinctValues } from '../dataset/column-values.ts';
import { diagnose } from '../dataset/doctor.ts';
import { findExpression, sampleFacts } from '../dataset/expression.ts';
import type { DatasetFacts, Finding } from '../dataset/finding.ts';
import { timepointsFromColumn } from '../dataset/timepoints.ts';
import { InputError } from '../errors.ts';
import type { DataFile } from './data-file.ts';

const BATCH_NAMES = /batch|replicate|sample|donor|library|lane|plate|channel|experiment|orig\.?ident/i;
const DOUBLET_NAMES = /doublet|multiplet|^DF\.class|scrublet|^scds/i;
const QUALITY_NAMES =
  /^(n_genes|n_genes_by_counts|n_counts|total_counts|nCount_RNA|nFeature_RNA|pct_counts_(mt|mito)|percent[._]?(mt|mito))$/i;
/** Above it a CSC matrix is not read for a sample of its cells. */
const MOST_CSC_CELLS = 20_000;

/**
 * Looks into a file and says what its user should know.
 * @param time the column, which need not be able to serve; null: none looks like time
 * @throws InputError: no such column
 */
export function examine(file: DataFile, time: string | null): Finding[] {
  const columns = file.obsColumns();
  const loadings = file.varm().some(({ name }) => name === 'PCs');
  const times = time === null ? { time: null, timeProblem: null } : timesOf(file, time);
  const facts: DatasetFacts = {
    nObs: file.nObs,
    nVars: file.nVars,
    X: sampleX(file),
    expression: expressionOf(file),
    ...times,
    embeddings: file.obsm().map(({ name, shape, problem }) => ({
      name,
      dims: shape[1] ?? 0,
      problem: problem ?? valueProblem(file, name, shape[1] ?? 0, times.time?.timepoints.cellTimepoint),
      loadings,
    })),
    duplicatedCells: duplicates(file.obsNames()),
    duplicatedGenes: duplicates(file.varNames()),
    batches: columns
      .filter(
        ({ name, nUnique }) => BATCH_NAMES.test(name) && name !== time && nUnique !== null && nUnique > 1,
      )
      .map(({ name }) => ({ name, codes: distinctValues(file.readObs(name)).codes })),
    doublets: columns
      .filter(({ name, nUnique }) => DOUBLET_NAMES.test(name) && nUnique === 2)
      .flatMap(({ name }) => {
        const value = doubletValue(file.readObs(name));
        return value === undefined ? [] : [{ name, value }];
      }),
    quality: columns
      .filter(({ name, kind }) => kind === 'number' && QUALITY_NAMES.test(name))
      .map(({ name }) => name),
    unreadable: columns.filter(({ nUnique }) => nUnique === null).map(({ name }) => name),
  };
  return diagnose(facts);
}

function timesOf(file: DataFile, name: string): Pick<DatasetFacts, 'time' | 'timeProblem'> {
  const column = file.readObs(name, '--time');
  try {
    const ordering = () => file.timeOrdering(name);
    const timepoints = timepointsFromColumn(column, name, { file: file.file, ordering });
    return { time: { name, timepoints }, timeProblem: null };
  } catch (error) {
    if (error instanceof InputError) return { time: null, timeProblem: { name, error } };
    throw error;
  }
}

function sampleX(file: DataFile): DatasetFacts['X'] {
  const X = file.nVars > 0 ? file.matrix() : undefined;
  if (!X) return null;
  if (X.storage === 'csc' && file.nObs > MOST_CSC_CELLS)
    return { unread: 'It is stored by genes, so a sample of its cells would need all of it.' };
  return sampleFacts(X);
}

function expressionOf(file: DataFile): DatasetFacts['expression'] {
  const X = file.nVars > 0 ? file.matrix() : undefined;
  if (X?.storage === 'csc' && file.nObs > MOST_CSC_CELLS) return { key: 'X', state: 'unknown' };
  try {
    return findExpression(file, { expression: null, expressionState: 'auto' }) ?? null;
  } catch (error) {
    if (error instanceof InputError) return null;
    throw error;
  }
}

/** The value that says doublet; undefined where none clearly does, such as a score. */
function doubletValue(column: ObsColumn): string | undefined {
  if (column.kind === 'boolean') return 'True';
  const values =
    column.kind === 'categorical' && Array.isArray(column.categories)
      ? column.categories
      : column.kind === 'string'
        ? [...new Set(column.values)]
        : [];
  return values.find((value) => value !== null && /^(doublet|multiplet|true)s?$/i.test(value)) ?? undefined;
}

// NaN in an embedding is told here, before a fit is asked for
function valueProblem(file: DataFile, name: string, dims: number, timepoint?: Int32Array): string | null {
  if (dims === 0) return 'it has no columns';
  try {
    file.readObsm(name, { columns: Math.min(50, dims), ...(timepoint && { timepoint }) });
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
