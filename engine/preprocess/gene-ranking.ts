/** A ranking over all batches. */
export interface GeneRanking {
  /** genes that can be chosen, best first; a gene with one value in all cells cannot */
  order: Int32Array;
  /** [nVars] seurat: normalised dispersion; seurat_v3: variance after standardising; mean over batches; 0 if undefined */
  score: Float64Array;
  /** [nVars] 1 = found in enough cells to be looked at */
  eligible: Uint8Array;
  /** [nVars] in how many batches the gene is among the best nTop */
  batches: Int32Array;
}
