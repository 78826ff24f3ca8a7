import { MOST_INNER, MOST_PLANNED, MOST_TRIAL_CELLS, REACH, sized, USUAL_TRIALS } from './auto/size.ts';
import { bendsPaths, type FitSettings } from './config.ts';
import { MOST_PLAN_CELLS } from './coupling/global.ts';
import { DRAWS, MOST_EVIDENCE_CELLS } from './coupling/growth-evidence.ts';
import type { FitJob } from './evaluate/held-out.ts';

/** What a fit is expected to need; rough, to be shown with "about". */
export interface FitEstimate {
  /** on one core */
  seconds: number;
  /** of one worker */
  bytes: number;
}

/** Multiplications and additions a second on one core: our SIMD kernels, and onnxruntime on wide networks. */
const NARROW_FLOPS = 15e9;
const WIDE_FLOPS = 60e9;
/**
 * Where early stopping ends a network: on CITE (5-D, 42 steps an epoch) after about 100 epochs, on the EMT time course (10-D,
 * 4 steps an epoch) after about 1,200 steps. With these, ten fits that took 55 to 98 s are estimated at 70 to 73 s, and one
 * of 8 s at 7 s. Above 10 dimensions nothing was measured.
 */
const USUAL_EPOCHS = 100;
const LEAST_STEPS = 1200;
/** The exact transport of a held-out timepoint: bytes and seconds a pair of cells (6,071 × 7,643: 297 MB, 5.4 s). */
const TRANSPORT_BYTES = 6.4;
const TRANSPORT_SECONDS = 1.2e-7;
/**
 * Plans between whole clouds, a pair of cells: of 2,000 × 2,000 unbalanced .4 to .5 s, exact .4 to .7 s, entropic 1.4 to 2.8 s; of
 * 10,000 × 10,000 unbalanced 10 to 14 s and 440 MB. The exact one is that of the measurement.
 */
const UNBALANCED_SECONDS = 1.2e-7;
const ENTROPIC_SECONDS = 7e-7;
const SCALING_BYTES = 4.4;
/** Plan, four baselines, floors of halves of the cells. */
const BASELINES_MEASURED = 6;
/** Copies of the cells at one time: shared, scaled, by pairs for LAND, gathered and scaled for the distance of paths. */
const COPIES = 6;
/** An engine with its libraries and the kernels' memory. */
const WORKER_BYTES = 150e6;

/**
 * Time and memory of one fit: steps until early stopping, times the arithmetic of a step (networks forwards, backwards
 * and along the tangent; LAND's sum over the cells of a pair), plus the plans between whole clouds and the measurement by
 * exact transport.
 * @param counts cells of each timepoint
 * @param curved whether an interpolant is trained too
 */
export function estimateFit(
  settings: Pick<
    FitSettings,
    'hidden' | 'minibatch' | 'metric' | 'centers' | 'maxEpochs' | 'steps' | 'coupling' | 'growth'
  >,
  dims: number,
  counts: readonly number[],
  curved: boolean,
): FitEstimate {
  const { hidden, minibatch, metric, centers } = settings;
  const parameters = (dims + 1) * hidden + 2 * hidden * hidden + hidden * dims;
  const rate = hidden >= 256 ? WIDE_FLOPS : NARROW_FLOPS;
  const smallest = Math.min(...counts);
  const rows = Math.min(minibatch, smallest);
  const stepsPerEpoch = Math.max(1, Math.floor(smallest / rows));
  const usual = Math.max(USUAL_EPOCHS * stepsPerEpoch, LEAST_STEPS);
  const steps = settings.steps ?? Math.min(settings.maxEpochs * stepsPerEpoch, usual);
  const field = (6 * rows * parameters) / rate;
  let seconds = 0;
  for (let k = 1; k < counts.length; k++) {
    // LAND sees as many of each timepoint as the smallest has
    const cells = metric === 'land' ? 2 * smallest : centers;
    const bent = curved ? 3 * field + (8 * rows * cells * dims) / NARROW_FLOPS : 0;
    seconds += steps * (field + bent);
  }
  const planned = counts.map((n) => Math.min(MOST_PLAN_CELLS, n));
  const largest = Math.max(...planned);
  const plan = planCost(settings);
  for (let k = 1; k < planned.length; k++) seconds += plan.seconds * planned[k - 1]! * planned[k]!;
  // W1 and W2
  seconds += 2 * TRANSPORT_SECONDS * largest * largest;
  const cells = counts.reduce((sum, n) => sum + n, 0);
  const bytes =
    WORKER_BYTES +
    Math.max(TRANSPORT_BYTES, plan.bytes) * largest * largest +
    24 * parameters +
    COPIES * 4 * cells * dims;
  return { seconds, bytes };
}

/**
 * The same of `auto`: trials on parts of the cells, then the fit. Unbalanced pairs are its usual answer, so the plans of these are counted, and
 * what is asked of growth then.
 * @param given settings that do not go by the number of cells
 */
export function estimateAuto(
  preset: FitSettings,
  dims: number,
  counts: readonly number[],
  given: readonly (keyof FitSettings)[] = [],
): FitEstimate {
  const settings = sized(preset, given, Math.min(...counts));
  const inner = Math.min(MOST_INNER, Math.max(0, counts.length - 2));
  const few = counts.slice(0, 2 * REACH).map((n) => Math.min(MOST_TRIAL_CELLS, n));
  const trial = estimateFit(settings, dims, few, true);
  if (inner === 0) {
    const coupling = Math.max(...counts) > MOST_PLANNED ? 'minibatch' : settings.coupling;
    return estimateFit({ ...settings, coupling }, dims, counts, true);
  }
  const fit = estimateFit({ ...settings, growth: 'on' }, dims, counts, true);
  const asked = counts.map((n) => Math.min(MOST_EVIDENCE_CELLS, n));
  const evidence = asked
    .slice(1)
    .reduce((sum, n, k) => sum + (1 + DRAWS) * UNBALANCED_SECONDS * n * asked[k]!, 0);
  return { seconds: fit.seconds + inner * USUAL_TRIALS * trial.seconds + evidence, bytes: fit.bytes };
}

/** What a fit of an experiment would need. @param counts cells of each timepoint, those that are held out too */
export function estimateOf(
  { method, heldOut, settings, given }: Pick<FitJob, 'method' | 'heldOut' | 'settings' | 'given'>,
  dims: number,
  counts: readonly number[],
): FitEstimate {
  const observed = counts.filter((_, k) => !heldOut.includes(k));
  const fit =
    method === 'auto'
      ? estimateAuto(settings, dims, observed, given)
      : estimateFit(settings, dims, observed, bendsPaths(method));
  // W1 and W2 to what is held out, and the plan by which both sides meet
  const measured = heldOut.reduce((sum, k) => sum + counts[k]! * counts[k - 1]!, 0);
  const met = heldOut.reduce((sum, k) => sum + counts[k - 1]! * counts[k + 1]!, 0);
  const pairs = 2 * measured + (settings.predictFrom === 'both' ? met : 0);
  return { ...fit, seconds: fit.seconds + TRANSPORT_SECONDS * pairs };
}

/** Of the comparison with baselines: each is measured by two exact transports, as is the noise floor. */
export function estimateBaselines(heldOut: readonly number[], counts: readonly number[]): FitEstimate {
  const largest = Math.max(...counts);
  const pairs = heldOut.reduce((sum, k) => sum + counts[k]! * counts[k - 1]!, 0);
  return {
    seconds: 2 * BASELINES_MEASURED * TRANSPORT_SECONDS * pairs,
    bytes: WORKER_BYTES + TRANSPORT_BYTES * largest * largest,
  };
}

/** Of a plan between two whole clouds, a pair of cells; none where minibatches alone are paired. */
function planCost({ coupling, growth }: Pick<FitSettings, 'coupling' | 'growth'>): FitEstimate {
  if (coupling === 'independent') return { seconds: 0, bytes: 0 };
  if (growth === 'on') return { seconds: UNBALANCED_SECONDS, bytes: SCALING_BYTES };
  if (coupling === 'global') return { seconds: TRANSPORT_SECONDS, bytes: TRANSPORT_BYTES };
  if (coupling === 'sinkhorn') return { seconds: ENTROPIC_SECONDS, bytes: SCALING_BYTES };
  return { seconds: 0, bytes: 0 };
}
