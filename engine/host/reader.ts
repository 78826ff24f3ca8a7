import { statSync } from 'node:fs';
import type { ObsColumn } from '../dataset/anndata.ts';
import { subsetOf } from '../dataset/subset.ts';
import { type Timepoints, timepointsFromColumn } from '../dataset/timepoints.ts';
import { InputError } from '../errors.ts';
import type { DataFile } from '../io/data-file.ts';
import { readGene } from '../io/gene-index.ts';
import type { ReadHooks } from '../io/h5ad-matrix.ts';
import { type Inspection, inspectFile } from '../io/inspect.ts';
import { openData } from '../io/open-data.ts';
import { colouringOf, factOf } from './colouring.ts';
import { type GeneNames, readGeneNames } from './gene-names.ts';
import { growthColouring, readGrowthScore } from './growth-score.ts';
import { fingerprintOf, type OpenedSession, openedSession } from './opened-session.ts';
import type { Colouring, Request, Results } from './protocol.ts';
import type { Fingerprint } from './run-record.ts';
import { type SessionColumn, withColumns } from './session-columns.ts';

type Wanted<K extends Request['kind'], F extends string> = Pick<
  Extract<Request, { kind: K }>,
  F & keyof Extract<Request, { kind: K }>
>;

/** Files that were opened, and how they were then. */
export interface Source {
  paths: string[];
  /** tells whether a file has changed */
  state: string;
}

/** What is read of a dataset in the worker that keeps it open. */
export type ReadTask =
  | { kind: 'open'; paths: string[] }
  | ({ kind: 'read timepoints'; source: Source; columns: SessionColumn[] } & Wanted<
      'timepoints',
      'time' | 'timepoints' | 'where'
    >)
  | ({ kind: 'read positions'; source: Source } & Wanted<'positions', 'embedding' | 'components'>)
  | { kind: 'read obs'; source: Source; column: string }
  /** `keep`: of the file that is kept open, else it is opened for this */
  | { kind: 'read gene'; source: Source; column: number; keep: boolean }
  /** `keep`: as for a gene */
  | ({ kind: 'read growth'; source: Source; keep: boolean } & Wanted<
      'growth',
      'expression' | 'expressionState' | 'targetSum'
    >)
  | { kind: 'read cell'; source: Source; row: number };

/** What is known of a file once it is open. */
export interface Opened extends Inspection {
  source: Source;
  genes: GeneNames;
  inMemory: DataFile['inMemory'];
  notes: string[];
  /** what tells the files from others, wherever they lie */
  files: Fingerprint;
  /** the session that was opened; absent: a file with cells was */
  session?: OpenedSession;
}

export interface ReadResults {
  open: Opened;
  'read timepoints': Timepoints;
  'read positions': Float32Array;
  'read obs': Colouring;
  'read gene': Float32Array;
  'read growth': Colouring;
  'read cell': Results['cell'];
}

interface KeptFile {
  source: Source;
  file: DataFile;
  columns: Map<string, ObsColumn>;
  names?: string[];
}

let kept: KeptFile | undefined;

/**
 * Reads of a file that this worker keeps open, with the columns that were asked for before.
 * @throws InputError: what cannot be read; a file that has changed since it was opened
 */
export async function performRead(task: ReadTask, hooks: ReadHooks): Promise<ReadResults[ReadTask['kind']]> {
  switch (task.kind) {
    case 'open':
      return openAndInspect(task.paths, hooks);
    case 'read timepoints':
      return readTimepoints(await keptFile(task.source, hooks), task);
    case 'read positions':
      return readPositions((await keptFile(task.source, hooks)).file, task);
    case 'read obs': {
      const from = await keptFile(task.source, hooks);
      return colouringOf(readColumn(from, task.column), { file: from.file.file, key: `obs/${task.column}` });
    }
    case 'read gene': {
      const read = (file: DataFile) => readExpression(file, task.column, hooks);
      return task.keep
        ? read((await keptFile(task.source, hooks)).file)
        : withSource(task.source, hooks, read);
    }
    case 'read growth': {
      const { shouldStop, onProgress } = hooks;
      const rows = { ...(shouldStop && { shouldStop }), ...(onProgress && { onProgress }) };
      const read = (file: DataFile) =>
        growthColouring(readGrowthScore(file, { ...task, cells: null, hooks: rows }));
      return task.keep
        ? read((await keptFile(task.source, hooks)).file)
        : withSource(task.source, hooks, read);
    }
    case 'read cell':
      return readCell(await keptFile(task.source, hooks), task.row);
  }
}

async function openAndInspect(given: string[], hooks: ReadHooks): Promise<Opened> {
  const session = await openedSession(given);
  const paths = session?.paths ?? given;
  const source = { paths, state: stateOf(paths) };
  const { file } = await keptFile(source, hooks);
  const inspection = inspectFile(file);
  return {
    ...inspection,
    ...(session && { session, findings: [...session.findings, ...inspection.findings] }),
    files: paths.map(fingerprintOf),
    source,
    genes: readGeneNames(file),
    inMemory: file.inMemory,
    notes: file.notes(),
  };
}

async function keptFile(source: Source, hooks: ReadHooks): Promise<KeptFile> {
  checkState(source);
  if (kept && kept.source.state === source.state && kept.source.paths.join('\0') === source.paths.join('\0'))
    return kept;
  kept?.file.close();
  kept = undefined;
  kept = { source, file: await openData(source.paths, hooks), columns: new Map() };
  return kept;
}

/** Opens the files for one task. */
export async function withSource<T>(
  source: Source,
  hooks: ReadHooks,
  use: (file: DataFile) => T | Promise<T>,
): Promise<T> {
  checkState(source);
  const file = await openData(source.paths, hooks);
  try {
    return await use(file);
  } finally {
    file.close();
  }
}

function checkState({ paths, state }: Source): void {
  if (stateOf(paths) === state) return;
  throw new InputError('The file has changed since it was opened.', {
    file: paths.join(', '),
    action: 'Open it again.',
  });
}

const stateOf = (paths: string[]) =>
  paths
    .map((path) => {
      const stats = statSync(path, { throwIfNoEntry: false });
      if (!stats) return 'none';
      // other files may come and go in a folder
      return stats.isDirectory() ? `${stats.ino}` : `${stats.ino}:${stats.size}:${stats.mtimeMs}`;
    })
    .join();

function readColumn({ file, columns }: KeptFile, name: string): ObsColumn {
  let column = columns.get(name);
  if (!column) {
    column = file.readObs(name);
    columns.set(name, column);
  }
  return column;
}

function readTimepoints(
  from: KeptFile,
  { time, timepoints, where, columns }: Extract<ReadTask, { kind: 'read timepoints' }>,
): Timepoints {
  const { file } = from;
  const source = withColumns({ ...file, readObs: (name: string) => readColumn(from, name) }, columns);
  const keep = where.length === 0 ? null : subsetOf(source, file.nObs, where, file.file).keep;
  return timepointsFromColumn(source.readObs(time), time, {
    file: file.file,
    keep,
    edits: timepoints,
    ordering: () => file.timeOrdering(time),
  });
}

function readPositions(
  file: DataFile,
  { embedding, components }: Extract<ReadTask, { kind: 'read positions' }>,
): Float32Array {
  const { values, shape } = file.readObsm(embedding, {
    columns: Math.max(...components) + 1,
    // a cell without a place is drawn nowhere; which cells take part is not known here
    timepoint: new Int32Array(file.nObs).fill(-1),
  });
  return chooseComponents(values, shape[1], components);
}

/** Some columns of places [nObs, dims] as [nObs, components]; NaN for what is not finite in single precision. */
export function chooseComponents(
  values: Float32Array | Float64Array,
  dims: number,
  components: readonly number[],
): Float32Array {
  const cells = values.length / dims;
  const width = components.length;
  const places = new Float32Array(cells * width);
  for (let i = 0; i < cells; i++)
    for (let k = 0; k < width; k++) {
      const value = Math.fround(values[i * dims + components[k]!]!);
      places[i * width + k] = Number.isFinite(value) ? value : Number.NaN;
    }
  return places;
}

/** One gene over all cells, as X stores it: of a single h5ad from its index if there is one. */
export async function readExpression(
  file: DataFile,
  column: number,
  hooks: ReadHooks,
): Promise<Float32Array> {
  const X = file.matrix('X');
  if (!X)
    throw new InputError('The file has no expression to show.', {
      file: file.file,
      key: 'X',
      expected: 'a matrix of cells and genes',
      found: 'none',
      action: 'Open a file that holds X.',
    });
  if (file.h5ad !== null && X.storage === 'csr') return readGene(file.h5ad, 'X', column, hooks);
  return X.readColumn(column, hooks);
}

function readCell(from: KeptFile, row: number): Results['cell'] {
  from.names ??= from.file.obsNames();
  const columns = from.file.obsColumns().filter(({ nUnique }) => nUnique !== null);
  return {
    name: from.names[row]!,
    facts: columns.map(({ name }) => ({ column: name, value: factOf(readColumn(from, name), row) })),
  };
}
