/** The public API of the engine: from an h5ad to trajectories and held-out distances. */
export {
  type ExperimentConfig,
  type ExperimentInput,
  type FitSettings,
  flagOf,
  METHODS,
  type Method,
  options,
  parseExperiment,
} from './config.ts';
export { type Dataset, type LoadOptions, loadOptionsOf } from './dataset/load.ts';
export { CancelledError, describeError, InputError, MeanderError, WorkError } from './errors.ts';
export type { FitJob, FitResult, Prediction } from './evaluate/held-out.ts';
export {
  type DifferenceRow,
  type MetricsRow,
  pairedDifferences,
  type SummaryRow,
  summarize,
} from './evaluate/summary.ts';
export { wasserstein1, wasserstein2 } from './evaluate/wasserstein.ts';
export type { Manifest } from './export/manifest.ts';
export { type Metrics, metricsOf, writeResults } from './export/results.ts';
export { openResultsFolder, type ResultsFolder } from './export/results-folder.ts';
export type { Session } from './export/session.ts';
export { createPool, type Pool } from './host/pool.ts';
export type { Progress } from './host/protocol.ts';
export type { Task } from './host/tasks.ts';
export { type Experiment, type ExperimentEvent, planExperiment, runExperiment } from './pipeline.ts';
export { resolveFitSettings } from './presets.ts';
