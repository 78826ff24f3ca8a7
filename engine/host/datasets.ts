import { basename } from 'node:path';
import { listNames } from '../dataset/names.ts';
import { CancelledError, InputError } from '../errors.ts';
import { versions } from '../export/manifest.ts';
import { colouringOf, factOf } from './colouring.ts';
import { createDatasetRuns, type DatasetRuns } from './dataset-runs.ts';
import { estimate, train } from './dataset-training.ts';
import { findGenes } from './gene-names.ts';
import { isPreparedFor, type PreparedFor, preparationKey, shared } from './known-cells.ts';
import { createPool, type Pool, type RunOptions } from './pool.ts';
import type { Prepared } from './prepare.ts';
import type { EmbeddingInfo, OpenedDataset, Request, RequestKind, Results } from './protocol.ts';
import { chooseComponents, type Opened } from './reader.ts';
import type { RunStore } from './run-store.ts';
import { describeColumn, labelColumn, labelsOf, type SessionColumn } from './session-columns.ts';
import type { Training } from './training.ts';

/** Open at the same time, for one interface. */
const MOST_DATASETS = 16;

export interface DatasetsOptions {
  /** where what takes long is done; each dataset has a worker of its own for the rest */
  work: Pool;
  /** @throws InputError: a handle that is not known */
  /** trainings may have so many of their own */
  workers: number;
  pathsOf(handles: readonly string[]): string[] | Promise<string[]>;
  /** the embedded example, written when it is first asked for */
  examplePath(options: RunOptions): Promise<string>;
  /** @throws InputError: no such place, or none can be had */
  targetOf(handle: string): string | Promise<string>;
  store: RunStore;
  runsFolder: string | undefined;
  /** what trainings take on this computer, learned from those before */
  pace: Pace;
}

/** How much longer trainings took than was estimated: 1 means as estimated. */
export interface Pace {
  slowness: number;
}

/** What one interface has opened. */
export interface Datasets {
  perform(request: Request, options: RunOptions): Promise<Results[RequestKind]>;
  /** all files that were opened, for errors */
  paths(): string[];
  close(): Promise<void>;
}

export interface OpenDataset {
  opened: Opened;
  name: string;
  /** keeps the file open */
  reader: Pool;
  /** ends what is done for it elsewhere */
  stop: AbortController;
  preparedFor: PreparedFor;
  prepared: Prepared;
  labels: SessionColumn[];
  /** null: none goes on */
  training: Training | null;
  runs: DatasetRuns;
}

export type Ask<K extends RequestKind> = Extract<Request, { kind: K }>;

export function createDatasets(given: DatasetsOptions): Datasets {
  const { work, pathsOf, examplePath, store } = given;
  const datasets = new Map<string, OpenDataset>();
  const known = new Set<string>();
  let count = 0;
  let opening = 0;

  function find(handle: string): OpenDataset {
    const dataset = datasets.get(handle);
    if (dataset) return dataset;
    throw new InputError('This file is not open any more.', { action: 'Open it again.' });
  }

  async function open(
    paths: string[],
    name: string,
    options: RunOptions,
    isExample = false,
  ): Promise<OpenedDataset> {
    if (datasets.size + opening >= MOST_DATASETS)
      throw new InputError('Too many files are open.', {
        expected: `at most ${MOST_DATASETS}`,
        action: 'Close one first.',
      });
    for (const path of paths) known.add(path);
    const reader = createPool(1);
    opening++;
    try {
      const read = await reader.run({ kind: 'open', paths }, options);
      const opened = isExample ? { ...read, files: exampleFiles() } : read;
      if (options.signal?.aborted) throw new CancelledError();
      const handle = `dataset ${++count}`;
      for (const path of opened.source.paths) known.add(path);
      const dataset: OpenDataset = {
        opened,
        name,
        reader,
        stop: new AbortController(),
        preparedFor: { key: '', columns: [] },
        prepared: { computed: [], map: '', takesPart: new Uint8Array(0), notes: [] },
        labels: [],
        training: null,
        runs: createDatasetRuns(opened, store, given.targetOf, (path) => known.add(path)),
      };
      datasets.set(handle, dataset);
      return describe(handle, dataset);
    } catch (error) {
      await reader.close();
      throw error;
    } finally {
      opening--;
    }
  }

  async function close(handle: string): Promise<null> {
    const dataset = find(handle);
    datasets.delete(handle);
    dataset.stop.abort();
    // what goes on says where it stood
    await dataset.training?.result.catch(() => {});
    await Promise.all([dataset.reader.close(), dataset.runs.close()]);
    return null;
  }

  async function perform(request: Request, options: RunOptions): Promise<Results[RequestKind]> {
    switch (request.kind) {
      case 'open': {
        const paths = await pathsOf(request.files);
        return open(
          paths,
          listNames(
            paths.map((path) => basename(path)),
            3,
          ),
          options,
        );
      }
      case 'example':
        return open([await examplePath(options)], 'Example', options, true);
      case 'about':
        return work.run({ kind: 'about' }, options);
      case 'close':
        return close(request.dataset);
      case 'timepoints': {
        const { opened, reader, labels } = find(request.dataset);
        const { time, timepoints, where } = request;
        const task = { kind: 'read timepoints', source: opened.source, time, timepoints, where } as const;
        return reader.run({ ...task, columns: labelsOf(labels, where) }, options);
      }
      case 'prepare':
        return prepare(find(request.dataset), request, work, options);
      case 'positions':
        return positionsOf(find(request.dataset), request, options);
      case 'obs':
        return obsOf(find(request.dataset), request.column, options);
      case 'gene':
        return geneOf(find(request.dataset), request.column, work, options);
      case 'growth':
        return growthOf(find(request.dataset), request, work, options);
      case 'find genes':
        return findGenes(find(request.dataset).opened.genes, request.text, request.most);
      case 'cell':
        return cellOf(find(request.dataset), request.row, options);
      case 'label':
        return keepLabel(find(request.dataset), request);
      case 'estimate':
        return estimate(find(request.dataset), request, given, options);
      case 'train':
        return train(find(request.dataset), request, given, options);
      case 'hold':
        find(request.dataset).training?.hold(request.held);
        return null;
      case 'runs':
        return find(request.dataset).runs.list();
      case 'rename run':
        return find(request.dataset).runs.rename(request.run, request.name);
      case 'delete run':
        return find(request.dataset).runs.remove(request.run);
      case 'restore run':
        return find(request.dataset).runs.restore(request.run);
      case 'run':
      case 'follow':
      case 'arrows':
      case 'gene along':
      case 'export run':
      case 'export cells': {
        const { runs, prepared, labels } = find(request.dataset);
        return runs.ask(request, prepared.computed, labels, options);
      }
    }
  }

  return {
    perform,
    paths: () => [...known, ...(given.runsFolder === undefined ? [] : [given.runsFolder])],
    async close() {
      await Promise.all([...datasets.keys()].map(close));
    },
  };
}

/** It is written anew each time, with other dates in it, but the same cells. */
const exampleFiles = () => [{ bytes: 0, probe: `example of Meander ${versions().meander}` }];

function describe(handle: string, dataset: OpenDataset): OpenedDataset {
  const { nObs, nVars, obs, timeColumns, otherColumns, findings, notes } = dataset.opened;
  const embeddings = embeddingsOf(dataset);
  const { name, runs } = dataset;
  const facts = { nObs, nVars, obs, embeddings, timeColumns, otherColumns, findings, notes };
  return { dataset: handle, name, ...facts, ...runs.first };
}

/** Those of the file and those that were computed, which take the place of the file's. */
function embeddingsOf({ opened, prepared }: OpenDataset): EmbeddingInfo[] {
  const computed = prepared.computed.map(({ name, dims }) => ({ name, dims, problem: null, computed: true }));
  return [
    ...opened.obsm
      .filter(({ name }) => !computed.some((each) => each.name === name))
      .map(({ name, shape, problem }) => ({ name, dims: shape[1] ?? 1, problem, computed: false })),
    ...computed,
  ];
}

async function prepare(
  dataset: OpenDataset,
  { preparation }: Ask<'prepare'>,
  work: Pool,
  { signal, ...options }: RunOptions,
): Promise<Results['prepare']> {
  const columns = labelsOf(dataset.labels, preparation.where, preparation.batch);
  const key = preparationKey(preparation);
  if (!isPreparedFor(dataset.preparedFor, key, columns)) {
    const task = { kind: 'prepare', source: dataset.opened.source, preparation, columns } as const;
    const signals = [dataset.stop.signal, ...(signal ? [signal] : [])];
    const prepared = await work.run(task, { ...options, signal: AbortSignal.any(signals) });
    const computed = prepared.computed.map((places) => ({ ...places, points: shared(places.points) }));
    dataset.prepared = { ...prepared, computed };
    dataset.preparedFor = { key, columns };
  }
  const { map, notes } = dataset.prepared;
  return { embeddings: embeddingsOf(dataset), map, notes };
}

async function positionsOf(
  dataset: OpenDataset,
  { embedding, components }: Ask<'positions'>,
  options: RunOptions,
): Promise<Float32Array> {
  const info = embeddingsOf(dataset).find(({ name }) => name === embedding);
  const wrong = components.find((component) => info && component >= info.dims);
  if (wrong !== undefined)
    throw new InputError('The embedding has fewer dimensions than asked for.', {
      key: `obsm/${embedding}`,
      expected: `${info!.dims} dimensions`,
      found: `dimension ${wrong + 1}`,
      action: 'Choose others.',
    });
  const computed = dataset.prepared.computed.find(({ name }) => name === embedding);
  if (computed) return chooseComponents(computed.points, computed.dims, components);
  const { source } = dataset.opened;
  return dataset.reader.run({ kind: 'read positions', source, embedding, components }, options);
}

async function obsOf({ opened, reader, labels }: OpenDataset, column: string, options: RunOptions) {
  const label = labels.find(({ name }) => name === column);
  if (label) return colouringOf(label.column, { file: '', key: `obs/${column}` });
  return reader.run({ kind: 'read obs', source: opened.source, column }, options);
}

async function geneOf(
  { opened, reader, stop }: OpenDataset,
  column: number,
  work: Pool,
  { signal, ...options }: RunOptions,
): Promise<Float32Array> {
  if (column >= opened.nVars)
    throw new InputError('There is no such gene.', {
      expected: `one of ${opened.nVars} genes`,
      found: `gene ${column + 1}`,
      action: 'Search for it by its name.',
    });
  const task = { kind: 'read gene', source: opened.source, column, keep: opened.inMemory } as const;
  if (opened.inMemory) return reader.run(task, { ...options, ...(signal && { signal }) });
  // a scan of a large file must not stand in the way of what is quick
  const signals = [stop.signal, ...(signal ? [signal] : [])];
  return work.run(task, { ...options, signal: AbortSignal.any(signals) });
}

async function growthOf(
  { opened, reader, stop }: OpenDataset,
  { expression, expressionState, targetSum }: Ask<'growth'>,
  work: Pool,
  { signal, ...options }: RunOptions,
): Promise<Results['growth']> {
  const { source, inMemory: keep } = opened;
  const task = { kind: 'read growth', source, keep, expression, expressionState, targetSum } as const;
  if (keep) return reader.run(task, { ...options, ...(signal && { signal }) });
  // all cells are read, which must not stand in the way of what is quick
  const signals = [stop.signal, ...(signal ? [signal] : [])];
  return work.run(task, { ...options, signal: AbortSignal.any(signals) });
}

async function cellOf({ opened, reader, labels }: OpenDataset, row: number, options: RunOptions) {
  if (row >= opened.nObs)
    throw new InputError('There is no such cell.', {
      expected: `one of ${opened.nObs} cells`,
      found: `cell ${row + 1}`,
      action: 'Choose one on the map.',
    });
  const { name, facts } = await reader.run({ kind: 'read cell', source: opened.source, row }, options);
  const own = labels.map((label) => ({ column: label.name, value: factOf(label.column, row) }));
  return { name, facts: [...facts, ...own] };
}

function keepLabel(dataset: OpenDataset, { name, label, rows }: Ask<'label'>): Results['label'] {
  const { opened } = dataset;
  if (opened.obs.some((column) => column.name === name))
    throw new InputError('The file has a column of that name.', {
      key: `obs/${name}`,
      action: 'Choose another name.',
    });
  if (!/^[^/]*[^/.][^/]*$/.test(name) || name === '_index')
    throw new InputError('A column cannot have this name.', {
      key: `obs/${name}`,
      expected: 'a name that a file can hold: without "/", and not of points alone',
      action: 'Choose another name.',
    });
  const earlier = dataset.labels.find((each) => each.name === name)?.column;
  const column = labelColumn(name, label, rows, opened.nObs, earlier);
  dataset.labels = [...dataset.labels.filter((each) => each.name !== name), column];
  return [...opened.obs, ...dataset.labels.map(describeColumn)];
}
