import { withoutVersion } from '../io/gene-ids.ts';
import { type Hooks, inMemory, overRows, pickGenes, type RowBlocks } from '../preprocess/row-blocks.ts';
import { ENSEMBL_IDS } from './growth-gene-ids.ts';
import { ALIASES, APOPTOSIS, type GeneSet, PROLIFERATION } from './growth-gene-sets.ts';

/** How strongly each cell expresses a set of genes. */
export interface GeneSetScore {
  set: GeneSet;
  /** names of the genes that count: in the data, and not the same in all cells */
  genes: string[];
  /**
   * mean over these genes of a cell's expression in standard deviations from the mean cell [nObs], NaN for a cell that takes
   * no part; null: fewer than `FEWEST_GENES` genes count
   */
  score: Float64Array | null;
}

export interface GrowthScores {
  proliferation: GeneSetScore;
  apoptosis: GeneSetScore;
}

/** What the genes of a matrix are called, in the order of its columns. */
export interface MatrixGenes {
  /** symbols or Ensembl ids */
  names: readonly string[];
  /** Ensembl ids, or ''; null: there are none beside the names */
  ids: readonly string[] | null;
}

/** Fewer say more of themselves than of what they stand for. */
export const FEWEST_GENES = 10;

/**
 * Scores of each cell that can serve as a prior of growth: many genes of division expressed, few of death. Genes are found
 * by Ensembl ids of human or mouse, with or without version, else by their symbols, whatever the case.
 * @param expression log-normalised, or scaled [nObs, genes]; it is read once
 * @param cells [nObs] 1 = takes part: the mean cell is of these; default: all
 * @throws CancelledError
 */
export function growthScores(
  expression: RowBlocks,
  genes: MatrixGenes,
  { cells, hooks }: { cells?: Uint8Array; hooks?: Hooks } = {},
): GrowthScores {
  const columns = columnsByName(genes);
  const found = (set: GeneSet) =>
    Int32Array.from(set.symbols.flatMap((symbol) => columnOf(symbol, columns) ?? [])).sort();
  const [division, death] = [found(PROLIFERATION), found(APOPTOSIS)];
  const all = Int32Array.from(new Set([...division, ...death])).sort();
  const part = inMemory(pickGenes(expression, all), hooks);
  const { means, deviations } = momentsOf(part, cells);
  const scoreOf = (set: GeneSet, own: Int32Array): GeneSetScore => {
    const counted = own.filter((column) => deviations[all.indexOf(column)]! > 0);
    const names = Array.from(counted, (column) => genes.names[column]!);
    if (counted.length < FEWEST_GENES) return { set, genes: names, score: null };
    const weights = new Float64Array(all.length);
    for (const column of counted) {
      const j = all.indexOf(column);
      weights[j] = 1 / (deviations[j]! * counted.length);
    }
    return { set, genes: names, score: weightedSums(part, means, weights, cells) };
  };
  return { proliferation: scoreOf(PROLIFERATION, division), apoptosis: scoreOf(APOPTOSIS, death) };
}

function columnsByName({ names, ids }: MatrixGenes): Map<string, number> {
  const columns = new Map<string, number>();
  for (const list of [ids ?? [], names]) {
    list.forEach((name, j) => {
      const key = withoutVersion(name.toUpperCase());
      // of two genes of one name the first, as anndata's own look-up does
      if (!columns.has(key)) columns.set(key, j);
    });
  }
  return columns;
}

/** An id says which gene it is; a symbol of one species may be that of another gene in the other. */
function columnOf(symbol: string, columns: Map<string, number>): number | undefined {
  const known = [...ENSEMBL_IDS.get(symbol)!, symbol, ...(ALIASES[symbol] ?? [])];
  const name = known.find((each) => columns.has(each));
  return name === undefined ? undefined : columns.get(name);
}

/** The sum over genes of weight · (value − mean), of each cell. */
function weightedSums(
  part: RowBlocks,
  means: Float64Array,
  weights: Float64Array,
  cells: Uint8Array | undefined,
): Float64Array {
  // what is not stored is 0: each cell starts from all zeros
  const zeros = weights.reduce((sum, weight, j) => sum - weight * means[j]!, 0);
  const sums = new Float64Array(part.rows).map((_, i) => (cells?.[i] === 0 ? Number.NaN : zeros));
  overRows(part, undefined, ({ data, indices, indptr }, from, to, row) => {
    for (let i = from; i < to; i++)
      for (let e = indptr[i]!; e < indptr[i + 1]!; e++)
        sums[row + i - from]! += data[e]! * weights[indices[e]!]!;
  });
  return sums;
}

function momentsOf(
  part: RowBlocks,
  cells: Uint8Array | undefined,
): { means: Float64Array; deviations: Float64Array } {
  const n = cells ? cells.reduce((sum, is) => sum + is, 0) : part.rows;
  const means = new Float64Array(part.genes);
  const squares = new Float64Array(part.genes);
  overRows(part, undefined, ({ data, indices, indptr }, from, to, row) => {
    for (let i = from; i < to; i++) {
      if (cells?.[row + i - from] === 0) continue;
      for (let e = indptr[i]!; e < indptr[i + 1]!; e++) {
        means[indices[e]!]! += data[e]! / n;
        squares[indices[e]!]! += (data[e]! * data[e]!) / n;
      }
    }
  });
  // the subtraction leaves about 1e-16 of the square where all values are one
  const deviations = squares.map((square, j) => {
    const variance = square - means[j]! ** 2;
    return variance > 1e-12 * square ? Math.sqrt(variance) : 0;
  });
  return { means, deviations };
}
