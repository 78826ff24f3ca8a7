import { closeSync, openSync, renameSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { CancelledError } from '../errors.ts';
import type { FileIdentity } from './file-identity.ts';
import { diskFull, makeRoom, partialPath, removeFile, sizeText } from './gene-cache.ts';
import {
  ENTRY_BYTES,
  HEAD_BYTES,
  type IndexTables,
  indexBytes,
  writeFully,
  writeTables,
} from './gene-index-format.ts';
import type { MatrixSource, ReadHooks } from './h5ad-matrix.ts';
import type { CsrMatrix } from './h5ad-write.ts';
import { pathError } from './hdf5-path.ts';

/** Held in memory twice. */
const PART_ENTRIES = 6 * 2 ** 20;
/** Read or written between two questions whether to stop. */
const PIECE_BYTES = 8 * 2 ** 20;

export interface BuildOptions extends ReadHooks {
  /** stored values in a part of the index; default 6 million */
  partEntries?: number;
}

/** Neighbouring rows of the matrix. */
interface Piece {
  start: number;
  rows: CsrMatrix;
}

/**
 * Writes the index of a matrix, in one reading of it: parts of it are turned in memory, each about 50 MB.
 * @param path where it shall be. Nothing is flushed: what a crash of the machine leaves damaged, the checksums notice.
 * @throws CancelledError; InputError: the matrix is damaged, no room
 */
export function buildGeneIndex(
  matrix: MatrixSource,
  source: FileIdentity,
  path: string,
  { partEntries = PART_ENTRIES, ...hooks }: BuildOptions = {},
): void {
  const place = { file: source.path, key: matrix.key };
  // a part is at least half full, since pieces are smaller than that
  const parts = Math.ceil((2 * matrix.nStored) / partEntries) + 1;
  const bytes = indexBytes(matrix.nStored, matrix.shape[1], parts);
  makeRoom(path, bytes, place);
  const temporary = partialPath(path);
  try {
    writeIndex(temporary, matrix, source, partEntries, hooks);
    renameSync(temporary, path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOSPC' || code === 'EDQUOT') throw diskFull(place, sizeText(bytes), 'a full disk', error);
    throw code === undefined ? error : pathError(path, 'written', error);
  } finally {
    removeFile(temporary);
  }
}

function writeIndex(
  temporary: string,
  matrix: MatrixSource,
  source: FileIdentity,
  partEntries: number,
  hooks: ReadHooks,
): void {
  const nVars = matrix.shape[1];
  const descriptor = openSync(temporary, 'wx');
  try {
    const pointers: Uint32Array[] = [];
    const checksums = new Uint32Array(nVars);
    let turned = new ArrayBuffer(Math.min(matrix.nStored, partEntries) * ENTRY_BYTES);
    let offset = HEAD_BYTES;
    for (const pieces of partsOf(matrix, partEntries, hooks)) {
      const starts = countGenes(pieces, nVars);
      const bytes = starts[nVars]! * ENTRY_BYTES;
      // one row alone may be more than a part
      if (bytes > turned.byteLength) turned = new ArrayBuffer(bytes);
      turn(pieces, starts, turned, hooks);
      addChecksums(checksums, starts, turned);
      writePart(descriptor, new Uint8Array(turned, 0, bytes), offset, hooks);
      pointers.push(starts);
      offset += bytes;
    }
    const info = { source, key: matrix.key, shape: matrix.shape, parts: pointers.length };
    writeTables(descriptor, offset, { info, checksums, pointers } satisfies IndexTables);
  } finally {
    closeSync(descriptor);
  }
}

function* partsOf(matrix: MatrixSource, partEntries: number, hooks: ReadHooks): Generator<Piece[]> {
  let pieces: Piece[] = [];
  let entries = 0;
  for (const [start, stop] of matrix.rowBlocks(Math.min(PIECE_BYTES, (partEntries * ENTRY_BYTES) / 2))) {
    checkStop(hooks);
    const rows = matrix.readRows(start, stop);
    if (pieces.length > 0 && entries + rows.data.length > partEntries) {
      yield pieces;
      pieces = [];
      entries = 0;
    }
    hooks.onProgress?.(stop, matrix.shape[0]);
    pieces.push({ start, rows });
    entries += rows.data.length;
  }
  if (pieces.length > 0) yield pieces;
}

/** `[nVars + 1]`: entries before each gene. */
function countGenes(pieces: Piece[], nVars: number): Uint32Array {
  const starts = new Uint32Array(nVars + 1);
  for (const { rows } of pieces) {
    const { indices } = rows;
    for (let k = 0; k < indices.length; k++) starts[indices[k]! + 1]!++;
  }
  for (let gene = 0; gene < nVars; gene++) starts[gene + 1]! += starts[gene]!;
  return starts;
}

/** Brings the entries into the order of the file: gene by gene, cell by cell. */
function turn(pieces: Piece[], starts: Uint32Array, turned: ArrayBuffer, hooks: ReadHooks): void {
  const cells = new Int32Array(turned);
  const values = new Float32Array(turned);
  const next = starts.map((start) => 2 * start);
  for (const { start, rows } of pieces) {
    checkStop(hooks);
    const { data, indices, indptr } = rows;
    for (let row = 0; row + 1 < indptr.length; row++) {
      const stop = indptr[row + 1]!;
      for (let k = indptr[row]!; k < stop; k++) {
        const at = next[indices[k]!]!;
        cells[at] = start + row;
        values[at + 1] = data[k]!;
        next[indices[k]!] = at + 2;
      }
    }
  }
}

function addChecksums(checksums: Uint32Array, starts: Uint32Array, turned: ArrayBuffer): void {
  for (let gene = 0; gene < checksums.length; gene++) {
    const length = (starts[gene + 1]! - starts[gene]!) * ENTRY_BYTES;
    if (length > 0)
      checksums[gene] = crc32(new Uint8Array(turned, starts[gene]! * ENTRY_BYTES, length), checksums[gene]);
  }
}

function writePart(descriptor: number, bytes: Uint8Array, offset: number, hooks: ReadHooks): void {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    checkStop(hooks);
    writeFully(descriptor, bytes.subarray(at, at + PIECE_BYTES), offset + at);
  }
}

function checkStop({ shouldStop }: ReadHooks): void {
  if (shouldStop?.()) throw new CancelledError();
}
