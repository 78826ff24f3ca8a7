import { z } from 'zod';
import { count, flag, meta, positive } from './option-meta.ts';

/** Settings that a preset may set, resolved anew for each fit (they may depend on dimensions and held-out timepoint). */
export const fitOptions = {
  whiten: flag.meta(
    meta({ group: 'data', help: 'scale every dimension of the embedding to mean 0 and variance 1' }),
  ),
  protocol: z.enum(['strict', 'paper']).meta(
    meta({
      group: 'experiment',
      help: 'strict: what is fitted never sees a held-out cell; paper: whitening sees all cells, as published',
    }),
  ),
  timeScale: z.enum(['index', 'real']).meta(
    meta({
      group: 'training',
      help: "the model's clock: index spaces timepoints evenly, real by their times (auto tries both)",
    }),
  ),
  predictFrom: z.enum(['before', 'both']).meta(
    meta({
      group: 'training',
      help: 'a held-out timepoint from the cells before it (as published), or from both: those after it are followed backwards too, and the two predictions meet, each weighing by its nearness (auto does that)',
    }),
  ),
  unitScale: flag.meta(
    meta({
      group: 'training',
      help: 'train in units of the mean standard deviation of the dimensions (one factor, distances keep their proportions)',
    }),
  ),
  hidden: z
    .number()
    .int()
    .min(4)
    .max(4096)
    .meta(meta({ group: 'training', help: 'units in each of the three hidden layers of both networks' })),
  minibatch: z
    .number()
    .int()
    .min(2)
    .max(4096)
    .meta(meta({ group: 'training', help: 'cells of each timepoint in a training step', unit: 'cells' })),
  validationShare: z
    .number()
    .min(0.01)
    .max(0.5)
    .meta(meta({ group: 'training', help: 'share of each timepoint kept for validation' })),
  noise: z
    .number()
    .min(0)
    .meta(
      meta({
        group: 'training',
        help: 'standard deviation of the noise around a conditional path (σ), in training units',
      }),
    ),
  maxEpochs: z
    .number()
    .int()
    .min(0)
    .meta(meta({ group: 'training', help: 'epochs at most, for each of the two networks', unit: 'epochs' })),
  steps: count.nullable().meta(
    meta({
      group: 'training',
      help: 'gradient steps of the vector field, and at most of the interpolant; instead of --max-epochs (auto: 1000, fewer with few cells)',
      unit: 'steps',
    }),
  ),
  metric: z.enum(['land', 'rbf']).meta(
    meta({
      group: 'training',
      help: 'what bends the paths: land (local variance), rbf (learned density; auto takes it, and tries straight paths)',
    }),
  ),
  coupling: z.enum(['minibatch', 'global', 'sinkhorn', 'independent']).meta(
    meta({
      group: 'training',
      help: 'how ot- methods pair cells: minibatch (exact transport of minibatches), global (exact, whole clouds), sinkhorn (entropic, whole clouds), independent',
    }),
  ),
  growth: z.enum(['off', 'on']).meta(
    meta({
      group: 'training',
      help: 'on: cells may divide and die between timepoints, so pairs need not use all cells alike, and trajectories carry a mass; off: growth is ignored (ot- methods; auto tries both)',
    }),
  ),
  tau: z
    .number()
    .min(0.01)
    .max(1000)
    .meta(
      meta({
        group: 'training',
        help: 'with growth: how dearly unequal numbers of descendants are paid (τ), in mean squared distances between two timepoints; small: cells grow and vanish freely; each cell of the later timepoint has ancestors in any case',
      }),
    ),
  epsilon: z
    .number()
    .min(0.001)
    .max(1)
    .meta(
      meta({
        group: 'training',
        help: 'with growth: blur of the pairs (ε), in mean squared distances between two timepoints',
      }),
    ),
  growthTiming: z.enum(['steady', 'early']).meta(
    meta({
      group: 'training',
      help: 'with growth: when numbers change between two timepoints: steady (at a constant rate) or early (at once)',
    }),
  ),
  centers: count.meta(
    meta({ group: 'training', help: 'centres of the rbf metric in each pair of timepoints' }),
  ),
  kappa: positive.meta(
    meta({ group: 'training', help: 'κ of the rbf metric: its bandwidths in cluster widths' }),
  ),
  metricEpochs: count.meta(
    meta({ group: 'training', help: 'epochs at most for the weights of the rbf metric', unit: 'epochs' }),
  ),
  rbfFloor: positive.nullable().meta(
    meta({
      group: 'training',
      help: 'takes ε of the rbf metric from its fit, ε = (1 − validation loss) / floor; without it ε is --rho',
    }),
  ),
  bandwidth: positive.nullable().meta(
    meta({
      group: 'training',
      help: 'bandwidth σ of the LAND metric in training units; without it: the median distance of a cell to its neighbour of rank --neighbor-rank',
    }),
  ),
  neighborRank: count.meta(
    meta({ group: 'training', help: 'which neighbour sets the bandwidth where none is given' }),
  ),
  rho: positive.meta(
    meta({ group: 'training', help: 'ρ of the metric: how strongly paths avoid empty space' }),
  ),
  metricPower: positive.meta(meta({ group: 'training', help: 'α of the metric (its power)' })),
  interpolantLearningRate: positive.meta(
    meta({ group: 'training', help: 'learning rate of the geodesic interpolant (Adam)' }),
  ),
  interpolantPatience: count.meta(
    meta({
      group: 'training',
      help: 'epochs without improvement after which the interpolant stops',
      unit: 'epochs',
    }),
  ),
  learningRate: positive.meta(meta({ group: 'training', help: 'learning rate of the vector field (AdamW)' })),
  schedule: z.enum(['constant', 'cosine']).meta(
    meta({
      group: 'training',
      help: 'learning rate of the vector field: constant (ends early, by --patience) or cosine (falls to 0 over all of --max-epochs or --steps)',
    }),
  ),
  weightDecay: z
    .number()
    .min(0)
    .meta(meta({ group: 'training', help: 'weight decay of the vector field (AdamW)' })),
  validateEvery: count.meta(
    meta({ group: 'training', help: 'epochs between validations of the vector field', unit: 'epochs' }),
  ),
  patience: count.meta(
    meta({
      group: 'training',
      help: 'validations without improvement after which the vector field stops',
      unit: 'validations',
    }),
  ),
  rollout: z
    .enum(['euler', 'dopri5'])
    .meta(meta({ group: 'training', help: 'integrator of the trajectories' })),
  tolerance: positive.meta(
    meta({ group: 'training', help: 'tolerance of dopri5, absolute and relative, in training units' }),
  ),
  eulerSteps: count.meta(
    meta({ group: 'training', help: 'Euler steps between two timepoints', unit: 'steps' }),
  ),
};
