import type { GrowthPrior } from '../dataset/growth-gene-prior.ts';
import type { Dataset, KnownCells, LoadOptions } from '../dataset/load.ts';
import type { ErrorMessage } from '../errors.ts';
import type { BaselineJob, BaselineResult } from '../evaluate/baselines.ts';
import type { FitJob, FitResult } from '../evaluate/held-out.ts';
import type { LiveTrajectories, LiveView } from '../evaluate/live-trajectories.ts';
import type { SharedDataset } from '../evaluate/space.ts';
import type { EmbedOptions } from '../export/embed.ts';
import type { ExportOptions } from '../export/export-session.ts';
import type { Session, SessionInput } from '../export/session.ts';
import type { IndexState } from '../io/gene-index.ts';
import type { Inspection } from '../io/inspect.ts';
import type { GrowthScoreOptions } from './growth-score.ts';
import type { Prepared } from './prepare.ts';
import type { AboutLine, Preparation, Progress } from './protocol.ts';
import type { ReadResults, ReadTask, Source } from './reader.ts';
import type { OnRunTask, RunAnswer, RunAsk } from './run-reader.ts';
import type { RunSummary } from './run-summary.ts';
import type { SessionColumn } from './session-columns.ts';

/** What a worker can do. Everything in a task is plain data or shared memory. */
export type Task =
  /** what the engine is made of */
  | { kind: 'about' }
  | { kind: 'inspect'; paths: string[]; time?: string }
  | ({ kind: 'load'; paths: string[] } & LoadOptions)
  /** the same of files that are open, with columns of the user's own; what is known of the same cells is not computed again */
  | ({ kind: 'load cells'; source: Source; columns: SessionColumn[]; known: KnownCells | null } & LoadOptions)
  /** what the interface asks of a run that is done */
  | OnRunTask
  /** what the interface asks of a file that stays open */
  | ReadTask
  /** components and a map of the cells, for those that a file lacks */
  | { kind: 'prepare'; source: Source; preparation: Preparation; columns: SessionColumn[] }
  /** one gene over all cells, from the index if there is one */
  | { kind: 'gene'; path: string; key: string; column: number }
  /** builds the index that makes `gene` fast, unless it is there or not needed */
  | { kind: 'index genes'; path: string; key: string }
  /** what that would mean: size, whether it is there */
  | { kind: 'index state'; path: string; key: string }
  /** writes an h5ad with what a file lacks between counts and a map; gives what was done */
  | ({ kind: 'embed'; paths: string[]; out: string } & EmbedOptions)
  /** a map of the cells for the eye, [nObs, 2] */
  | { kind: 'map'; dataset: SharedDataset; seed: number }
  /** places points of the embedding on a map of its cells; null where one is not finite */
  | { kind: 'place'; points: Float32Array; dataset: SharedDataset; map: Float32Array; seed: number }
  /** the score of growth by genes of division and death */
  | ({ kind: 'growth score'; paths: string[] } & Omit<GrowthScoreOptions, 'hooks'>)
  /** writes the embedded example as an h5ad */
  | { kind: 'example'; path: string }
  /** saves an experiment as a session */
  | ({ kind: 'save session'; path: string } & SessionInput)
  /** restores one */
  | { kind: 'open session'; path: string }
  /** writes what is asked for of a session; gives the source that was copied, if any */
  | ({ kind: 'export'; path: string } & ExportOptions)
  /** renders its report anew */
  | { kind: 'report'; path: string; out: string }
  /** `live`: its trajectories are told while it is trained, on this map [nObs, 2] or else on two components */
  | { kind: 'fit'; dataset: SharedDataset; job: FitJob; live?: Omit<LiveView, 'send'> }
  | { kind: 'baselines'; dataset: SharedDataset; job: BaselineJob };

/** What each kind of task gives. */
interface Results extends ReadResults {
  about: AboutLine[];
  prepare: Prepared;
  inspect: Inspection;
  load: Dataset;
  'load cells': Dataset;
  'on run': RunAnswer<RunAsk>;
  gene: Float32Array;
  'index genes': IndexState;
  'index state': IndexState;
  embed: string[];
  map: Float32Array;
  place: Float32Array | null;
  'growth score': GrowthPrior;
  example: undefined;
  'save session': RunSummary;
  'open session': Session;
  export: { source?: string };
  report: undefined;
  fit: FitResult;
  baselines: BaselineResult;
}
export type TaskResult<T extends Task> = Results[T['kind']];

/** Where a task is; of a fit more is told than an interface is. */
export interface TaskProgress extends Progress {
  /** the gradient step after which `loss` was measured */
  lossStep?: number;
  live?: LiveTrajectories;
}

/** What a worker says. */
export type Reply =
  | { kind: 'progress'; progress: TaskProgress }
  /** `spent`: this worker is not to be used again, though the task succeeded */
  | { kind: 'result'; result: unknown; spent: boolean }
  | { kind: 'error'; error: ErrorMessage; spent: boolean };
