import { chooseCells } from '../dataset/choose-cells.ts';
import { readCodes } from '../dataset/codes.ts';
import type { ComputedFrom } from '../dataset/compute-embedding.ts';
import { findEmbedding } from '../dataset/find-embedding.ts';
import { genesByBatch } from '../dataset/load.ts';
import type { LoadHooks } from '../dataset/load-hooks.ts';
import { findMap, MAP_NAME } from '../dataset/map.ts';
import { mapCells } from '../embedding/cell-map.ts';
import type { UmapStage } from '../embedding/umap.ts';
import type { DataFile } from '../io/data-file.ts';
import type { Preparation } from './protocol.ts';

/** Places of cells that a file has not. */
export interface ComputedPlaces {
  /** as it would be called in obsm */
  name: string;
  dims: number;
  /** [nObs, dims]; NaN for a cell that has no place */
  points: Float32Array;
  /** of components; null: a map */
  from: ComputedFrom | null;
}

export interface Prepared {
  /** only what was computed */
  computed: ComputedPlaces[];
  /** what to show first: the map, or without one the embedding */
  map: string;
  /** [nObs], 0 = the cell takes no part */
  takesPart: Uint8Array;
  /** what was done, for the reader */
  notes: string[];
}

interface PrepareHooks extends LoadHooks {
  onProgress?(
    stage: Parameters<NonNullable<LoadHooks['onProgress']>>[0] | UmapStage,
    progress: { step: number; steps: number },
  ): void;
}

/**
 * Components and a map of the cells that are chosen: the file's own where it has them, else computed. As embedFile, without writing.
 * @throws InputError: as loadDataset; CancelledError
 */
export function prepareCells(file: DataFile, options: Preparation, hooks: PrepareHooks = {}): Prepared {
  const chosen = chooseCells(file, options, hooks);
  const cells = chosen
    ? Int32Array.from(chosen.keep, (is) => (is === 0 ? -1 : 0))
    : new Int32Array(file.nObs);
  const batch = options.batch === null ? null : readCodes(file, options.batch, '--batch');
  const embeddingOptions = { ...options, batch: genesByBatch(options, batch) };
  const { embedding, notes } = findEmbedding(file, embeddingOptions, cells, [], hooks);
  const { name, dims, points } = embedding;
  const own = findMap(file, options.map, cells);
  const prepared: Prepared = {
    computed: embedding.computed ? [{ name, dims, points, from: embedding.computed }] : [],
    map: own.map?.name ?? (options.map === 'none' ? name : MAP_NAME),
    takesPart: Uint8Array.from(cells, (cell) => (cell < 0 ? 0 : 1)),
    notes: [...(chosen?.notes ?? []), ...notes, ...own.notes],
  };
  if (own.map || options.map === 'none') return prepared;
  const map = mapCells({ points, dims, cellTimepoint: cells }, options.seed, hooks);
  prepared.computed.push({ name: MAP_NAME, dims: 2, points: map, from: null });
  prepared.notes.push(`The map is computed from ${dims} dimensions of ${name}.`);
  return prepared;
}
