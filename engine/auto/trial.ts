import type { Kernels } from '../compute/kernels.ts';
import type { FitSettings } from '../config.ts';
import { gatherRows } from '../dataset/clouds.ts';
import { splitCells } from '../dataset/split.ts';
import { energyDistance } from '../evaluate/energy-distance.ts';
import { followBack, followForward, meetSides, type Side } from '../evaluate/sides.ts';
import { wasserstein1 } from '../evaluate/wasserstein.ts';
import { randomStream } from '../random.ts';
import { fittedBandwidth } from '../train/bandwidth.ts';
import type { Clouds } from '../train/clouds.ts';
import { type FitHooks, fitModel } from '../train/fit.ts';

/** What is tried: settings, and whether paths are bent. */
export interface Candidate {
  settings: FitSettings;
  bends: boolean;
}

/** How a prediction of the cells that were kept back did, for each way of predicting that one fit allows. */
export interface TrialResult {
  predictFrom: FitSettings['predictFrom'];
  growthTiming: FitSettings['growthTiming'];
  /** infinite where the fit or a rollout failed */
  w1: number;
  energy: number;
}

const SIDES = ['both', 'before'] as const;
const TIMINGS = ['steady', 'early'] as const;

/**
 * Fits without one inner timepoint, predicts it and measures, in the training space.
 * @param clouds the observed timepoints around it, itself included, in the model's time; small enough to be quick
 * @param inner its place among them, neither the first nor the last
 */
export function runTrial(
  kernels: Kernels,
  clouds: Clouds,
  inner: number,
  { settings, bends }: Candidate,
  seed: number,
  shouldStop: () => boolean,
): TrialResult[] {
  const mark = kernels.mark();
  try {
    const { dims, points } = clouds;
    const without = <T>(list: readonly T[]) => list.filter((_, k) => k !== inner);
    const seen: Clouds = { ...clouds, times: without(clouds.times), cells: without(clouds.cells) };
    const cells = splitCells(seen.cells, settings, randomStream(seed, 'split'));
    const full = fittedBandwidth(seen, settings, seed);
    const intervals = seen.times.slice(1).map(() => ({ bends, grows: settings.growth === 'on' }));
    const hooks: FitHooks = { shouldStop, onProgress: () => {} };
    const model = fitModel(kernels, seen, cells, 'ot-mfm', full, seed, hooks, intervals);
    // a field that is no number keeps the integrator busy for long
    if (model.diverged) return FAILED_TRIAL;
    const real = gatherRows(points, dims, clouds.cells[inner]!);
    const span = { start: clouds.times[inner - 1]!, t: clouds.times[inner]!, end: clouds.times[inner + 1]! };
    const [from, to] = [clouds.cells[inner - 1]!, clouds.cells[inner + 1]!];
    return (model.growth ? TIMINGS : [settings.growthTiming]).flatMap((growthTiming) => {
      const timed = { ...full, growthTiming };
      const before = followForward(model, gatherRows(points, dims, from), from, span, timed, shouldStop);
      const after = followBack(model, gatherRows(points, dims, to), to, span, timed, shouldStop);
      const s = (span.t - span.start) / (span.end - span.start);
      return SIDES.map((predictFrom) => {
        const random = randomStream(seed, 'trial', 'sides');
        const side = predictFrom === 'before' ? before : meetSides(before, after, s, random, shouldStop);
        const failed = !side.finished || !side.points.every(Number.isFinite);
        return { predictFrom, growthTiming, ...(failed ? FAILED : measure(side, real, dims, shouldStop)) };
      });
    });
  } finally {
    kernels.release(mark);
  }
}

const FAILED = { w1: Number.POSITIVE_INFINITY, energy: Number.POSITIVE_INFINITY };
const FAILED_TRIAL: TrialResult[] = SIDES.flatMap((predictFrom) =>
  TIMINGS.map((growthTiming) => ({ predictFrom, growthTiming, ...FAILED })),
);

function measure(side: Side, real: Float32Array, dims: number, shouldStop: () => boolean) {
  const [n, m] = [side.rows.length, real.length / dims];
  const mass = side.logMass?.map(Math.exp);
  return {
    w1: wasserstein1(side.points, n, real, m, dims, { shouldStop, ...(mass && { a: mass }) }),
    energy: energyDistance(side.points, n, real, m, dims, { shouldStop, ...(mass && { weightsX: mass }) }),
  };
}
