import { InputError } from '../errors.ts';
import { type BatchColumn, batchesOf } from './batches.ts';
import { dispersionRanking } from './dispersion.ts';
import type { GeneRanking } from './gene-ranking.ts';
import type { Hooks, RowBlocks } from './row-blocks.ts';
import { standardVarianceRanking } from './standard-variance.ts';

export interface HighlyVariableOptions {
  /** `seurat` reads normalised counts, `seurat_v3` counts as they are */
  flavour: 'seurat' | 'seurat_v3';
  /** how many genes; default 2000 */
  nTop?: number;
  /** genes found in fewer cells are passed over; default 0 */
  minCells?: number;
  /** whether the values are log1p of normalised counts, for `seurat`; default true */
  logged?: boolean;
  /** genes are ranked in each batch, then over batches */
  batch?: BatchColumn;
  hooks?: Hooks;
}

export interface HighlyVariable extends GeneRanking {
  /** the chosen genes, best first: nTop, or fewer where fewer vary */
  genes: Int32Array;
  /** [nVars] 1 = chosen */
  mask: Uint8Array;
}

/**
 * Highly variable genes as scanpy's highly_variable_genes with n_top_genes. Equal genes keep their order in the
 * matrix; exactly nTop are chosen (scanpy's `seurat` without batches adds those equal to the last).
 * Satija et al., Nat. Biotechnol. 33 (2015); Stuart et al., Cell 177 (2019).
 * @throws InputError: NaN, infinite or negative values, nTop below 1, a cell without batch, a batch of one cell, no
 * gene that varies, seurat_v3 with too few genes or too many of one mean; CancelledError
 */
export function highlyVariable(
  source: RowBlocks,
  { flavour, nTop = 2000, minCells = 0, logged = true, batch, hooks }: HighlyVariableOptions,
): HighlyVariable {
  if (!(Number.isInteger(nTop) && nTop > 0))
    throw new InputError('The number of variable genes must be a whole number above 0.', {
      option: 'nTop',
      found: String(nTop),
    });
  const batches = batchesOf(batch, source.rows);
  const ranking =
    flavour === 'seurat'
      ? dispersionRanking(source, batches, { nTop, logged, minCells }, hooks)
      : standardVarianceRanking(source, batches, { nTop, minCells }, hooks);
  const genes = ranking.order.slice(0, nTop);
  if (!ranking.eligible.includes(1))
    throw new InputError('No gene is found in enough cells.', {
      option: '--min-cells',
      expected: `genes with a value above 0 in at least ${minCells} of the ${source.rows} cells`,
      found: 'none',
      action: 'Ask for fewer cells, or look at which matrix of the file was chosen.',
    });
  if (genes.length === 0)
    throw new InputError('No gene varies between the cells.', {
      expected: 'genes with different values in different cells',
      action: 'Look at which matrix of the file was chosen.',
    });
  const mask = new Uint8Array(source.genes);
  for (const gene of genes) mask[gene] = 1;
  return { ...ranking, genes, mask };
}
