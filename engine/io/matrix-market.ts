import { closeSync, createReadStream, openSync, readSync, statSync } from 'node:fs';
import { pipeline, type Readable } from 'node:stream';
import { constants, createGunzip, gunzipSync } from 'node:zlib';
import { CancelledError, InputError } from '../errors.ts';
import type { ReadHooks } from './h5ad-matrix.ts';
import type { CsrMatrix } from './h5ad-write.ts';
import { pathError } from './hdf5-path.ts';
import { type EntryParser, entryParser } from './matrix-market-entries.ts';
import { marketError, parseHeader } from './matrix-market-header.ts';

const BLOCK_BYTES = 2 ** 20;

/**
 * Reads a Matrix Market file (coordinate; real, integer or pattern; general; plain or gzip) into memory, as a stream: 8 bytes
 * an entry, 12 where counts need float64. Values that are given twice are summed.
 * @param rowsAreCells asked for once the size is known; may throw
 * @param hooks progress in bytes of the file
 * @returns cells × genes, genes ascending in each cell
 * @throws InputError: another format, cut short, damaged, numbers that are none, more or fewer values than said
 */
export async function readMatrixMarket(
  path: string,
  rowsAreCells: (rows: number, columns: number) => boolean,
  hooks: ReadHooks = {},
): Promise<CsrMatrix> {
  let head: Buffer = Buffer.alloc(0);
  let parser: EntryParser | undefined;
  for await (const block of wholeLines(path, hooks)) {
    if (parser) {
      parser.add(block, 0);
      continue;
    }
    head = head.length === 0 ? block : Buffer.concat([head, block]);
    const header = parseHeader(head, path);
    if (!header) continue;
    parser = entryParser(header, rowsAreCells(header.rows, header.columns), path);
    parser.add(head, header.bytes);
  }
  if (!parser)
    throw new InputError('The file ends before the matrix begins.', {
      file: path,
      expected: '%%MatrixMarket matrix coordinate …, the size, and the values',
      found: `${head.length} bytes`,
      action: 'Download the file again.',
    });
  return parser.finish();
}

/** The text of a file in blocks that end with a line. */
async function* wholeLines(path: string, hooks: ReadHooks): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks(path, hooks)) {
    const end = chunk.lastIndexOf(0x0a) + 1;
    if (end > 0)
      yield rest.length === 0 ? chunk.subarray(0, end) : Buffer.concat([rest, chunk.subarray(0, end)]);
    rest = end > 0 ? chunk.subarray(end) : Buffer.concat([rest, chunk]);
    if (rest.length > BLOCK_BYTES)
      throw marketError('This is not a Matrix Market file.', path, 1, {
        expected: 'lines of text',
        found: `a line of more than ${BLOCK_BYTES} bytes`,
      });
  }
  if (rest.length > 0) yield Buffer.concat([rest, Buffer.from('\n')]);
}

async function* chunks(path: string, { shouldStop, onProgress }: ReadHooks): AsyncGenerator<Buffer> {
  try {
    const size = statSync(path).size;
    const source = createReadStream(path, { highWaterMark: BLOCK_BYTES });
    const text: Readable = isGzip(path)
      ? pipeline(source, createGunzip({ chunkSize: BLOCK_BYTES }), () => {})
      : source;
    for await (const chunk of text) {
      if (shouldStop?.()) throw new CancelledError();
      yield chunk as Buffer;
      onProgress?.(source.bytesRead, size);
    }
  } catch (error) {
    throw readingError(path, error);
  }
}

/** What was thrown in reading a file that may be compressed, for the user. */
export function readingError(path: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (typeof code !== 'string') return error;
  if (!code.startsWith('Z_')) return pathError(path, 'opened', error);
  return new InputError(
    'The compressed file is cut short or damaged.',
    {
      file: path,
      expected: 'a complete gzip file',
      found: (error as Error).message,
      action: 'Copy or download it again.',
    },
    error,
  );
}

/** Whether a file begins as gzip does, whatever its name. @throws what the operating system says */
export function isGzip(path: string): boolean {
  return isPacked(beginning(path));
}

const isPacked = (start: Buffer) => start[0] === 0x1f && start[1] === 0x8b;

/** Whether a file, plain or gzip, begins as one of this format does; one that cannot be read does not. */
export function beginsAsMatrixMarket(path: string): boolean {
  try {
    const start = beginning(path);
    const text = isPacked(start) ? gunzipSync(start, { finishFlush: constants.Z_SYNC_FLUSH }) : start;
    return text.toString('latin1', 0, 14).toLowerCase() === '%%matrixmarket';
  } catch {
    return false;
  }
}

function beginning(path: string): Buffer {
  const start = Buffer.alloc(4096);
  const descriptor = openSync(path, 'r');
  try {
    return start.subarray(0, readSync(descriptor, start, 0, start.length, 0));
  } finally {
    closeSync(descriptor);
  }
}
