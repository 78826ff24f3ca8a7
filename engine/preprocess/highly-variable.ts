import { InputError } from '../errors.ts';
import type { CsrMatrix } from '../io/h5ad-write.ts';
import { type BatchColumn, batchesOf } from './batches.ts';
import { dispersionRanking } from './dispersion.ts';
import type { GeneRanking } from './gene-ranking.ts';
import { checkNotNegative, type Hooks } from './row-blocks.ts';
import { standardVarianceRanking } from './standard-variance.ts';

export interface HighlyVariableOptions {
  /** `seurat` reads log1p(normalised counts), `seurat_v3` reads counts */
  flavour: 'seurat' | 'seurat_v3';
  /** how many genes; default 2000 */
  nTop?: number;
  /** genes are ranked in each batch, then over batches */
  batch?: BatchColumn;
  hooks?: Hooks;
}

export interface HighlyVariable extends GeneRanking {
  /** the chosen genes, best first: nTop, or fewer where fewer vary */
  genes: Int32Array;
  /** [nVars] 1 = chosen */
  mask: Uint8Array;
  /** seurat_v3 is made for counts: true where a value is no whole number (the user should be told) */
  fractions: boolean;
}

/**
 * Highly variable genes as scanpy's highly_variable_genes with n_top_genes. Equal genes keep their order in the
 * matrix; exactly nTop are chosen (scanpy's `seurat` without batches adds those equal to the last).
 * Satija et al., Nat. Biotechnol. 33 (2015); Stuart et al., Cell 177 (2019).
 * @param matrix [nObs, nVars]
 * @throws InputError: NaN, infinite or negative values, nTop below 1, a cell without batch, a batch of one cell, no
 * gene that varies, seurat_v3 with too few genes or too many of one mean; CancelledError
 */
export function highlyVariable(
  matrix: CsrMatrix,
  nVars: number,
  { flavour, nTop = 2000, batch, hooks }: HighlyVariableOptions,
): HighlyVariable {
  if (!(Number.isInteger(nTop) && nTop > 0))
    throw new InputError('The number of variable genes must be a whole number above 0.', {
      option: 'nTop',
      found: String(nTop),
    });
  checkNotNegative(matrix, 'Choosing variable genes');
  const batches = batchesOf(batch, matrix.indptr.length - 1);
  const rank = flavour === 'seurat' ? dispersionRanking : standardVarianceRanking;
  const ranking = rank(matrix, nVars, batches, nTop, hooks);
  const genes = ranking.order.slice(0, nTop);
  if (genes.length === 0)
    throw new InputError('No gene varies between the cells.', {
      expected: 'genes with different values in different cells',
      action: 'Look at which matrix of the file was chosen.',
    });
  const mask = new Uint8Array(nVars);
  for (const gene of genes) mask[gene] = 1;
  const fractions = flavour === 'seurat_v3' && matrix.data.some((value) => !Number.isInteger(value));
  return { ...ranking, genes, mask, fractions };
}
