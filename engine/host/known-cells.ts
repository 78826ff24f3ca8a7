import type { ExperimentConfig } from '../config.ts';
import type { Dataset } from '../dataset/load.ts';
import { type KnownCells, sameCells } from '../dataset/load.ts';
import { MAP_NAME } from '../dataset/map.ts';
import type { Prepared } from './prepare.ts';
import { type Preparation, preparationSchema } from './protocol.ts';
import type { SessionColumn } from './session-columns.ts';

/** What was computed of the cells of an open dataset, and of which choices. */
export interface PreparedFor {
  /** '': nothing was */
  key: string;
  columns: readonly SessionColumn[];
}

/** Of what it does to the cells alone: replicates count where genes are chosen by them. */
export function preparationKey(preparation: Preparation): string {
  return JSON.stringify({ ...preparation, batch: preparation.genesByBatch ? preparation.batch : null });
}

/** How the cells of an experiment become points, as a preparation. */
export function preparationOf(experiment: ExperimentConfig): Preparation {
  const names = Object.keys(preparationSchema.shape) as (keyof Preparation)[];
  return preparationSchema.parse(Object.fromEntries(names.map((name) => [name, experiment[name]])));
}

/** A label's cells may change under its name: a changed column is another one. */
export function isPreparedFor(
  prepared: PreparedFor,
  key: string,
  columns: readonly SessionColumn[],
): boolean {
  return (
    prepared.key === key &&
    prepared.columns.length === columns.length &&
    prepared.columns.every((column, i) => column === columns[i])
  );
}

/** What a load need not compute again. */
export function knownCells({ takesPart, computed }: Prepared): KnownCells {
  const components = computed.find(({ from }) => from !== null);
  const { dims, points, from } = components ?? {};
  return { takesPart, embedding: from && points && dims ? { dims, points, computed: from } : null };
}

/** The map of just these cells in just this space; null: it is to be computed, or the file has one. */
export function knownMap({ takesPart, computed }: Prepared, dataset: Dataset): Float32Array | null {
  const map = computed.find(({ name, from }) => name === MAP_NAME && from === null);
  const components = computed.find(({ from }) => from !== null);
  const sameSpace = components === undefined || components.dims === dataset.embedding.dims;
  if (!map || !sameSpace || !sameCells(takesPart, dataset.timepoints.cellTimepoint)) return null;
  // what is shared between threads cannot be handed over
  return map.points.slice();
}

/** Memory that workers read without a copy. */
export function shared(points: Float32Array): Float32Array {
  const copy = new Float32Array(new SharedArrayBuffer(points.byteLength));
  copy.set(points);
  return copy;
}
