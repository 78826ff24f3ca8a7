import { listNames } from '../dataset/names.ts';
import { InputError } from '../errors.ts';
import { annotation, frameOf } from './annotation.ts';
import { countsFile } from './counts-file.ts';
import type { DataFile } from './data-file.ts';
import type { Hdf5Dataset, Hdf5File, Hdf5Group } from './hdf5.ts';
import { selectColumns } from './matrix-columns.ts';
import { openCsrMatrix } from './matrix-csr.ts';
import { openSparseStorage } from './sparse-storage.ts';
import { type GeneTable, geneColumns, rawMatrixNotes, selectExpression } from './ten-x-genes.ts';

/*
 * The HDF5 files of 10x Genomics: Cell Ranger 3 and later keep all in `matrix`, with `matrix/features`; earlier ones keep a group
 * a genome. Their CSC of genes × cells is our CSR of cells × genes.
 */

/** What both kinds have. */
const PARTS = ['barcodes', 'data', 'indices', 'indptr', 'shape'];
const ACTION = 'Copy or download the file again, or make it anew with Cell Ranger.';

/** Whether an HDF5 file is one of 10x Genomics, be it a damaged one. */
export function isTenX(root: Hdf5File): boolean {
  return !root.names().includes('obs') && matrixGroups(root).length > 0;
}

/**
 * The cells × genes of such a file, of which the features that are no genes' expression are left out.
 * @throws InputError: parts missing or contradicting each other, several genomes in one old file
 */
export function tenXOf(root: Hdf5File): DataFile {
  const place = { file: root.file };
  const group = matrixGroup(root);
  const isNew = group.key === 'matrix';
  const [nVars, nObs] = shapeOf(group, root.file);
  const names = checkedNames(group, 'barcodes', nObs, root.file);
  const table = isNew ? newGenes(group, nVars, root.file) : oldGenes(group, nVars, root.file);
  const kept = selectExpression(table, { ...place, key: `${group.key}/features/feature_type` });
  const sized: Hdf5Group = {
    ...group,
    attribute: (name) => (name === 'shape' ? [nObs, nVars] : group.attribute(name)),
  };
  const storage = openSparseStorage(sized, { ...place, key: group.key }, 'csr');
  const X = selectColumns({ ...openCsrMatrix(storage), key: 'X' }, kept.columns);
  return countsFile({
    ...place,
    nObs,
    nVars: kept.columns.length,
    obs: annotation(root.file, 'obs', frameOf(names, {})),
    genes: annotation(root.file, 'var', frameOf(kept.names, geneColumns(kept))),
    matrix: (key = 'X') => (key === 'X' ? X : undefined),
    notes: [...kept.notes, ...rawMatrixNotes(root.file)],
    close: () => root.close(),
  });
}

function matrixGroup(root: Hdf5File): Hdf5Group {
  const groups = matrixGroups(root);
  if (groups.length === 1) return groups[0]!;
  throw new InputError('The file holds the matrices of several genomes.', {
    file: root.file,
    expected: 'one genome',
    found: listNames(groups.map(({ key }) => key)),
    action: 'In Python, take one with scanpy.read_10x_h5(file, genome=…) and save it with write_h5ad.',
  });
}

function matrixGroups(root: Hdf5File): Hdf5Group[] {
  return root.names().flatMap((name) => {
    const node = root.get(name);
    if (node?.kind !== 'group') return [];
    const names = node.names();
    return PARTS.filter((part) => names.includes(part)).length >= PARTS.length - 1 ? [node] : [];
  });
}

function newGenes(group: Hdf5Group, n: number, file: string): GeneTable {
  const text = (name: string) => checkedNames(group, `features/${name}`, n, file);
  const optional = (name: string) => (group.get(`features/${name}`) ? text(name) : undefined);
  return {
    ids: text('id'),
    names: text('name'),
    types: optional('feature_type'),
    genomes: optional('genome'),
  };
}

function oldGenes(group: Hdf5Group, n: number, file: string): GeneTable {
  return {
    ids: checkedNames(group, 'genes', n, file),
    names: checkedNames(group, 'gene_names', n, file),
  };
}

function shapeOf(group: Hdf5Group, file: string): [nVars: number, nObs: number] {
  const shape = listOf(group, 'shape', file).numbers();
  if (shape.length === 2 && shape.every((n) => Number.isInteger(n) && n >= 0)) return [shape[0]!, shape[1]!];
  throw new InputError('The matrix has no usable shape.', {
    file,
    key: `${group.key}/shape`,
    expected: 'two numbers: genes and cells',
    found: `[${shape.join(', ')}]`,
    action: ACTION,
  });
}

function checkedNames(group: Hdf5Group, name: string, n: number, file: string): string[] {
  const names = listOf(group, name, file).strings();
  if (names.length === n) return names;
  throw new InputError('The names do not fit to the matrix.', {
    file,
    key: `${group.key}/${name}`,
    expected: `${n} names, as the shape of the matrix says`,
    found: String(names.length),
    action: ACTION,
  });
}

function listOf(group: Hdf5Group, name: string, file: string): Hdf5Dataset {
  const node = group.get(name);
  if (node?.kind === 'dataset' && node.shape?.length === 1) return node;
  throw new InputError('A part of the 10x file is missing.', {
    file,
    key: `${group.key}/${name}`,
    expected: 'a list',
    found: node ? 'something else' : 'nothing',
    action: ACTION,
  });
}
