import { basename } from 'node:path';
import { InputError } from '../errors.ts';
import type { DataFile } from './data-file.ts';
import type { ReadHooks } from './h5ad-matrix.ts';
import { h5adOf } from './h5ad-read.ts';
import { openHdf5 } from './hdf5.ts';
import { openJoined } from './joined.ts';
import { beginsAsMatrixMarket } from './matrix-market.ts';
import { isFolder, isMatrixName } from './matrix-market-files.ts';
import { openMatrixMarket } from './matrix-market-folder.ts';
import { isTenX, tenXOf } from './ten-x.ts';

/**
 * Opens cells and genes, whatever they are stored in: an h5ad, an `.h5` of 10x Genomics, a folder with `matrix.mtx`,
 * `barcodes.tsv` and `features.tsv` or `genes.tsv` (each also packed, .gz, or with a prefix), or the `.mtx` file itself. What it
 * is, is told by its content and name. Several of them are one a timepoint (or batch), joined on their common genes, see openJoined.
 * To be called in a worker thread (see hdf5.ts).
 * @param hooks asked and told while a text matrix is read: done and all bytes of that file
 * @throws InputError: none of these, missing, damaged
 */
export async function openData(paths: readonly string[], hooks?: ReadHooks): Promise<DataFile> {
  if (paths.length === 0)
    throw new InputError('No file is given.', { action: 'Name one, or several, one a timepoint.' });
  return paths.length === 1 ? openOne(paths[0]!, hooks) : openJoined(paths, (path) => openOne(path, hooks));
}

async function openOne(path: string, hooks?: ReadHooks): Promise<DataFile> {
  if (isFolder(path) || isMatrixName(path) || beginsAsMatrixMarket(path))
    return openMatrixMarket(path, hooks);
  if (/(barcodes|features|genes)\.(tsv|txt)(\.gz)?$/i.test(basename(path))) throw listOfNames(path);
  const root = await openHdf5(path);
  try {
    return isTenX(root) ? tenXOf(root) : h5adOf(root);
  } catch (error) {
    root.close();
    throw error;
  }
}

function listOfNames(path: string): InputError {
  return new InputError('This is a list of names, not a matrix.', {
    file: path,
    expected: 'matrix.mtx (or .mtx.gz), which these names belong to',
    action: 'Name that file, or the folder that holds the three files.',
  });
}
