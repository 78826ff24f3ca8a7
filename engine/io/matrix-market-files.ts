import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { listNames } from '../dataset/names.ts';
import { InputError } from '../errors.ts';
import { pathError } from './hdf5-path.ts';
import { isGzip, readingError } from './matrix-market.ts';

/** The three files of a matrix. */
export interface MatrixFiles {
  matrix: string;
  barcodes: string;
  genes: string;
}

const MATRIX = /\.mtx(\.gz)?$/i;
const CELL_WORDS = ['barcodes', 'cells'];
/** Cell Ranger 3 writes features, before it was genes. */
const GENE_WORDS = ['features', 'genes'];
const TABLE = String.raw`\.(tsv|txt)(\.gz)?$`;

export const isMatrixName = (path: string) => MATRIX.test(path);

/** The place of a matrix of 10x: the path itself, or the only one in a folder. @throws InputError: none, or several */
export function findMatrix(path: string): string {
  if (!isFolder(path)) {
    if (existsSync(path)) return path;
    throw new InputError('There is no such file.', {
      file: path,
      expected: 'a matrix, .mtx or .mtx.gz',
      action: 'Check the spelling and the folder.',
    });
  }
  const names = listFolder(path);
  const matrices = names.filter((name) => MATRIX.test(name));
  const plain = matrices.filter((name) => /^matrix\.mtx(\.gz)?$/i.test(name));
  const found = plain.length > 0 ? plain : matrices;
  // a packed file beside its unpacked one
  const different = new Set(found.map((name) => name.replace(/\.gz$/i, '')));
  if (different.size === 1) return join(path, found[0]!);
  throw new InputError(
    different.size === 0
      ? 'There is no matrix in this folder.'
      : 'There are several matrices in this folder.',
    {
      file: path,
      expected: 'matrix.mtx (or .mtx.gz), with barcodes.tsv and features.tsv (or genes.tsv)',
      found: listNames(different.size === 0 ? names : found, 6),
      action:
        different.size === 0
          ? 'Name the folder that holds matrix.mtx, or the file itself.'
          : 'Name the file itself, or several of them, one a timepoint.',
    },
  );
}

/**
 * The names of cells and genes that belong to a matrix: what is called alike (`GSM1_d0_matrix.mtx.gz` and
 * `GSM1_d0_barcodes.tsv.gz`, `x.mtx` and `x.genes.txt`), else the only ones in the folder.
 * @throws InputError: not there
 */
export function findNames(matrix: string): MatrixFiles {
  const names = listFolder(dirname(matrix));
  const find = (words: string[], example: string) => {
    const name = findTable(matrix, names, words);
    if (name !== undefined) return join(dirname(matrix), name);
    throw new InputError('A file that belongs to the matrix is missing.', {
      file: matrix,
      expected: `${exampleName(matrix, example)} in the same folder`,
      found: listNames(names, 6),
      action:
        'Put the three files of the matrix into one folder, with the beginning of their names in common.',
    });
  };
  return {
    matrix,
    barcodes: find(CELL_WORDS, 'barcodes'),
    genes: find(GENE_WORDS, 'features'),
  };
}

function findTable(matrix: string, names: string[], words: string[]): string | undefined {
  const base = basename(matrix).replace(MATRIX, '');
  const stems = words.flatMap((word) => [
    ...(/matrix/i.test(base) ? [base.replace(/matrix/i, word)] : []),
    ...['_', '.', '-'].map((joint) => `${base}${joint}${word}`),
  ]);
  const alike = stems.flatMap((stem) =>
    names.filter((name) => name.toLowerCase().replace(new RegExp(TABLE), '') === stem.toLowerCase()),
  );
  const tables = alike.filter((name) => new RegExp(TABLE, 'i').test(name));
  if (tables.length > 0) return tables[0];
  const others = new Set(names.filter((name) => MATRIX.test(name)).map((name) => name.replace(/\.gz$/i, '')));
  const some = names.filter((name) => new RegExp(`(${words.join('|')})${TABLE}`, 'i').test(name));
  return others.size <= 1 && some.length === 1 ? some[0] : undefined;
}

function exampleName(matrix: string, word: string): string {
  const base = basename(matrix).replace(MATRIX, '');
  return `${/matrix/i.test(base) ? base.replace(/matrix/i, word) : `${base}_${word}`}.tsv (or .tsv.gz)`;
}

/** A path that leads nowhere is none. */
export function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function listFolder(path: string): string[] {
  try {
    return readdirSync(path).sort();
  } catch (error) {
    throw pathError(path, 'opened', error);
  }
}

/** Lines of a table without a heading, each as its columns. @throws InputError: not readable, no UTF-8 */
export function readTable(path: string): string[][] {
  const text = readText(path);
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line) => line.split('\t'));
}

function readText(path: string): string {
  let bytes: Buffer;
  try {
    bytes = isGzip(path) ? gunzipSync(readFileSync(path)) : readFileSync(path);
  } catch (error) {
    throw readingError(path, error);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new InputError(
      'The names are no text.',
      { file: path, expected: 'UTF-8', found: 'other bytes', action: 'Save the file anew as UTF-8.' },
      error,
    );
  }
}
