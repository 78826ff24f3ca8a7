import { z } from 'zod';
import { InputError } from './errors.ts';

/**
 * The methods that can be fitted, two settings of one path: `mfm` bends it in a metric, `cfm` is the same with φ = 0;
 * `ot` couples by optimal transport, `i` independently.
 */
export const METHODS = ['ot-mfm', 'i-mfm', 'ot-cfm', 'i-cfm'] as const;
export type Method = (typeof METHODS)[number];

/** What `evaluate` compares where no methods are named: curved paths and straight ones, all else equal. */
export const DEFAULT_COMPARISON = ['ot-mfm', 'ot-cfm'] as const satisfies readonly Method[];

/** Whether a method trains an interpolant in a metric. */
export const bendsPaths = (method: Method) => method.endsWith('-mfm');

/** What a form or a flag shows of an option. */
export type OptionMeta = {
  help: string;
  group: 'data' | 'preparation' | 'experiment' | 'training' | 'output';
  /** placeholder of the value in the usage line */
  argument?: string;
  unit?: string;
  /** how it is typed, where its type does not tell */
  kind?: 'timepoints' | 'conditions';
};

const meta = (m: OptionMeta) => m;
const positive = z.number().positive();
const count = z.number().int().min(1);
const flag = z.boolean();

/** Settings that a preset may set, resolved anew for each fit (they may depend on dimensions and held-out timepoint). */
const fitShape = {
  whiten: flag.meta(
    meta({ group: 'data', help: 'scale every dimension of the embedding to mean 0 and variance 1' }),
  ),
  protocol: z.enum(['strict', 'paper']).meta(
    meta({
      group: 'experiment',
      help: 'strict: what is fitted never sees a held-out cell; paper: whitening sees all cells, as published',
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
  metric: z
    .enum(['land', 'rbf'])
    .meta(
      meta({ group: 'training', help: 'what bends the paths: land (local variance), rbf (learned density)' }),
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
      help: 'on: cells may divide and die between timepoints, so pairs need not use all cells alike, and trajectories carry a mass; off: growth is ignored (ot- methods)',
    }),
  ),
  tau: z
    .number()
    .min(0.01)
    .max(1000)
    .meta(
      meta({
        group: 'training',
        help: 'with growth: how dearly a change of numbers is paid (τ), in mean squared distances between two timepoints; small: cells grow and vanish freely',
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

const experimentShape = {
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
  expression: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .meta(
      meta({
        group: 'preparation',
        argument: 'KEY',
        help: 'compute the embedding from this matrix: X, raw/X or layers/NAME (default: only where the file has no embedding, from what its values show to be expression)',
      }),
    ),
  expressionState: z
    .enum(['auto', 'counts', 'normalized', 'log-normalized', 'scaled'])
    .default('auto')
    .meta(
      meta({
        group: 'preparation',
        argument: 'STATE',
        help: 'what was done to the expression already: counts, normalized, log-normalized, scaled; auto looks at its values',
      }),
    ),
  minCounts: z
    .number()
    .min(0)
    .nullable()
    .default(null)
    .meta(meta({ group: 'preparation', help: 'leave out cells with fewer counts', unit: 'counts' })),
  minGenes: z
    .number()
    .int()
    .min(0)
    .nullable()
    .default(null)
    .meta(meta({ group: 'preparation', help: 'leave out cells with fewer genes found', unit: 'genes' })),
  maxMitochondrial: z
    .number()
    .min(0)
    .max(1)
    .nullable()
    .default(null)
    .meta(
      meta({
        group: 'preparation',
        help: 'leave out cells with a larger share of their counts in mitochondrial genes, e.g. 0.1',
      }),
    ),
  minCells: z
    .number()
    .int()
    .min(0)
    .default(3)
    .meta(
      meta({ group: 'preparation', help: 'pass over genes that are found in fewer cells', unit: 'cells' }),
    ),
  targetSum: positive
    .nullable()
    .default(null)
    .meta(
      meta({
        group: 'preparation',
        help: 'what the counts of each cell are normalised to (default: the median over cells)',
        unit: 'counts',
      }),
    ),
  variableGenes: count
    .default(2000)
    .meta(meta({ group: 'preparation', help: 'how many highly variable genes are taken', unit: 'genes' })),
  flavour: z
    .enum(['seurat', 'seurat_v3'])
    .default('seurat')
    .meta(
      meta({
        group: 'preparation',
        help: 'how variable genes are chosen: seurat (dispersion), seurat_v3 (variance of counts)',
      }),
    ),
  genesByBatch: flag.default(false).meta(
    meta({
      group: 'preparation',
      help: 'choose variable genes in each replicate (--batch), then over them',
    }),
  ),
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
    .meta(meta({ group: 'experiment', argument: 'LIST', help: `methods to fit, of ${METHODS.join(', ')}` })),
  seed: z
    .number()
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .default(42)
    .meta(meta({ group: 'experiment', help: 'the first seed' })),
  seeds: count.meta(meta({ group: 'experiment', help: 'how many seeds, from --seed upwards' })),
  timeScale: z
    .enum(['index', 'real'])
    .default('index')
    .meta(
      meta({
        group: 'experiment',
        help: "the model's clock: index spaces timepoints evenly, real by their times",
      }),
    ),
  preset: z
    .enum(['default', 'paper'])
    .default('default')
    .meta(
      meta({ group: 'experiment', help: 'where settings that are not given come from; paper: as published' }),
    ),
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
  baselines: z
    .boolean()
    .default(true)
    .meta(
      meta({
        group: 'experiment',
        help: 'evaluate: compare with static transport, random pairs, the neighbouring timepoints and the noise floor',
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

/** The settings of one fit, complete. */
export const fitSettingsSchema = z.strictObject(fitShape);
export type FitSettings = z.infer<typeof fitSettingsSchema>;

/**
 * An experiment: what the user asks for. Settings of the fit are optional here; what is not given comes from
 * the preset (`resolveFitSettings`). The manifest holds it, `--config` takes it back.
 */
export const experimentSchema = z.strictObject({
  ...experimentShape,
  ...z.strictObject(fitShape).partial().shape,
});
export type ExperimentConfig = z.infer<typeof experimentSchema>;
export type ExperimentInput = z.input<typeof experimentSchema>;

/** One option, as flags and forms are derived from it. */
export type Option = Omit<OptionMeta, 'kind'> & {
  name: keyof ExperimentConfig;
  kind: 'flag' | 'number' | 'text' | 'list' | 'timepoints' | 'conditions';
  default: unknown;
};

/** Every option with its help, in the order of the schema. */
export function options(): Option[] {
  return Object.entries(experimentSchema.shape).map(([name, schema]) => {
    const fallback = schema.safeParse(undefined);
    const about = metaOf(schema) as OptionMeta;
    return {
      ...about,
      name: name as keyof ExperimentConfig,
      kind: about.kind ?? kindOf(schema),
      default: fallback.success ? fallback.data : undefined,
    };
  });
}

/** `holdOut` → `--hold-out` */
export function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}`;
}

/** Checks an experiment; what is wrong is said by its flag. */
export function parseExperiment(input: unknown): ExperimentConfig {
  const parsed = experimentSchema.safeParse(input);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  if (issue.code === 'unrecognized_keys') {
    throw new InputError(`There is no option ${issue.keys.map((k) => `"${k}"`).join(', ')}.`, {
      option: issue.keys.map(flagOf).join(', '),
      action: 'Remove it from the configuration, or see `meander run --help` for the names.',
    });
  }
  const name = String(issue.path[0] ?? '');
  const given = (input as Record<string, unknown> | null)?.[name];
  throw new InputError(`${flagOf(name)} cannot be used as given.`, {
    option: flagOf(name),
    expected: issue.message,
    found: given === undefined ? 'nothing' : JSON.stringify(given),
    action: name === 'time' ? 'Name the column of obs that holds the time of each cell.' : 'See --help.',
  });
}

function metaOf(schema: z.ZodType): unknown {
  const own = schema.meta();
  if (own?.help) return own;
  const inner = (schema as unknown as { unwrap?: () => z.ZodType }).unwrap?.();
  return inner ? metaOf(inner) : own;
}

function kindOf(schema: z.ZodType): Option['kind'] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault) {
    return kindOf(schema.unwrap() as z.ZodType);
  }
  if (schema instanceof z.ZodBoolean) return 'flag';
  if (schema instanceof z.ZodNumber) return 'number';
  if (schema instanceof z.ZodArray) return 'list';
  return 'text';
}
