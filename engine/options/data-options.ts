import { z } from 'zod';
import { count, meta } from './option-meta.ts';

/** Which cells, at which times, in which space. */
export const dataOptions = {
  time: z
    .string()
    .min(1)
    .meta(
      meta({
        group: 'data',
        argument: 'COLUMN',
        help: 'column of obs with the time of each cell (meander inspect lists candidates)',
      }),
    ),
  timepoints: z
    .array(
      z.strictObject({
        labels: z.array(z.string()).min(1),
        time: z.number().nullable().default(null),
        name: z.string().min(1).nullable().default(null),
      }),
    )
    .nullable()
    .default(null)
    .meta(
      meta({
        group: 'data',
        kind: 'timepoints',
        argument: 'EDITS',
        help: "'day 0=0,day 3+day 4=3.5 as late': timepoints of these labels, merged by +, with their real times and names; others are dropped",
      }),
    ),
  where: z
    .array(
      z.union([
        z.strictObject({ column: z.string().min(1), keep: z.array(z.string()).min(1) }),
        z.strictObject({ column: z.string().min(1), drop: z.array(z.string()).min(1) }),
        z.strictObject({
          column: z.string().min(1),
          min: z.number().nullable(),
          max: z.number().nullable(),
        }),
      ]),
    )
    .default([])
    .meta(
      meta({
        group: 'data',
        kind: 'conditions',
        argument: 'CONDITION',
        help: "only cells that meet it, e.g. 'cell_type=A,B', 'doublet!=True', 'n_genes=200..5000'; may be repeated, all must hold",
      }),
    ),
  embedding: z
    .string()
    .min(1)
    .default('X_pca')
    .meta(
      meta({
        group: 'data',
        argument: 'KEY',
        help: 'the matrix in obsm that the paths live in; X_pca is computed where the file has none',
      }),
    ),
  dims: count
    .nullable()
    .default(null)
    .meta(
      meta({
        group: 'data',
        help: 'how many of its dimensions, the first ones (default: all, at most 50)',
      }),
    ),
};

/** What further columns say of the cells. */
export const columnOptions = {
  label: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .meta(
      meta({
        group: 'data',
        argument: 'COLUMN',
        help: 'column of obs with cell types: distances by type too',
      }),
    ),
  batch: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .meta(
      meta({
        group: 'data',
        argument: 'COLUMN',
        help: 'column of obs with replicates: the noise floor between them is reported too',
      }),
    ),
};
