import type { Ask, DatasetsOptions, OpenDataset } from './datasets.ts';
import { estimateTraining } from './estimate.ts';
import { isPreparedFor, preparationKey, preparationOf } from './known-cells.ts';
import type { RunOptions } from './pool.ts';
import type { RunInfo, TrainingEstimate } from './run-protocol.ts';
import { labelsOf } from './session-columns.ts';
import { requireIdle, startTraining } from './training.ts';

/** Why a request is stopped whose interface is no more: nobody wished it. */
export const CLOSED = 'closed';

export async function estimate(
  { opened, reader, labels, prepared, preparedFor }: OpenDataset,
  { experiment }: Ask<'estimate'>,
  { workers, pace, runsFolder }: DatasetsOptions,
  options: RunOptions,
): Promise<TrainingEstimate> {
  const { time, timepoints, where, embedding, expression, dims } = experiment;
  const task = { kind: 'read timepoints', source: opened.source, time, timepoints, where } as const;
  const read = await reader.run({ ...task, columns: labelsOf(labels, where) }, options);
  const columns = labelsOf(labels, where, experiment.batch);
  const isPrepared = isPreparedFor(preparedFor, preparationKey(preparationOf(experiment)), columns);
  const components = isPrepared ? prepared.computed.find(({ from }) => from !== null) : undefined;
  const own = opened.obsm.find(({ name }) => name === embedding)?.shape[1];
  const width = components?.dims ?? Math.min(dims ?? 50, own ?? 50);
  return estimateTraining({
    experiment,
    timepoints: read,
    dims: width,
    nObs: opened.nObs,
    isPrepared,
    computesComponents: expression !== null || own === undefined,
    workers,
    slowness: pace.slowness,
    runsFolder,
  });
}

export async function train(
  dataset: OpenDataset,
  { experiment }: Ask<'train'>,
  { store, workers, pace }: DatasetsOptions,
  { signal, ...options }: RunOptions,
): Promise<RunInfo> {
  requireIdle(dataset.training);
  const { opened, labels, name, stop, prepared, preparedFor } = dataset;
  const columns = labels.filter((label) => namesColumn(experiment, label.name));
  const key = preparationKey(preparationOf(experiment));
  const ofCells = labelsOf(labels, experiment.where, experiment.batch);
  const training = startTraining(
    {
      source: opened.source,
      identity: { name, files: opened.files },
      columns,
      prepared: isPreparedFor(preparedFor, key, ofCells) ? prepared : null,
      experiment,
    },
    {
      store,
      workers,
      isEnding: () => stop.signal.aborted || signal?.reason === CLOSED,
      onTimed(estimated, took) {
        if (estimated > 0) pace.slowness = 0.5 * pace.slowness + (0.5 * took) / estimated;
      },
    },
    { ...options, signal: AbortSignal.any([stop.signal, ...(signal ? [signal] : [])]) },
  );
  dataset.training = training;
  try {
    return await training.result;
  } finally {
    dataset.training = null;
  }
}

const namesColumn = ({ time, label, batch, where }: Ask<'train'>['experiment'], name: string) =>
  [time, label, batch].includes(name) || where.some(({ column }) => column === name);
