import { z } from 'zod';
import { METHODS } from './methods.ts';
import { count, meta } from './option-meta.ts';

/** What is fitted and compared, how often. */
export const experimentOptions = {
  holdOut: z
    .string()
    .default('each')
    .meta(
      meta({
        group: 'experiment',
        argument: 'LABELS',
        help: '3,4: each of these in turn; 3+4: together; each: every inner timepoint in turn; none',
      }),
    ),
  methods: z
    .array(z.enum(METHODS))
    .min(1)
    .meta(
      meta({
        group: 'experiment',
        argument: 'LIST',
        help: `methods to fit, of ${METHODS.join(', ')}; auto chooses settings from the data`,
      }),
    ),
  seed: z
    .number()
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .default(42)
    .meta(meta({ group: 'experiment', help: 'the first seed' })),
  seeds: count.meta(meta({ group: 'experiment', help: 'how many seeds, from --seed upwards' })),
  preset: z
    .enum(['default', 'paper'])
    .default('default')
    .meta(
      meta({ group: 'experiment', help: 'where settings that are not given come from; paper: as published' }),
    ),
  baselines: z
    .boolean()
    .default(true)
    .meta(
      meta({
        group: 'experiment',
        help: 'compare with static transport, random pairs, the neighbouring timepoints and the noise floor',
      }),
    ),
  backend: z
    .enum(['auto', 'kernels', 'tensorflow'])
    .default('auto')
    .meta(
      meta({
        group: 'training',
        help: 'what works out the training steps: kernels (of Meander), tensorflow (if it is installed, see meander doctor); auto takes kernels, and tensorflow only on a graphics processor from 512 hidden units on',
      }),
    ),
  wideBackend: z
    .enum(['auto', 'simd', 'onnx'])
    .default('auto')
    .meta(
      meta({
        group: 'training',
        help: 'matrix products of wide networks: auto takes onnxruntime from 256 hidden units on where it is installed',
      }),
    ),
};

/** What is written and drawn. */
export const outputOptions = {
  trajectories: z
    .number()
    .int()
    .min(1)
    .default(500)
    .meta(meta({ group: 'output', help: 'how many trajectories are written' })),
  map: z
    .string()
    .min(1)
    .default('auto')
    .meta(
      meta({
        group: 'output',
        argument: 'KEY',
        help: 'run: the map for the eye that trajectories are drawn on too: auto (X_umap of the file, else computed), none, or a matrix in obsm',
      }),
    ),
  points: z
    .number()
    .int()
    .min(2)
    .default(21)
    .meta(meta({ group: 'output', help: 'points of a trajectory in each interval' })),
};
