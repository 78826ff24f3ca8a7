import type { ExperimentInput } from '../config.ts';
import type { MeanderError } from '../errors.ts';
import type { MatrixFacts, MatrixState } from './matrix-state.ts';
import type { Timepoints } from './timepoints.ts';

/** What a user should know about a file before anything is fitted. */
export interface Finding {
  /** error: nothing can be fitted so; warning: results may mislead; note: good to know */
  severity: 'error' | 'warning' | 'note';
  /** where, e.g. `obs/day`, `X`, `obsm/X_pca` */
  subject: string;
  title: string;
  reason: string;
  /** what can be done about it; `change` are the options that do it */
  action?: { label: string; change?: Partial<ExperimentInput> };
}

/** What the doctor looks at. */
export interface DatasetFacts {
  nObs: number;
  nVars: number;
  /** X by a sample of its cells; null: no X */
  X: MatrixFacts | { unread: string } | null;
  /** the matrix that components can be computed from, and what it holds, as far as it was looked at; null: none */
  expression: { key: string; state: MatrixState } | null;
  time: { name: string; timepoints: Timepoints } | null;
  /** a column that seems to be the time of collection, and what keeps it from serving */
  timeProblem: { name: string; error: MeanderError } | null;
  /** `problem`: why it cannot serve; null if it can. `loadings`: the genes' part is in varm */
  embeddings: { name: string; dims: number; problem: string | null; loadings: boolean }[];
  duplicatedCells: number;
  duplicatedGenes: number;
  /** columns of obs that look like replicates or batches, as one code a cell (−1 = missing) */
  batches: { name: string; codes: Int32Array }[];
  /** columns of obs that mark doublets, with the value that says so */
  doublets: { name: string; value: string }[];
  /** columns of obs that measure quality: genes, counts, mitochondrial share of a cell */
  quality: string[];
  unreadable: string[];
}
