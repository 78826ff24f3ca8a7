import { closeSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { threadId } from 'node:worker_threads';
import type { Dataset, File, Group } from 'h5wasm/node';
import { InputError, WorkError } from '../errors.ts';
import { hdf5ForWriting, type NumericArray, openHdf5 } from './hdf5.ts';
import { pathError } from './hdf5-path.ts';

/** What a dataset can hold; booleans cannot be written as h5py does, so they have to become categoricals. */
export type Hdf5Value = NumericArray | BigInt64Array | string[] | string | number;

export interface Hdf5Writer {
  /** @param key path inside the file; its parent must be there; `/` for the attributes of the root */
  group(key: string, attributes?: Record<string, Hdf5Value>): void;
  /** @param shape default: scalars `[]`, lists `[length]` */
  dataset(key: string, value: Hdf5Value, attributes?: Record<string, Hdf5Value>, shape?: number[]): void;
}

/**
 * Writes an HDF5 file so that at the target there is always the old or the new complete file: into a temporary file
 * beside it, flushed, closed, opened again and compared value by value, renamed.
 * @param path as the user named it
 * @throws InputError: the place cannot be written; WorkError: what was written does not read back
 */
export async function saveHdf5(path: string, fill: (writer: Hdf5Writer) => void): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}-${threadId}.partial`);
  try {
    reserve(path, temporary);
    const written = await writeAll(temporary, fill);
    await verify(path, temporary, written);
    syncAndRename(path, temporary);
  } finally {
    rmSync(temporary, { force: true });
  }
}

// The library gives no reason when it cannot create a file; the system does.
function reserve(path: string, temporary: string): void {
  try {
    closeSync(openSync(temporary, 'w'));
  } catch (error) {
    throw pathError(path, 'written', error);
  }
}

async function writeAll(
  temporary: string,
  fill: (writer: Hdf5Writer) => void,
): Promise<Map<string, Hdf5Value>> {
  const library = await hdf5ForWriting();
  const written = new Map<string, Hdf5Value>();
  const file: File = new library.File(temporary, 'w');
  if (file.file_id < 0n) throw new WorkError('The file cannot be created.', { file: temporary });
  try {
    fill({
      group(key, attributes = {}) {
        checkKey(key);
        const group = key === '/' ? file : file.create_group(key);
        addAttributes(group, attributes);
      },
      dataset(key, value, attributes = {}, shape) {
        checkKey(key);
        const dataset = file.create_dataset({
          name: key,
          data: typeof value === 'number' ? numberScalar(value) : value,
          shape: shape ?? (typeof value === 'object' ? [value.length] : []),
        });
        addAttributes(dataset, attributes);
        written.set(key, value);
      },
    });
    file.flush();
  } finally {
    file.close();
  }
  return written;
}

function addAttributes(element: Group | Dataset, attributes: Record<string, Hdf5Value>): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'object') element.create_attribute(name, value, [value.length]);
    else element.create_attribute(name, typeof value === 'number' ? numberScalar(value) : value, []);
  }
}

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

async function verify(path: string, temporary: string, written: Map<string, Hdf5Value>): Promise<void> {
  const failed = (key: string, cause?: unknown) =>
    new WorkError(
      'The file was not written: what was written does not read back.',
      { file: path, key, action: 'Check that the disk has space and works, then try again.' },
      cause,
    );
  let key = '/';
  try {
    const file = await openHdf5(temporary);
    try {
      for (const [name, value] of written) {
        key = name;
        const node = file.get(name);
        if (node?.kind !== 'dataset') throw failed(key);
        const read = node.type === 'string' ? node.strings() : node.numbers();
        if (!sameValues(typeof value === 'object' ? value : [value], read)) throw failed(key);
      }
    } finally {
      file.close();
    }
  } catch (error) {
    throw error instanceof WorkError ? error : failed(key, error);
  }
}

function sameValues(wrote: ArrayLike<number | bigint | string>, read: ArrayLike<number | string>): boolean {
  if (wrote.length !== read.length) return false;
  for (let i = 0; i < wrote.length; i++) {
    const value = wrote[i]!;
    if (!Object.is(typeof value === 'bigint' ? Number(value) : value, read[i])) return false;
  }
  return true;
}

function syncAndRename(path: string, temporary: string): void {
  try {
    const descriptor = openSync(temporary, 'r+');
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, path);
  } catch (error) {
    throw pathError(path, 'written', error);
  }
}
