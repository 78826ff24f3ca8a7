import { fstatSync, readSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import type { FileIdentity } from './file-identity.ts';

/*
 * A gene index on disk, little-endian:
 *   head      64 bytes: magic, float64 offset and length of the foot, uint32 CRC-32 of the foot and of these fields
 *   parts     one for each range of cells; in it, gene after gene, cell after cell: int32 cell, float32 value
 *   foot      uint32 length of the JSON, JSON (IndexInfo) padded to 4 bytes,
 *             uint32 [genes] CRC-32 of each gene's bytes in all parts, uint32 [parts][genes + 1] entries before each gene
 * So a gene is one small read in each part, and parts are written as the cells come: nothing is written twice.
 */

const MAGIC = Buffer.from('MEANDER-GENES-1\n', 'latin1');
export const HEAD_BYTES = 64;
export const ENTRY_BYTES = 8;

export interface IndexInfo {
  source: FileIdentity;
  key: string;
  shape: [nObs: number, nVars: number];
  parts: number;
}

export interface IndexTables {
  info: IndexInfo;
  /** `[nVars]` */
  checksums: Uint32Array;
  /** a part each: `[nVars + 1]` */
  pointers: Uint32Array[];
}

/** An index file that does not hold what was written. */
export class DamagedIndexError extends Error {
  override name = 'DamagedIndexError';
}

/** Bytes of a file with so many entries; the JSON is small beside this. */
export function indexBytes(entries: number, nVars: number, parts: number): number {
  return HEAD_BYTES + entries * ENTRY_BYTES + (parts * (nVars + 1) + nVars) * 4 + 4096;
}

/** Writes foot and head: only then the file is an index. @param offset end of the last part */
export function writeTables(descriptor: number, offset: number, tables: IndexTables): void {
  const foot = footOf(tables);
  writeFully(descriptor, foot, offset);
  const head = Buffer.alloc(HEAD_BYTES);
  MAGIC.copy(head);
  head.writeDoubleLE(offset, 16);
  head.writeDoubleLE(foot.length, 24);
  head.writeUInt32LE(crc32(foot), 32);
  head.writeUInt32LE(crc32(head.subarray(0, 36)), 36);
  writeFully(descriptor, head, 0);
}

function footOf({ info, checksums, pointers }: IndexTables): Buffer {
  const json = Buffer.from(JSON.stringify(info));
  const start = Buffer.alloc(4 + json.length + ((4 - (json.length % 4)) % 4), ' ');
  start.writeUInt32LE(start.length - 4);
  json.copy(start, 4);
  return Buffer.concat([start, ...[checksums, ...pointers].map(bytesOf)]);
}

/** @throws DamagedIndexError */
export function readTables(descriptor: number): IndexTables {
  const head = readFully(descriptor, HEAD_BYTES, 0);
  if (!head.subarray(0, MAGIC.length).equals(MAGIC)) throw new DamagedIndexError('another format');
  if (head.readUInt32LE(36) !== crc32(head.subarray(0, 36))) throw new DamagedIndexError('the head');
  const [offset, length] = [head.readDoubleLE(16), head.readDoubleLE(24)];
  if (fstatSync(descriptor).size !== offset + length) throw new DamagedIndexError('the size');
  const foot = readFully(descriptor, length, offset);
  if (crc32(foot) !== head.readUInt32LE(32)) throw new DamagedIndexError('the foot');
  const jsonEnd = 4 + foot.readUInt32LE(0);
  const info = JSON.parse(foot.toString('utf8', 4, jsonEnd)) as IndexInfo;
  const nVars = info.shape[1];
  const numbers = new Uint32Array(foot.buffer, foot.byteOffset + jsonEnd, (length - jsonEnd) / 4);
  return {
    info,
    checksums: numbers.subarray(0, nVars),
    pointers: Array.from({ length: info.parts }, (_, part) => {
      const start = nVars + part * (nVars + 1);
      return numbers.subarray(start, start + nVars + 1);
    }),
  };
}

export function bytesOf(array: Uint32Array | Int32Array | Float32Array): Buffer {
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength);
}

export function writeFully(descriptor: number, bytes: Uint8Array, offset: number): void {
  for (let done = 0; done < bytes.length; )
    done += writeSync(descriptor, bytes, done, bytes.length - done, offset + done);
}

/** @throws DamagedIndexError: the file ends before */
export function readFully(descriptor: number, length: number, offset: number): Buffer {
  // memory of its own: a pooled buffer need not lie where numbers of 4 bytes may
  const bytes = Buffer.from(new ArrayBuffer(length));
  for (let done = 0; done < length; ) {
    const n = readSync(descriptor, bytes, done, length - done, offset + done);
    if (n === 0) throw new DamagedIndexError('it is cut short');
    done += n;
  }
  return bytes;
}
