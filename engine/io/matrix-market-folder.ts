import { InputError } from '../errors.ts';
import { annotation, frameOf } from './annotation.ts';
import { countsFile } from './counts-file.ts';
import type { DataFile } from './data-file.ts';
import type { ReadHooks } from './h5ad-matrix.ts';
import { selectColumns } from './matrix-columns.ts';
import { openCsrMatrix } from './matrix-csr.ts';
import { readMatrixMarket } from './matrix-market.ts';
import { findMatrix, findNames, type MatrixFiles, readTable } from './matrix-market-files.ts';
import { memoryStorage } from './memory-storage.ts';
import { type GeneTable, geneColumns, rawMatrixNotes, selectExpression } from './ten-x-genes.ts';

/** Types of features that Cell Ranger knows; a third column of anything else says nothing of types. */
const FEATURE_TYPES =
  /^(Gene Expression|Antibody Capture|CRISPR Guide Capture|Multiplexing Capture|Antigen Capture|Custom|Peaks)$/;

/**
 * Opens `matrix.mtx` with the names of its cells and genes; the matrix is read into memory.
 * @param path of the matrix, or of a folder with one
 * @throws InputError: a file missing or damaged, sizes that do not fit together, see readMatrixMarket
 */
export async function openMatrixMarket(path: string, hooks?: ReadHooks): Promise<DataFile> {
  const files = findNames(findMatrix(path));
  const cells = readTable(files.barcodes).map(([barcode]) => barcode!);
  const genes = geneTable(readTable(files.genes));
  const kept = selectExpression(genes, { file: files.genes });
  const notes = [...kept.notes, ...rawMatrixNotes(files.matrix)];
  const rowsAreCells = (rows: number, columns: number) => {
    const sizes = { rows, columns, nObs: cells.length, nVars: genes.names.length };
    if (rows === columns && sizes.nObs === sizes.nVars)
      notes.push(
        `There are as many cells as genes (${rows}): the rows of the matrix are taken as genes, as 10x Genomics writes it.`,
      );
    return orientation(sizes, files);
  };
  const matrix = await readMatrixMarket(files.matrix, rowsAreCells, hooks);
  const storage = memoryStorage(matrix, [cells.length, genes.names.length], { file: files.matrix, key: 'X' });
  const X = selectColumns(openCsrMatrix(storage), kept.columns);
  return countsFile({
    file: path,
    nObs: cells.length,
    nVars: kept.columns.length,
    obs: annotation(files.barcodes, 'obs', frameOf(cells, {})),
    genes: annotation(files.genes, 'var', frameOf(kept.names, geneColumns(kept))),
    matrix: (key = 'X') => (key === 'X' ? X : undefined),
    notes,
    inMemory: true,
    close: () => {},
  });
}

function geneTable(lines: string[][]): GeneTable {
  const column = (i: number) => lines.map((line) => line[i]!);
  const width = Math.min(...lines.map((line) => line.length));
  if (lines.length === 0 || width < 2) return { names: column(0) };
  const types = width >= 3 && lines.some((line) => FEATURE_TYPES.test(line[2]!)) ? column(2) : undefined;
  return { ids: column(0), names: column(1), types };
}

/** Whether the rows of a matrix are the cells, told by how many names there are. */
function orientation(
  { rows, columns, nObs, nVars }: { rows: number; columns: number; nObs: number; nVars: number },
  files: MatrixFiles,
): boolean {
  if (rows === nVars && columns === nObs) return false;
  if (rows === nObs && columns === nVars) return true;
  const heading = [rows + 1, columns + 1].some((n) => n === nObs || n === nVars);
  throw new InputError('The names do not fit to the matrix.', {
    file: files.matrix,
    expected: `${rows} and ${columns} names, one a row and one a column`,
    found: `${nObs} cells in ${files.barcodes}, ${nVars} genes in ${files.genes}`,
    action: heading
      ? 'Perhaps a list of names begins with a heading: remove that line.'
      : 'Put the files that belong together into one folder.',
  });
}
