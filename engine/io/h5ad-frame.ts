import type { ObsColumn, ObsKind } from '../dataset/anndata.ts';
import { InputError } from '../errors.ts';
import { categoricalColumn, columnKind, readCategories, readColumn } from './h5ad-column.ts';
import type { Hdf5Dataset, Hdf5File, Hdf5Group } from './hdf5.ts';

/** `obs` or `var` of a file: an index and columns that are read when asked for. */
export interface H5adFrame {
  /** number of rows */
  length: number;
  /** in the file's order, without the index */
  columns: string[];
  index(): string[];
  kind(name: string): ObsKind;
  read(name: string): ObsColumn;
}

/** A data frame of anndata ≥ 0.7 (a group) or before (a compound dataset); undefined if it is absent. */
export function openFrame(root: Hdf5File, name: string): H5adFrame | undefined {
  const element = root.get(name);
  if (!element) return undefined;
  return element.kind === 'group' ? groupFrame(root.file, element) : compoundFrame(root, element);
}

function groupFrame(file: string, group: Hdf5Group): H5adFrame {
  const indexName = String(group.attribute('_index') ?? '_index');
  const index = group.get(indexName);
  if (index?.kind !== 'dataset' || index.shape?.length !== 1)
    throw new InputError('A table of the file has no index.', {
      file,
      key: `${group.key}/${indexName}`,
      expected: 'names, one a row',
      found: index ? 'something else' : 'nothing',
      action: 'Save the file anew with anndata.',
    });
  const length = index.shape[0]!;
  const order = group.attribute('column-order');
  // an empty order is written as an array of no numbers
  const columns = Array.isArray(order)
    ? order.map(String)
    : group.names().filter((name) => name !== indexName && !name.startsWith('__'));
  return {
    length,
    columns,
    index: () => (index.type === 'string' ? index.strings() : Array.from(index.numbers(), String)),
    kind: (name) => columnKind(file, group, name),
    read: (name) => readColumn(file, group, name, length),
  };
}

/** Before anndata 0.7: one compound dataset, codes of categoricals in it and their categories in `uns`. */
function compoundFrame(root: Hdf5File, table: Hdf5Dataset): H5adFrame {
  const fields = table.fields();
  const index = fields.find(({ name }) => name === 'index' || name === '_index') ?? fields[0]!;
  const categoriesOf = (name: string) => {
    const element = root.get('uns')?.kind === 'group' ? root.get(`uns/${name}_categories`) : undefined;
    return element?.kind === 'dataset' ? element : undefined;
  };
  const fieldOf = (name: string) => fields.find((field) => field.name === name)!;
  const kind = (name: string): ObsKind => {
    if (categoriesOf(name)) return 'categorical';
    const { type } = fieldOf(name);
    if (type === 'string' || type === 'boolean') return type;
    if (type === 'integer' || type === 'float') return 'number';
    throw new InputError('A column is stored in a way that cannot be read here.', {
      file: root.file,
      key: `${table.key}/${name}`,
      expected: 'numbers, strings or booleans',
      found: type,
      action: 'In Python, read the file and save it anew with a recent anndata.',
    });
  };
  return {
    length: index.values.length,
    columns: fields.filter((field) => field !== index).map(({ name }) => name),
    index: () => index.values.map(String),
    kind,
    read(name) {
      const { values } = fieldOf(name);
      switch (kind(name)) {
        case 'string':
          return { kind: 'string', values: values.map(String) };
        case 'boolean':
          return { kind: 'boolean', values: Int8Array.from(values as number[]) };
        case 'number':
          return { kind: 'number', values: Float64Array.from(values as number[]) };
        case 'categorical': {
          const categories = readCategories(root.file, categoriesOf(name)!);
          const codes = Int32Array.from(values as number[]);
          return categoricalColumn(root.file, `${table.key}/${name}`, codes, categories, false);
        }
      }
    },
  };
}
