import { readdirSync } from 'node:fs';
import { basename, resolve } from 'node:path';

const DATA_FILE = /\.(h5ad|h5|mtx|mtx\.gz)$/i;
const MATRIX_FILE = /matrix\.mtx(\.gz)?$/i;

/**
 * The data files among the arguments of a command line, which also holds switches of Chromium and, in development, the
 * main script. A file that is named but missing is kept, so that its user hears of it.
 */
export function pathsIn(argv: readonly string[], workingDirectory: string): string[] {
  return argv
    .slice(1)
    .filter((argument) => !argument.startsWith('-'))
    .map((argument) => resolve(workingDirectory, argument))
    .filter((path) => DATA_FILE.test(basename(path)) || isMatrixFolder(path));
}

function isMatrixFolder(path: string): boolean {
  try {
    return readdirSync(path).some((name) => MATRIX_FILE.test(name));
  } catch {
    return false;
  }
}
