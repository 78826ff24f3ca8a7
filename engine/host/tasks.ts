import type { Dataset, LoadOptions } from '../dataset/load.ts';
import type { ErrorMessage } from '../errors.ts';
import type { BaselineJob, BaselineResult } from '../evaluate/baselines.ts';
import type { FitJob, FitResult } from '../evaluate/held-out.ts';
import type { SharedDataset } from '../evaluate/space.ts';
import type { Inspection } from '../io/inspect.ts';

/** What a worker can do. Everything in a task is plain data or shared memory. */
export type Task =
  | { kind: 'inspect'; path: string }
  | ({ kind: 'load'; path: string } & LoadOptions)
  /** writes the embedded example as an h5ad */
  | { kind: 'example'; path: string }
  | { kind: 'fit'; dataset: SharedDataset; job: FitJob }
  | { kind: 'baselines'; dataset: SharedDataset; job: BaselineJob };

/** What a task gives. */
export type TaskResult<T extends Task> = T extends { kind: 'inspect' }
  ? Inspection
  : T extends { kind: 'load' }
    ? Dataset
    : T extends { kind: 'example' }
      ? undefined
      : T extends { kind: 'baselines' }
        ? BaselineResult
        : FitResult;

/** Where a running task is. */
export interface Progress {
  stage: 'reading' | 'coupling' | 'interpolant' | 'vector field' | 'rollout' | 'evaluation';
  /** steps done of this stage */
  step: number;
  /** steps of this stage at most (training may stop early) */
  steps: number;
  /** the last validation loss of a training stage */
  loss?: number;
  /** seconds until the stage ends at the latest */
  secondsLeft?: number;
}

/** What a worker says. */
export type Reply =
  | { kind: 'progress'; progress: Progress }
  /** `spent`: this worker is not to be used again, though the task succeeded */
  | { kind: 'result'; result: unknown; spent: boolean }
  | { kind: 'error'; error: ErrorMessage };
