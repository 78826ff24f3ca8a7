import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type ErrorPlace, InputError } from '../errors.ts';

/** A step of a dataset's storage, as HDF5 lists it. */
export interface StoredFilter {
  id: number;
  name: string;
  cd_values: number[];
}

/** What the check needs to know of a dataset. */
export interface FilteredDataset {
  filters: StoredFilter[];
  /** bytes of a value in the file; 16 for texts of any length */
  valueBytes: number;
  chunks: number[] | null;
}

const LZF = 32000;
const BLOSC = 32001;
const BLOSC2 = 32026;
/** Filters inside the library: deflate, shuffle, fletcher32, nbit, scale-offset. */
const BUILT_IN = new Set([1, 2, 3, 5, 6]);
/** Filters by number, with the file of the package h5wasm-plugins that reads them. */
const PLUGINS: Record<number, { name: string; library?: string }> = {
  4: { name: 'SZIP' },
  307: { name: 'BZIP2', library: 'bz2' },
  [LZF]: { name: 'LZF', library: 'lzf' },
  [BLOSC]: { name: 'Blosc', library: 'blosc' },
  32004: { name: 'LZ4', library: 'lz4' },
  32008: { name: 'Bitshuffle', library: 'bshuf' },
  32013: { name: 'ZFP', library: 'zfp' },
  32015: { name: 'Zstandard', library: 'zstd' },
  32017: { name: 'SZ' },
  32024: { name: 'SZ3' },
  [BLOSC2]: { name: 'Blosc2', library: 'blosc2' },
};
/** Compressors inside Blosc and Blosc2, by their code, that the plugins were built without. */
const MISSING_IN_BLOSC: Record<number, string> = { 3: 'Snappy', 4: 'zlib' };

let folder: string | null | undefined;

/** Where the filter plugins lie, or null if the package is not installed. */
export function pluginFolder(): string | null {
  if (folder === undefined) {
    try {
      folder = join(dirname(createRequire(import.meta.url).resolve('h5wasm-plugins')), 'plugins');
    } catch {
      folder = null;
    }
  }
  return folder;
}

/**
 * To be asked before reading: without a filter the library fails without saying which, or is aborted.
 * @throws InputError: compressed in a way that cannot be read here
 */
export function checkFilters(dataset: FilteredDataset, place: ErrorPlace): void {
  const found = dataset.filters.map((filter) => unreadable(filter, dataset)).find((name) => name !== null);
  if (found === undefined) return;
  throw new InputError('A part of the file is compressed in a way that cannot be read here.', {
    ...place,
    expected: 'gzip, or another usual compression',
    found,
    action: 'In Python, save it anew with adata.write_h5ad(NAME, compression="gzip").',
  });
}

/** The name of a filter that cannot be read; null if it can. */
function unreadable(filter: StoredFilter, dataset: FilteredDataset): string | null {
  const { id, cd_values } = filter;
  if (BUILT_IN.has(id)) return null;
  const { name, library } = PLUGINS[id] ?? { name: filter.name || 'an unknown filter' };
  if (library === undefined || !isInstalled(library)) return `${name} (filter ${id})`;
  if (id === LZF && !knowsChunkSize(cd_values, dataset)) return 'LZF-compressed text of h5py 3.16 or later';
  const missing = id === BLOSC || id === BLOSC2 ? MISSING_IN_BLOSC[cd_values[6] ?? 0] : undefined;
  return missing === undefined ? null : `${name} with ${missing} inside`;
}

function isInstalled(library: string): boolean {
  const path = pluginFolder();
  return path !== null && existsSync(join(path, `libH5Z${library}.so`));
}

/** The plugin grows a buffer that is too small by a call that it lacks, which aborts the library. */
function knowsChunkSize(cdValues: number[], { chunks, valueBytes }: FilteredDataset): boolean {
  const chunkBytes = (chunks ?? []).reduce((product, n) => product * n, valueBytes);
  return (cdValues[2] ?? 0) >= chunkBytes;
}
