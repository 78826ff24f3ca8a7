import type { CategoricalColumn, ObsColumn, ObsKind } from '../dataset/anndata.ts';
import { InputError } from '../errors.ts';
import type { NullableElement, Series } from './h5ad-element.ts';
import { groupEncoding, legacyCategories, textsOf } from './h5ad-series.ts';
import type { Hdf5Dataset, Hdf5Group, Hdf5Node, NumericArray } from './hdf5.ts';

type Place = { file: string; key: string };

/**
 * A column as the rest of the application knows it.
 * @throws InputError: a kind that is not known
 */
export function toColumn(series: Series, place: Place): ObsColumn {
  switch (series.kind) {
    case 'array':
      return plainColumn(series.values, series.dtype);
    case 'nullable':
      return maskedColumn(series);
    case 'categorical':
      return { ...series, categories: categoriesOf(series.categories.values, series.categories.dtype) };
    case 'unsupported':
      throw unknownEncoding(place, series.found);
  }
}

function plainColumn(values: NumericArray | string[], dtype: string): ObsColumn {
  if (Array.isArray(values)) return { kind: 'string', values };
  if (dtype === 'bool') return { kind: 'boolean', values: Int8Array.from(values) };
  return { kind: 'number', values: asFloats(values) };
}

function maskedColumn({ values, dtype, mask }: NullableElement): ObsColumn {
  if (Array.isArray(values)) return { kind: 'string', values: values.map((v, i) => (mask[i] ? null : v)) };
  if (dtype === 'bool')
    return { kind: 'boolean', values: Int8Array.from(values, (v, i) => (mask[i] ? -1 : v)) };
  // not in place: a float array is the file's own
  return { kind: 'number', values: asFloats(values).map((v, i) => (mask[i] ? Number.NaN : v)) };
}

function categoriesOf(values: NumericArray | string[], dtype: string): CategoricalColumn['categories'] {
  return Array.isArray(values) || dtype === 'bool' ? textsOf(values, dtype) : asFloats(values);
}

function asFloats(values: NumericArray): Float32Array | Float64Array {
  return values instanceof Float32Array || values instanceof Float64Array
    ? values
    : Float64Array.from(values);
}

/** The kind of a column of a data frame, told without reading its values. */
export function columnKind(file: string, frame: Hdf5Group, name: string): ObsKind {
  const node = columnNode(file, frame, name);
  if (node.kind === 'dataset')
    return legacyCategories(node, frame, name) ? 'categorical' : plainKind(file, node);
  if (node.get('categories')) return 'categorical';
  const values = node.get('values');
  if (values?.kind === 'dataset' && node.get('mask')) return plainKind(file, values);
  throw unknownEncoding({ file, key: node.key }, groupEncoding(node));
}

/** @throws InputError: it is not there */
export function columnNode(file: string, frame: Hdf5Group, name: string): Hdf5Node {
  const node = frame.get(name);
  if (node) return node;
  throw new InputError('A column is listed in the file but is not there.', {
    file,
    key: `${frame.key}/${name}`,
    action: 'Save the file anew with anndata.',
  });
}

function plainKind(file: string, { type, dtype, key }: Hdf5Dataset): ObsKind {
  if (type === 'integer' || type === 'float') return 'number';
  if (type === 'string' || type === 'boolean') return type;
  throw unknownEncoding({ file, key }, dtype);
}

function unknownEncoding(place: Place, found: string): InputError {
  return new InputError('A column is stored in a way that cannot be read here.', {
    ...place,
    expected: 'numbers, strings, booleans, a categorical or a nullable array',
    found,
    action: 'In Python, convert the column to numbers or strings and save the file anew.',
  });
}
