import type { CategoricalColumn, ObsColumn, ObsKind } from '../dataset/anndata.ts';
import { InputError } from '../errors.ts';
import type { Hdf5Dataset, Hdf5Group, Hdf5Node } from './hdf5.ts';

/**
 * One column of a data frame, by its `encoding-type` or its legacy layout: plain arrays, `categorical` groups,
 * `nullable-*` groups (values and mask), and anndata 0.7's codes with categories in `__categories`.
 * @param file as the user named it
 * @param frame the group that holds the columns
 * @param rows how many values the column must have
 * @throws InputError: an encoding that is not known, a wrong length, codes without a category
 */
export function readColumn(file: string, frame: Hdf5Group, name: string, rows: number): ObsColumn {
  const element = columnElement(file, frame, name);
  if (element.kind === 'dataset') {
    const legacy = legacyCategories(frame, name);
    if (legacy) return categorical(file, element, legacy, rows);
    return plain(file, element, rows);
  }
  const codes = element.get('codes');
  const categories = element.get('categories');
  if (codes?.kind === 'dataset' && categories) return categorical(file, codes, categories, rows, element);
  const values = element.get('values');
  const mask = element.get('mask');
  if (values?.kind === 'dataset' && mask?.kind === 'dataset')
    return masked(plain(file, values, rows), mask.numbers());
  throw unknownEncoding(file, element);
}

/** The kind of a column, told without reading its values. */
export function columnKind(file: string, frame: Hdf5Group, name: string): ObsKind {
  const element = columnElement(file, frame, name);
  if (element.kind === 'dataset')
    return legacyCategories(frame, name) ? 'categorical' : plainKind(file, element);
  if (element.get('categories')) return 'categorical';
  const values = element.get('values');
  if (values?.kind === 'dataset') return plainKind(file, values);
  throw unknownEncoding(file, element);
}

function columnElement(file: string, frame: Hdf5Group, name: string): Hdf5Node {
  const element = frame.get(name);
  if (element) return element;
  throw new InputError('A column is listed in the file but is not there.', {
    file,
    key: `${frame.key}/${name}`,
    action: 'Save the file anew with anndata.',
  });
}

function legacyCategories(frame: Hdf5Group, name: string): Hdf5Dataset | undefined {
  const all = frame.get('__categories');
  const categories = all?.kind === 'group' ? all.get(name) : undefined;
  return categories?.kind === 'dataset' ? categories : undefined;
}

function plainKind(file: string, element: Hdf5Dataset): ObsKind {
  switch (element.type) {
    case 'integer':
    case 'float':
      return 'number';
    case 'string':
    case 'boolean':
      return element.type;
    default:
      throw unknownEncoding(file, element);
  }
}

function plain(file: string, element: Hdf5Dataset, rows: number): ObsColumn {
  const kind = plainKind(file, element);
  checkLength(file, element, rows);
  if (kind === 'string') return { kind, values: element.strings() };
  const values = element.numbers();
  if (kind === 'boolean') return { kind, values: Int8Array.from(values) };
  return { kind: 'number', values: asFloats(values) };
}

function masked(column: ObsColumn, mask: ArrayLike<number>): ObsColumn {
  switch (column.kind) {
    case 'number':
      return { kind: 'number', values: column.values.map((v, i) => (mask[i] ? Number.NaN : v)) };
    case 'boolean':
      return { kind: 'boolean', values: column.values.map((v, i) => (mask[i] ? -1 : v)) };
    case 'string':
      return { kind: 'string', values: column.values.map((v, i) => (mask[i] ? null : v)) };
    case 'categorical':
      return column;
  }
}

function categorical(
  file: string,
  codesElement: Hdf5Dataset,
  categoriesElement: Hdf5Node,
  rows: number,
  flagged: Hdf5Node = categoriesElement,
): CategoricalColumn {
  checkLength(file, codesElement, rows);
  const codes = Int32Array.from(codesElement.numbers());
  const categories = readCategories(file, categoriesElement);
  return categoricalColumn(file, codesElement.key, codes, categories, Boolean(flagged.attribute('ordered')));
}

/** @throws InputError: a code without a category */
export function categoricalColumn(
  file: string,
  key: string,
  codes: Int32Array,
  categories: CategoricalColumn['categories'],
  ordered: boolean,
): CategoricalColumn {
  const wrong = codes.findIndex((code) => code < -1 || code >= categories.length);
  if (wrong >= 0)
    throw new InputError('A categorical column has a code without a category.', {
      file,
      key,
      expected: `codes from −1 to ${categories.length - 1}`,
      found: `${codes[wrong]} at row ${wrong}`,
      action: 'Save the file anew with anndata.',
    });
  return { kind: 'categorical', codes, categories, ordered };
}

export function readCategories(file: string, element: Hdf5Node): CategoricalColumn['categories'] {
  const dataset = element.kind === 'dataset' ? element : element.get('values');
  if (dataset?.kind !== 'dataset') throw unknownEncoding(file, element);
  switch (plainKind(file, dataset)) {
    case 'number':
      return asFloats(dataset.numbers());
    case 'boolean':
      return Array.from(dataset.numbers(), (v) => (v ? 'True' : 'False'));
    default:
      return dataset.strings();
  }
}

function asFloats(values: ArrayLike<number>): Float32Array | Float64Array {
  return values instanceof Float32Array || values instanceof Float64Array
    ? values
    : Float64Array.from(values);
}

function checkLength(file: string, element: Hdf5Dataset, rows: number): void {
  if (element.shape?.length === 1 && element.shape[0] === rows) return;
  throw new InputError('A column has not one value a cell.', {
    file,
    key: element.key,
    expected: `${rows} values`,
    found: `the shape [${element.shape?.join(', ') ?? ''}]`,
    action: 'Save the file anew with anndata.',
  });
}

function unknownEncoding(file: string, element: Hdf5Node): InputError {
  const encoding = element.attribute('encoding-type');
  const stored = element.kind === 'group' ? 'a group without an encoding' : `the type ${element.type}`;
  return new InputError('A column is stored in a way that cannot be read here.', {
    file,
    key: element.key,
    expected: 'numbers, strings, booleans, a categorical or a nullable array',
    found: encoding === undefined ? stored : String(encoding),
    action: 'In Python, convert the column to numbers or strings and save the file anew.',
  });
}
