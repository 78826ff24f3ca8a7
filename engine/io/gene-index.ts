import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { InputError } from '../errors.ts';
import { type FileIdentity, identifyFile, sameFile } from './file-identity.ts';
import { type CachedFile, cachePath, listCache, markUsed, removeFile } from './gene-cache.ts';
import { type BuildOptions, buildGeneIndex } from './gene-index-build.ts';
import {
  DamagedIndexError,
  ENTRY_BYTES,
  HEAD_BYTES,
  type IndexInfo,
  type IndexTables,
  indexBytes,
  readFully,
  readTables,
} from './gene-index-format.ts';
import { type MatrixSource, openMatrix, type ReadHooks } from './h5ad-matrix.ts';
import { openHdf5 } from './hdf5.ts';
import { checkColumn } from './matrix-rows.ts';

/** The genes of a CSR matrix, in the application's cache: read without the HDF5 library, in milliseconds. */
export interface GeneIndex {
  readonly info: IndexInfo;
  /** on disk */
  readonly bytes: number;
  /** One gene over all cells, `[nObs]`. @throws DamagedIndexError */
  readColumn(column: number): Float32Array;
  close(): void;
}

/**
 * The index of a matrix, if there is one and it fits the file as it is now; a stale or damaged one is removed.
 * @param key e.g. `X`
 * @throws InputError: the file itself is missing
 */
export function openGeneIndex(file: string, key: string): GeneIndex | undefined {
  const source = identifyFile(file);
  const path = indexPath(source, key);
  const descriptor = openIfThere(path);
  if (descriptor === undefined) return undefined;
  try {
    const tables = readTables(descriptor);
    if (!sameFile(tables.info.source, source) || tables.info.key !== key)
      throw new DamagedIndexError('another state of the file');
    markUsed(path);
    return indexOf(descriptor, tables);
  } catch (error) {
    closeSync(descriptor);
    if (!(error instanceof DamagedIndexError)) throw error;
    removeFile(path);
    return undefined;
  }
}

/** The name tells file and matrix, not their state: an index of an earlier state is replaced, not kept beside. */
function indexPath({ path }: FileIdentity, key: string): string {
  return cachePath(createHash('sha256').update(`${path}\0${key}`).digest('hex').slice(0, 32));
}

function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch {
    // a cache that cannot be read is none
    return undefined;
  }
}

function indexOf(descriptor: number, { info, checksums, pointers }: IndexTables): GeneIndex {
  const [nObs, nVars] = info.shape;
  return {
    info,
    bytes: fstatSync(descriptor).size,
    readColumn(column) {
      checkColumn(column, nVars);
      const values = new Float32Array(nObs);
      let checksum = 0;
      let offset = HEAD_BYTES;
      for (const starts of pointers) {
        const n = starts[column + 1]! - starts[column]!;
        const bytes = readFully(descriptor, n * ENTRY_BYTES, offset + starts[column]! * ENTRY_BYTES);
        // of no bytes it would be 0, whatever came before
        if (n > 0) checksum = crc32(bytes, checksum);
        const cells = new Int32Array(bytes.buffer, bytes.byteOffset, 2 * n);
        const stored = new Float32Array(bytes.buffer, bytes.byteOffset, 2 * n);
        for (let k = 0; k < 2 * n; k += 2) values[cells[k]!] = stored[k + 1]!;
        offset += starts[nVars]! * ENTRY_BYTES;
      }
      if (checksum !== checksums[column]) throw new DamagedIndexError(`gene ${column}`);
      return values;
    },
    close: () => closeSync(descriptor),
  };
}

export interface IndexState {
  /** size of the index; without one, about the size that it would have */
  bytes: number;
  /** `unneeded`: genes are read fast from the file itself (CSC), or as fast as an index would allow (dense) */
  state: 'present' | 'absent' | 'unneeded';
}

/** What building would mean, before one asks for it. To be called in a worker thread. */
export async function geneIndexState(file: string, key = 'X'): Promise<IndexState> {
  const index = openGeneIndex(file, key);
  index?.close();
  if (index) return { bytes: index.bytes, state: 'present' };
  return withMatrix(file, key, ({ storage, nStored, shape }) =>
    storage === 'csr'
      ? { bytes: indexBytes(nStored, shape[1], 1), state: 'absent' }
      : { bytes: 0, state: 'unneeded' },
  );
}

/** A file of the cache and what it is the index of; without that, it is not finished or damaged. */
export interface CachedIndex extends CachedFile {
  source?: FileIdentity;
  key?: string;
}

/** What is in the cache, the last used first. */
export function listIndexes(): CachedIndex[] {
  return listCache().map((cached) => {
    const descriptor = cached.partial ? undefined : openIfThere(cached.path);
    if (descriptor === undefined) return cached;
    try {
      const { source, key } = readTables(descriptor).info;
      return { ...cached, source, key };
    } catch (error) {
      if (error instanceof DamagedIndexError) return cached;
      throw error;
    } finally {
      closeSync(descriptor);
    }
  });
}

/**
 * Builds the index of a CSR matrix unless it is there; other storages need none. To be called in a worker thread.
 * @returns whether it was built
 * @throws CancelledError; InputError: no such matrix, damaged, no room in the cache or on the disk
 */
export async function ensureGeneIndex(file: string, key = 'X', options: BuildOptions = {}): Promise<boolean> {
  const there = openGeneIndex(file, key);
  there?.close();
  if (there) return false;
  return withMatrix(file, key, (matrix) => {
    if (matrix.storage !== 'csr') return false;
    const source = identifyFile(file);
    buildGeneIndex(matrix, source, indexPath(source, key), options);
    return true;
  });
}

/**
 * One gene over all cells, `[nObs]`: from the index if there is one, else from the file, which for CSR takes as long as
 * reading all of it. A damaged index is removed. To be called in a worker thread.
 * @param column number of the gene, from 0
 */
export async function readGene(
  file: string,
  key: string,
  column: number,
  hooks: ReadHooks = {},
): Promise<Float32Array> {
  const index = openGeneIndex(file, key);
  if (index)
    try {
      return index.readColumn(column);
    } catch (error) {
      if (!(error instanceof DamagedIndexError)) throw error;
      removeFile(indexPath(index.info.source, key));
    } finally {
      index.close();
    }
  return withMatrix(file, key, (matrix) => matrix.readColumn(column, hooks));
}

async function withMatrix<T>(file: string, key: string, use: (matrix: MatrixSource) => T): Promise<T> {
  const root = await openHdf5(file);
  try {
    const matrix = openMatrix(root, key);
    if (matrix) return use(matrix);
    throw new InputError('There is no such matrix in the file.', {
      file,
      key,
      expected: 'X, a layer, or raw/X',
      found: 'nothing',
      action: 'See with meander inspect what the file holds.',
    });
  } finally {
    root.close();
  }
}
