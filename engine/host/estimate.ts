import { statfsSync } from 'node:fs';
import { freemem } from 'node:os';
import { dirname } from 'node:path';
import type { ExperimentConfig } from '../config.ts';
import type { Timepoints } from '../dataset/timepoints.ts';
import { estimateBaselines, estimateOf, type FitEstimate } from '../estimate.ts';
import { planExperiment } from '../pipeline.ts';
import type { TrainingEstimate } from './run-protocol.ts';

export interface EstimateInput {
  experiment: ExperimentConfig;
  timepoints: Timepoints;
  dims: number;
  nObs: number;
  /** whether components and map are known already */
  isPrepared: boolean;
  /** components are computed anew for each group that is held out */
  computesComponents: boolean;
  workers: number;
  /** how much longer this computer took than was estimated, in the trainings before; 1: none were */
  slowness: number;
  /** where the run will be kept; undefined: nowhere */
  runsFolder: string | undefined;
}

/** Nothing takes less, with workers to be started. */
const LEAST_SECONDS = 2;
/** Components of expression: about that long a cell and fit, with 2,000 genes of 20,000 (20,000 cells: 7 s). */
const COMPONENTS_SECONDS = 3.5e-4;
/** A map: 20,000 cells 10 s. */
const MAP_SECONDS = 5e-4;
const SESSION_BYTES = 40e6;

/** What a training would take: rough, to be shown with "about". */
export function estimateTraining(input: EstimateInput): TrainingEstimate {
  const { experiment, timepoints, dims, slowness } = input;
  const { counts } = timepoints;
  const plan = planExperiment({ timepoints, heldOutEmbeddings: [], embedding: { dims } }, experiment, 'run');
  const fits = plan.jobs.map((job) => estimateOf(job, dims, counts));
  const baselines = plan.baselineJobs.map(({ heldOut }) => estimateBaselines(heldOut, counts));
  const tasks = [...fits, ...baselines];
  const workers = affordableWorkers(tasks, input.workers);
  const seconds = slowness * (makespan(tasks, workers) + preparingSeconds(input, plan.baselineJobs.length));
  const bytes = bytesOf(tasks, workers) + 6 * 4 * input.nObs * dims;
  const free = freeMemory();
  return {
    fits: plan.jobs.length,
    seconds: Math.max(LEAST_SECONDS, seconds),
    megabytes: Math.ceil(bytes / 2 ** 20),
    megabytesFree: Math.floor(free / 2 ** 20),
    notes: [...plan.notes, ...notesOf(input, bytes, free, workers)],
  };
}

/** As many at a time as the memory that is free allows, one at least. */
export function affordableWorkers(tasks: readonly FitEstimate[], most: number): number {
  const usable = 0.8 * freeMemory();
  let workers = Math.max(1, Math.min(most, tasks.length));
  while (workers > 1 && bytesOf(tasks, workers) > usable) workers--;
  return workers;
}

/** Of the largest that can meet. */
function bytesOf(tasks: readonly FitEstimate[], workers: number): number {
  const sizes = tasks.map(({ bytes }) => bytes).sort((a, b) => b - a);
  return sizes.slice(0, workers).reduce((sum, bytes) => sum + bytes, 0);
}

/** Each is taken by who is free first. */
function makespan(tasks: readonly FitEstimate[], workers: number): number {
  const busy = new Float64Array(workers);
  for (const { seconds } of tasks) {
    const first = busy.indexOf(Math.min(...busy));
    busy[first] = busy[first]! + seconds;
  }
  return Math.max(...busy);
}

function preparingSeconds(input: EstimateInput, groups: number): number {
  const { nObs, isPrepared, computesComponents, experiment } = input;
  const strict = (experiment.protocol ?? experiment.preset) !== 'paper';
  const times = (isPrepared ? 0 : 1) + (strict ? groups : 0);
  const map = isPrepared || experiment.map === 'none' ? 0 : MAP_SECONDS * nObs;
  return (computesComponents ? COMPONENTS_SECONDS * nObs * times : 0) + map;
}

function notesOf(
  { experiment, timepoints, runsFolder, workers: most }: EstimateInput,
  bytes: number,
  free: number,
  workers: number,
): string[] {
  const { counts, labels } = timepoints;
  const few = labels.filter((_, k) => counts[k]! < 50);
  const room = runsFolder === undefined ? undefined : freeDisk(runsFolder);
  return [
    ...(experiment.holdOut === 'none'
      ? ['No timepoint is held out, so nothing will be said of how good the trajectories are.']
      : []),
    ...(experiment.seeds === 1
      ? ['With one seed the chance of training is not known: two or more show how far the results vary.']
      : []),
    ...(few.length > 0 ? [`Few cells (below 50) at ${few.join(', ')}: distances there say little.`] : []),
    ...(workers < most && bytes > 0.5 * free
      ? [`The free memory is enough for ${workers === 1 ? 'one fit' : `${workers} fits`} at a time.`]
      : []),
    ...(bytes > free
      ? ['It may need more memory than is free: close other programs, or use fewer cells.']
      : []),
    ...(room !== undefined && room < SESSION_BYTES
      ? ['The disk is nearly full, so the run may not be kept: free some space first.']
      : []),
  ];
}

function freeMemory(): number {
  // of what a container may use, where this runs in one
  return Math.min(freemem(), process.availableMemory?.() ?? Number.POSITIVE_INFINITY);
}

function freeDisk(folder: string): number | undefined {
  try {
    const { blocks, bavail, bsize } = statfsSync(folder);
    return blocks > 0 ? bavail * bsize : undefined;
  } catch {
    const parent = dirname(folder);
    return parent === folder ? undefined : freeDisk(parent);
  }
}
