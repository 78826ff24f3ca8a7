import { existsSync, realpathSync } from 'node:fs';
import { type Dataset, loadDataset } from '../dataset/load.ts';
import { InputError } from '../errors.ts';
import { identifyFile } from '../io/file-identity.ts';
import { ARRAY, childKey, DICT, encoding, estimatedBytes, STRING_ARRAY } from '../io/h5ad-write.ts';
import { openHdf5 } from '../io/hdf5.ts';
import { type Hdf5Value, type Hdf5Writer, saveHdf5 } from '../io/hdf5-write.ts';
import type { Experiment } from '../pipeline.ts';
import { GROWTH_PRIOR, GROWTH_RATE, growthColumns } from './growth-facts.ts';
import { addColumns, type Label, type Layout, layoutOf } from './h5ad-layout.ts';
import { metricsOf } from './results.ts';
import { cellTimes, readSession, type Session, TIMEPOINT, VELOCITY } from './session.ts';
import { cellsSha256, loadOptions } from './session-source.ts';
import { predictionsOf } from './tables.ts';

const SCHEMA = 1;
const HOME = 'uns/meander';

/**
 * Writes a complete copy of a session's source with the results in it, safely (see saveSafely): `obsm/meander_velocity`,
 * `obs/meander_timepoint`, growth in `obs` where there is any, `uns/meander`. The source is copied byte by byte and elements are added, so that all that was
 * there stays as it was; results of an earlier export are replaced. To be called in a worker thread.
 * @param options.source the file with the session's cells; default: where the session found them
 * @param options.labels columns that the user made, for `obs` [nObs each]; default: none
 * @returns the source that was copied
 * @throws InputError: no session; a source that is missing, changed or of other cells; a place that cannot be written
 */
export async function exportH5ad(
  sessionPath: string,
  out: string,
  options: { source?: string; labels?: readonly Label[] } = {},
): Promise<string> {
  const session = await readSession(sessionPath);
  const source = await checkedSource(session, options.source);
  await checkOut(out, [source, sessionPath]);
  const layout = await layoutOf(source);
  const results = resultsOf(session.experiment);
  await saveHdf5(
    out,
    (writer) => addResults(writer, session.experiment, results, layout, options.labels ?? []),
    {
      bytes:
        2 * (estimatedBytes(results) + 4 * session.experiment.dataset.nObs * (options.labels?.length ?? 0)),
      copyOf: { path: source, bytes: identifyFile(source).bytes },
    },
  );
  return source;
}

async function checkedSource({ experiment, source, cells }: Session, given?: string): Promise<string> {
  const { config } = experiment;
  const wanted = `the cells, times and ${config.embedding} that the fit was made from`;
  if (given !== undefined) {
    if (cellsSha256(await loadDataset([given], loadOptions(config))) === cells) return given;
    throw new InputError('This file does not hold the cells of the session.', {
      file: given,
      option: '--source',
      expected: wanted,
      found: 'other names or numbers',
      action: `Name ${experiment.dataset.name} as it was at the fit, or fit anew with this file.`,
    });
  }
  const place = { file: source.paths.join(', '), option: '--source' };
  if (source.state === 'missing')
    throw new InputError('The file that the session was made from is not there.', {
      ...place,
      expected: 'the file, or its copy beside the session',
      found: 'nothing',
      action: 'Name it with --source FILE.',
    });
  if (source.state === 'changed')
    throw new InputError('The file that the session was made from has changed since.', {
      ...place,
      expected: wanted,
      found: 'other names or numbers',
      action: 'Name an unchanged copy with --source FILE, or fit anew.',
    });
  const [path, ...others] = source.paths;
  if (others.length === 0 && (await isH5ad(path!))) return path!;
  throw new InputError('Only an h5ad can be copied with the results in it.', {
    ...place,
    expected: 'a session that was made from one h5ad',
    found: others.length > 0 ? `${source.paths.length} files` : 'another kind of file',
    action: 'Make one h5ad of it by `meander embed`, and fit with that.',
  });
}

export async function isH5ad(path: string): Promise<boolean> {
  const file = await openHdf5(path);
  try {
    return file.get('obs') !== undefined;
  } finally {
    file.close();
  }
}

async function checkOut(out: string, inputs: string[]): Promise<void> {
  if (!existsSync(out)) return;
  const place = { file: out, option: '--h5ad' };
  if (inputs.some((input) => realpathSync(input) === realpathSync(out)))
    throw new InputError('The export would replace a file that it is made from.', {
      ...place,
      action: 'Name another file.',
    });
  if (!(await isExport(out)))
    throw new InputError('There is a file of that name, which is no export of Meander.', {
      ...place,
      expected: 'a new name, or an earlier export, which is replaced',
      action: 'Name another file, or remove this one.',
    });
}

async function isExport(path: string): Promise<boolean> {
  try {
    const file = await openHdf5(path);
    try {
      const kind = file.get(`${HOME}/kind`);
      return kind?.kind === 'dataset' && kind.strings()[0] === 'export';
    } finally {
      file.close();
    }
  } catch (error) {
    if (error instanceof InputError) return false;
    throw error;
  }
}

type Results = Record<string, { value: Hdf5Value; attributes: Record<string, string>; shape?: number[] }>;

/** What goes into `uns/meander`; each name is always there, so that a later export can replace all of an earlier one. */
function resultsOf(experiment: Experiment): Results {
  const { dataset, fits, map } = experiment;
  const { dims } = dataset.embedding;
  const metrics = metricsOf(experiment);
  const rolled = fits.find((fit) => fit.trajectories !== null);
  const { cells, times, points, cellDistance, spread } = rolled?.trajectories ?? {
    cells: new Int32Array(),
    times: [],
    points: new Float32Array(),
  };
  const ofPoints = (values: Float32Array | undefined) => ({
    value: values ?? new Float32Array(),
    attributes: ARRAY,
    shape: [values ? times.length : 0, cells.length],
  });
  const predictions = predictionsOf(experiment);
  const all = new Float32Array(predictions.reduce((sum, { points: p }) => sum + p.length, 0));
  let start = 0;
  const index = predictions.map(({ points: own, cells: _, mass: __, ...about }) => {
    all.set(own, start * dims);
    const rows = { ...about, start, stop: start + own.length / dims };
    start = rows.stop;
    return rows;
  });
  const text = (value: unknown) => ({
    value: JSON.stringify(value),
    attributes: encoding('string', '0.2.0'),
  });
  return {
    kind: { value: 'export', attributes: encoding('string', '0.2.0') },
    schema: { value: SCHEMA, attributes: encoding('numeric-scalar', '0.2.0') },
    manifest: text(metrics.manifest),
    metrics: text(metrics),
    trajectories: text(
      rolled
        ? { method: rolled.method, heldOut: labelsOf(experiment, rolled.heldOut), seed: rolled.seed }
        : null,
    ),
    trajectory_cells: {
      value: Array.from(cells, (cell) => dataset.obsNames[cell]!),
      attributes: STRING_ARRAY,
    },
    trajectory_times: { value: Float64Array.from(times), attributes: ARRAY },
    trajectory_points: { value: points, attributes: ARRAY, shape: [times.length, cells.length, dims] },
    trajectory_map: {
      value: map?.trajectories ?? new Float32Array(),
      attributes: ARRAY,
      shape: [map?.trajectories ? times.length : 0, cells.length, 2],
    },
    trajectory_cell_distance: ofPoints(cellDistance),
    trajectory_spread: ofPoints(spread?.distance),
    growth: text(metrics.growth ?? null),
    predictions: text(index),
    prediction_points: { value: all, attributes: ARRAY, shape: [start, dims] },
  };
}

const labelsOf = ({ dataset }: Experiment, heldOut: number[]) =>
  heldOut.map((k) => dataset.timepoints.labels[k]!);

function addResults(
  writer: Hdf5Writer,
  experiment: Experiment,
  results: Results,
  { obs, oldObsm }: Layout,
  labels: readonly Label[],
): void {
  const { dataset, fits, map } = experiment;
  writer.group('uns', DICT);
  writer.group(HOME, DICT);
  for (const [name, { value, attributes, shape }] of Object.entries(results))
    writer.replaceable(`${HOME}/${name}`, value, attributes, shape);
  const home = obs === 'old' ? HOME : 'obs';
  const columns = {
    [TIMEPOINT]: cellTimes(dataset),
    ...staleGrowth(writer, home, dataset.nObs),
    ...growthColumns(experiment),
  };
  if (obs !== 'old') addColumns(writer, 'obs', obs, columns, labels);
  else {
    for (const [name, values] of Object.entries(columns))
      writer.replaceable(`${HOME}/${nameAt(HOME, name)}`, values, ARRAY);
    addOldLabels(writer, labels);
  }

  const velocityKey = oldObsm ? `${HOME}/velocity` : `obsm/${VELOCITY}`;
  const shape = [dataset.nObs, dataset.embedding.dims];
  const velocity = fits.find((fit) => fit.velocity !== null)?.velocity;
  if (!oldObsm) writer.group('obsm', DICT);
  addComputed(writer, dataset, map, oldObsm);
  if (velocity) writer.replaceable(velocityKey, velocity, ARRAY, shape);
  // of another fit, which would be taken for one of this
  else if (writer.has(velocityKey))
    writer.replaceable(velocityKey, new Float32Array(shape[0]! * shape[1]!).fill(Number.NaN), ARRAY, shape);
}

/** Beside a table that can gain no column: each as a list of texts, empty where a cell has no label. */
function addOldLabels(writer: Hdf5Writer, labels: readonly Label[]): void {
  if (labels.length === 0) return;
  writer.group(`${HOME}/labels`, DICT);
  for (const { name, column } of labels) {
    const texts = Array.from(column.codes, (code) => column.categories[code] ?? '');
    writer.replaceable(childKey(`${HOME}/labels`, name), texts, STRING_ARRAY);
  }
}

/** No values for growth of an earlier export, which would be taken for that of this fit. */
function staleGrowth(writer: Hdf5Writer, home: string, nObs: number): Record<string, Float32Array> {
  const there = [GROWTH_RATE, GROWTH_PRIOR].filter((name) => writer.has(`${home}/${nameAt(home, name)}`));
  return Object.fromEntries(there.map((name) => [name, new Float32Array(nObs).fill(Number.NaN)]));
}

/** Below `uns/meander` names need not say whose they are. */
const nameAt = (home: string, name: string) => (home === HOME ? name.replace(/^meander_/, '') : name);

/** The embedding and the map, where they were computed; under names of ours where the file has others of that name. */
function addComputed(
  writer: Hdf5Writer,
  { nObs, embedding }: Dataset,
  map: Experiment['map'],
  oldObsm: boolean,
): void {
  const add = (name: string, own: string, values: Float32Array, width: number) => {
    const key = oldObsm ? `${HOME}/${own}` : `obsm/${writer.has(`obsm/${name}`) ? `meander_${own}` : name}`;
    writer.replaceable(key, values, ARRAY, [nObs, width]);
  };
  if (embedding.computed) add(embedding.name, 'pca', embedding.points, embedding.dims);
  if (map?.computed) add(map.name, 'umap', map.coordinates, 2);
}
