import * as h5wasm from 'h5wasm/node';
import { type ErrorPlace, InputError, MeanderError } from '../errors.ts';
import { Undecodable } from './hdf5-decode.ts';
import { pluginFolder } from './hdf5-filters.ts';

let pluginsFound = false;
let failed = false;

/** The library with its filter plugins, once a thread. */
export async function loadLibrary(): Promise<typeof h5wasm.Module> {
  const library = await h5wasm.ready;
  const folder = pluginFolder();
  if (folder !== null && !pluginsFound) library.insert_plugin_search_path(folder.replaceAll('\\', '/'), 0);
  pluginsFound = true;
  return library;
}

/**
 * Whether a call of the library failed in this thread. It leaves the library's stack as it was at that moment, so the
 * thread should be replaced after the task, also where the task went on without what could not be read.
 */
export function libraryFailed(): boolean {
  return failed;
}

/** The loaded library, for writing: errors must not throw there, since that leaves unreadable files. */
export async function hdf5ForWriting(): Promise<typeof h5wasm> {
  const library = await loadLibrary();
  library.deactivate_throwing_error_handler();
  return h5wasm;
}

/** The innermost line of HDF5's error stack, or what else was thrown. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  // what follows names functions of the library
  if (text.startsWith('Aborted')) return 'data that makes no sense, so that reading was given up';
  const lines = [...text.matchAll(/ in \w+\(\): (.+)$/gm)];
  return lines.at(-1)?.[1] ?? text.split('\n', 1)[0]!;
}

/**
 * Runs what asks the library; its errors become those for the user.
 * @throws InputError: damaged, cut short, or values that cannot be told
 */
export function guarded<T>(place: ErrorPlace, read: () => T): T {
  // a writer in this thread may have switched it off
  h5wasm.Module.activate_throwing_error_handler();
  try {
    return read();
  } catch (error) {
    if (error instanceof MeanderError) throw error;
    if (error instanceof Undecodable)
      throw new InputError('An element of the file holds values that cannot be read here.', {
        ...place,
        expected: error.expected,
        found: error.found,
        action: 'In Python, convert or remove this element, and save the file anew.',
      });
    failed = true;
    const reason = reasonOf(error);
    throw new InputError(
      reason === 'too many links'
        ? 'An element of the file is a link that leads in a circle.'
        : 'A part of the file cannot be read: the file is damaged or cut short.',
      { ...place, found: reason, action: 'Copy or download it again, or save it anew with anndata.' },
      error,
    );
  }
}
