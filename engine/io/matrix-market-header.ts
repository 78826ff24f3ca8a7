import { InputError } from '../errors.ts';

/** What the first lines of a Matrix Market file say. */
export interface MatrixMarketHeader {
  rows: number;
  columns: number;
  entries: number;
  /** entries have no value: each is 1 */
  pattern: boolean;
  /** lines of the header, with the line of the sizes */
  lines: number;
  /** bytes until the first entry */
  bytes: number;
}

/** The error about a file of this format; `line` counted from 1. */
export function marketError(
  message: string,
  file: string,
  line: number,
  detail: { expected: string; found: string; action?: string },
): InputError {
  const action = 'Download the file again, or write it anew.';
  return new InputError(message, { file, key: `line ${line}`, action, ...detail });
}

/**
 * @param bytes from the beginning, whole lines
 * @returns undefined: the header goes on behind these bytes
 * @throws InputError: another format, symmetric, dense, complex, sizes that are none
 */
export function parseHeader(bytes: Buffer, file: string): MatrixMarketHeader | undefined {
  let from = 0;
  let pattern = false;
  for (let line = 1; from < bytes.length; line++) {
    const end = bytes.indexOf(0x0a, from);
    // a line of a file of another kind may be very long
    const text = bytes.toString('latin1', from, Math.min(end, from + 1000)).trim();
    from = end + 1;
    if (line === 1) pattern = parseBanner(text, file) === 'pattern';
    else if (text !== '' && !text.startsWith('%'))
      return { ...parseSizes(text, line, file), pattern, lines: line, bytes: from };
  }
  return undefined;
}

function parseBanner(text: string, file: string): string {
  const [mark, object, format, field, symmetry] = text.toLowerCase().split(/\s+/);
  const wrong = (expected: string, found: string, action: string) =>
    marketError('This matrix is stored in a way that cannot be read here.', file, 1, {
      expected,
      found,
      action,
    });
  if (mark !== '%%matrixmarket' || object !== 'matrix')
    throw marketError('This is not a Matrix Market file.', file, 1, {
      expected: '%%MatrixMarket matrix coordinate …',
      found: text.slice(0, 80),
      action: 'Name the .mtx file (or .mtx.gz) of the matrix.',
    });
  if (format !== 'coordinate')
    throw wrong(
      'coordinate',
      format ?? 'nothing',
      'Write it as a sparse matrix, e.g. with scipy.io.mmwrite.',
    );
  if (field !== 'real' && field !== 'integer' && field !== 'pattern' && field !== 'double')
    throw wrong('real, integer or pattern', field ?? 'nothing', 'Write it as a matrix of real numbers.');
  if (symmetry !== 'general')
    throw wrong(
      'general: every entry in the file',
      symmetry ?? 'nothing',
      'A matrix of cells and genes is not symmetric: name another file.',
    );
  return field;
}

function parseSizes(
  text: string,
  line: number,
  file: string,
): Pick<MatrixMarketHeader, 'rows' | 'columns' | 'entries'> {
  const sizes = text.split(/\s+/);
  const [rows, columns, entries] = sizes.map((size) => (/^\d+$/.test(size) ? Number(size) : Number.NaN));
  if (sizes.length !== 3 || !(Math.max(rows!, columns!, entries!) < 2 ** 31))
    throw marketError('The size of the matrix cannot be read.', file, line, {
      expected: 'three numbers below 2147483648: rows, columns, entries',
      found: text.slice(0, 80),
    });
  return { rows: rows!, columns: columns!, entries: entries! };
}
