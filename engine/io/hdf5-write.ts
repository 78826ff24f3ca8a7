import { chmodSync, constants, copyFileSync, openSync, statSync } from 'node:fs';
import { devNull } from 'node:os';
import type { Dataset, File, Group } from 'h5wasm/node';
import { InputError, WorkError } from '../errors.ts';
import { hdf5ForWriting, type NumericArray, openHdf5 } from './hdf5.ts';
import { createReplaceable, replaceValues } from './hdf5-replace.ts';
import { saveSafely } from './safe-save.ts';

/** What a dataset can hold; booleans cannot be written as h5py does, so they have to become categoricals. */
export type Hdf5Value = NumericArray | BigInt64Array | string[] | string | number;

export interface Hdf5Writer {
  /** whether there is an element; of use in a copy of another file */
  has(key: string): boolean;
  /**
   * A new group; one that is there already stays as it is.
   * @param key path inside the file; its parent must be there; `/` for the attributes of the root
   */
  group(key: string, attributes?: Record<string, Hdf5Value>): void;
  /** @param shape default: scalars `[]`, lists `[length]` */
  dataset(key: string, value: Hdf5Value, attributes?: Record<string, Hdf5Value>, shape?: number[]): void;
  /**
   * The same in a form that can be replaced later, and replaces what is there: the library cannot remove elements.
   * @throws InputError: what is there has another type, or a size that cannot change
   */
  replaceable(key: string, value: Hdf5Value, attributes?: Record<string, Hdf5Value>, shape?: number[]): void;
  /** an attribute anew */
  attribute(key: string, name: string, value: Hdf5Value): void;
}

export interface SaveHdf5Options {
  /** about how many bytes will be written, beside a copied file; default 0 */
  bytes?: number;
  /** the file to start from, which is copied byte by byte; default: none, an empty file */
  copyOf?: { path: string; bytes: number };
}

interface Written {
  values: Map<string, Hdf5Value>;
  attributes: { key: string; name: string; value: Hdf5Value }[];
  /** every path of the file that was copied */
  copied: readonly string[];
}

/**
 * Writes an HDF5 file safely (see saveSafely), and compares value by value what was written. All that a copied file had
 * stays in its place.
 * @param path as the user named it
 * @throws InputError: the place cannot be written, the disk is full; WorkError: what was written does not read back
 */
export async function saveHdf5(
  path: string,
  fill: (writer: Hdf5Writer) => void,
  { bytes = 0, copyOf }: SaveHdf5Options = {},
): Promise<void> {
  let written: Written | undefined;
  await saveSafely(path, {
    bytes: bytes + (copyOf?.bytes ?? 0),
    async write(temporary) {
      if (copyOf) copyBytes(copyOf.path, temporary);
      written = await writeAll(path, temporary, copyOf !== undefined, fill);
    },
    verify: (temporary) => verify(path, temporary, written!),
  });
}

let quiet = false;

/** The library for writing. Its errors do not throw there, and it would print pages about each to the standard error. */
async function quietLibrary(): ReturnType<typeof hdf5ForWriting> {
  const library = await hdf5ForWriting();
  const { streams } = library.Module.FS as unknown as { streams: { nfd?: number }[] };
  const standardError = streams[2];
  if (!quiet && standardError?.nfd === 2) standardError.nfd = openSync(devNull, 'w');
  quiet = true;
  return library;
}

function copyBytes(from: string, to: string): void {
  const { mode } = statSync(to);
  // a clone costs neither time nor space where the file system can
  copyFileSync(from, to, constants.COPYFILE_FICLONE);
  // the copy of a protected file is to be written to
  chmodSync(to, mode);
}

async function writeAll(
  path: string,
  temporary: string,
  isCopy: boolean,
  fill: (writer: Hdf5Writer) => void,
): Promise<Written> {
  const library = await quietLibrary();
  const file: File = new library.File(temporary, isCopy ? 'a' : 'w');
  if (file.file_id < 0n) throw new WorkError('The file cannot be written.', { file: path });
  const written: Written = { values: new Map(), attributes: [], copied: isCopy ? file.paths() : [] };
  try {
    fill(writerOf(file, path, written));
    file.flush();
  } finally {
    file.close();
  }
  return written;
}

function writerOf(file: File, path: string, written: Written): Hdf5Writer {
  const has = (key: string) => key === '/' || file.get(key) !== null;
  return {
    has,
    group(key, attributes = {}) {
      checkKey(key);
      if (key !== '/' && has(key)) return;
      addAttributes(key === '/' ? file : file.create_group(key), attributes);
    },
    dataset(key, value, attributes = {}, shape = shapeOf(value)) {
      checkKey(key);
      addAttributes(
        file.create_dataset({ name: key, data: prepared(value), shape, ...typeOf(value) }),
        attributes,
      );
      written.values.set(key, value);
    },
    replaceable(key, value, attributes = {}, shape = shapeOf(value)) {
      checkKey(key);
      if (has(key)) replaceValues(file, path, key, prepared(value), shape);
      else addAttributes(createReplaceable(file, key, prepared(value), shape), attributes);
      written.values.set(key, value);
    },
    attribute(key, name, value) {
      const element = file.get(key) as Group | Dataset;
      if (name in element.attrs) element.delete_attribute(name);
      addAttributes(element, { [name]: value });
      written.attributes.push({ key, name, value });
    },
  };
}

const shapeOf = (value: Hdf5Value) => (typeof value === 'object' ? [value.length] : []);

const prepared = (value: Hdf5Value) => (typeof value === 'number' ? numberScalar(value) : value);

function addAttributes(element: Group | Dataset, attributes: Record<string, Hdf5Value>): void {
  for (const [name, value] of Object.entries(attributes))
    element.create_attribute(name, prepared(value), shapeOf(value));
}

/** The library takes a list of no texts for numbers. */
const typeOf = (value: Hdf5Value) => (Array.isArray(value) ? { dtype: 'S' as const } : {});

/** Python reads an int or a float again, as it was. */
function numberScalar(value: number): BigInt64Array | Float64Array {
  return Number.isSafeInteger(value) ? BigInt64Array.of(BigInt(value)) : Float64Array.of(value);
}

function checkKey(key: string): void {
  if (key === '/' || !key.split('/').some((part) => part === '' || part === '.' || part === '..')) return;
  throw new InputError('A name cannot be written into an HDF5 file.', {
    key,
    expected: 'names that are not empty and not a dot',
    action: 'Give it another name.',
  });
}

async function verify(path: string, temporary: string, { values, attributes, copied }: Written) {
  let key = '/';
  const failed = (cause?: unknown) =>
    new WorkError(
      'The file was not written: what was written does not read back.',
      { file: path, key, action: 'Check that the disk has space and works, then try again.' },
      cause,
    );
  try {
    const file = await openHdf5(temporary);
    try {
      for (const [name, value] of values) {
        key = name;
        const node = file.get(name);
        if (node?.kind !== 'dataset') throw failed();
        if (!sameValues(value, node.type === 'string' ? node.strings() : node.numbers())) throw failed();
      }
      for (const { key: owner, name, value } of attributes) {
        key = owner;
        if (!sameValues(value, listOf(file.get(owner)?.attribute(name)))) throw failed();
      }
    } finally {
      file.close();
    }
    const missing = await firstMissing(temporary, copied);
    if (missing === undefined) return;
    key = missing;
    throw failed();
  } catch (error) {
    throw error instanceof WorkError ? error : failed(error);
  }
}

/** A path of the copied file that is no longer there. */
async function firstMissing(temporary: string, copied: readonly string[]): Promise<string | undefined> {
  if (copied.length === 0) return undefined;
  const library = await quietLibrary();
  const file: File = new library.File(temporary, 'r');
  try {
    const there = new Set(file.paths());
    return copied.find((name) => !there.has(name));
  } finally {
    file.close();
  }
}

const listOf = (value: unknown) => (Array.isArray(value) ? value : [value]);

function sameValues(wrote: Hdf5Value, read: ArrayLike<number | string>): boolean {
  const list: ArrayLike<number | bigint | string> = typeof wrote === 'object' ? wrote : [wrote];
  if (list.length !== read.length) return false;
  for (let i = 0; i < list.length; i++) {
    const value = list[i]!;
    if (!Object.is(typeof value === 'bigint' ? Number(value) : value, read[i])) return false;
  }
  return true;
}
