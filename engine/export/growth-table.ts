import type { Experiment } from '../pipeline.ts';
import { GROWTH_PRIOR, GROWTH_RATE, growthColumns } from './growth-facts.ts';
import type { Column, Table } from './tables.ts';

/**
 * A row for each cell that takes part: cell, timepoint, growth_rate (per unit of real time, relative to the mean cell; NaN at
 * the last timepoint), growth_prior and, of this, proliferation and apoptosis; of these what there is.
 * @returns undefined: the experiment says nothing of growth
 */
export function growthTable(experiment: Experiment): Table | undefined {
  const { dataset, growthPrior } = experiment;
  const { [GROWTH_RATE]: rate, [GROWTH_PRIOR]: prior } = growthColumns(experiment);
  if (!rate && !prior) return undefined;
  const { cellTimepoint, labels } = dataset.timepoints;
  const rows = Int32Array.from(cellTimepoint.keys()).filter((i) => cellTimepoint[i]! >= 0);
  const numbers = (name: string, values: Float32Array | null | undefined): Column[] =>
    values ? [{ name, kind: 'float32', values: Float32Array.from(rows, (i) => values[i]!) }] : [];
  const parts = growthPrior && 'score' in growthPrior ? growthPrior : undefined;
  return [
    { name: 'cell', kind: 'text', values: Array.from(rows, (i) => dataset.obsNames[i]!) },
    { name: 'timepoint', kind: 'text', values: Array.from(rows, (i) => labels[cellTimepoint[i]!]!) },
    ...numbers('growth_rate', rate),
    ...numbers('growth_prior', prior),
    ...numbers('proliferation', parts?.proliferation.score),
    ...numbers('apoptosis', parts?.apoptosis.score),
  ];
}
