import { dirname, relative, resolve } from 'node:path';
import { parseExperiment } from '../config.ts';
import type { Dataset } from '../dataset/load.ts';
import { identifyFile } from '../io/file-identity.ts';
import type { WritableColumn } from '../io/h5ad-write.ts';
import { readSessionFile, writeSessionFile } from '../io/session-file.ts';
import type { Experiment } from '../pipeline.ts';
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
  source: SessionSource;
}

export interface Session extends Omit<SessionInput, 'source'> {
  source: SourceState;
  /** SHA-256 of the cells that the results belong to */
  cells: string;
}

type SessionState = SessionInput & Pick<Session, 'cells'>;

/**
 * The source of a session.
 * @param path the file that was read
 * @param session where the session will be in the end
 * @param finalPath where the source will be then, where it moves too; undefined: where it is
 * @throws InputError: missing or not readable
 */
export function sessionSource(path: string, session: string, finalPath: string | undefined): SessionSource {
  const identity = identifyFile(path);
  const place = finalPath === undefined ? identity.path : resolve(finalPath);
  return { ...identity, path: place, relative: relative(dirname(resolve(session)), place) };
}

/**
 * Saves an experiment as a session: AnnData without X that restores everything. To be called in a worker thread.
 * @throws InputError: the place cannot be written; WorkError: what was written does not read back
 */
export async function writeSession(
  path: string,
  { experiment, command, source }: SessionInput,
): Promise<void> {
  const metrics = metricsOf(experiment);
  const { dataset } = experiment;
  const { name, dims, points } = dataset.embedding;
  const embedding = elementName(name);
  const velocity = experiment.fits.find((fit) => fit.velocity !== null)?.velocity;
  const state = {
    experiment: { ...experiment, versions: metrics.manifest.versions },
    command,
    source,
    cells: cellsSha256(dataset),
  } satisfies SessionState;
  await writeSessionFile(path, {
    obsNames: dataset.obsNames,
    obs: obsOf(experiment),
    obsm: {
      [embedding]: { values: points, shape: [dataset.nObs, dims] },
      ...(velocity && { [VELOCITY]: { values: velocity, shape: [dataset.nObs, dims] } }),
    },
    state,
    texts: { metrics: JSON.stringify(metrics) },
    shapeOf: (key, { length }) => {
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
  const { experiment, command, source, cells } = (await readSessionFile(path)) as SessionState;
  const config = parseExperiment(experiment.config);
  return {
    experiment: { ...experiment, config },
    command,
    cells,
    source: await sourceState(path, source, config, cells),
  };
}

/** Real time of each cell, NaN for cells of no timepoint [nObs]. */
export function cellTimes({ timepoints }: Dataset): Float64Array {
  return Float64Array.from(timepoints.cellTimepoint, (k) => timepoints.times[k] ?? Number.NaN);
}

function obsOf({ config, dataset }: Experiment): Record<string, WritableColumn> {
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
  };
}

// old files may have names with a slash, which HDF5 takes for a path
const elementName = (name: string) => name.replaceAll('/', '_');
