import { gatherRows, rowsWhere } from '../dataset/clouds.ts';
import type { VelocityField } from '../trajectory/euler.ts';
import { modelTimes, type SharedDataset, type Space } from './space.ts';

/**
 * The velocity of each cell at its own time, dx/dtime = scale · v(z, t) · dt/dtime, in units of the embedding per unit of
 * real time. With `timeScale: 'index'` the model's clock runs at another speed in each interval between timepoints: a cell
 * has the speed of the interval that begins at its timepoint, of the last timepoint that of the interval that ends there.
 * @param trainingPoints all cells in the training space z [nObs, dims]
 * @returns [nObs, dims]; NaN for cells of no timepoint
 */
export function cellVelocity(
  field: VelocityField,
  dataset: SharedDataset,
  trainingPoints: Float32Array,
  { training }: Space,
): Float32Array {
  const { dims, cellTimepoint, times } = dataset;
  const modelTime = modelTimes(dataset);
  const velocity = new Float32Array(cellTimepoint.length * dims).fill(Number.NaN);
  times.forEach((_, timepoint) => {
    const rows = rowsWhere(cellTimepoint, (k) => k === timepoint);
    const z = Float64Array.from(gatherRows(trainingPoints, dims, rows));
    const v = new Float64Array(z.length);
    field(z, modelTime[timepoint]!, v);
    const from = Math.min(timepoint, times.length - 2);
    const clock = (modelTime[from + 1]! - modelTime[from]!) / (times[from + 1]! - times[from]!);
    rows.forEach((row, i) => {
      for (let j = 0; j < dims; j++) velocity[row * dims + j] = training.scale[j]! * v[i * dims + j]! * clock;
    });
  });
  return velocity;
}
