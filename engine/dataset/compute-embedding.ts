import { type ExpressionPca, expressionPca } from '../embedding/expression-pca.ts';
import { InputError } from '../errors.ts';
import type { DataFile } from '../io/data-file.ts';
import type { BatchColumn } from '../preprocess/batches.ts';
import { inMemory, type RowBlocks } from '../preprocess/row-blocks.ts';
import { type Expression, expressionRows } from './expression.ts';
import { hooksOf, type LoadHooks, type LoadStage } from './load-hooks.ts';

/** How an embedding was computed; of its numbers those of the dimensions that are used. */
export interface ComputedFrom
  extends Pick<
    ExpressionPca,
    'ranks' | 'loadings' | 'mean' | 'explainedVariance' | 'explainedVarianceRatio' | 'targetSum' | 'steps'
  > {
  /** the matrix: X, raw/X, layers/NAME */
  expression: string;
  /** what it was */
  state: Expression['state'];
  /** names of the genes that were chosen, in the order of the matrix */
  genes: string[];
  /** [genes] their columns in it */
  columns: Int32Array;
}

export interface ComputedEmbedding {
  dims: number;
  /** [nObs, dims] */
  points: Float32Array;
  computed: ComputedFrom;
}

/** An embedding in which the cells of these timepoints were only placed, not fitted. */
export interface HeldOutEmbedding extends ComputedEmbedding {
  heldOut: number[];
}

export interface ComputeOptions {
  variableGenes: number;
  flavour: 'seurat' | 'seurat_v3';
  minCells: number;
  targetSum: number | null;
  seed: number;
  /** null: at most 50 */
  dims: number | null;
  /** in each of which genes are ranked; null: over all cells */
  batch: BatchColumn | null;
}

const DEFAULT_DIMS = 50;
/**
 * Up to this size the chosen genes are kept. A matrix that is read slowly (compressed, by genes) is kept up to the other
 * size; else reading it again for each step takes less time than memory for a copy.
 */
const MOST_CHOSEN_BYTES = 2 ** 29;
const MOST_KEPT_BYTES = 1.5 * 2 ** 30;

/**
 * Principal components of a file's expression, of the cells that have a timepoint: once for all of them, and once for
 * each group of held-out timepoints without these, all with the same number of dimensions.
 * @param cellTimepoint [nObs], −1 = the cell takes no part in what is fitted
 * @param known what would be computed of all cells; null: not known
 * @throws InputError as expressionPca; more dimensions asked for than there can be
 */
export function computeEmbeddings(
  file: DataFile,
  expression: Expression,
  cellTimepoint: Int32Array,
  heldOutGroups: number[][],
  options: ComputeOptions,
  hooks: LoadHooks = {},
  known: ComputedEmbedding | null = null,
): { whole: ComputedEmbedding; without: HeldOutEmbedding[] } {
  const stage = (name: LoadStage) => hooksOf(hooks, name);
  const { matrix } = expression;
  let source: RowBlocks = expressionRows(file, expression);
  const bytes = 8 * matrix.nStored;
  if (matrix.storage === 'csc' || (matrix.slow && bytes <= MOST_KEPT_BYTES))
    source = inMemory(source, stage('reading'));
  const components = options.dims ?? DEFAULT_DIMS;
  const componentsWithout = (heldOut: number[]) => {
    const fitOn = Uint8Array.from(cellTimepoint, (k) => (k >= 0 && !heldOut.includes(k) ? 1 : 0));
    return expressionPca(
      source,
      expression.state,
      { ...options, components, fitOn, keepChosen: bytes <= MOST_CHOSEN_BYTES },
      stage,
    );
  };
  const all = known ?? embeddingOf(componentsWithout([]), expression);
  const without = heldOutGroups.map((heldOut) => ({
    heldOut,
    ...embeddingOf(componentsWithout(heldOut), expression),
  }));
  const dims = Math.min(all.dims, ...without.map((each) => each.dims));
  if (options.dims !== null && dims < options.dims)
    throw new InputError('There are fewer principal components than asked for.', {
      file: file.file,
      key: expression.key,
      option: '--dims',
      expected: `at most ${dims}, as the cells and genes allow`,
      found: String(options.dims),
      action: `Use --dims ${dims} or fewer.`,
    });
  const whole = withDims(all, dims);
  if (dims < all.dims)
    whole.computed.steps = [
      ...whole.computed.steps,
      `${dims} of them are used: without the held-out cells there are no more.`,
    ];
  return { whole, without: without.map((each) => ({ heldOut: each.heldOut, ...withDims(each, dims) })) };
}

function embeddingOf(pca: ExpressionPca, { key, state, genes }: Expression): ComputedEmbedding {
  const { points, components: dims, loadings, mean, explainedVariance, explainedVarianceRatio } = pca;
  return {
    dims,
    points,
    computed: {
      expression: key,
      state,
      genes: Array.from(pca.genes, (gene) => genes[gene]!),
      columns: pca.genes,
      ranks: pca.ranks,
      loadings,
      mean,
      explainedVariance,
      explainedVarianceRatio,
      targetSum: pca.targetSum,
      steps: pca.steps,
    },
  };
}

/** Components are nested: the first ones are what fewer would be. */
function withDims({ dims: width, points, computed }: ComputedEmbedding, dims: number): ComputedEmbedding {
  return {
    dims,
    // what is known already stays its owner's
    points: firstColumns(points, width, dims),
    computed: {
      ...computed,
      loadings: firstColumns(computed.loadings, width, dims),
      explainedVariance: computed.explainedVariance.slice(0, dims),
      explainedVarianceRatio: computed.explainedVarianceRatio.slice(0, dims),
    },
  };
}

function firstColumns<T extends Float32Array | Float64Array>(values: T, width: number, columns: number): T {
  if (width === columns) return values.slice() as T;
  const rows = values.length / width;
  const out = values.slice(0, rows * columns) as T;
  for (let i = 0; i < rows; i++) out.set(values.subarray(i * width, i * width + columns), i * columns);
  return out;
}
