import type { ObsColumn, ObsColumnInfo } from '../dataset/anndata.ts';
import { distinctValues, valueText } from '../dataset/column-values.ts';
import type { DataFile } from '../io/data-file.ts';
import { areGeneIds, GENE_ID_COLUMN } from '../io/gene-ids.ts';
import type { GeneInfo } from './protocol.ts';

/** What the genes of a file are called, in the order of its columns. */
export interface GeneNames {
  names: string[];
  /** null: the file has none; an id may be empty */
  ids: string[] | null;
}

const NAME_COLUMN =
  /^(gene[_. ]?(symbols?|names?|short[_. ]?name)|feature[_. ]?names?|symbols?|hgnc([_. ]?symbol)?|mgi[_. ]?symbol)$/i;

/** The names of genes as people know them, and their identifiers, whichever of them the file's index holds. */
export function readGeneNames(file: Pick<DataFile, 'varNames' | 'varColumns' | 'readVar'>): GeneNames {
  const index = file.varNames();
  const column = (named: RegExp) => {
    const info = file.varColumns().find((each) => named.test(each.name) && holdsText(each));
    return info && textsOf(file.readVar(info.name));
  };
  if (!areGeneIds(index)) return { names: index, ids: column(GENE_ID_COLUMN) ?? null };
  const names = column(NAME_COLUMN);
  return names
    ? { names: names.map((name, j) => name || index[j]!), ids: index }
    : { names: index, ids: null };
}

const holdsText = ({ kind, nUnique }: ObsColumnInfo) =>
  nUnique !== null && (kind === 'string' || kind === 'categorical');

function textsOf(column: ObsColumn): string[] {
  const { values, codes } = distinctValues(column);
  const texts = values.map(valueText);
  return Array.from(codes, (code) => (code < 0 ? '' : texts[code]!));
}

/**
 * Genes by what is typed, whatever the case: the gene of that name or id, then those that begin with it, the shortest first, then
 * those that contain it; of equal ones in the file's order.
 * @param most at most so many
 */
export function findGenes({ names, ids }: GeneNames, text: string, most: number): GeneInfo[] {
  const wanted = text.trim().toLowerCase();
  const found: { column: number; rank: number }[] = [];
  for (let column = 0; column < names.length; column++) {
    const rank = Math.min(
      rankOf(names[column]!.toLowerCase(), wanted),
      ids ? rankOf(ids[column]!.toLowerCase(), wanted) : Number.POSITIVE_INFINITY,
    );
    if (rank < Number.POSITIVE_INFINITY) found.push({ column, rank });
  }
  return found
    .sort((a, b) => a.rank - b.rank || a.column - b.column)
    .slice(0, most)
    .map(({ column }) => ({ name: names[column]!, id: ids?.[column] || null, column }));
}

/** Smaller is nearer: 0 the same, then by length if it begins so, then whatever contains it. */
function rankOf(name: string, wanted: string): number {
  const at = name.indexOf(wanted);
  if (at < 0) return Number.POSITIVE_INFINITY;
  if (wanted === '') return 0;
  return at === 0 ? Math.min(name.length - wanted.length, 1e6) : 1e6 + 1;
}
