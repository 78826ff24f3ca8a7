import { parseExperiment } from '../config.ts';
import type { Dataset } from '../dataset/load.ts';
import type { WritableColumn } from '../io/h5ad-write.ts';
import { readSessionFile, writeSessionFile } from '../io/session-file.ts';
import type { Experiment } from '../pipeline.ts';
import { completeSettings } from '../presets.ts';
import { growthColumns } from './growth-facts.ts';
import type { ReportInput } from './report-input.ts';
import { metricsOf } from './results.ts';
import { cellsSha256, type SessionSource, type SourceState, sourceState } from './session-source.ts';

/** The names under which results are kept with the cells, in sessions and exports. */
export const VELOCITY = 'meander_velocity';
export const TIMEPOINT = 'meander_timepoint';

/** What a session is made from. */
export interface SessionInput {
  experiment: Experiment;
  command: ReportInput['command'];
  sources: SessionSource[];
}

export interface Session extends Omit<SessionInput, 'sources'> {
  source: SourceState;
  /** SHA-256 of the cells that the results belong to */
  cells: string;
}

type SessionState = SessionInput & Pick<Session, 'cells'>;

/**
 * Saves an experiment as a session: AnnData without X that restores everything. To be called in a worker thread.
 * @throws InputError: the place cannot be written; WorkError: what was written does not read back
 */
export async function writeSession(
  path: string,
  { experiment, command, sources }: SessionInput,
): Promise<void> {
  const metrics = metricsOf(experiment);
  const { dataset } = experiment;
  const { name, dims, points } = dataset.embedding;
  const embedding = elementName(name);
  const { map } = experiment;
  const rolled = experiment.fits.find((fit) => fit.trajectories !== null)?.trajectories;
  const velocity = experiment.fits.find((fit) => fit.velocity !== null)?.velocity;
  const state = {
    experiment: { ...experiment, versions: metrics.manifest.versions },
    command,
    sources,
    cells: cellsSha256(dataset),
  } satisfies SessionState;
  await writeSessionFile(path, {
    obsNames: dataset.obsNames,
    obs: obsOf(experiment),
    obsm: {
      [embedding]: { values: points, shape: [dataset.nObs, dims] },
      ...(velocity && { [VELOCITY]: { values: velocity, shape: [dataset.nObs, dims] } }),
      ...(map && { [elementName(map.name)]: { values: map.coordinates, shape: [dataset.nObs, 2] } }),
    },
    state,
    texts: { metrics: JSON.stringify(metrics) },
    shapeOf: (key, { length }) => {
      if (key === 'experiment/map/trajectories')
        return [length / (2 * rolled!.cells.length), rolled!.cells.length, 2];
      const ofPoints = /^experiment\/fits\/(\d+)\/trajectories\/(?:mass|cellDistance|spread\/distance)$/.exec(
        key,
      );
      if (ofPoints) {
        const { cells, times } = experiment.fits[Number(ofPoints[1])]!.trajectories!;
        return [times.length, cells.length];
      }
      if (!/(^|\/)(points|velocity)$/.test(key)) return undefined;
      const trajectory = /^experiment\/fits\/(\d+)\/trajectories\/points$/.exec(key);
      if (!trajectory) return [length / dims, dims];
      const { cells, times } = experiment.fits[Number(trajectory[1])]!.trajectories!;
      return [times.length, cells.length, dims];
    },
  });
}

/**
 * Restores a session. Metrics, report and trajectories of what is restored are the same to the bit. To be called in a
 * worker thread.
 * @throws InputError: no session, a newer one, a damaged one
 */
export async function readSession(path: string): Promise<Session> {
  const { experiment, command, sources, cells } = (await readSessionFile(path)) as SessionState;
  const config = parseExperiment(experiment.config);
  const fits = experiment.fits.map((fit) => ({ ...fit, settings: completeSettings(fit.settings, config) }));
  return {
    experiment: { ...experiment, config, fits },
    command,
    cells,
    source: await sourceState(path, sources, config, cells),
  };
}

/** Real time of each cell, NaN for cells of no timepoint [nObs]. */
export function cellTimes({ timepoints }: Dataset): Float64Array {
  return Float64Array.from(timepoints.cellTimepoint, (k) => timepoints.times[k] ?? Number.NaN);
}

function obsOf(experiment: Experiment): Record<string, WritableColumn> {
  const { config, dataset } = experiment;
  const { timepoints, cellType, batch } = dataset;
  const column = ({ codes, names }: NonNullable<Dataset['batch']>): WritableColumn => ({
    codes,
    categories: names,
    ordered: false,
  });
  return {
    ...(batch && config.batch !== null && { [elementName(config.batch)]: column(batch) }),
    ...(cellType && config.label !== null && { [elementName(config.label)]: column(cellType) }),
    [elementName(config.time)]: {
      codes: timepoints.cellTimepoint,
      categories: timepoints.labels,
      ordered: true,
    },
    [TIMEPOINT]: cellTimes(dataset),
    ...growthColumns(experiment),
  };
}

// old files may have names with a slash, which HDF5 takes for a path
const elementName = (name: string) => name.replaceAll('/', '_');
