import { type ExperimentConfig, type FitSettings, fitSettingsSchema, type Method } from './config.ts';

/** What a preset may look at. */
export interface FitFacts {
  method: Method;
  dims: number;
  /** indices of the held-out timepoints among all */
  heldOut: readonly number[];
}

/**
 * The complete settings of one fit: what the experiment names, the rest by its preset.
 * `paper` is the published table (arXiv 2405.14780, appendix; up to 20 dimensions its left column).
 */
export function resolveFitSettings(config: ExperimentConfig, facts: FitFacts): FitSettings {
  const values = presetFor(config, facts);
  const given = Object.fromEntries(givenSettings(config).map((name) => [name, config[name]]));
  // who counts epochs does not count steps
  const counted = given.maxEpochs !== undefined && given.steps === undefined ? { steps: null } : {};
  const settings = fitSettingsSchema.parse({ ...values, ...given, ...counted });
  return facts.method.startsWith('i-') ? { ...settings, coupling: 'independent' } : settings;
}

/** Settings of a fit of before an option was added, with what was then done without being asked. */
export function completeSettings<T extends FitSettings>(
  settings: T,
  { timeScale = 'index' }: ExperimentConfig,
): T {
  const missing = Object.entries({ ...DEFAULT_PRESET, timeScale }).filter(([name]) => !(name in settings));
  return { ...settings, ...Object.fromEntries(missing) };
}

/** The settings that the experiment names itself. */
export function givenSettings(config: ExperimentConfig): (keyof FitSettings)[] {
  return fitSettingsSchema.keyof().options.filter((name) => config[name] !== undefined);
}

function presetFor({ preset }: ExperimentConfig, facts: FitFacts): FitSettings {
  const published = preset === 'paper' ? paperPreset(facts) : { ...DEFAULT_PRESET };
  return facts.method === 'auto' ? autoPreset(facts, published) : published;
}

const DEFAULT_PRESET: FitSettings = {
  whiten: false,
  protocol: 'strict',
  timeScale: 'index',
  predictFrom: 'before',
  unitScale: true,
  hidden: 64,
  minibatch: 128,
  validationShare: 0.1,
  noise: 0.1,
  maxEpochs: 1000,
  steps: null,
  bandwidth: null,
  neighborRank: 20,
  rho: 1e-3,
  metricPower: 1,
  interpolantLearningRate: 1e-3,
  interpolantPatience: 50,
  learningRate: 1e-3,
  schedule: 'constant',
  weightDecay: 1e-5,
  metric: 'land',
  coupling: 'minibatch',
  growth: 'off',
  tau: 0.8,
  epsilon: 0.05,
  growthTiming: 'steady',
  centers: 150,
  kappa: 1.5,
  metricEpochs: 200,
  rbfFloor: null,
  validateEvery: 10,
  patience: 10,
  rollout: 'dopri5',
  tolerance: 1e-4,
  eulerSteps: 100,
};

// The left column of the table up to 20 dimensions, else the right (method.md, Networks and training)
function paperPreset({ dims, heldOut }: FitFacts): FitSettings {
  const common: FitSettings = {
    ...DEFAULT_PRESET,
    protocol: 'paper',
    unitScale: false,
    rollout: 'euler',
    interpolantLearningRate: 1e-4,
    interpolantPatience: 5,
  };
  if (dims > 20) {
    return { ...common, hidden: 1024, metric: 'rbf', metricPower: 1, rbfFloor: 2.75, patience: 25 };
  }
  return {
    ...common,
    whiten: true,
    bandwidth: heldOut.includes(2) ? 0.25 : 0.125,
    metricPower: 2,
    patience: 5,
  };
}

/**
 * Where `auto` begins, and what it keeps where the data do not tell better. Found on simulations (DECISIONS.md, `auto`): few steps
 * with a falling rate, since a smooth field generalises; the rbf metric, whose contrast is bounded, where LAND's gradient may belong to
 * a few far points. The bandwidth grows with √d beyond 5 dimensions, so that a cell's activation at its own centre does not vanish.
 */
function autoPreset({ dims }: FitFacts, { whiten, protocol }: FitSettings): FitSettings {
  return {
    ...DEFAULT_PRESET,
    // the space of the methods it is compared with
    whiten,
    protocol,
    predictFrom: 'both',
    coupling: 'sinkhorn',
    metric: 'rbf',
    rho: 0.1,
    kappa: 1.5 * Math.sqrt(Math.max(1, dims / 5)),
    steps: 1000,
    schedule: 'cosine',
    hidden: dims > 20 ? 128 : 64,
  };
}
