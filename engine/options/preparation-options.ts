import { z } from 'zod';
import { count, flag, meta, positive } from './option-meta.ts';

/** How expression becomes an embedding where a file has none. */
export const preparationOptions = {
  expression: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .meta(
      meta({
        group: 'preparation',
        argument: 'KEY',
        help: 'compute the embedding from this matrix: X, raw/X or layers/NAME (default: only where the file has no embedding, from what its values show to be expression)',
      }),
    ),
  expressionState: z
    .enum(['auto', 'counts', 'normalized', 'log-normalized', 'scaled'])
    .default('auto')
    .meta(
      meta({
        group: 'preparation',
        argument: 'STATE',
        help: 'what was done to the expression already: counts, normalized, log-normalized, scaled; auto looks at its values',
      }),
    ),
  minCounts: z
    .number()
    .min(0)
    .nullable()
    .default(null)
    .meta(meta({ group: 'preparation', help: 'leave out cells with fewer counts', unit: 'counts' })),
  minGenes: z
    .number()
    .int()
    .min(0)
    .nullable()
    .default(null)
    .meta(meta({ group: 'preparation', help: 'leave out cells with fewer genes found', unit: 'genes' })),
  maxMitochondrial: z
    .number()
    .min(0)
    .max(1)
    .nullable()
    .default(null)
    .meta(
      meta({
        group: 'preparation',
        help: 'leave out cells with a larger share of their counts in mitochondrial genes, e.g. 0.1',
      }),
    ),
  minCells: z
    .number()
    .int()
    .min(0)
    .default(3)
    .meta(
      meta({ group: 'preparation', help: 'pass over genes that are found in fewer cells', unit: 'cells' }),
    ),
  targetSum: positive
    .nullable()
    .default(null)
    .meta(
      meta({
        group: 'preparation',
        help: 'what the counts of each cell are normalised to (default: the median over cells)',
        unit: 'counts',
      }),
    ),
  variableGenes: count
    .default(2000)
    .meta(meta({ group: 'preparation', help: 'how many highly variable genes are taken', unit: 'genes' })),
  flavour: z
    .enum(['seurat', 'seurat_v3'])
    .default('seurat')
    .meta(
      meta({
        group: 'preparation',
        help: 'how variable genes are chosen: seurat (dispersion), seurat_v3 (variance of counts)',
      }),
    ),
  genesByBatch: flag.default(false).meta(
    meta({
      group: 'preparation',
      help: 'choose variable genes in each replicate (--batch), then over them',
    }),
  ),
};
