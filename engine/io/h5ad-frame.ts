import type { ObsColumn, ObsKind } from '../dataset/anndata.ts';
import { InputError } from '../errors.ts';
import { columnKind, columnNode, toColumn } from './h5ad-column.ts';
import type { FrameElement, Series } from './h5ad-element.ts';
import { readSeries, seriesLength, seriesTexts } from './h5ad-series.ts';
import type { Hdf5Group, Hdf5Node } from './hdf5.ts';

/** `obs` or `var` of a file: an index and columns that are read when asked for. */
export interface H5adFrame {
  /** number of rows */
  length: number;
  /** in the file's order, without the index */
  columns: string[];
  index(): string[];
  kind(name: string): ObsKind;
  read(name: string): ObsColumn;
  /** all of it */
  element(): FrameElement;
}

/**
 * A data frame of anndata ≥ 0.7; for those before see h5ad-legacy.ts.
 * @throws InputError: no index
 */
export function groupFrame(file: string, group: Hdf5Group): H5adFrame {
  const indexName = String(group.attribute('_index') ?? '_index');
  const indexNode = group.get(indexName);
  const length = indexNode && seriesLength(indexNode);
  if (!indexNode || length === undefined) throw noIndex(file, `${group.key}/${indexName}`, indexNode);
  const columns = columnOrder(group, indexName);
  const series = (name: string) => {
    const node = columnNode(file, group, name);
    checkLength(file, node, length);
    return readSeries(file, node, group, name);
  };
  return {
    length,
    columns,
    index: () => namesOf(readSeries(file, indexNode, group, indexName), { file, key: indexNode.key }),
    kind: (name) => columnKind(file, group, name),
    read: (name) => toColumn(series(name), { file, key: `${group.key}/${name}` }),
    element: () => ({
      kind: 'dataframe',
      indexName,
      index: readSeries(file, indexNode, group, indexName),
      columns: columns.map((name) => ({ name, series: series(name) })),
    }),
  };
}

/** @throws InputError: what groupFrame and its parts throw */
export function readFrameElement(file: string, group: Hdf5Group): FrameElement {
  return groupFrame(file, group).element();
}

function columnOrder(group: Hdf5Group, indexName: string): string[] {
  const order = group.attribute('column-order');
  // an empty order is written as an array of no numbers
  if (Array.isArray(order)) return order.map(String);
  if (typeof order === 'string') return [order];
  return group.names().filter((name) => name !== indexName && !name.startsWith('__'));
}

/** @throws InputError: missing names, or no names */
export function namesOf(index: Series, place: { file: string; key: string }): string[] {
  const names = seriesTexts(index);
  if (names) return names;
  throw new InputError('Some names of a table are missing.', {
    ...place,
    expected: 'a name for each row',
    found: index.kind === 'unsupported' ? index.found : 'missing values',
    action: 'In Python, give all rows names (adata.obs_names, adata.var_names) and save the file anew.',
  });
}

function noIndex(file: string, key: string, found: Hdf5Node | undefined): InputError {
  return new InputError('A table of the file has no index.', {
    file,
    key,
    expected: 'names, one a row',
    found: found ? 'something else' : 'nothing',
    action: 'Save the file anew with anndata.',
  });
}

// A group without the parts of a series is told by whoever reads it.
function checkLength(file: string, node: Hdf5Node, rows: number): void {
  const values = node.kind === 'dataset' ? node : (node.get('codes') ?? node.get('values'));
  if (values?.kind !== 'dataset' || (values.shape?.length === 1 && values.shape[0] === rows)) return;
  throw new InputError('A column has not one value a row.', {
    file,
    key: values.key,
    expected: `${rows} values`,
    found: `the shape [${values.shape?.join(', ') ?? ''}]`,
    action: 'Save the file anew with anndata.',
  });
}
