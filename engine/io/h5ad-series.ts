import { InputError } from '../errors.ts';
import type {
  ArrayElement,
  CategoricalElement,
  NullableElement,
  Series,
  UnsupportedElement,
} from './h5ad-element.ts';
import type { Hdf5Dataset, Hdf5Group, Hdf5Node, NumericArray } from './hdf5.ts';

/** An array of numbers, booleans or texts. */
export function readArray(dataset: Hdf5Dataset): ArrayElement | UnsupportedElement {
  const { type, dtype, shape = [] } = dataset;
  switch (type) {
    case 'integer':
    case 'float':
    case 'boolean':
      return { kind: 'array', dtype, shape, values: dataset.numbers() };
    case 'string':
      return { kind: 'array', dtype, shape, values: dataset.strings() };
    default:
      return { kind: 'unsupported', found: dtype };
  }
}

/**
 * A column of a data frame, or a categorical or nullable array that stands alone: by `encoding-type`, or by anndata
 * 0.7's reference from the codes to their categories.
 * @param frame the data frame it is a column of
 * @throws InputError: codes without a category, parts of different lengths
 */
export function readSeries(file: string, node: Hdf5Node, frame?: Hdf5Group, name?: string): Series {
  if (node.kind === 'dataset') {
    const categories = legacyCategories(node, frame, name);
    return categories ? readCategorical(file, node, categories, categories) : readArray(node);
  }
  const codes = node.get('codes');
  const categories = node.get('categories');
  if (codes?.kind === 'dataset' && categories) return readCategorical(file, codes, categories, node);
  const values = node.get('values');
  const mask = node.get('mask');
  if (values?.kind === 'dataset' && mask?.kind === 'dataset') return readNullable(file, values, mask);
  return { kind: 'unsupported', found: groupEncoding(node) };
}

/** What a group is, for an error. */
export function groupEncoding(group: Hdf5Group): string {
  const encoding = group.attribute('encoding-type');
  return encoding === undefined ? 'a group without an encoding' : `the encoding "${encoding}"`;
}

/** The categories of a column of anndata 0.7; undefined if it has none. */
export function legacyCategories(
  codes: Hdf5Dataset,
  frame: Hdf5Group | undefined,
  name: string | undefined,
): Hdf5Dataset | undefined {
  const referred = codes.follow('categories');
  if (referred?.kind === 'dataset') return referred;
  const all = frame?.get('__categories');
  const categories = all?.kind === 'group' && name !== undefined ? all.get(name) : undefined;
  return categories?.kind === 'dataset' ? categories : undefined;
}

function readCategorical(
  file: string,
  codesNode: Hdf5Dataset,
  categoriesNode: Hdf5Node,
  flagged: Hdf5Node,
): CategoricalElement {
  const categories = readCategories(file, categoriesNode);
  const codes = Int32Array.from(codesNode.numbers());
  return checkedCategorical(file, codesNode.key, codes, categories, Boolean(flagged.attribute('ordered')));
}

/** @throws InputError: a code without a category */
export function checkedCategorical(
  file: string,
  key: string,
  codes: Int32Array,
  categories: ArrayElement,
  ordered: boolean,
): CategoricalElement {
  const wrong = codes.findIndex((code) => code < -1 || code >= categories.values.length);
  if (wrong >= 0)
    throw new InputError('A categorical column has a code without a category.', {
      file,
      key,
      expected: `codes from −1 to ${categories.values.length - 1}`,
      found: `${codes[wrong]} at row ${wrong}`,
      action: 'Save the file anew with anndata.',
    });
  return { kind: 'categorical', codes, categories, ordered };
}

function readCategories(file: string, node: Hdf5Node): ArrayElement {
  const series = readSeries(file, node);
  if (series.kind === 'array') return { ...series, shape: [series.values.length] };
  if (series.kind === 'nullable' && !series.mask.includes(1))
    return { kind: 'array', dtype: series.dtype, shape: series.shape, values: series.values };
  throw new InputError('The categories of a column are stored in a way that cannot be read here.', {
    file,
    key: node.key,
    expected: 'numbers, strings or booleans, none missing',
    found: series.kind === 'unsupported' ? series.found : `a ${series.kind} array`,
    action: 'In Python, convert the column to strings and save the file anew.',
  });
}

function readNullable(
  file: string,
  valuesNode: Hdf5Dataset,
  maskNode: Hdf5Dataset,
): NullableElement | UnsupportedElement {
  const array = readArray(valuesNode);
  if (array.kind === 'unsupported') return array;
  const mask = Uint8Array.from(maskNode.numbers(), (flag) => (flag ? 1 : 0));
  if (mask.length !== array.values.length)
    throw new InputError('A column has not one mark a value that says whether it is missing.', {
      file,
      key: maskNode.key,
      expected: `${array.values.length} values`,
      found: String(mask.length),
      action: 'Save the file anew with anndata.',
    });
  return { ...array, kind: 'nullable', mask };
}

/** Values of a series as texts, e.g. names; categories are put in. @returns undefined: some are missing, or no texts */
export function seriesTexts(series: Series): string[] | undefined {
  switch (series.kind) {
    case 'array':
      return textsOf(series.values, series.dtype);
    case 'nullable':
      return series.mask.includes(1) ? undefined : textsOf(series.values, series.dtype);
    case 'categorical': {
      const names = textsOf(series.categories.values, series.categories.dtype);
      return series.codes.includes(-1) ? undefined : Array.from(series.codes, (code) => names[code]!);
    }
    case 'unsupported':
      return undefined;
  }
}

/** As Python prints booleans; numbers as they are. */
export function textsOf(values: NumericArray | string[], dtype: string): string[] {
  if (!Array.isArray(values) && dtype === 'bool')
    return Array.from(values, (value) => (value ? 'True' : 'False'));
  return Array.isArray(values) ? values : Array.from(values, String);
}

/** How many values a series has, told without reading it; undefined if its parts are not there. */
export function seriesLength(node: Hdf5Node): number | undefined {
  const values = node.kind === 'dataset' ? node : (node.get('codes') ?? node.get('values'));
  return values?.kind === 'dataset' && values.shape?.length === 1 ? values.shape[0] : undefined;
}
