import { resolve } from 'node:path';
import * as h5wasm from 'h5wasm/node';
import { type ErrorPlace, InputError, MeanderError } from '../errors.ts';
import { checkIsHdf5 } from './hdf5-path.ts';

/*
 * The only door to the HDF5 library, which is synchronous and holds its state for the whole thread: call it in a
 * worker thread, and replace that worker after an error, since an error leaves the library's C stack unwound.
 */

/** Numbers of a dataset as stored; 64-bit integers come as Float64Array (beyond 2⁵³ rounded), booleans as 0 and 1. */
export type NumericArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array;

export type ElementType = 'integer' | 'float' | 'boolean' | 'string' | 'compound' | 'other';

/** A scalar or a list; 64-bit integers as numbers, booleans as 0 and 1. */
export type AttributeValue = string | number | string[] | number[];

/** `[start, stop)` along one dimension. */
export type Range = [start: number, stop: number];

/** One member of a compound dataset, for all its rows. */
export interface CompoundField {
  name: string;
  type: ElementType;
  values: (string | number)[];
}

interface Hdf5Element {
  /** path inside the file without a leading slash, e.g. `obs/day`; `/` for the root */
  readonly key: string;
  /** undefined if there is none */
  attribute(name: string): AttributeValue | undefined;
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
  /** row-major; `ranges` selects a slab, missing ones select all */
  numbers(ranges?: Range[]): NumericArray;
  strings(): string[];
  fields(): CompoundField[];
}

export type Hdf5Node = Hdf5Group | Hdf5Dataset;

export interface Hdf5File extends Hdf5Group {
  /** as the user named it */
  readonly file: string;
  close(): void;
}

/** The library's heap never shrinks and one read must stay below 2 GB, hence slabs. */
const SLAB_BYTES = 64 * 2 ** 20;
/** Filters inside the library: deflate, shuffle, fletcher32, nbit, scale-offset. */
const KNOWN_FILTERS = new Set([1, 2, 3, 5, 6]);
const FILTER_NAMES: Record<number, string> = {
  4: 'SZIP',
  307: 'BZIP2',
  32000: 'LZF',
  32001: 'Blosc',
  32004: 'LZ4',
  32008: 'Bitshuffle',
  32013: 'ZFP',
  32015: 'Zstandard',
  32026: 'Blosc2',
};

/**
 * Opens a file for reading.
 * @param path as the user named it
 * @throws InputError: missing, a folder, empty, not readable by this user, not HDF5, cut short, damaged
 */
export async function openHdf5(path: string): Promise<Hdf5File> {
  checkIsHdf5(path);
  const library = await h5wasm.ready;
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
      if (file.file_id >= 0n) file.close();
      file.file_id = -1n;
    },
  };
}

/** The loaded library, for writing: errors must not throw there, since that leaves unreadable files. */
export async function hdf5ForWriting(): Promise<typeof h5wasm> {
  const library = await h5wasm.ready;
  library.deactivate_throwing_error_handler();
  return h5wasm;
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

/** The innermost line of HDF5's error stack, or what else was thrown. */
function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const lines = [...text.matchAll(/ in \w+\(\): (.+)$/gm)];
  return lines.at(-1)?.[1] ?? text.split('\n', 1)[0]!;
}

function guarded<T>(place: ErrorPlace, read: () => T): T {
  // a writer in this thread may have switched it off
  h5wasm.Module.activate_throwing_error_handler();
  try {
    return read();
  } catch (error) {
    if (error instanceof MeanderError) throw error;
    throw new InputError(
      'A part of the file cannot be read: the file is damaged or cut short.',
      {
        ...place,
        found: reasonOf(error),
        action: 'Copy or download it again, or save it anew with anndata.',
      },
      error,
    );
  }
}

function groupOf(group: h5wasm.Group, file: string, key: string): Hdf5Group {
  const place = { file, key };
  return {
    kind: 'group',
    key,
    attribute: (name) => readAttribute(group, place, name),
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
  throw new InputError('An element of the file is a link that leads nowhere.', {
    ...place,
    expected: 'a group or a dataset',
    found: entity instanceof h5wasm.ExternalLink ? `a link into ${entity.filename}` : 'a broken link',
    action: 'Save the file anew with anndata, with everything inside it.',
  });
}

function readAttribute(
  element: h5wasm.Group | h5wasm.Dataset,
  place: ErrorPlace,
  name: string,
): AttributeValue | undefined {
  return guarded(place, () => {
    const value = element.attrs[name]?.value;
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'string' || typeof value === 'number') return value;
    if (typeof value === 'bigint') return Number(value);
    if (ArrayBuffer.isView(value)) return Array.from(value as ArrayLike<number | bigint>, Number);
    // references and nested values mean nothing to a caller
    return Array.isArray(value) && value.every((v) => typeof v === 'string')
      ? (value as string[])
      : undefined;
  });
}

function datasetOf(dataset: h5wasm.Dataset, place: { file: string; key: string }): Hdf5Dataset {
  const metadata = guarded(place, () => dataset.metadata);
  const shape = metadata.shape ?? undefined;
  const type = elementType(metadata);
  const wrong = (expected: string) =>
    new InputError('An element of the file has a type that does not serve here.', {
      ...place,
      expected,
      found: type,
      action: 'Save the file anew with anndata.',
    });
  return {
    kind: 'dataset',
    key: place.key,
    shape,
    type,
    attribute: (name) => readAttribute(dataset, place, name),
    numbers(ranges = []) {
      if (!['integer', 'float', 'boolean'].includes(type)) throw wrong('numbers');
      checkFloatSize(metadata, place);
      return guarded(place, () => readNumbers(dataset, metadata, ranges, place));
    },
    strings() {
      if (type !== 'string') throw wrong('strings');
      return guarded(place, () => {
        checkFilters(dataset, place);
        if (metadata.vlen) return readTexts(dataset, metadata);
        const value = dataset.value;
        return typeof value === 'string' ? [value] : ((value ?? []) as string[]);
      });
    },
    fields() {
      const members = metadata.compound_type?.members;
      if (!members) throw wrong('a table');
      return guarded(place, () => {
        checkFilters(dataset, place);
        const rows = (dataset.value ?? []) as unknown[][];
        return members.map((member, m) => ({
          name: member.name,
          type: elementType(member),
          values: rows.map((row) => (typeof row[m] === 'string' ? row[m] : Number(row[m]))),
        }));
      });
    },
  };
}

function readNumbers(
  dataset: h5wasm.Dataset,
  metadata: h5wasm.Metadata,
  ranges: Range[],
  place: ErrorPlace,
): NumericArray {
  checkFilters(dataset, place);
  const shape = metadata.shape ?? [0];
  // the library's slabs need one dimension at least
  if (shape.length === 0) return asNumeric([dataset.value as number | bigint]);
  const box = shape.map((n, d): Range => ranges[d] ?? [0, n]);
  const rowLength = box.slice(1).reduce((product, [start, stop]) => product * (stop - start), 1);
  const [first, last] = box[0]!;
  const rows = Math.max(1, Math.floor(SLAB_BYTES / Math.max(1, rowLength * metadata.size)));
  const slab = (from: number, to: number) =>
    asNumeric(dataset.slice([[from, to], ...box.slice(1)]) as ArrayLike<number | bigint>);
  if (last - first <= rows) return slab(first, last);
  let whole: NumericArray | undefined;
  for (let from = first; from < last; from += rows) {
    const part = slab(from, Math.min(from + rows, last));
    whole ??= new (part.constructor as Float64ArrayConstructor)((last - first) * rowLength);
    whole.set(part, (from - first) * rowLength);
  }
  return whole!;
}

/**
 * Strings of any length. The library's own way frees the pointers that a failed read left uninitialised, which aborts
 * all of it and hides the reason.
 */
function readTexts(dataset: h5wasm.Dataset, metadata: h5wasm.Metadata): string[] {
  const library = h5wasm.Module;
  const bytes = metadata.size * metadata.total_size;
  if (bytes === 0) return [];
  const pointer = library._malloc(bytes);
  try {
    library.HEAPU8.fill(0, pointer, pointer + bytes);
    library.get_dataset_data(dataset.file_id, dataset.path, null, null, null, BigInt(pointer));
    const texts = new Uint32Array(library.HEAPU8.slice(pointer, pointer + bytes).buffer);
    const strings = Array.from(texts, (text) => (text === 0 ? '' : library.UTF8ToString(text)));
    library.reclaim_vlen_memory(dataset.file_id, dataset.path, '', BigInt(pointer));
    return strings;
  } finally {
    library._free(pointer);
  }
}

function asNumeric(values: ArrayLike<number | bigint>): NumericArray {
  if (ArrayBuffer.isView(values) && !(values instanceof BigInt64Array || values instanceof BigUint64Array))
    return values as unknown as NumericArray;
  return Float64Array.from(values, Number);
}

// A missing filter would throw or, with strings, abort the whole library: ask before reading.
function checkFilters(dataset: h5wasm.Dataset, place: ErrorPlace): void {
  const unknown = dataset.filters.find(({ id }) => !KNOWN_FILTERS.has(id));
  if (!unknown) return;
  throw new InputError('A part of the file is compressed in a way that cannot be read here.', {
    ...place,
    expected: 'gzip or no compression',
    found: FILTER_NAMES[unknown.id] ?? `${unknown.name || 'a filter'} (number ${unknown.id})`,
    action: 'In Python, save it anew with adata.write_h5ad(NAME, compression="gzip").',
  });
}

function checkFloatSize(metadata: h5wasm.Metadata, place: ErrorPlace): void {
  if (elementType(metadata) !== 'float' || metadata.size === 4 || metadata.size === 8) return;
  throw new InputError('A part of the file has numbers of a size that cannot be read here.', {
    ...place,
    expected: 'float32 or float64',
    found: `float${metadata.size * 8}`,
    action: 'In Python, convert it with .astype("float32") and save the file anew.',
  });
}

function elementType(metadata: h5wasm.Metadata): ElementType {
  const classes = h5wasm.Module.H5T_class_t;
  switch (metadata.type) {
    case classes.H5T_INTEGER.value:
      return 'integer';
    case classes.H5T_FLOAT.value:
      return 'float';
    case classes.H5T_STRING.value:
      return 'string';
    case classes.H5T_COMPOUND.value:
      return 'compound';
    case classes.H5T_ENUM.value: {
      // h5py writes booleans as this enumeration
      const members = metadata.enum_type?.members ?? {};
      return members.FALSE === 0 && members.TRUE === 1 ? 'boolean' : 'other';
    }
    default:
      return 'other';
  }
}
