import type { ExpressionState } from '../dataset/matrix-state.ts';
import { InputError } from '../errors.ts';
import type { BatchColumn } from '../preprocess/batches.ts';
import { highlyVariable } from '../preprocess/highly-variable.ts';
import { log1p } from '../preprocess/log1p.ts';
import { normalizeTotal } from '../preprocess/normalize-total.ts';
import { type Hooks, inMemory, keepRows, pickGenes, type RowBlocks } from '../preprocess/row-blocks.ts';
import { fitSparsePca, projectSparse } from './sparse-pca.ts';

export interface ExpressionPcaOptions {
  /** how many; fewer where cells or genes are fewer */
  components: number;
  /** genes chosen; all that vary where they are fewer */
  variableGenes: number;
  flavour: 'seurat' | 'seurat_v3';
  /** genes are ranked in each of these; null: over all cells */
  batch: BatchColumn | null;
  /** genes found in fewer of the fitted cells are passed over */
  minCells: number;
  /** what cells are normalised to; null: the median of the fitted cells */
  targetSum: number | null;
  /** [rows], 1 = what is fitted sees this cell; all cells are projected */
  fitOn: Uint8Array;
  seed: number;
  /** whether the chosen genes of all cells are kept in memory, which saves a pass */
  keepChosen: boolean;
}

const STATES: Record<Exclude<ExpressionState, 'counts'>, string> = {
  normalized: 'The values are normalised already',
  'log-normalized': 'The values are normalised and logged already',
  scaled: 'The values are scaled already',
};

export type ExpressionStage = 'normalising' | 'variable genes' | 'components';
export type StageHooks = (stage: ExpressionStage) => Hooks;

export interface ExpressionPca {
  components: number;
  /** [rows, components] */
  points: Float32Array;
  /** columns of the chosen genes, ascending */
  genes: Int32Array;
  /** [genes] place among them by variability, from 0; null: all were taken */
  ranks: Int32Array | null;
  /** [genes, components] unit vectors as columns */
  loadings: Float64Array;
  /** [genes] of the fitted cells, after the logarithm */
  mean: Float64Array;
  /** [components] */
  explainedVariance: Float64Array;
  explainedVarianceRatio: Float64Array;
  /** null: it was normalised before */
  targetSum: number | null;
  /** what was done, for the reader */
  steps: string[];
}

/**
 * Principal components of expression: normalise, log1p, variable genes, PCA, each only where it is still to be done.
 * Median, genes, means and loadings come from the cells of `fitOn` alone.
 * @param source [rows, genes], left as it is; it is read three times, four if the chosen genes are not kept
 * @throws InputError as the steps do
 */
export function expressionPca(
  source: RowBlocks,
  state: ExpressionState,
  options: ExpressionPcaOptions,
  hooks: StageHooks = () => ({}),
): ExpressionPca {
  const steps: string[] = [];
  const { normalize, targetSum } = normalizing(source, state, options, hooks, steps);
  const ranked = chosenGenes(source, normalize(source), state, options, hooks, steps);
  const genes = ranked.slice().sort();
  // genes first: the rest of the work is then of a few of them
  const values = normalize(pickGenes(source, genes));
  const logs = state === 'counts' || state === 'normalized';
  if (logs) steps.push('The logarithm of 1 + x is taken.');
  const logged = logs ? log1p(values) : values;
  const chosen = options.keepChosen ? inMemory(logged, hooks('components')) : logged;
  const fitted = options.fitOn.reduce((sum, is) => sum + (is === 0 ? 0 : 1), 0);
  const components = Math.min(options.components, fitted - 1, genes.length);
  const pcaHooks = hooks('components');
  const model = fitSparsePca(chosen, components, { fitOn: options.fitOn, seed: options.seed, ...pcaHooks });
  const explained = model.explainedVarianceRatio.reduce((sum, share) => sum + share, 0);
  steps.push(
    `${components} principal components of ${genes.length} genes and ${fitted} cells keep ${(100 * explained).toFixed(0)} % of the variance.`,
  );
  return {
    components,
    points: projectSparse(model, chosen, pcaHooks),
    genes,
    ranks: state === 'scaled' ? null : genes.map((gene) => ranked.indexOf(gene)),
    loadings: model.loadings,
    mean: model.mean,
    explainedVariance: model.explainedVariance,
    explainedVarianceRatio: model.explainedVarianceRatio,
    targetSum,
    steps,
  };
}

function normalizing(
  source: RowBlocks,
  state: ExpressionState,
  { targetSum, fitOn }: ExpressionPcaOptions,
  hooks: StageHooks,
  steps: string[],
): { normalize(source: RowBlocks): RowBlocks; targetSum: number | null } {
  if (state !== 'counts') {
    steps.push(`${STATES[state]}, so the cells are not normalised again.`);
    return { normalize: (same) => same, targetSum: null };
  }
  const done = normalizeTotal(source, {
    fitOn,
    hooks: hooks('normalising'),
    ...(targetSum !== null && { targetSum }),
  });
  steps.push(
    `The counts of each cell are normalised to ${Number(done.targetSum.toPrecision(6))}${targetSum === null ? ', the median' : ''}.`,
  );
  if (done.emptyCells > 0) steps.push(`Cells without any counts, which stay so: ${done.emptyCells}.`);
  return { normalize: done.apply, targetSum: done.targetSum };
}

/** Best first. */
function chosenGenes(
  source: RowBlocks,
  values: RowBlocks,
  state: ExpressionState,
  { flavour, fitOn, minCells, variableGenes, batch }: ExpressionPcaOptions,
  hooks: StageHooks,
  steps: string[],
): Int32Array {
  if (state === 'scaled') {
    steps.push(`All ${source.genes} genes are taken: which vary most cannot be told after scaling.`);
    return Int32Array.from({ length: source.genes }, (_, j) => j);
  }
  if (flavour === 'seurat_v3' && state !== 'counts')
    throw new InputError('The flavour seurat_v3 needs counts.', {
      option: '--flavour',
      found: `${state} values`,
      action: 'Use --flavour seurat, or name the matrix with the counts by --expression.',
    });
  const ranked = flavour === 'seurat' ? values : source;
  const { genes, eligible } = highlyVariable(fitOn.includes(0) ? keepRows(ranked, fitOn) : ranked, {
    flavour,
    nTop: variableGenes,
    minCells,
    logged: state === 'log-normalized',
    hooks: hooks('variable genes'),
    ...(batch !== null && { batch: batchOf(batch, fitOn) }),
  });
  const kept = eligible.reduce((sum, is) => sum + is, 0);
  if (kept < source.genes)
    steps.push(`${source.genes - kept} of ${source.genes} genes are in fewer than ${minCells} cells.`);
  steps.push(`The ${genes.length} most variable of ${kept} genes are taken (${flavour}).`);
  return genes;
}

function batchOf({ codes, categories }: BatchColumn, fitOn: Uint8Array): BatchColumn {
  return { codes: Int32Array.from(codes).filter((_, i) => fitOn[i] !== 0), categories };
}
