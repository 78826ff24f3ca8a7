import type { DenseMatrix } from '../dataset/anndata.ts';
import { listNames, nearestName } from '../dataset/names.ts';
import { InputError } from '../errors.ts';
import { openEmbedding, type StoredEmbedding } from './h5ad-embedding.ts';
import type { Hdf5File } from './hdf5.ts';

/** `obsm` or `varm`. */
export interface ObsmInfo {
  name: string;
  /** `[cells, dimensions]` as stored, `[]` if unknown */
  shape: number[];
  /** why it cannot serve as an embedding; null: it can, if its values are finite */
  problem: string | null;
}

export interface ReadObsmOptions {
  /** read only this many of the first columns; default all */
  columns?: number;
  /** the flag that the name came from, for the error */
  option?: string;
  /** `[rows]`: −1 = the row takes no part, so its values may be anything; default: all do */
  timepoint?: Int32Array;
}

/** `obsm` or `varm`, how many rows its elements must have, and what these are called. */
export interface Axis {
  key: 'obsm' | 'varm' | 'raw/varm';
  length: number;
  /** asked only to name a row in an error */
  names: () => string[];
}

type Place = { file: string; key: string; option?: string };

/** All elements, whatever they are: dense arrays, sparse matrices, data frames, others; damaged ones are left out. */
export function listObsm(root: Hdf5File, axis: Axis): ObsmInfo[] {
  return embeddingNames(root, axis).flatMap((name) => {
    try {
      const stored = openEmbedding(root, axis.key, name);
      return stored ? [{ name, shape: stored.shape, problem: problemOf(stored, axis) }] : [];
    } catch (error) {
      if (error instanceof InputError) return [];
      throw error;
    }
  });
}

function problemOf(stored: StoredEmbedding, axis: Axis): string | null {
  const { shape, problem } = stored;
  if (problem !== null) return problem;
  if (shape[0] !== axis.length) return `${shape[0]} rows where there are ${axis.length}`;
  if (shape[1] === 0) return 'no columns';
  try {
    stored.checkStorage();
    return null;
  } catch (error) {
    if (error instanceof InputError) return `data that cannot be read: ${error.detail.found}`;
    throw error;
  }
}

function embeddingNames(root: Hdf5File, axis: Axis): string[] {
  const node = root.get(axis.key) ?? root.get(axis.key.replace('/', '.'));
  if (node?.kind === 'group') return node.names();
  // before anndata 0.7
  return node?.type === 'compound' ? node.fields().map(({ name }) => name) : [];
}

/**
 * A matrix of numbers, checked: one row a cell, at least one column, every value of a row that takes part finite. Sparse matrices
 * and data frames of numbers become dense.
 */
export function readObsm(
  root: Hdf5File,
  name: string,
  axis: Axis,
  { columns, option, timepoint }: ReadObsmOptions = {},
): DenseMatrix {
  const place = { file: root.file, key: `${axis.key}/${name}`, ...(option !== undefined && { option }) };
  const stored = name === '' ? undefined : openEmbedding(root, axis.key, name);
  if (!stored) throw noSuchEmbedding(root, name, axis, place);
  if (stored.problem !== null)
    throw new InputError('This element cannot serve as an embedding.', {
      ...place,
      expected: 'numbers [cells, dimensions]: an array, a sparse matrix or a data frame',
      found: stored.problem,
      action: `Name another embedding; there are: ${describeObsm(root, axis)}. Or convert this one with numpy and save the file anew.`,
    });
  const [rows, width] = stored.shape as [number, number];
  checkShape(rows, width, columns, axis, place);
  const d = columns ?? width;
  const values = stored.read(d);
  checkFinite(values, d, timepoint, place, axis);
  return { values, shape: [rows, d] };
}

function checkShape(
  rows: number,
  width: number,
  columns: number | undefined,
  axis: Axis,
  place: Place,
): void {
  if (rows !== axis.length)
    throw new InputError('The embedding has not one row a cell.', {
      ...place,
      expected: `${axis.length} rows, as obs has`,
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
  if (columns !== undefined && (!Number.isInteger(columns) || columns < 1 || columns > width))
    throw new InputError('The embedding has not as many columns as were asked for.', {
      ...place,
      expected: `1 to ${width}`,
      found: String(columns),
      action: `Ask for ${width} or fewer.`,
    });
}

function noSuchEmbedding(root: Hdf5File, name: string, axis: Axis, place: Place): InputError {
  const there = listObsm(root, axis);
  const near = nearestName(
    name,
    there.map((m) => m.name),
  );
  return new InputError(`There is no embedding "${name}".`, {
    ...place,
    expected: `one of: ${describeObsm(root, axis)}`,
    action:
      there.length === 0
        ? 'The file has none: leave this option away, and it is computed from the expression.'
        : near
          ? `Did you mean ${near}?`
          : 'Name one of these.',
  });
}

function describeObsm(root: Hdf5File, axis: Axis): string {
  const usable = listObsm(root, axis).filter(({ problem }) => problem === null);
  return listNames(usable.map(({ name, shape }) => `${name} [${shape.join(', ')}]`));
}

function checkFinite(
  values: Float32Array | Float64Array,
  columns: number,
  timepoint: Int32Array | undefined,
  place: Place,
  { names }: Axis,
): void {
  let count = 0;
  let first = -1;
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i]!) || timepoint?.[Math.floor(i / columns)] === -1) continue;
    if (count === 0) first = i;
    count++;
  }
  if (count === 0) return;
  const row = Math.floor(first / columns);
  throw new InputError('The embedding has values that are no finite numbers.', {
    ...place,
    expected: 'finite numbers only',
    found: `${count} NaN or infinite ${count === 1 ? 'value' : 'values'}; the first is ${values[first]} in cell ${nameOf(names, row)} (row ${row}, column ${first % columns}, counted from 0)`,
    action:
      'Leave these cells out with --where if a column of obs tells them apart, or compute the embedding anew and save the file.',
  });
}

/** The embedding's error matters more than one about the names. */
function nameOf(names: () => string[], row: number): string {
  try {
    return `"${names()[row]}"`;
  } catch {
    return 'without a readable name';
  }
}
