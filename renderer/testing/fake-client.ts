import { CancelledError, InputError } from '../../engine/errors.ts';
import type {
  FileInfo,
  OpenedDataset,
  Progress,
  Request,
  RequestKind,
  Results,
  RunInfo,
} from '../../engine/host/protocol.ts';
import type { EngineClient, Platform, RequestOptions } from '../client/engine-client.ts';
import {
  CELL_TYPES,
  DAYS,
  EMBEDDINGS,
  type FakeData,
  fakeColumn,
  fakeDataset,
  fakeExpression,
  fakeGenes,
  makeFakeData,
} from './fake-data.ts';
import { runAnswers } from './fake-runs.ts';

type Answer = (request: never, options: RequestOptions) => unknown;
/** Answers of a script; what it leaves out is answered from the fake data. */
export type Script = Partial<Record<RequestKind, Answer>>;

export interface FakeClient extends EngineClient {
  readonly asked: Request[];
  lose(): void;
  restart(): void;
}

/** An engine that knows one small data set and does what a script says. @param kept runs that the file has already */
export function createFakeClient(
  script: Script = {},
  dataset: Partial<OpenedDataset> = {},
  kept: readonly RunInfo[] = [],
): FakeClient {
  const data = makeFakeData();
  const asked: Request[] = [];
  const listeners = new Set<() => void>();
  const lost = new Set<() => void>();
  const answers: Record<string, (request: never, options: RequestOptions) => unknown> = {
    ...standardAnswers(data, dataset),
    ...runAnswers(data, kept),
    ...script,
  };
  return {
    asked,
    lose() {
      for (const listener of lost) listener();
    },
    onLost(listener) {
      lost.add(listener);
      return () => lost.delete(listener);
    },
    restart() {
      for (const listener of listeners) listener();
    },
    onRestart(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async request(request, options = {}) {
      asked.push(request);
      // an answer that comes in spite of a cancel is the harder case
      return (await answers[request.kind]!(request as never, options)) as never;
    },
  };
}

type Of<K extends RequestKind> = Extract<Request, { kind: K }>;

function standardAnswers(
  data: FakeData,
  change: Partial<OpenedDataset>,
): { [K in Exclude<RequestKind, keyof ReturnType<typeof runAnswers>>]: (request: Of<K>) => Results[K] } {
  const opened = fakeDataset(data, change);
  let { obs } = opened;
  const labels = new Map<string, Int32Array>();
  return {
    open: () => opened,
    example: () => opened,
    close: () => null,
    timepoints: (request) => fakeTimepoints(data, request),
    prepare: () => ({
      embeddings: EMBEDDINGS.map((one) => ({ ...one, computed: true })).slice(0, 2),
      map: 'X_umap',
      notes: ['Counts were normalised to 4,210 a cell.', '2,000 variable genes were chosen (Seurat).'],
    }),
    positions: ({ embedding }) => (embedding === 'X_umap' ? data.umap : data.pca),
    obs: ({ column }) => {
      const codes = labels.get(column);
      return codes
        ? { kind: 'categories', codes, names: [column], ordered: false }
        : fakeColumn(data, column);
    },
    gene: ({ column }) => fakeExpression(data, column),
    growth: () => ({
      kind: 'numbers',
      values: fakeExpression(data, 0).map((value, i) => value - 1.2 * ((i % 7) / 7)),
      diverging: true,
      about:
        'A score of what each cell expresses, in standard deviations from the mean cell: genes of division less genes of death. Found in X: 88 of 97 genes of division, 151 of 159 genes of death. It ranks cells and is no rate.',
    }),
    about: () => [{ name: 'this processor', version: '', state: 'default', note: 'SIMD kernels' }],
    'find genes': ({ text, most }) => fakeGenes(text).slice(0, most),
    cell: ({ row }) => ({
      name: `AAACCTGAGT-${row}`,
      facts: [
        { column: 'day', value: DAYS[data.day[row]!]! },
        { column: 'cell_type', value: CELL_TYPES[data.cellType[row]!]! },
        { column: 'n_genes', value: String(data.nGenes[row]) },
      ],
    }),
    label: ({ name, rows }) => {
      const codes = new Int32Array(data.nObs).fill(-1);
      for (const row of rows) codes[row] = 0;
      labels.set(name, codes);
      obs = [...obs.filter((one) => one.name !== name), { name, kind: 'categorical', nUnique: 1 }];
      return obs;
    },
  };
}

function fakeTimepoints({ nObs, day }: FakeData, request: Of<'timepoints'>): Results['timepoints'] {
  if (request.time !== 'day')
    throw new InputError('The label "Stem cells" cannot be read as a time.', {
      key: `obs/${request.time}`,
      option: '--time',
      expected:
        'a number, or a text that carries one number or range, e.g. 2, 10.5, day 7, E8.5, 24h, Day 00-03',
      found: '"Stem cells"',
      action: "Choose another column, or say the times, e.g. --timepoints 'control=0,treated=3'.",
    });
  const edits = request.timepoints ?? DAYS.map((label) => ({ labels: [label], time: null, name: null }));
  const timed = edits
    .map(({ labels, time, name }) => ({
      labels,
      name: name ?? labels.join('/'),
      time: time ?? labels.reduce((sum, label) => sum + Number(label), 0) / labels.length,
    }))
    .sort((a, b) => a.time - b.time);
  const rank = DAYS.map((label) => timed.findIndex(({ labels }) => labels.includes(label)));
  const cellTimepoint = day.map((code) => rank[code]!);
  const counts = timed.map((_, k) => cellTimepoint.filter((one) => one === k).length);
  const subset = request.where.length > 0 ? Math.round(nObs / 17) : 0;
  return {
    labels: timed.map(({ name }) => name),
    times: timed.map(({ time }) => time),
    unit: 'day',
    cellTimepoint,
    counts,
    withoutTimepoint: 0,
    leftOut: { subset, dropped: cellTimepoint.filter((one) => one < 0).length },
    notes: [],
  };
}

/** A task that reports progress until it is cancelled. */
export function endless(progress: Progress): Answer {
  return (_request, { signal, onProgress }) =>
    new Promise((_resolve, reject) => {
      onProgress?.(progress);
      signal?.addEventListener('abort', () => reject(new CancelledError()));
    });
}

export const RECENT: FileInfo[] = [
  { handle: 'f1', name: 'embryoid_bodies.h5ad', bytes: 1_420_000_000 },
  { handle: 'f2', name: 'reprogramming_serum.h5ad', bytes: 388_000_000 },
  { handle: 'f3', name: 'zebrafish_12hpf_to_24hpf_all_lanes_filtered.h5ad', bytes: 12_300_000 },
];

export interface FakePlatform extends Platform {
  readonly saved: { name: string; bytes: Uint8Array }[];
  /** names of what the engine wrote */
  readonly written: string[];
  readonly documents: { title: string; unsaved: boolean }[];
}

export function createFakePlatform(change: Partial<Platform> = {}): FakePlatform {
  const saved: FakePlatform['saved'] = [];
  const written: string[] = [];
  const documents: FakePlatform['documents'] = [];
  return {
    kind: 'desktop',
    pickFiles: async () => RECENT.slice(0, 1),
    droppedFiles: async () => RECENT.slice(0, 1),
    recentFiles: async () => RECENT,
    onOpenFiles() {},
    setDocument: (state) => void documents.push(state),
    saveFile: async (name, bytes) => void saved.push({ name, bytes }),
    async saveTo(name, write) {
      await write(`target ${written.length}`);
      written.push(name);
      return name;
    },
    openExternal() {},
    saved,
    written,
    documents,
    ...change,
  };
}
