import { countUnique, type DenseMatrix, type ObsColumn, type ObsColumnInfo } from '../dataset/anndata.ts';
import { listNames, nearestName } from '../dataset/names.ts';
import { InputError } from '../errors.ts';
import type { H5adElement } from './h5ad-element.ts';
import { shapeOf } from './h5ad-embedding.ts';
import type { H5adFrame } from './h5ad-frame.ts';
import { elementAt, openFrame } from './h5ad-legacy.ts';
import { type MatrixSource, openMatrix } from './h5ad-matrix.ts';
import { listObsm, type ObsmInfo, type ReadObsmOptions, readObsm } from './h5ad-obsm.ts';
import { type Hdf5File, openHdf5 } from './hdf5.ts';

/** A table of the genes, or of the cells. */
interface Annotation {
  names(): string[];
  columns(): ObsColumnInfo[];
  /** @param option the flag that the name came from, for the error */
  read(name: string, option?: string): ObsColumn;
}

/** The values and genes that were kept before genes were filtered. */
export interface H5adRaw {
  readonly nVars: number;
  varNames(): string[];
  varColumns(): ObsColumnInfo[];
  readVar(name: string): ObsColumn;
  varm(): ObsmInfo[];
  /** undefined if it is absent */
  matrix(): MatrixSource | undefined;
}

/** An open h5ad; everything is read when asked for, nothing is kept but the lists of columns. */
export interface H5adFile {
  /** as the user named it */
  readonly file: string;
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
  raw(): H5adRaw | undefined;
  /**
   * Anything of the file, read into memory.
   * @param key e.g. `uns`, `uns/pca/params`, `obs`, `raw`
   * @returns undefined if it is absent
   */
  element(key: string): H5adElement | undefined;
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
  const obsFrame = openFrame(root, 'obs');
  if (!obsFrame) throw notAnnData(root);
  const varFrame = openFrame(root, 'var');
  const X = root.get('X');
  const shapeX = X ? shapeOf(X) : [];
  const nObs = obsFrame.length;
  const nVars = varFrame?.length ?? shapeX[1] ?? 0;
  checkShape(root.file, 'X', shapeX, [nObs, nVars]);
  const obs = annotation(root.file, 'obs', obsFrame);
  const genes = annotation(root.file, 'var', varFrame);
  const cellAxis = { key: 'obsm', length: nObs, names: obs.names } as const;
  const geneAxis = { key: 'varm', length: nVars, names: genes.names } as const;
  return {
    file: root.file,
    nObs,
    nVars,
    obsNames: obs.names,
    obsColumns: obs.columns,
    readObs: obs.read,
    timeOrdering: (name) => timeOrderingOf(root, name),
    varNames: genes.names,
    varColumns: genes.columns,
    readVar: genes.read,
    obsm: () => listObsm(root, cellAxis),
    readObsm: (name, options) => readObsm(root, name, cellAxis, options),
    varm: () => listObsm(root, geneAxis),
    readVarm: (name, options) => readObsm(root, name, geneAxis, options),
    layers() {
      const layers = root.get('layers');
      return layers?.kind === 'group' ? layers.names() : [];
    },
    matrix: (key = 'X') =>
      key === 'raw/X' ? rawOf(root, nObs)?.matrix() : checkedMatrix(root, key, [nObs, nVars]),
    raw: () => rawOf(root, nObs),
    element: (key) => elementAt(root, key),
    close: () => root.close(),
  };
}

/** Lists of labels in their order that tools leave in `uns`. */
function timeOrderingOf(root: Hdf5File, name: string): string[] | undefined {
  for (const key of ['uns/time_ordering', `uns/${name}_ordering`, `uns/${name}_order`]) {
    const list = root.get(key);
    if (list?.kind === 'dataset' && list.type === 'string' && list.shape?.length === 1) return list.strings();
  }
  return undefined;
}

function rawOf(root: Hdf5File, nObs: number): H5adRaw | undefined {
  const frame = openFrame(root, 'raw/var');
  if (!frame) return undefined;
  const nVars = frame.length;
  const genes = annotation(root.file, 'raw/var', frame);
  return {
    nVars,
    varNames: genes.names,
    varColumns: genes.columns,
    readVar: (name) => genes.read(name),
    varm: () => listObsm(root, { key: 'raw/varm', length: nVars, names: genes.names }),
    matrix: () => checkedMatrix(root, 'raw/X', [nObs, nVars]),
  };
}

function checkedMatrix(root: Hdf5File, key: string, shape: [number, number]): MatrixSource | undefined {
  const matrix = openMatrix(root, key);
  if (matrix) checkShape(root.file, key, matrix.shape, shape);
  return matrix;
}

function checkShape(file: string, key: string, found: number[], [nObs, nVars]: [number, number]): void {
  if (found.length !== 2) return;
  if (found[0] !== nObs)
    throw new InputError(`${key} and obs do not have the same number of cells.`, {
      file,
      key,
      expected: `${nObs} rows, as obs has`,
      found: `${found[0]} rows`,
      action: 'Save the file anew with anndata.',
    });
  if (found[1] !== nVars)
    throw new InputError(`${key} and its table of genes do not have the same number of genes.`, {
      file,
      key,
      expected: `${nVars} columns, one a gene`,
      found: `${found[1]} columns`,
      action: 'Save the file anew with anndata.',
    });
}

/** @param frame undefined: no names, no columns */
function annotation(file: string, key: string, frame: H5adFrame | undefined): Annotation {
  const all = frame?.columns ?? [];
  let columns: ObsColumnInfo[] | undefined;
  return {
    names: () => frame?.index() ?? [],
    columns() {
      columns ??= all.flatMap((name) => describeColumn(frame!, name));
      return columns;
    },
    read(name, option) {
      if (!frame || !all.includes(name)) throw noSuchColumn(file, key, all, name, option);
      return frame.read(name);
    },
  };
}

/** A column of a kind that is not known is left out; one whose values cannot be read has no nUnique. */
function describeColumn(frame: H5adFrame, name: string): ObsColumnInfo[] {
  try {
    const kind = frame.kind(name);
    try {
      return [{ name, kind, nUnique: countUnique(frame.read(name)) }];
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

function noSuchColumn(
  file: string,
  key: string,
  columns: string[],
  name: string,
  option?: string,
): InputError {
  const near = nearestName(name, columns);
  return new InputError(`There is no column "${name}" in ${key}.`, {
    file,
    key: `${key}/${name}`,
    ...(option !== undefined && { option }),
    expected: `one of: ${listNames(columns)}`,
    action: near ? `Did you mean ${near}?` : 'Name one of these.',
  });
}
