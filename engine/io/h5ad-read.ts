import { listNames } from '../dataset/names.ts';
import { InputError } from '../errors.ts';
import { annotation } from './annotation.ts';
import type { DataFile, RawGenes } from './data-file.ts';
import { shapeOf } from './h5ad-embedding.ts';
import { elementAt, openFrame } from './h5ad-legacy.ts';
import { type MatrixSource, openMatrix } from './h5ad-matrix.ts';
import { listObsm, readObsm } from './h5ad-obsm.ts';
import { type Hdf5File, openHdf5 } from './hdf5.ts';

/**
 * Opens an h5ad of any anndata version; X may be absent. To be called in a worker thread (see hdf5.ts).
 * @throws InputError: what openHdf5 throws, or no AnnData inside
 */
export async function openH5ad(path: string): Promise<DataFile> {
  const root = await openHdf5(path);
  try {
    return h5adOf(root);
  } catch (error) {
    root.close();
    throw error;
  }
}

/** @throws InputError: no AnnData inside */
export function h5adOf(root: Hdf5File): DataFile {
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
    h5ad: root.file,
    inMemory: false,
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
    notes: () => [],
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

function rawOf(root: Hdf5File, nObs: number): RawGenes | undefined {
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

function notAnnData(root: Hdf5File): InputError {
  return new InputError('This HDF5 file holds no AnnData.', {
    file: root.file,
    key: 'obs',
    expected:
      'an h5ad file, with obs and obsm, or the .h5 of 10x Genomics, with a matrix, barcodes and genes',
    found: `only: ${listNames(root.names())}`,
    action: 'Convert it to h5ad first, e.g. in Python with scanpy and adata.write_h5ad.',
  });
}
