import type { DenseMatrix, ObsColumn, ObsColumnInfo } from '../dataset/anndata.ts';
import type { H5adElement } from './h5ad-element.ts';
import type { MatrixSource } from './h5ad-matrix.ts';
import type { ObsmInfo, ReadObsmOptions } from './h5ad-obsm.ts';

/** The values and genes that were kept before genes were filtered. */
export interface RawGenes {
  readonly nVars: number;
  varNames(): string[];
  varColumns(): ObsColumnInfo[];
  readVar(name: string): ObsColumn;
  varm(): ObsmInfo[];
  /** undefined if it is absent */
  matrix(): MatrixSource | undefined;
}

/**
 * Cells and genes as anndata arranges them, of an h5ad or of whatever else can be opened (see open-data.ts); everything
 * is read when asked for, nothing is kept but the lists of columns, and a matrix that was a text (`inMemory`).
 */
export interface DataFile {
  /** as the user named it; several with commas between */
  readonly file: string;
  /** where the h5ad is that this is, which can be copied; null: it is something else */
  readonly h5ad: string | null;
  /** a text, which took long to read and is in memory as long as this is open */
  readonly inMemory: boolean;
  readonly nObs: number;
  readonly nVars: number;
  obsNames(): string[];
  obsColumns(): ObsColumnInfo[];
  /** @param option the flag that the name came from, for the error */
  readObs(name: string, option?: string): ObsColumn;
  timeOrdering(name: string): string[] | undefined;
  /** genes; none if the file has no var */
  varNames(): string[];
  varColumns(): ObsColumnInfo[];
  readVar(name: string, option?: string): ObsColumn;
  obsm(): ObsmInfo[];
  /** `[nObs, columns]`, finite */
  readObsm(name: string, options?: ReadObsmOptions): DenseMatrix;
  varm(): ObsmInfo[];
  /** `[nVars, columns]`, finite */
  readVarm(name: string, options?: ReadObsmOptions): DenseMatrix;
  /** names of the layers */
  layers(): string[];
  /**
   * @param key `X` (default), `layers/NAME`, `raw/X`
   * @returns undefined if it is absent
   * @throws InputError: no matrix, or not of the shape that obs and var have
   */
  matrix(key?: string): MatrixSource | undefined;
  raw(): RawGenes | undefined;
  /**
   * Anything of an h5ad, read into memory.
   * @param key e.g. `uns`, `uns/pca/params`, `obs`, `raw`
   * @returns undefined if it is absent, or if this is no single h5ad
   */
  element(key: string): H5adElement | undefined;
  /** what was left out or decided in opening it, as sentences for the reader */
  notes(): string[];
  close(): void;
}
