import { countUnique, type DenseMatrix, type ObsColumn, type ObsColumnInfo } from '../dataset/anndata.ts';
import { listNames, nearestName } from '../dataset/names.ts';
import { InputError } from '../errors.ts';
import { type H5adFrame, openFrame } from './h5ad-frame.ts';
import { listObsm, type ObsmInfo, type ReadObsmOptions, readObsm, shapeOf } from './h5ad-obsm.ts';
import { type Hdf5File, openHdf5 } from './hdf5.ts';

/** An open h5ad; everything is read when asked for, nothing is kept but the list of columns. */
export interface H5adFile {
  /** as the user named it */
  readonly file: string;
  readonly nObs: number;
  readonly nVars: number;
  obsNames(): string[];
  obsColumns(): ObsColumnInfo[];
  /** @param option the flag that the name came from, for the error */
  readObs(name: string, option?: string): ObsColumn;
  obsm(): ObsmInfo[];
  /** `[nObs, columns]`, finite */
  readObsm(name: string, options?: ReadObsmOptions): DenseMatrix;
  close(): void;
}

/**
 * Opens an h5ad of any anndata version; X may be absent. To be called in a worker thread (see hdf5.ts).
 * @throws InputError: what openHdf5 throws, or no AnnData inside
 */
export async function openH5ad(path: string): Promise<H5adFile> {
  const root = await openHdf5(path);
  try {
    return h5adOf(root);
  } catch (error) {
    root.close();
    throw error;
  }
}

function h5adOf(root: Hdf5File): H5adFile {
  const obs = openFrame(root, 'obs');
  if (!obs) throw notAnnData(root);
  const X = root.get('X');
  const shapeX = X ? shapeOf(X) : [];
  if (shapeX.length === 2 && shapeX[0] !== obs.length)
    throw new InputError('X and obs do not have the same number of cells.', {
      file: root.file,
      key: 'X',
      expected: `${obs.length} rows, as obs has`,
      found: `${shapeX[0]} rows`,
      action: 'Save the file anew with anndata.',
    });
  let columns: ObsColumnInfo[] | undefined;
  return {
    file: root.file,
    nObs: obs.length,
    nVars: shapeX[1] ?? openFrame(root, 'var')?.length ?? 0,
    obsNames: obs.index,
    obsColumns() {
      columns ??= obs.columns.flatMap((name) => describeColumn(obs, name));
      return columns;
    },
    readObs(name, option) {
      if (!obs.columns.includes(name)) throw noSuchColumn(root.file, obs.columns, name, option);
      return obs.read(name);
    },
    obsm: () => listObsm(root),
    readObsm: (name, options) => readObsm(root, name, obs.length, obs.index, options),
    close: () => root.close(),
  };
}

/** A column of a kind that is not known is left out; one whose values cannot be read has no nUnique. */
function describeColumn(obs: H5adFrame, name: string): ObsColumnInfo[] {
  try {
    const kind = obs.kind(name);
    try {
      return [{ name, kind, nUnique: countUnique(obs.read(name)) }];
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      return [{ name, kind, nUnique: null }];
    }
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return [];
  }
}

function notAnnData(root: Hdf5File): InputError {
  return new InputError('This HDF5 file holds no AnnData.', {
    file: root.file,
    key: 'obs',
    expected: 'an h5ad file, with obs and obsm',
    found: `only: ${listNames(root.names())}`,
    action: 'Convert it to h5ad first, e.g. in Python with scanpy and adata.write_h5ad.',
  });
}

function noSuchColumn(file: string, columns: string[], name: string, option?: string): InputError {
  const near = nearestName(name, columns);
  return new InputError(`There is no column "${name}" in obs.`, {
    file,
    key: `obs/${name}`,
    ...(option !== undefined && { option }),
    expected: `one of: ${listNames(columns)}`,
    action: near ? `Did you mean ${near}?` : 'Name one of these.',
  });
}
