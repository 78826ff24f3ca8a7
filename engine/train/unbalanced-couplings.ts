import type { FitSettings } from '../config.ts';
import type { Coupling } from '../coupling/coupling.ts';
import { MOST_PLAN_CELLS, somePart } from '../coupling/global.ts';
import type { IntervalGrowth } from '../coupling/growth.ts';
import { estimateGrowth, type GrowthEstimate } from '../coupling/growth-estimate.ts';
import { type GrowthEvidence, growthEvidence } from '../coupling/growth-evidence.ts';
import { unbalancedGlobalCoupling } from '../coupling/unbalanced-global.ts';
import { unbalancedMinibatchCoupling } from '../coupling/unbalanced-minibatch.ts';
import { type UnbalancedPlan, unbalancedPlan } from '../coupling/unbalanced-ot.ts';
import { gatherRows } from '../dataset/clouds.ts';
import type { TrainingCells } from '../dataset/split.ts';
import { drawWithoutReplacement, type RandomStream, randomStream } from '../random.ts';
import type { Clouds } from './clouds.ts';
import type { FitHooks } from './fit.ts';

const TOLERANCE = 1e-4;
const MOST_ITERATIONS = 500;
/** Growth is estimated from so many cells a side at most, and told for all of them. */
const MOST_ESTIMATE_CELLS = 2000;

type GrowthSettings = Pick<FitSettings, 'tau' | 'epsilon'>;

/** A plan between two observed timepoints, with the rows of the clouds that it is of. */
interface IntervalPlan {
  /** the place of its earlier timepoint */
  interval: number;
  plan: UnbalancedPlan;
  rows: Int32Array;
  columns: Int32Array;
  /** goes on where the choice of rows ended */
  random: RandomStream;
}

/**
 * Unbalanced couplings of consecutive timepoints, and growth. The marginal of the earlier timepoint is relaxed and that of the later one kept
 * (as in Waddington-OT, Cell 176 (2019), whose λ₂ is large): cells may have any number of descendants, but each later cell has ancestors, so that followed cells reach
 * all of the later timepoint. Growth is always that of the plan between whole clouds; pairs
 * come from it too, or with `minibatch` from plans of minibatches with the same τ and ε.
 * @param intervals which pairs of consecutive timepoints, by the place of the earlier one
 * @returns couplings and growth of these, in their order
 */
export function unbalancedCouplingsOf(
  clouds: Clouds,
  { minibatch }: TrainingCells,
  settings: GrowthSettings & Pick<FitSettings, 'coupling'>,
  seed: number,
  hooks: FitHooks,
  intervals: readonly number[],
): { couplings: Coupling[]; growth: IntervalGrowth[]; notes: string[] } {
  const { points, dims, cells } = clouds;
  const plans = plansOf(clouds, settings, seed, hooks, intervals);
  const couplings = plans.map(({ plan, rows, columns, random }) =>
    settings.coupling === 'minibatch'
      ? unbalancedMinibatchCoupling(points, points, dims, minibatch, minibatch, plan)
      : unbalancedGlobalCoupling(plan, rows, columns, random),
  );
  const notes = [
    ...(plans.every(({ plan }) => plan.converged)
      ? []
      : ['An unbalanced plan ended before its marginals were within tolerance; its pairs are approximate.']),
    ...(cells.some(({ length }) => length > MOST_PLAN_CELLS)
      ? [`Plans between whole clouds were made for ${MOST_PLAN_CELLS} random cells a timepoint.`]
      : []),
  ];
  return { couplings, growth: growthOf(clouds, seed, hooks, plans), notes };
}

/** Growth alone: the same bits as from `unbalancedCouplingsOf`. */
export function intervalGrowthOf(
  clouds: Clouds,
  settings: GrowthSettings,
  seed: number,
  hooks: FitHooks,
  intervals: readonly number[],
): IntervalGrowth[] {
  return growthOf(clouds, seed, hooks, plansOf(clouds, settings, seed, hooks, intervals));
}

/** Whether growth differs between the cells of an interval beyond noise (see `growthEvidence`). */
export function intervalEvidenceOf(
  { points, dims, cells }: Pick<Clouds, 'points' | 'dims' | 'cells'>,
  interval: number,
  seed: number,
  { shouldStop }: Pick<FitHooks, 'shouldStop'>,
): GrowthEvidence {
  const random = randomStream(seed, 'growth', 'evidence', interval);
  const [x, y] = [0, 1].map((k) => gatherRows(points, dims, cells[interval + k]!));
  return growthEvidence(x!, y!, dims, random, { shouldStop });
}

function growthOf(
  clouds: Clouds,
  seed: number,
  hooks: FitHooks,
  plans: readonly IntervalPlan[],
): IntervalGrowth[] {
  return plans.map(({ interval, plan }) => {
    let estimate: GrowthEstimate | undefined;
    return {
      tStart: clouds.times[interval]!,
      tEnd: clouds.times[interval + 1]!,
      logGainAt: plan.logGainAt,
      estimatedGainAt(points) {
        estimate ??= estimateOf(clouds, interval, seed, hooks);
        return estimate.logGainAt(points);
      },
    };
  });
}

function estimateOf(
  { points, dims, cells }: Clouds,
  i: number,
  seed: number,
  { shouldStop }: FitHooks,
): GrowthEstimate {
  const random = randomStream(seed, 'growth', 'estimate', i);
  const [x, y] = [cells[i]!, cells[i + 1]!].map((rows) => {
    const part = drawWithoutReplacement(rows.length, MOST_ESTIMATE_CELLS, random).sort();
    return gatherRows(
      points,
      dims,
      part.map((at) => rows[at]!),
    );
  });
  const [n, m] = [x!.length / dims, y!.length / dims];
  return estimateGrowth(x!, n, y!, m, dims, { shouldStop });
}

function plansOf(
  { points, dims, cells }: Clouds,
  { tau, epsilon }: GrowthSettings,
  seed: number,
  hooks: FitHooks,
  intervals: readonly number[],
): IntervalPlan[] {
  return intervals.map((interval, step) => {
    hooks.onProgress('coupling', { step, steps: intervals.length });
    const random = randomStream(seed, 'coupling', 'plan', interval);
    const [rows, columns] = [somePart(cells[interval]!, random), somePart(cells[interval + 1]!, random)];
    const [x, y] = [gatherRows(points, dims, rows), gatherRows(points, dims, columns)];
    const plan = unbalancedPlan(x, rows.length, y, columns.length, dims, {
      tau,
      tauColumns: Number.POSITIVE_INFINITY,
      relativeEpsilon: epsilon,
      tolerance: TOLERANCE,
      maxIterations: MOST_ITERATIONS,
      shouldStop: hooks.shouldStop,
    });
    return { interval, plan, rows, columns, random };
  });
}
