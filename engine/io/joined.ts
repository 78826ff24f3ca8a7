import { realpathSync } from 'node:fs';
import type { ObsColumn } from '../dataset/anndata.ts';
import { listNames } from '../dataset/names.ts';
import { InputError } from '../errors.ts';
import { annotation, frameOf } from './annotation.ts';
import { countsFile } from './counts-file.ts';
import type { DataFile, RawGenes } from './data-file.ts';
import { areGeneIds, GENE_ID_COLUMN } from './gene-ids.ts';
import type { MatrixSource } from './h5ad-matrix.ts';
import { pickColumn, sameValues } from './joined-columns.ts';
import { type CommonGenes, commonGenes, type GeneList } from './joined-genes.ts';
import { shortNames } from './joined-names.ts';
import { commonOrdering, joinObs } from './joined-obs.ts';
import { selectColumns } from './matrix-columns.ts';
import { findMatrix, isFolder } from './matrix-market-files.ts';
import { stackMatrices } from './matrix-stack.ts';

/** The genes of a file or of its raw, as far as joining goes. */
type Genes = Pick<DataFile, 'varNames' | 'varColumns' | 'readVar'>;

/**
 * Several files, one a timepoint or batch, as one: cells one file below the other in the given order, of the genes that all
 * have (see commonGenes).
 *
 * - Names of cells get `-0`, `-1`, … by file, where cells of different files have the same name.
 * - obs has the columns of all files, with missing values where a file lacks one, as text where kinds differ; and
 *   `file`, the files' short names (see shortNames), which can serve as time.
 * - var has the columns in which all files agree; X, layers and raw are there if all files have them.
 * - Embeddings are not joined: those of different fits are no common space.
 * @param paths at least two
 * @param open opens one of them
 * @throws InputError: a file given twice, no genes in common, and what `open` throws
 */
export async function openJoined(
  paths: readonly string[],
  open: (path: string) => Promise<DataFile>,
): Promise<DataFile> {
  checkDifferent(paths);
  const files: DataFile[] = [];
  const close = () => {
    for (const file of files) file.close();
  };
  try {
    // one after the other: each may take memory while it is read
    for (const path of paths) files.push(await open(path));
    return join(files, shortNames(paths), close);
  } catch (error) {
    close();
    throw error;
  }
}

function join(files: DataFile[], names: string[], close: () => void): DataFile {
  const file = listNames(
    files.map((one) => one.file),
    4,
  );
  const genes = commonGenes(files.map(geneList)) ?? nothingInCommon(file, files);
  const obs = joinObs(files, names);
  const layers = files[0]!.layers().filter((name) => files.every((one) => one.layers().includes(name)));
  const raw = joinedRaw(file, files);
  const notes = [
    ...files.flatMap((one, i) => one.notes().map((note) => `${names[i]}: ${note}`)),
    ...genes.notes,
    ...obs.notes,
    ...leftOutNotes(files, layers, raw !== undefined),
  ];
  return countsFile({
    file,
    inMemory: files.some((one) => one.inMemory),
    nObs: files.reduce((sum, one) => sum + one.nObs, 0),
    nVars: genes.names.length,
    obs: annotation(file, 'obs', obs.frame),
    genes: annotation(file, 'var', frameOf(genes.names, agreedColumns(files, genes))),
    layers: () => layers,
    raw: () => raw,
    matrix: (key = 'X') =>
      key === 'raw/X'
        ? raw?.matrix()
        : joinedMatrix(
            key,
            files.map((one) => one.matrix(key)),
            genes,
          ),
    timeOrdering: (name) => commonOrdering(files, name),
    notes,
    noEmbedding:
      'Leave this option away, and one is computed from the joined expression: embeddings of different files are no common space.',
    close,
  });
}

function checkDifferent(paths: readonly string[]): void {
  const real = paths.map(realPath);
  const k = real.findIndex((path, i) => real.indexOf(path) !== i);
  if (k < 0) return;
  throw new InputError('The same file is given twice.', {
    file: paths[k]!,
    expected: 'each file once',
    found: `${paths[real.indexOf(real[k]!)]} and ${paths[k]}`,
    action: 'Name it once.',
  });
}

// what cannot be found is told when it is opened
function realPath(path: string): string {
  try {
    return realpathSync(isFolder(path) ? findMatrix(path) : path);
  } catch {
    return path;
  }
}

function geneList(genes: Genes): GeneList {
  const names = genes.varNames();
  const column = genes
    .varColumns()
    .find(({ name, kind, nUnique }) => GENE_ID_COLUMN.test(name) && kind === 'string' && nUnique !== null);
  const stored = column && genes.readVar(column.name);
  const ids =
    stored?.kind === 'string' && !stored.values.includes(null) ? (stored.values as string[]) : undefined;
  return { names, ids: areGeneIds(names) ? names : ids };
}

function nothingInCommon(file: string, files: DataFile[]): never {
  throw new InputError('The files have no genes in common.', {
    file,
    key: 'var',
    expected: 'the same names of genes, or the same ids (ENSG…) in gene_ids',
    found: files.map((one) => `${one.file}: ${listNames(one.varNames(), 3)}`).join('; '),
    action: 'Give files of the same species whose genes are named alike.',
  });
}

/** The columns of genes that all files have, with the same values. */
function agreedColumns(files: readonly Genes[], { columns }: CommonGenes): Record<string, ObsColumn> {
  const readable = files.map((one) =>
    one.varColumns().flatMap(({ name, nUnique }) => (nUnique === null ? [] : [name])),
  );
  const agreed = readable[0]!.flatMap((name): [string, ObsColumn][] => {
    if (!readable.every((names) => names.includes(name))) return [];
    const [first, ...others] = files.map((one, i) => pickColumn(one.readVar(name), columns[i]!));
    return others.every((other) => sameValues(first!, other)) ? [[name, first!]] : [];
  });
  return Object.fromEntries(agreed);
}

function joinedRaw(file: string, files: DataFile[]): RawGenes | undefined {
  const raws = files.flatMap((one) => one.raw() ?? []);
  const genes = raws.length === files.length ? commonGenes(raws.map(geneList)) : undefined;
  if (!genes) return undefined;
  const table = annotation(file, 'raw/var', frameOf(genes.names, agreedColumns(raws, genes)));
  return {
    nVars: genes.names.length,
    varNames: table.names,
    varColumns: table.columns,
    readVar: (name) => table.read(name),
    varm: () => [],
    matrix: () =>
      joinedMatrix(
        'raw/X',
        raws.map((raw) => raw.matrix()),
        genes,
      ),
  };
}

function joinedMatrix(
  key: string,
  sources: (MatrixSource | undefined)[],
  { columns }: CommonGenes,
): MatrixSource | undefined {
  const parts = sources.flatMap((source, i) => (source ? [selectColumns(source, columns[i]!)] : []));
  return parts.length === sources.length ? stackMatrices(key, parts) : undefined;
}

function leftOutNotes(files: DataFile[], layers: string[], hasRaw: boolean): string[] {
  const embeddings = [...new Set(files.flatMap((one) => one.obsm().map(({ name }) => name)))];
  const partial = [...new Set(files.flatMap((one) => one.layers()))].filter((name) => !layers.includes(name));
  const rawLost = !hasRaw && files.some((one) => one.raw() !== undefined);
  return [
    ...(embeddings.length > 0
      ? [`Embeddings of different files are no common space, so they are left out: ${listNames(embeddings)}.`]
      : []),
    ...(partial.length > 0 ? [`Layers that not all files have are left out: ${listNames(partial)}.`] : []),
    ...(rawLost ? ['raw is left out: not all files have it, or their raw genes have none in common.'] : []),
  ];
}
