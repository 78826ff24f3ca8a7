import { z } from 'zod';
import { type ExperimentConfig, experimentSchema } from '../config.ts';
import type { ObsColumnInfo } from '../dataset/anndata.ts';
import type { Finding } from '../dataset/finding.ts';
import type { TimeColumns } from '../dataset/time-columns.ts';
import type { Timepoints } from '../dataset/timepoints.ts';
import type { ErrorMessage } from '../errors.ts';
import { datasetHandle, type RunResultsByKind, runRequests, type TrainingProgress } from './run-protocol.ts';

export * from './run-protocol.ts';

/*
 * The contract between the interface and the engine, the same over every transport. Pure: no Node here. The interface
 * names files and datasets by handles, never by paths; typed arrays travel as they are.
 */

/** Issued by whoever may name files: the main process after a dialog or a drop, the server for its folders. */
const fileHandle = z.string().min(1).max(100);
const name = z.string().min(1).max(1000);
const { time, timepoints, where } = experimentSchema.shape;

/** What of a configuration says how cells become points. */
export const preparationSchema = experimentSchema
  .pick({
    where: true,
    embedding: true,
    dims: true,
    batch: true,
    expression: true,
    expressionState: true,
    minCounts: true,
    minGenes: true,
    maxMitochondrial: true,
    minCells: true,
    targetSum: true,
    variableGenes: true,
    flavour: true,
    genesByBatch: true,
    map: true,
    seed: true,
  })
  .strict();
export type Preparation = z.infer<typeof preparationSchema>;

export const requestSchema = z.discriminatedUnion('kind', [
  /** opens a file, or several as one */
  z.strictObject({ kind: z.literal('open'), files: z.array(fileHandle).min(1).max(100) }),
  /** opens the embedded example */
  z.strictObject({ kind: z.literal('example') }),
  z.strictObject({ kind: z.literal('close'), dataset: datasetHandle }),
  /** the timepoints that a column of obs gives, with edits and a subset */
  z.strictObject({ kind: z.literal('timepoints'), dataset: datasetHandle, time, timepoints, where }),
  /** computes what is missing: components, a map; what is there is used */
  z.strictObject({ kind: z.literal('prepare'), dataset: datasetHandle, preparation: preparationSchema }),
  /** places of the cells: some components (from 0) of an embedding of the file or of one that was computed */
  z.strictObject({
    kind: z.literal('positions'),
    dataset: datasetHandle,
    embedding: name,
    components: z.array(z.number().int().min(0).max(10_000)).min(1).max(3),
  }),
  z.strictObject({ kind: z.literal('obs'), dataset: datasetHandle, column: name }),
  /** expression of a gene, by its column */
  z.strictObject({ kind: z.literal('gene'), dataset: datasetHandle, column: z.number().int().min(0) }),
  /** the score of growth by genes of division and death; how the expression is to be taken is as in `prepare` */
  z.strictObject({
    kind: z.literal('growth'),
    dataset: datasetHandle,
    expression: preparationSchema.shape.expression,
    expressionState: preparationSchema.shape.expressionState,
    targetSum: preparationSchema.shape.targetSum,
  }),
  /** genes whose name or id begins with, else contains, a text */
  z.strictObject({
    kind: z.literal('find genes'),
    dataset: datasetHandle,
    text: z.string().max(200),
    most: z.number().int().min(1).max(200),
  }),
  /** all that obs says of one cell */
  z.strictObject({ kind: z.literal('cell'), dataset: datasetHandle, row: z.number().int().min(0) }),
  /** keeps a choice of cells as a label in a column of obs, of the session; one of that name keeps its other labels */
  z.strictObject({
    kind: z.literal('label'),
    dataset: datasetHandle,
    name,
    label: name,
    rows: z.instanceof(Int32Array),
  }),
  ...runRequests,
  /** what the engine is made of, which device it has, what runs by default */
  z.strictObject({ kind: z.literal('about') }),
]);
export type Request = z.infer<typeof requestSchema>;
export type RequestKind = Request['kind'];

export interface FileInfo {
  handle: string;
  /** without its folder, for display */
  name: string;
  bytes: number;
}

/** What a native menu asks the interface to do. In a text field, undo and redo are the field's. */
export type MenuCommand =
  | 'undo'
  | 'redo'
  | 'try example'
  | 'save map'
  | 'theme system'
  | 'theme light'
  | 'theme dark'
  | 'show shortcuts'
  | 'show documentation'
  | 'show about';

export interface OpenedDataset {
  dataset: string;
  name: string;
  nObs: number;
  nVars: number;
  obs: ObsColumnInfo[];
  embeddings: EmbeddingInfo[];
  timeColumns: TimeColumns['candidates'];
  /** columns that cannot serve as time, and why */
  otherColumns: TimeColumns['others'];
  findings: Finding[];
  /** what was decided in opening it */
  notes: string[];
  /** the run to show first: a session was opened; absent: a file with cells was */
  run?: string;
  /** with what the cells of a session that was opened can be trained again */
  experiment?: ExperimentConfig;
}

export interface EmbeddingInfo {
  name: string;
  dims: number;
  /** why it cannot be shown; null: it can */
  problem: string | null;
  computed: boolean;
}

export type Colouring =
  | { kind: 'categories' /** [nObs], −1 = missing */; codes: Int32Array; names: string[]; ordered: boolean }
  | {
      kind: 'numbers';
      /** [nObs], NaN = missing */
      values: Float32Array;
      /** 0 is a middle that means something; absent: no */
      diverging?: true;
      /** what the numbers are, in a sentence or two; absent: their name says it */
      about?: string;
    };

export interface GeneInfo {
  name: string;
  /** e.g. an Ensembl id; null: the file has none */
  id: string | null;
  column: number;
}

/** A part of the engine, or something that it can use. */
export interface AboutLine {
  name: string;
  /** empty: not installed */
  version: string;
  /** default: used without being asked for; broken: installed, but does not load */
  state: 'default' | 'ready' | 'missing' | 'broken';
  /** which device it has, what it is used for, or what is wrong */
  note: string;
}

/** What each request gives. */
export interface Results extends RunResultsByKind {
  open: OpenedDataset;
  example: OpenedDataset;
  close: null;
  timepoints: Timepoints;
  prepare: { embeddings: EmbeddingInfo[] /** the map to show first */; map: string; notes: string[] };
  /** flat [nObs, components]; NaN where a cell has no place */
  positions: Float32Array;
  obs: Colouring;
  gene: Float32Array;
  growth: Colouring;
  'find genes': GeneInfo[];
  cell: { name: string; facts: { column: string; value: string }[] };
  label: ObsColumnInfo[];
  about: AboutLine[];
}
export type ResultOf<R extends Request> = Results[R['kind']];

/** Where a running task is. */
export interface Progress {
  stage:
    | 'reading'
    | 'indexing'
    | 'normalising'
    | 'variable genes'
    | 'components'
    | 'neighbours'
    | 'graph'
    | 'layout'
    | 'coupling'
    | 'choosing'
    | 'interpolant'
    | 'vector field'
    | 'rollout'
    | 'evaluation';
  /** steps done of this stage */
  step: number;
  /** steps of this stage at most (training may stop early) */
  steps: number;
  /** the last validation loss of a training stage */
  loss?: number;
  /** seconds until the stage ends at the latest; of a training until all of it ends */
  secondsLeft?: number;
  /** of a training: its fits, what was just measured, how trajectories look by now */
  training?: TrainingProgress;
}

export type ClientMessage =
  | { id: number; kind: 'request'; request: Request }
  | { id: number; kind: 'cancel' };

export type EngineMessage =
  | { id: number; kind: 'progress'; progress: Progress }
  | { id: number; kind: 'result'; result: Results[RequestKind] }
  | { id: number; kind: 'error'; error: ErrorMessage };

/** Checked in the engine, whatever sent it. */
export const clientMessageSchema = z.discriminatedUnion('kind', [
  z.strictObject({ id: z.number().int().min(0), kind: z.literal('request'), request: requestSchema }),
  z.strictObject({ id: z.number().int().min(0), kind: z.literal('cancel') }),
]);
