import {
  type ExperimentConfig,
  experimentSchema,
  fitSettingsSchema,
  type Option,
  options,
} from '../../engine/config.ts';

type Name = keyof ExperimentConfig;

/** What the interface calls the options that it shows. */
const WORDS: Partial<Record<Name, string>> = {
  time: 'time column',
  timepoints: 'timepoints',
  where: 'cells to use',
  embedding: 'space for the paths',
  dims: 'dimensions of it',
  batch: 'replicates',
  label: 'cell types',
  expression: 'compute from',
  expressionState: 'the values are',
  minCounts: 'counts, at least',
  minGenes: 'genes found, at least',
  maxMitochondrial: 'mitochondrial share, at most',
  minCells: 'cells with the gene, at least',
  targetSum: 'counts in each cell',
  variableGenes: 'variable genes',
  flavour: 'chosen by',
  genesByBatch: 'choose in each replicate',
  map: 'map for the eye',
  seed: 'seed',
  holdOut: 'held-out timepoints',
  methods: 'methods',
  seeds: 'seeds',
  preset: 'settings that are not given',
  baselines: 'compare with no training at all',
  wideBackend: 'products of wide networks',
  trajectories: 'trajectories kept',
  points: 'points between two timepoints',
  whiten: 'scale every dimension alike',
  protocol: 'what a fit may see',
  timeScale: 'clock',
  predictFrom: 'held-out cells are predicted from',
  unitScale: 'train in standard deviations',
  hidden: 'units of a hidden layer',
  minibatch: 'cells in a training step',
  validationShare: 'share kept for validation',
  noise: 'noise around a path',
  maxEpochs: 'epochs, at most',
  steps: 'training steps',
  metric: 'what bends the paths',
  coupling: 'how cells are paired',
  growth: 'cells divide and die',
  tau: 'cost of growth (τ)',
  epsilon: 'blur of the pairs (ε)',
  growthTiming: 'when numbers change',
  centers: 'centres of the density',
  kappa: 'width of a centre (κ)',
  metricEpochs: 'epochs for the density, at most',
  rbfFloor: 'floor of the density',
  bandwidth: 'reach of a cell (σ)',
  neighborRank: 'neighbour that sets the reach',
  rho: 'how strongly empty space is avoided (ρ)',
  metricPower: 'power of the metric (α)',
  interpolantLearningRate: 'learning rate of the bent paths',
  interpolantPatience: 'patience of the bent paths',
  learningRate: 'learning rate of the velocities',
  schedule: 'course of the learning rate',
  weightDecay: 'weight decay',
  validateEvery: 'epochs between validations',
  patience: 'patience of the velocities',
  rollout: 'how cells are followed',
  tolerance: 'tolerance of dopri5',
  eulerSteps: 'Euler steps between timepoints',
  backend: 'training computed by',
};

/** What values of options are called; the others as they are. */
const VALUES: Record<string, string> = {
  auto: 'automatic',
  'expressionState auto': 'told by their values',
  normalized: 'normalised',
  'log-normalized': 'log-normalised',
  seurat: 'dispersion (Seurat)',
  seurat_v3: 'variance of counts (Seurat v3)',
  default: 'as usual',
  paper: 'as published',
  strict: 'never a held-out cell',
  'protocol paper': 'all cells in whitening (as published)',
  index: 'timepoints evenly spaced',
  real: 'real times',
  before: 'the cells before',
  both: 'the cells before and after',
  land: 'local variance (LAND)',
  rbf: 'learned density (RBF)',
  minibatch: 'optimal transport, in parts',
  global: 'optimal transport, all cells',
  sinkhorn: 'entropic transport, all cells',
  independent: 'at random',
  off: 'no',
  on: 'yes',
  steady: 'at a constant rate',
  early: 'at once',
  constant: 'constant, ends early',
  cosine: 'falls to 0 (cosine)',
  euler: 'Euler, fixed steps',
  dopri5: 'Dormand–Prince, adaptive',
  simd: 'this processor (SIMD)',
  onnx: 'onnxruntime',
  kernels: 'Meander itself',
  tensorflow: 'TensorFlow',
};

/** Where the help of the schema speaks of values as the command line names them. */
const HELPS: Partial<Record<Name, string>> = {
  protocol: 'Whether whitening may see the cells of a held-out timepoint, as in the published figures.',
  predictFrom:
    'The cells of a held-out timepoint are predicted from those before it alone, or from those after it too, which are followed backwards: the two predictions meet, each weighing by its nearness.',
  preset: 'Where settings come from that are not chosen here.',
  timeScale: 'Whether the model counts timepoints, or days.',
  growth:
    'Cells may divide and die between timepoints, so that pairs need not use all cells alike, and trajectories carry a mass.',
  growthTiming: 'With growth: when numbers change between two timepoints.',
  coupling: 'How cells of one timepoint are paired with those of the next.',
  minibatch: 'Cells of each timepoint in a training step; transport is exact within them.',
  metric: 'What tells where cells are, so that paths bend along them.',
  schedule:
    'A constant learning rate ends when nothing improves any more; a falling one uses all of its steps.',
  wideBackend: 'Who multiplies the matrices of networks with 256 hidden units or more.',
  rollout: 'Who follows a cell along the velocities.',
  steps: 'Training steps of the velocities, and at most of the bent paths.',
  label: 'A column with cell types: distances are given for each type too.',
  baselines:
    'Compare with transport alone, random pairs, the neighbouring timepoints, and with the same day against itself.',
  backend: 'Who works out the training steps. TensorFlow pays on a graphics card, where it is installed.',
};

export const valueWords = (name: string, value: string): string =>
  VALUES[`${name} ${value}`] ?? VALUES[value] ?? value;

/** Settings under Advanced, by what they are about; what the schema has and nobody placed comes last. */
const GROUPS: { title: string; names: string[] }[] = [
  { title: 'What is compared', names: ['protocol', 'predictFrom', 'preset', 'baselines'] },
  { title: 'Time and growth', names: ['timeScale', 'growthTiming', 'tau', 'epsilon'] },
  { title: 'Pairs of cells', names: ['coupling', 'minibatch', 'validationShare', 'noise'] },
  {
    title: 'Bent paths',
    names: [
      'metric',
      'rho',
      'metricPower',
      'bandwidth',
      'neighborRank',
      'centers',
      'kappa',
      'metricEpochs',
      'rbfFloor',
      'interpolantLearningRate',
      'interpolantPatience',
    ],
  },
  {
    title: 'Training',
    names: [
      'steps',
      'maxEpochs',
      'learningRate',
      'schedule',
      'weightDecay',
      'hidden',
      'validateEvery',
      'patience',
      'whiten',
      'unitScale',
    ],
  },
  { title: 'Trajectories', names: ['rollout', 'tolerance', 'eulerSteps', 'trajectories', 'points'] },
  { title: 'Computer', names: ['backend', 'wideBackend', 'seed'] },
];

/** Chosen elsewhere in the panel. */
const PLAIN = ['growth'];

export function fitOptionGroups(): { title: string; names: Name[] }[] {
  const known = new Set<string>(options().map(({ name }) => name));
  const placed = new Set([...PLAIN, ...GROUPS.flatMap(({ names }) => names)]);
  const rest = fitSettingsSchema.keyof().options.filter((name) => !placed.has(name));
  return [...GROUPS, { title: 'More', names: rest }]
    .map(({ title, names }) => ({ title, names: names.filter((name) => known.has(name)) as Name[] }))
    .filter(({ names }) => names.length > 0);
}

/** The words for an option; null: the interface does not show it. */
export const optionWords = (name: string): string | null => WORDS[name as Name] ?? null;

/** A field of a form, derived from the schema of the configuration. */
export interface OptionField {
  name: Name;
  label: string;
  help: string;
  kind: Option['kind'] | 'choice';
  unit: string | null;
  default: unknown;
  /** may be left empty: no limit, or what the data or the preset says */
  optional: boolean;
  choices: string[];
  min: number | null;
  /** the least is not taken itself */
  above: boolean;
  max: number | null;
  whole: boolean;
}

export function optionField(name: Name): OptionField {
  const option = options().find((one) => one.name === name)!;
  const schema = inner(experimentSchema.shape[name]);
  const choices: string[] = schema.options ?? [];
  const min = finite(schema.minValue);
  return {
    name,
    label: WORDS[name] ?? name,
    help: HELPS[name] ?? sentence(option.help),
    kind: choices.length > 0 ? 'choice' : option.kind,
    unit: option.unit ?? null,
    default: option.default,
    // settings of the fit that are not given are left to the preset
    optional: option.default === null || option.default === undefined,
    choices,
    min,
    above: min !== null && !experimentSchema.shape[name].safeParse(min).success,
    max: finite(schema.maxValue),
    whole: schema.format === 'safeint',
  };
}

interface Inner {
  unwrap?: () => Inner;
  options?: string[];
  minValue?: number | null;
  maxValue?: number | null;
  format?: string | null;
}

function inner(schema: unknown): Inner {
  const one = schema as Inner & { element?: unknown };
  return one.unwrap && one.element === undefined ? inner(one.unwrap()) : one;
}

const finite = (n: number | null | undefined) =>
  n !== null && n !== undefined && Math.abs(n) < Number.MAX_SAFE_INTEGER ? n : null;

/** The help as one sentence; the flags of the command line are left out. */
function sentence(help: string): string {
  const text = help
    .replace(/^(run|evaluate): /, '')
    .replace(/ \(--[a-z-]+\)/g, '')
    .replace(/,? ?by --patience/, '')
    .replace(/ or --steps/, '')
    .replace(/; instead of --max-epochs/, '')
    .replace(/ε is --rho/, 'ε is ρ')
    .replace(/all of --max-epochs/, 'all epochs')
    .replace(/ of rank --neighbor-rank/, ' of the rank below')
    .replace(/ \(default: ([^)]*)\)/g, '; without it: $1');
  // capitals of Greek letters look like others
  return /^[a-z]/.test(text) ? `${text[0]!.toUpperCase()}${text.slice(1)}.` : `${text}.`;
}
