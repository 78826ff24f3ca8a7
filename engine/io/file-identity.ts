import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync, realpathSync, statSync } from 'node:fs';
import { pathError } from './hdf5-path.ts';

/** What tells a file from another one and from an earlier state of itself. */
export interface FileIdentity {
  /** absolute, links followed */
  path: string;
  bytes: number;
  modifiedMs: number;
  /** of pieces of the content, both ends among them */
  probe: string;
}

const PIECES = 16;
const PIECE_BYTES = 4096;

/** @throws InputError: missing or not readable */
export function identifyFile(file: string): FileIdentity {
  try {
    const path = realpathSync(file);
    const { size, mtimeMs } = statSync(path);
    return { path, bytes: size, modifiedMs: mtimeMs, probe: probeContent(path, size) };
  } catch (error) {
    throw pathError(file, 'opened', error);
  }
}

export function sameFile(a: FileIdentity, b: FileIdentity): boolean {
  return a.path === b.path && a.bytes === b.bytes && a.modifiedMs === b.modifiedMs && a.probe === b.probe;
}

function probeContent(path: string, size: number): string {
  const hash = createHash('sha256');
  const piece = Buffer.alloc(PIECE_BYTES);
  const descriptor = openSync(path, 'r');
  try {
    for (let i = 0; i < PIECES; i++) {
      const offset = Math.floor((Math.max(0, size - PIECE_BYTES) * i) / (PIECES - 1));
      const n = readSync(descriptor, piece, 0, PIECE_BYTES, offset);
      hash.update(piece.subarray(0, n));
    }
  } finally {
    closeSync(descriptor);
  }
  return hash.digest('hex');
}
