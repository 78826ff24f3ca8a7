import { z } from 'zod';
import type { ChoiceWords } from '../auto/words.ts';
import { type ExperimentConfig, experimentSchema, type Method } from '../config.ts';
import type { Metrics } from '../export/results.ts';
import type { Verdict } from '../export/verdict.ts';
import type { LossHistory } from '../train/clouds.ts';

/*
 * What the interface asks of runs: to train, to look at what came out, to take it away. A run belongs to an open dataset, is kept on the disk
 * as a session as soon as it is done, and is there again when the file is opened again.
 */

/** Issued by the engine for what it has opened. */
export const datasetHandle = z.string().min(1).max(100);
/** Issued by the engine for a run of a dataset. */
const runHandle = z.string().min(1).max(100);
/** Issued by whoever may name places to write to: the main process after a dialog, the server for a download. */
const targetHandle = z.string().min(1).max(100);
const elementName = z.string().min(1).max(1000);
/** components, from 0, of an embedding of the file, of one that was computed, or of the run's map */
const view = {
  embedding: elementName,
  components: z.array(z.number().int().min(0).max(10_000)).min(2).max(3),
};
const ofRun = { dataset: datasetHandle, run: runHandle };
/** one of the fits of a run, see RunResults.fits */
const ofFit = { ...ofRun, fit: z.number().int().min(0) };
/** rows of cells of one timepoint; null: of all of it, at most `most`, evenly drawn by the run's seed */
const cells = {
  cells: z.instanceof(Int32Array).nullable(),
  /** index of their timepoint */
  from: z.number().int().min(0),
  most: z.number().int().min(1).max(100_000),
};
/** real times, each after or each before that of `from`, in the order of going */
const times = z.array(z.number()).min(1).max(2000);

/** What can be taken away of a run, each a file. */
export const RUN_EXPORTS = [
  'session',
  'h5ad',
  'trajectories.csv',
  'trajectories.parquet',
  'predictions.csv',
  'predictions.parquet',
  'metrics.csv',
  'metrics.json',
  'growth.csv',
  'report',
  'configuration',
  'methods',
] as const;
export type RunExport = (typeof RUN_EXPORTS)[number];

export const runRequests = [
  /** what a training would take, before it is begun */
  z.strictObject({ kind: z.literal('estimate'), dataset: datasetHandle, experiment: experimentSchema }),
  /** fits, keeps the run and gives it; what the cells lack (components, a map) is computed first, unless it was already */
  z.strictObject({ kind: z.literal('train'), dataset: datasetHandle, experiment: experimentSchema }),
  /** holds the training of a dataset where it is, or lets it go on */
  z.strictObject({ kind: z.literal('hold'), dataset: datasetHandle, held: z.boolean() }),
  /** the newest first */
  z.strictObject({ kind: z.literal('runs'), dataset: datasetHandle }),
  z.strictObject({ kind: z.literal('run'), ...ofRun }),
  z.strictObject({ kind: z.literal('rename run'), ...ofRun, name: z.string().trim().min(1).max(200) }),
  /** it can be brought back until the application ends */
  z.strictObject({ kind: z.literal('delete run'), ...ofRun }),
  z.strictObject({ kind: z.literal('restore run'), ...ofRun }),
  /** where cells go (or came from) by one fit, on a view */
  z.strictObject({
    kind: z.literal('follow'),
    ...ofFit,
    ...view,
    ...cells,
    times,
    /** whether the straight ways between the observed timepoints are wanted too */
    straight: z.boolean(),
  }),
  /** mean velocities on a grid over a view of two components, at a real time */
  z.strictObject({
    kind: z.literal('arrows'),
    ...ofFit,
    ...view,
    time: z.number(),
    grid: z.number().int().min(4).max(80),
  }),
  /** a gene along the ways of cells, by the loadings of the components: approximate */
  z.strictObject({
    kind: z.literal('gene along'),
    ...ofFit,
    ...cells,
    times,
    column: z.number().int().min(0),
  }),
  z.strictObject({
    kind: z.literal('export run'),
    ...ofRun,
    what: z.enum(RUN_EXPORTS),
    target: targetHandle,
  }),
  /** the predicted cells of any time, as a table or as an h5ad of their own */
  z.strictObject({
    kind: z.literal('export cells'),
    ...ofFit,
    ...cells,
    time: z.number(),
    format: z.enum(['csv', 'parquet', 'h5ad']),
    target: targetHandle,
  }),
] as const;

/** What a training would take. */
export interface TrainingEstimate {
  /** how many fits */
  fits: number;
  /** on this computer with its workers, roughly */
  seconds: number;
  megabytes: number;
  /** of what is free now */
  megabytesFree: number;
  /** what the user should know before, e.g. that no timepoint can be held out */
  notes: string[];
}

/** One of the fits of a training, while it runs. */
export interface FitState {
  method: Method;
  /** labels; empty: it sees all timepoints */
  heldOut: string[];
  seed: number;
  state: 'waiting' | 'running' | 'done';
  /** of all that it does, 0 to 1 */
  share: number;
  /** what it is at, in plain words */
  stage: string;
}

/** Beside the usual progress of a training. */
export interface TrainingProgress {
  fits: FitState[];
  /** a validation loss that was just measured: of fits[fit] */
  loss?: { fit: number; stage: LossHistory['stage']; step: number; value: number };
  /** trajectories as they are now */
  preview?: {
    /** index in `fits`: the one that will be shown as soon as there is something of it, until then one after the other */
    fit: number;
    embedding: string;
    times: number[];
    /** [times, trajectories, 2] on the first two components, or the map */
    positions: Float32Array;
  };
}

/** A run, as the list shows it. */
export interface RunInfo {
  run: string;
  /** the user may change it */
  name: string;
  /** interrupted: the application ended before it was done; it can be trained again with its choices */
  state: 'done' | 'interrupted';
  /** ISO 8601 */
  created: string;
  seconds: number;
  /** complete, as a manifest has it */
  experiment: ExperimentConfig;
  /** labels of the timepoints that were held out, groups joined by + */
  heldOut: string[];
  /** mean W1 over the held-out timepoints of each method and baseline; null where it failed */
  means: { method: string; w1Mean: number | null; w1Sd: number | null; seeds: number }[];
  /** the sentence of the verdict; null: interrupted */
  verdict: string | null;
  /** why it is not kept beyond the end of the application, and what to do, in sentences; absent: it is kept */
  notKept?: string;
}

/** A fit of a run that cells can be followed by. */
export interface RunFit {
  method: Method;
  heldOut: number[];
  seed: number;
  /** trajectories carry a mass */
  grows: boolean;
  /** some paths are bent */
  bends: boolean;
}

/** All that came out of a run but the trajectories themselves. */
export interface RunResults {
  info: RunInfo;
  /** the content of metrics.json */
  metrics: Metrics;
  verdict: Verdict;
  /** of each fit of `auto`: what was asked, taken, and why */
  choices: { heldOut: string[]; seed: number; tried: string; words: ChoiceWords[] }[];
  /** said to the reader as they are */
  notes: string[];
  losses: (LossHistory & { method: string; heldOut: string; seed: number })[];
  timepoints: { labels: string[]; times: number[]; counts: number[]; unit: string };
  embedding: { name: string; dims: number };
  /** name of the map that trajectories can be drawn on; null: none */
  map: string | null;
  fits: RunFit[];
  /** the fit whose trajectories are shown first; −1: none can be shown */
  shown: number;
  /** what can be exported; the others are not there for this run */
  exports: RunExport[];
  /** how the run was done, as a paragraph for a paper: the text of the export `methods`; absent: not known */
  methods?: string;
  /** whether genes can be followed (loadings of the components are known), and if not why */
  genes: { known: true } | { known: false; why: string };
}

/** Where followed cells are. */
export interface Followed {
  /** rows of the cells [cells] */
  cells: Int32Array;
  /** that of `from` first [times] */
  times: number[];
  /** [times, cells, components]; NaN where a cell has no place on the view */
  positions: Float32Array;
  /** how many cells each stands for, that it set out with 1 [times, cells]; null: growth is ignored */
  mass: Float32Array | null;
  /** distance to the nearest cells that the fit has seen, above 1: far from any [times, cells] */
  cellDistance: Float32Array;
  /** distance over seeds in the units of the embedding [times, cells]; null: there is one seed */
  spread: Float32Array | null;
  /** the straight ways between the places at the observed timepoints; null: not asked for */
  straight: { positions: Float32Array; cellDistance: Float32Array; jumps: Uint8Array | null } | null;
  /**
   * 1 = the step to this place is long on the map alone, which tears apart what is near in the components [times, cells]; null:
   * the view is of components
   */
  jumps: Uint8Array | null;
  /** false: an integrator gave up, and the last places are where it stood */
  finished: boolean;
}

export interface Arrows {
  /** where they begin [arrows, 2] */
  positions: Float32Array;
  /** on the view, per unit of real time [arrows, 2] */
  directions: Float32Array;
  /** cells behind each [arrows] */
  counts: Int32Array;
}

export interface GeneAlong {
  times: number[];
  /** over the cells, weighted by their mass [times] */
  mean: Float32Array;
  /** tenth and ninetieth percentile [times] */
  low: Float32Array;
  high: Float32Array;
  /** of the real cells of each observed timepoint, by the same loadings, and as the file has them; NaN where unknown */
  real: { time: number; reconstructed: number; measured: number }[];
  /** how it was made, in a sentence */
  about: string;
}

export interface RunResultsByKind {
  estimate: TrainingEstimate;
  train: RunInfo;
  hold: null;
  runs: RunInfo[];
  run: RunResults;
  'rename run': RunInfo;
  'delete run': null;
  'restore run': RunInfo;
  follow: Followed;
  arrows: Arrows;
  'gene along': GeneAlong;
  /** of the file that was written */
  'export run': { bytes: number };
  'export cells': { bytes: number };
}
