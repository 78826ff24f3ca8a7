import { InputError } from '../errors.ts';
import type { Annotation } from './annotation.ts';
import type { DataFile } from './data-file.ts';

/** What makes a file without embeddings. */
export interface CountsParts extends Pick<DataFile, 'file' | 'nObs' | 'nVars' | 'matrix' | 'close'> {
  obs: Annotation;
  genes: Annotation;
  notes: string[];
  /** what to do where an embedding is asked for */
  noEmbedding?: string;
  inMemory?: boolean;
  layers?: DataFile['layers'];
  raw?: DataFile['raw'];
  timeOrdering?: DataFile['timeOrdering'];
}

const COMPUTED = 'Leave this option away, and one is computed from the expression.';

/** Cells and genes with matrices, and nothing else that an h5ad may have. */
export function countsFile({ obs, genes, notes, noEmbedding = COMPUTED, ...parts }: CountsParts): DataFile {
  const none = (key: string) => (name: string, options?: { option?: string }) => {
    throw new InputError(`There is no embedding "${name}".`, {
      file: parts.file,
      key: `${key}/${name}`,
      ...(options?.option !== undefined && { option: options.option }),
      expected: 'none: here are no embeddings',
      action: noEmbedding,
    });
  };
  return {
    h5ad: null,
    inMemory: false,
    obsNames: obs.names,
    obsColumns: obs.columns,
    readObs: obs.read,
    timeOrdering: () => undefined,
    varNames: genes.names,
    varColumns: genes.columns,
    readVar: genes.read,
    obsm: () => [],
    readObsm: none('obsm'),
    varm: () => [],
    readVarm: none('varm'),
    layers: () => [],
    raw: () => undefined,
    element: () => undefined,
    notes: () => notes,
    ...parts,
  };
}
