import { InputError } from '../errors.ts';
import type { DataFile } from '../io/data-file.ts';

/** Where cells lie on a map for the eye. */
export interface CellMap {
  /** in obsm, e.g. X_umap */
  name: string;
  /** [nObs, 2]; NaN for a cell that has no place on it */
  coordinates: Float32Array;
}

/** The map that is taken where the file has it, and computed where it has not. */
export const MAP_NAME = 'X_umap';

/**
 * The map that a file has.
 * @param wanted auto: X_umap if it is there and whole; none; or a matrix in obsm
 * @param cellTimepoint [nObs], −1 = the cell takes no part and may have no place
 * @throws InputError: a matrix that is named is not there or is no map
 */
export function findMap(
  file: DataFile,
  wanted: string,
  cellTimepoint: Int32Array,
): { map: CellMap | null; notes: string[] } {
  const name = wanted === 'auto' ? MAP_NAME : wanted;
  if (wanted === 'none' || (wanted === 'auto' && !file.obsm().some((each) => each.name === name)))
    return { map: null, notes: [] };
  try {
    const { values } = file.readObsm(name, { columns: 2, option: '--map', timepoint: cellTimepoint });
    return { map: { name, coordinates: Float32Array.from(values) }, notes: [] };
  } catch (error) {
    if (!(error instanceof InputError) || wanted !== 'auto') throw error;
    return { map: null, notes: [`${name} of the file is not used: ${error.detail.found ?? error.message}.`] };
  }
}
