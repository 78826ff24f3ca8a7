import { InputError } from '../errors.ts';
import { log1p } from '../preprocess/log1p.ts';
import { normalizeTotal } from '../preprocess/normalize-total.ts';
import type { Hooks, RowBlocks } from '../preprocess/row-blocks.ts';
import type { Expression } from './expression.ts';
import { FEWEST_GENES, type GeneSetScore, growthScores, type MatrixGenes } from './growth-genes.ts';
import { listNames } from './names.ts';

/** What the genes let expect of each cell's growth, before any plan between timepoints. */
export interface GrowthPrior {
  /**
   * proliferation less apoptosis, in standard deviations of genes from the mean cell [nObs]; NaN for a cell that takes no
   * part; it ranks cells, and is no rate
   */
  score: Float32Array;
  proliferation: PriorPart;
  apoptosis: PriorPart;
  /** the matrix: X, raw/X, layers/NAME */
  expression: string;
}

export interface PriorPart {
  /** [nObs]; null: too few of its genes count, so it is left out of the score */
  score: Float32Array | null;
  /** names of the genes that count, as the data have them */
  genes: string[];
  /** genes of the set */
  of: number;
  source: string;
}

/** Why there is none, as a sentence. */
export interface NoGrowthPrior {
  missing: string;
}

export interface GrowthPriorOptions {
  /** what each cell's counts are normalised to; null: the median */
  targetSum: number | null;
  /** [nObs] 1 = takes part; null: all */
  cells: Uint8Array | null;
  hooks?: Hooks;
}

/**
 * @param rows of the expression, as they are stored; counts are read twice, all else once
 * @param place where it is from, for errors
 * @throws InputError: too few genes are known; values that cannot be used; CancelledError
 */
export function growthPrior(
  rows: RowBlocks,
  { state, key }: Pick<Expression, 'state' | 'key'>,
  genes: MatrixGenes,
  { targetSum, cells, hooks }: GrowthPriorOptions,
  place: { file: string },
): GrowthPrior {
  const common = { ...(cells && { cells }), ...(hooks && { hooks }) };
  const { proliferation, apoptosis } = growthScores(
    logged(rows, state, targetSum, cells, hooks),
    genes,
    common,
  );
  if (!proliferation.score && !apoptosis.score)
    throw new InputError('The genes that tell of growth are not in this file.', {
      ...place,
      key,
      expected: `at least ${FEWEST_GENES} of the ${proliferation.set.symbols.length} genes of division or the ${apoptosis.set.symbols.length} of death, by their symbols or Ensembl ids, human or mouse`,
      found: `${proliferation.genes.length} and ${apoptosis.genes.length} that vary; genes are named ${listNames(genes.names.slice(0, 3), 3)}`,
      action: 'Use a file that still has all genes, by their symbols or Ensembl ids.',
    });
  const score = Float32Array.from(
    { length: rows.rows },
    (_, i) => (proliferation.score?.[i] ?? 0) - (apoptosis.score?.[i] ?? 0),
  );
  return { score, proliferation: partOf(proliferation), apoptosis: partOf(apoptosis), expression: key };
}

function logged(
  rows: RowBlocks,
  state: Expression['state'],
  targetSum: number | null,
  cells: Uint8Array | null,
  hooks: Hooks | undefined,
): RowBlocks {
  if (state === 'log-normalized' || state === 'scaled') return rows;
  if (state === 'normalized') return log1p(rows);
  const options = {
    ...(targetSum !== null && { targetSum }),
    ...(cells && { fitOn: cells }),
    ...(hooks && { hooks }),
  };
  return log1p(normalizeTotal(rows, options).source);
}

function partOf({ set, genes, score }: GeneSetScore): PriorPart {
  return {
    score: score && Float32Array.from(score),
    genes,
    of: set.symbols.length,
    source: set.source,
  };
}

/** What the score is, and of which genes, for the reader. */
export function growthPriorWords({ proliferation, apoptosis, expression }: GrowthPrior): string {
  const part = ({ score, genes, of }: PriorPart, what: string) =>
    `${genes.length} of ${of} genes of ${what}${score ? '' : ' (too few: left out)'}`;
  const what =
    proliferation.score && apoptosis.score
      ? 'genes of division less genes of death'
      : proliferation.score
        ? 'genes of division alone'
        : 'genes of death alone, which lower it';
  return `A score of what each cell expresses, in standard deviations from the mean cell: ${what}. Found in ${expression}: ${part(proliferation, 'division')}, ${part(apoptosis, 'death')}. It ranks cells and is no rate.`;
}
