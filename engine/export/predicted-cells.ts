import { writeH5ad } from '../io/h5ad-write.ts';
import { saveBytes } from './export-session.ts';
import { tableParquet } from './parquet.ts';
import { type Table, tableCsv } from './tables.ts';

/** Cells at a time that need not have been measured, each from a cell that was. */
export interface PredictedMoment {
  /** in real units */
  time: number;
  /** of the cells that they come from [n] */
  origins: string[];
  /** real time and label of these */
  originTime: number;
  originTimepoint: string;
  embedding: { name: string; dims: number };
  /** [n, dims], in the embedding's units */
  points: Float32Array;
  /** null: the run has no map */
  map: { name: string /** [n, 2] */; points: Float32Array } | null;
  /** null: growth is ignored */
  mass: Float32Array | null;
  /** above 1: far from any cell that the fit has seen [n] */
  cellDistance: Float32Array;
  /** by which fit of which run, for readers of the file */
  by: { run: string; method: string; heldOut: string; seed: number; meander: string };
}

/**
 * Writes predicted cells safely (see saveSafely). h5ad: obs (cell_of_origin, timepoint_of_origin, time, mass, cell_distance), obsm
 * (the embedding, the map), no X. To be called in a worker thread.
 */
export async function writePredictedCells(
  path: string,
  moment: PredictedMoment,
  format: 'csv' | 'parquet' | 'h5ad',
): Promise<void> {
  if (format === 'csv') await saveBytes(path, tableCsv(tableOf(moment)));
  else if (format === 'parquet') await saveBytes(path, [tableParquet(tableOf(moment))]);
  else await writeMoment(path, moment);
}

function tableOf({
  time,
  origins,
  originTime,
  embedding,
  points,
  map,
  mass,
  cellDistance,
}: PredictedMoment): Table {
  const n = origins.length;
  const coordinates = (name: string, values: Float32Array, width: number): Table =>
    Array.from({ length: width }, (_, k) => ({
      name: `${name}_${k + 1}`,
      kind: 'float32',
      values: Float32Array.from({ length: n }, (_value, i) => values[i * width + k]!),
    }));
  return [
    { name: 'cell', kind: 'text', values: origins },
    { name: 'cellTime', kind: 'float64', values: new Array<number>(n).fill(originTime) },
    { name: 'time', kind: 'float64', values: new Array<number>(n).fill(time) },
    ...coordinates(embedding.name, points, embedding.dims),
    ...(map ? coordinates(map.name, map.points, 2) : []),
    ...(mass ? [{ name: 'mass', kind: 'float32' as const, values: mass }] : []),
    { name: 'cellDistance', kind: 'float32', values: cellDistance },
  ];
}

async function writeMoment(path: string, moment: PredictedMoment): Promise<void> {
  const { time, origins, originTimepoint, embedding, points, map, mass, cellDistance, by } = moment;
  const n = origins.length;
  const one = (name: string) => ({ codes: new Int32Array(n), categories: [name], ordered: false });
  await writeH5ad(path, {
    nObs: n,
    nVars: 0,
    // no real cell is called so
    obsNames: origins.map((origin) => `${origin} at ${time}`),
    varNames: [],
    obs: {
      cell_of_origin: origins,
      timepoint_of_origin: one(originTimepoint),
      time: new Float64Array(n).fill(time),
      ...(mass && { mass }),
      cell_distance: cellDistance,
    },
    obsm: {
      [slot(embedding.name)]: { values: points, shape: [n, embedding.dims] },
      ...(map && { [slot(map.name)]: { values: map.points, shape: [n, 2] as [number, number] } }),
    },
    uns: { meander: { kind: 'predicted cells', ...by } },
  });
}

const slot = (name: string) => name.replaceAll('/', '_');
