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
  const values: FitSettings = config.preset === 'paper' ? paperPreset(facts) : { ...DEFAULT_PRESET };
  const given = Object.fromEntries(
    Object.keys(fitSettingsSchema.shape)
      .map((name) => [name, config[name as keyof FitSettings]])
      .filter(([, value]) => value !== undefined),
  );
  const settings = fitSettingsSchema.parse({ ...values, ...given });
  return facts.method.startsWith('i-') ? { ...settings, coupling: 'independent' } : settings;
}

const DEFAULT_PRESET: FitSettings = {
  whiten: false,
  protocol: 'strict',
  unitScale: true,
  hidden: 64,
  minibatch: 128,
  validationShare: 0.1,
  noise: 0.1,
  maxEpochs: 1000,
  bandwidth: null,
  neighborRank: 20,
  rho: 1e-3,
  metricPower: 1,
  interpolantLearningRate: 1e-3,
  interpolantPatience: 50,
  learningRate: 1e-3,
  weightDecay: 1e-5,
  metric: 'land',
  coupling: 'minibatch',
  growth: 'off',
  tau: 0.4,
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
