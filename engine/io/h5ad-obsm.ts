import type { DenseMatrix } from '../dataset/anndata.ts';
import { listNames, nearestName } from '../dataset/names.ts';
import { InputError } from '../errors.ts';
import type { Hdf5Dataset, Hdf5File, Hdf5Node } from './hdf5.ts';

export interface ObsmInfo {
  name: string;
  /** `[cells, dimensions]` as stored */
  shape: number[];
}

export interface ReadObsmOptions {
  /** read only this many of the first columns; default all */
  columns?: number;
  /** the flag that the name came from, for the error */
  option?: string;
}

/** The elements of `obsm`, whatever they are: dense arrays, sparse matrices, data frames; damaged ones are left out. */
export function listObsm(root: Hdf5File): ObsmInfo[] {
  const obsm = root.get('obsm');
  if (obsm?.kind !== 'group') return [];
  return obsm.names().flatMap((name) => {
    try {
      const element = obsm.get(name);
      return element ? [{ name, shape: shapeOf(element) }] : [];
    } catch (error) {
      if (error instanceof InputError) return [];
      throw error;
    }
  });
}

/** Rows and columns of a matrix in whichever encoding; `[]` if unknown. */
export function shapeOf(element: Hdf5Node): number[] {
  if (element.kind === 'dataset') return element.shape ?? [];
  const shape = element.attribute('shape') ?? element.attribute('h5sparse_shape');
  if (Array.isArray(shape)) return shape.map(Number);
  const index = element.get(String(element.attribute('_index') ?? '_index'));
  const columns = element.attribute('column-order');
  return index?.kind === 'dataset' && Array.isArray(columns) ? [index.shape?.[0] ?? 0, columns.length] : [];
}

/**
 * A dense numeric matrix of `obsm`, checked: one row a cell, at least one column, every value that is read finite.
 * @param obsNames asked only to name a cell in an error
 */
export function readObsm(
  root: Hdf5File,
  name: string,
  nObs: number,
  obsNames: () => string[],
  { columns, option }: ReadObsmOptions = {},
): DenseMatrix {
  const file = root.file;
  const place = { file, key: `obsm/${name}`, ...(option !== undefined && { option }) };
  const element = findDense(root, name, place);
  const [rows, width] = element.shape as [number, number];
  if (rows !== nObs)
    throw new InputError('The embedding has not one row a cell.', {
      ...place,
      expected: `${nObs} rows, as obs has`,
      found: `${rows} rows`,
      action: 'Save the file anew with anndata.',
    });
  if (width === 0)
    throw new InputError('The embedding has no columns.', {
      ...place,
      expected: 'at least one dimension',
      found: `the shape [${rows}, 0]`,
      action: 'Name another embedding, or compute this one anew.',
    });
  const d = columns ?? width;
  if (!Number.isInteger(d) || d < 1 || d > width)
    throw new InputError('The embedding has not as many columns as were asked for.', {
      ...place,
      expected: `1 to ${width}`,
      found: String(d),
      action: `Ask for ${width} or fewer.`,
    });
  const stored = element.numbers([
    [0, rows],
    [0, d],
  ]);
  const values =
    stored instanceof Float32Array || stored instanceof Float64Array ? stored : Float64Array.from(stored);
  checkFinite(values, d, place, obsNames);
  return { values, shape: [rows, d] };
}

type Place = { file: string; key: string; option?: string };

function findDense(root: Hdf5File, name: string, place: Place): Hdf5Dataset {
  const obsm = root.get('obsm');
  if (obsm?.kind === 'dataset')
    throw new InputError('The embeddings are stored in the layout of a very old anndata.', {
      ...place,
      key: 'obsm',
      expected: 'a group of arrays',
      found: 'one table',
      action: 'In Python, read the file and save it anew with a recent anndata.',
    });
  const element = obsm && name !== '' ? obsm.get(name) : undefined;
  if (!element) throw noSuchEmbedding(root, name, place);
  const notDense = (found: string) =>
    new InputError('This element of obsm cannot serve as an embedding.', {
      ...place,
      expected: 'a dense array of numbers [cells, dimensions]',
      found,
      action: `Name another embedding; there are: ${describeObsm(root)}. Or convert this one with numpy and save the file anew.`,
    });
  if (element.kind === 'group') {
    const encoding = element.attribute('encoding-type');
    throw notDense(
      encoding === 'dataframe'
        ? 'a data frame'
        : encoding === undefined
          ? 'a group'
          : `a sparse matrix or other encoding (${encoding})`,
    );
  }
  if (element.type !== 'float' && element.type !== 'integer')
    throw notDense(`an array of type ${element.type}`);
  if (element.shape?.length !== 2) throw notDense(`the shape [${element.shape?.join(', ') ?? ''}]`);
  return element;
}

function noSuchEmbedding(root: Hdf5File, name: string, place: Place): InputError {
  const there = listObsm(root);
  const near = nearestName(
    name,
    there.map((m) => m.name),
  );
  return new InputError(`There is no embedding "${name}".`, {
    ...place,
    expected: `one of: ${describeObsm(root)}`,
    action:
      there.length === 0
        ? 'Compute one first, e.g. in Python with scanpy.pp.pca, and save the file.'
        : near
          ? `Did you mean ${near}?`
          : 'Name one of these.',
  });
}

function describeObsm(root: Hdf5File): string {
  return listNames(listObsm(root).map(({ name, shape }) => `${name} [${shape.join(', ')}]`));
}

function checkFinite(
  values: Float32Array | Float64Array,
  columns: number,
  place: Place,
  obsNames: () => string[],
): void {
  let count = 0;
  let first = -1;
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i]!)) continue;
    if (count === 0) first = i;
    count++;
  }
  if (count === 0) return;
  const row = Math.floor(first / columns);
  throw new InputError('The embedding has values that are no finite numbers.', {
    ...place,
    expected: 'finite numbers only',
    found: `${count} NaN or infinite ${count === 1 ? 'value' : 'values'}; the first is ${values[first]} in cell ${nameOf(obsNames, row)} (row ${row}, column ${first % columns}, counted from 0)`,
    action: 'Remove these cells, or compute the embedding anew, and save the file.',
  });
}

/** The embedding's error matters more than one about the names. */
function nameOf(obsNames: () => string[], row: number): string {
  try {
    return `"${obsNames()[row]}"`;
  } catch {
    return 'without a readable name';
  }
}
