import type { ObsColumn } from '../dataset/anndata.ts';
import { listNames } from '../dataset/names.ts';
import { type ErrorPlace, InputError } from '../errors.ts';

/** The features of a 10x matrix, each list one entry a feature. */
export interface GeneTable {
  /** e.g. of Ensembl; undefined: there are none beside the names */
  ids?: string[] | undefined;
  names: string[];
  /** `Gene Expression`, `Antibody Capture`, …; undefined: all are genes */
  types?: string[] | undefined;
  genomes?: string[] | undefined;
}

const EXPRESSION = 'Gene Expression';

/**
 * The features that measure the expression of genes.
 * @returns `columns`: which of the features each is, ascending
 * @throws InputError: there are none
 */
export function selectExpression(
  { ids, names, types, genomes }: GeneTable,
  place: ErrorPlace,
): GeneTable & { columns: Int32Array; notes: string[] } {
  const all = Int32Array.from(names, (_, i) => i);
  const columns = types ? all.filter((i) => types[i] === EXPRESSION) : all;
  if (types && names.length > 0 && columns.length === 0)
    throw new InputError('There are no genes among the features.', {
      ...place,
      expected: `features of the type "${EXPRESSION}"`,
      found: listNames([...new Set(types)], 5),
      action: 'Name the matrix that holds the expression of genes.',
    });
  const pick = (list: string[] | undefined) => list && Array.from(columns, (i) => list[i]!);
  return {
    ids: pick(ids),
    names: pick(names)!,
    types: pick(types),
    genomes: pick(genomes),
    columns,
    notes: types ? leftOutNotes(types) : [],
  };
}

function leftOutNotes(types: string[]): string[] {
  const counts = new Map<string, number>();
  for (const type of types) if (type !== EXPRESSION) counts.set(type, (counts.get(type) ?? 0) + 1);
  if (counts.size === 0) return [];
  const texts = Array.from(counts, ([type, n]) => `${n} of "${type}"`);
  return [`Features that are not the expression of genes are left out: ${listNames(texts, 5)}.`];
}

/** What a path says of its matrix. */
export function rawMatrixNotes(path: string): string[] {
  return /raw_(feature|gene)_bc_matri/i.test(path)
    ? [
        'This is the raw matrix, most of whose barcodes hold no cell: the one called "filtered" has the cells.',
      ]
    : [];
}

/** The columns of var, named as scanpy names them. */
export function geneColumns({ ids, types, genomes }: GeneTable): Record<string, ObsColumn> {
  const text = (name: string, values: string[] | undefined): Record<string, ObsColumn> =>
    values ? { [name]: { kind: 'string', values } } : {};
  return { ...text('gene_ids', ids), ...text('feature_types', types), ...text('genome', genomes) };
}
