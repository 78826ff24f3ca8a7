import { type Hooks, overRows, pickGenes, type RowBlocks } from '../preprocess/row-blocks.ts';
import { ALIASES, APOPTOSIS, type GeneSet, PROLIFERATION } from './growth-gene-sets.ts';

/** How strongly each cell expresses a set of genes. */
export interface GeneSetScore {
  set: GeneSet;
  /** names of the genes that count: in the data, and not the same in all cells */
  genes: string[];
  /** mean over these genes of a cell's expression in standard deviations from the mean cell [nObs] */
  score: Float64Array;
}

export interface GrowthScores {
  /** null: the data have fewer than ten of its genes */
  proliferation: GeneSetScore | null;
  apoptosis: GeneSetScore | null;
}

/** Fewer say more of themselves than of what they stand for. */
const FEWEST_GENES = 10;

/**
 * Scores of each cell that can serve as a prior of growth: many genes of division expressed, few of death.
 * Genes are found by their symbols, human or mouse, whatever their case; names like ENSG… are not.
 * @param expression log-normalised [nObs, symbols.length]
 * @param symbols of the genes
 * @throws CancelledError
 */
export function growthScores(expression: RowBlocks, symbols: readonly string[], hooks?: Hooks): GrowthScores {
  const columns = columnsBySymbol(symbols);
  const score = (set: GeneSet) => scoreOf(expression, symbols, set, columns, hooks);
  return { proliferation: score(PROLIFERATION), apoptosis: score(APOPTOSIS) };
}

function columnsBySymbol(symbols: readonly string[]): Map<string, number> {
  const columns = new Map<string, number>();
  symbols.forEach((symbol, j) => {
    const key = symbol.toUpperCase();
    // of two genes of one name the first, as anndata's own look-up does
    if (!columns.has(key)) columns.set(key, j);
  });
  return columns;
}

function scoreOf(
  expression: RowBlocks,
  symbols: readonly string[],
  set: GeneSet,
  columns: Map<string, number>,
  hooks: Hooks | undefined,
): GeneSetScore | null {
  const found = set.symbols.flatMap((symbol) => {
    const name = [symbol, ...(ALIASES[symbol] ?? [])].find((known) => columns.has(known));
    return name === undefined ? [] : [columns.get(name)!];
  });
  const picked = Int32Array.from(found).sort();
  const part = pickGenes(expression, picked);
  const { means, deviations } = momentsOf(part, hooks);
  const counted = [...picked.keys()].filter((j) => deviations[j]! > 0);
  if (counted.length < FEWEST_GENES) return null;
  // what is not stored is 0: each cell starts from all zeros
  const zeros = counted.reduce((sum, j) => sum - means[j]! / deviations[j]!, 0);
  const score = new Float64Array(expression.rows).fill(zeros / counted.length);
  overRows(part, hooks, ({ data, indices, indptr }, from, to, row) => {
    for (let i = from; i < to; i++) {
      for (let e = indptr[i]!; e < indptr[i + 1]!; e++) {
        const deviation = deviations[indices[e]!]!;
        if (deviation > 0) score[row + i - from]! += data[e]! / deviation / counted.length;
      }
    }
  });
  return { set, genes: counted.map((j) => symbols[picked[j]!]!), score };
}

function momentsOf(
  part: RowBlocks,
  hooks: Hooks | undefined,
): { means: Float64Array; deviations: Float64Array } {
  const means = new Float64Array(part.genes);
  const squares = new Float64Array(part.genes);
  overRows(part, hooks, ({ data, indices, indptr }, from, to) => {
    for (let e = indptr[from]!; e < indptr[to]!; e++) {
      means[indices[e]!]! += data[e]! / part.rows;
      squares[indices[e]!]! += (data[e]! * data[e]!) / part.rows;
    }
  });
  // the subtraction leaves about 1e-16 of the square where all values are one
  const deviations = squares.map((square, j) => {
    const variance = square - means[j]! ** 2;
    return variance > 1e-12 * square ? Math.sqrt(variance) : 0;
  });
  return { means, deviations };
}
