import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import * as h5wasm from 'h5wasm/node';
import { InputError } from '../errors.ts';
import { isNumberType, type NumericArray, Undecodable } from './hdf5-decode.ts';
import { checkFilters } from './hdf5-filters.ts';
import { guarded, libraryFailed, loadLibrary, reasonOf } from './hdf5-library.ts';
import { checkIsHdf5 } from './hdf5-path.ts';
import {
  type CompoundField,
  type ElementType,
  elementType,
  type Place,
  type Range,
  readFields,
  readNumbers,
  readStrings,
  type Stored,
  wrongType,
} from './hdf5-slab.ts';
import { dtypeName, storedType } from './hdf5-type.ts';

export type { NumericArray } from './hdf5-decode.ts';
export { hdf5ForWriting, libraryFailed } from './hdf5-library.ts';
export type { CompoundField, ElementType, Range } from './hdf5-slab.ts';

/*
 * With hdf5-library.ts, hdf5-slab.ts and hdf5-write.ts the only door to the HDF5 library, which is synchronous and holds its state for the whole thread: call it in a
 * worker thread, and replace that worker after an error, since an error leaves the library's C stack unwound.
 */

/** A scalar or a list; 64-bit integers as numbers, booleans as 0 and 1, texts as they are. */
export type AttributeValue = string | number | string[] | number[];

interface Hdf5Element {
  /** path inside the file without a leading slash, e.g. `obs/day`; `/` for the root */
  readonly key: string;
  /** undefined if there is none, or if it is no text and no number */
  attribute(name: string): AttributeValue | undefined;
  /** what an attribute that is a reference points at; undefined if there is none */
  follow(attribute: string): Hdf5Node | undefined;
}

export interface Hdf5Group extends Hdf5Element {
  readonly kind: 'group';
  names(): string[];
  /** a child or a path below; undefined if there is none */
  get(name: string): Hdf5Node | undefined;
}

export interface Hdf5Dataset extends Hdf5Element {
  readonly kind: 'dataset';
  /** `[]` for a scalar, undefined for HDF5's empty dataspace */
  readonly shape: number[] | undefined;
  readonly type: ElementType;
  /** as numpy calls it: `float32`, `int64`, `bool`, `string`, `compound`; of other types a description, e.g. `complex64` */
  readonly dtype: string;
  /** it is stored through filters, so that reading takes computing */
  readonly filtered: boolean;
  /** ASCII of a fixed size, as anndata before 0.7 wrote texts */
  readonly fixedAscii: boolean;
  /**
   * Row-major; `ranges` selects a slab, missing ones select all.
   * @throws InputError: damaged, a filter that is missing, an integer beyond 2⁵³
   */
  numbers(ranges?: Range[]): NumericArray;
  /** alike; @throws InputError: also what is no UTF-8 */
  strings(ranges?: Range[]): string[];
  /** all rows of a compound dataset */
  fields(): CompoundField[];
  /** @throws InputError: compressed in a way that cannot be read, or parts in another file that is not there */
  checkStorage(): void;
}

export type Hdf5Node = Hdf5Group | Hdf5Dataset;

export interface Hdf5File extends Hdf5Group {
  /** as the user named it */
  readonly file: string;
  close(): void;
}

/**
 * Opens a file for reading.
 * @param path as the user named it
 * @throws InputError: missing, a folder, empty, not readable by this user, not HDF5, cut short, damaged
 */
export async function openHdf5(path: string): Promise<Hdf5File> {
  checkIsHdf5(path);
  const library = await loadLibrary();
  library.activate_throwing_error_handler();
  let file: h5wasm.File;
  try {
    file = new h5wasm.File(resolve(path), 'r');
  } catch (error) {
    throw openingError(path, error);
  }
  if (file.file_id < 0n) throw openingError(path, new Error('the library gave no reason'));
  return {
    ...groupOf(file, path, '/'),
    file: path,
    close: () => {
      const id = file.file_id;
      file.file_id = -1n;
      if (id >= 0n) closeFile(id);
    },
  };
}

// After a failed call closing may fail too, which must not hide the first error.
function closeFile(id: bigint): void {
  try {
    h5wasm.Module.close_file(id);
  } catch (error) {
    if (!libraryFailed()) throw error;
  }
}

function openingError(path: string, error: unknown): InputError {
  const reason = reasonOf(error);
  const short = /truncated file/.test(reason);
  return new InputError(
    short ? 'The file is cut short: its end is missing.' : 'The HDF5 file is damaged and cannot be opened.',
    { file: path, expected: 'a complete h5ad file', found: reason, action: 'Copy or download it again.' },
    error,
  );
}

function groupOf(group: h5wasm.Group, file: string, key: string): Hdf5Group {
  const place = { file, key };
  return {
    kind: 'group',
    key,
    attribute: (name) => readAttribute(group, place, name),
    follow: (name) => followAttribute(group, place, name),
    names: () => guarded(place, () => group.keys()),
    get: (name) => nodeAt(group, file, key === '/' ? name : `${key}/${name}`, name),
  };
}

function nodeAt(parent: h5wasm.Group, file: string, key: string, name: string): Hdf5Node | undefined {
  const place = { file, key };
  const entity = guarded(place, () => parent.get(name));
  if (entity instanceof h5wasm.Group) return groupOf(entity, file, key);
  if (entity instanceof h5wasm.Dataset) return datasetOf(entity, place);
  if (entity === null) return undefined;
  throw new InputError('An element of the file holds no data, or is a link that leads nowhere.', {
    ...place,
    expected: 'a group or a dataset',
    found: foundInstead(entity),
    action: 'Save the file anew with anndata, with everything inside it.',
  });
}

function foundInstead(entity: h5wasm.Entity): string {
  if (entity instanceof h5wasm.ExternalLink) return `a link into ${entity.filename}`;
  return entity instanceof h5wasm.Datatype ? 'the description of a type' : 'a broken link';
}

function readAttribute(
  element: h5wasm.Group | h5wasm.Dataset,
  place: Place,
  name: string,
): AttributeValue | undefined {
  return guarded(place, () => {
    const value = element.attrs[name]?.value;
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'string' || typeof value === 'number') return value;
    if (typeof value === 'bigint') return exactNumber(value);
    if (ArrayBuffer.isView(value)) return Array.from(value as ArrayLike<number | bigint>, exactNumber);
    // references and nested values mean nothing to a caller
    return Array.isArray(value) && value.every((v) => typeof v === 'string')
      ? (value as string[])
      : undefined;
  });
}

function exactNumber(value: number | bigint): number {
  const number = Number(value);
  if (typeof value === 'bigint' && !Number.isSafeInteger(number))
    throw new Undecodable('an attribute below 2^53 in size', String(value));
  return number;
}

function followAttribute(
  element: h5wasm.Group | h5wasm.Dataset,
  place: Place,
  name: string,
): Hdf5Node | undefined {
  const path = guarded(place, () => {
    const value = element.attrs[name]?.value;
    return value instanceof h5wasm.Reference
      ? h5wasm.Module.get_referenced_name(element.file_id, value.ref_data, true)
      : undefined;
  });
  return path ? nodeAt(element.root, place.file, path.replace(/^\/+/, ''), path) : undefined;
}

function datasetOf(dataset: h5wasm.Dataset, place: Place): Hdf5Dataset {
  const metadata = guarded(place, () => dataset.metadata);
  const type = storedType(metadata);
  const stored = { dataset, metadata, type, place };
  const read = <T>(expected: string, serves: boolean, act: () => T): T => {
    if (!serves) throw wrongType(stored, expected);
    return guarded(place, () => {
      checkStorage(stored);
      return act();
    });
  };
  return {
    kind: 'dataset',
    key: place.key,
    shape: metadata.shape ?? undefined,
    type: elementType(type),
    dtype: dtypeName(type),
    fixedAscii: type.kind === 'string' && !type.variable && type.ascii,
    filtered: dataset.filters.length > 0,
    attribute: (name) => readAttribute(dataset, place, name),
    follow: (name) => followAttribute(dataset, place, name),
    numbers: (ranges = []) => read('numbers', isNumberType(type), () => readNumbers(stored, ranges)),
    strings: (ranges = []) => read('strings', type.kind === 'string', () => readStrings(stored, ranges)),
    checkStorage: () => guarded(place, () => checkStorage(stored)),
    fields: () => read('a table', type.kind === 'compound', () => readFields(stored)),
  };
}

/** @throws InputError: what would abort the library, or give values that are not in the file */
function checkStorage({ dataset, metadata, type, place }: Stored): void {
  const valueBytes = type.kind === 'string' && type.variable ? 16 : metadata.size;
  checkFilters({ filters: dataset.filters, valueBytes, chunks: metadata.chunks }, place);
  checkSources(metadata, place);
}

// Without its source a virtual dataset reads as zeros.
function checkSources({ virtual_sources: sources = [] }: h5wasm.Metadata, place: Place): void {
  const missing = sources.find(
    ({ file_name: name }) => name !== '.' && !existsSync(resolve(dirname(place.file), name)),
  );
  if (!missing) return;
  throw new InputError('A part of the file lies in another file, which is not there.', {
    ...place,
    expected: `the file ${missing.file_name} beside it`,
    found: 'nothing',
    action: 'Copy that file beside this one, or save the data in one file.',
  });
}
