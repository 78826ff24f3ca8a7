import type { ObsKind } from '../dataset/anndata.ts';
import { InputError } from '../errors.ts';
import { toColumn } from './h5ad-column.ts';
import {
  type ArrayElement,
  type FrameElement,
  type H5adElement,
  type RecordsElement,
  readElement,
  readRecords,
  type Series,
} from './h5ad-element.ts';
import { groupFrame, type H5adFrame, namesOf } from './h5ad-frame.ts';
import { checkedCategorical } from './h5ad-series.ts';
import type { Hdf5Dataset, Hdf5File } from './hdf5.ts';

/*
 * Files of anndata before 0.7: `obs` and `var` are one table each, with the codes of categoricals in it and their
 * categories in `uns`; `obsm` and `varm` are one table of arrays each; raw lies in `raw.X`, `raw.var` and `raw.varm`.
 */

const SUFFIX = '_categories';

/** A data frame of any version; undefined if it is absent. @param key `obs`, `var`, `raw/var` */
export function openFrame(root: Hdf5File, key: string): H5adFrame | undefined {
  const node = root.get(key) ?? root.get(key.replace('/', '.'));
  if (!node) return undefined;
  return node.kind === 'group' ? groupFrame(root.file, node) : tableFrame(root, node);
}

/** An element of any version; undefined if it is absent. @param key e.g. `uns/neighbors`, `raw`, `obsm/X_pca` */
export function elementAt(root: Hdf5File, key: string): H5adElement | undefined {
  const [top, ...path] = key.split('/').filter((part) => part !== '');
  if (top === undefined) return undefined;
  const old = oldElement(root, top);
  if (old) return childOf(old, path);
  const node = root.get(key);
  return node && readElement(root.file, node);
}

/** What needs more than its own place to be read; undefined: anything else. */
function oldElement(root: Hdf5File, top: string): H5adElement | undefined {
  const node = root.get(top);
  if (node?.kind === 'dataset' && node.type === 'compound') {
    if (top === 'obs' || top === 'var') return tableFrame(root, node).element();
    if (top === 'obsm' || top === 'varm') return dictOf(readRecords(node));
  }
  if (top === 'raw' && !node) return oldRaw(root);
  if (top === 'uns' && node && root.get('obs')?.kind === 'dataset') return unsWithoutCategories(root);
  return undefined;
}

function oldRaw(root: Hdf5File): H5adElement | undefined {
  const entries = new Map<string, H5adElement>();
  const X = root.get('raw.X');
  if (!X) return undefined;
  entries.set('X', readElement(root.file, X));
  const table = root.get('raw.var');
  if (table)
    entries.set(
      'var',
      table.kind === 'dataset' ? tableFrame(root, table).element() : readElement(root.file, table),
    );
  const varm = root.get('raw.varm');
  if (varm)
    entries.set(
      'varm',
      varm.kind === 'dataset' && varm.type === 'compound'
        ? dictOf(readRecords(varm))
        : readElement(root.file, varm),
    );
  return { kind: 'dict', entries };
}

function dictOf({ fields }: RecordsElement): H5adElement {
  return { kind: 'dict', entries: new Map(fields.map(({ name, series }) => [name, series])) };
}

function childOf(element: H5adElement, path: string[]): H5adElement | undefined {
  const [name, ...rest] = path;
  if (name === undefined) return element;
  const child =
    element.kind === 'dict'
      ? element.entries.get(name)
      : element.kind === 'dataframe'
        ? element.columns.find((column) => column.name === name)?.series
        : undefined;
  return child && childOf(child, rest);
}

function tableFrame(root: Hdf5File, table: Hdf5Dataset): H5adFrame {
  const { fields } = readRecords(table);
  const [index, ...columns] = fields;
  if (!index)
    throw new InputError('A table of the file has no index.', {
      file: root.file,
      key: table.key,
      expected: 'names, one a row',
      found: 'no columns',
      action: 'Save the file anew with anndata.',
    });
  const place = (name: string) => ({ file: root.file, key: `${table.key}/${name}` });
  const own = table.key === 'obs' || table.key === 'var';
  const series = (name: string): Series => {
    const stored = columns.find((column) => column.name === name)!.series;
    const categories = own && stored.kind === 'array' && categoriesFor(root, name, stored);
    if (!categories || stored.kind !== 'array') return stored;
    const codes = Int32Array.from(stored.values as ArrayLike<number>);
    return checkedCategorical(root.file, place(name).key, codes, categories, false);
  };
  const element = (): FrameElement => ({
    kind: 'dataframe',
    indexName: index.name,
    index: index.series,
    columns: columns.map(({ name }) => ({ name, series: series(name) })),
  });
  return {
    length: table.shape?.[0] ?? 0,
    columns: columns.map(({ name }) => name),
    index: () => namesOf(index.series, place(index.name)),
    kind: (name) => kindOf(series(name), place(name)),
    read: (name) => toColumn(series(name), place(name)),
    element,
  };
}

function kindOf(series: Series, place: { file: string; key: string }): ObsKind {
  return toColumn(series, place).kind;
}

/**
 * The categories in `uns` that belong to a column. They are found by their name alone, which a column of `obs` and one
 * of `var` may share: as for anndata, they belong to it if they have enough of them for its codes.
 */
function categoriesFor(root: Hdf5File, name: string, codes: ArrayElement): ArrayElement | undefined {
  if (Array.isArray(codes.values) || codes.dtype === 'bool') return undefined;
  const uns = root.get('uns');
  const node = uns?.kind === 'group' ? uns.get(`${name}${SUFFIX}`) : undefined;
  const categories = node && listOf(readElement(root.file, node));
  return categories && codes.values.every((code) => code < categories.values.length) ? categories : undefined;
}

/** Of a single category, the category itself was written. */
function listOf(element: H5adElement): ArrayElement | undefined {
  if (element.kind === 'array') return element;
  if (element.kind === 'string')
    return { kind: 'array', dtype: 'string', shape: [1], values: [element.value] };
  if (element.kind === 'number')
    return { kind: 'array', dtype: element.dtype, shape: [1], values: Float64Array.of(element.value) };
  return undefined;
}

/** As anndata reads it: categories that went to a column are no longer here. */
function unsWithoutCategories(root: Hdf5File): H5adElement | undefined {
  const node = root.get('uns');
  const uns = node && readElement(root.file, node);
  if (uns?.kind !== 'dict') return uns;
  const used = ['obs', 'var'].flatMap((key) =>
    (openFrame(root, key)?.element().columns ?? [])
      .filter(({ series }) => series.kind === 'categorical')
      .map(({ name }) => `${name}${SUFFIX}`),
  );
  for (const name of used) uns.entries.delete(name);
  return uns;
}
