import type { FitSettings } from '../config.ts';
import type { Coupling } from '../coupling/coupling.ts';
import { MOST_PLAN_CELLS, somePart } from '../coupling/global.ts';
import type { IntervalGrowth } from '../coupling/growth.ts';
import { unbalancedGlobalCoupling } from '../coupling/unbalanced-global.ts';
import { unbalancedMinibatchCoupling } from '../coupling/unbalanced-minibatch.ts';
import { type UnbalancedPlan, unbalancedPlan } from '../coupling/unbalanced-ot.ts';
import { gatherRows } from '../dataset/clouds.ts';
import type { TrainingCells } from '../dataset/split.ts';
import { type RandomStream, randomStream } from '../random.ts';
import type { Clouds } from './clouds.ts';
import type { FitHooks } from './fit.ts';

const TOLERANCE = 1e-4;
const MOST_ITERATIONS = 500;

type GrowthSettings = Pick<FitSettings, 'tau' | 'epsilon'>;

/** A plan between two observed timepoints, with the rows of the clouds that it is of. */
interface IntervalPlan {
  plan: UnbalancedPlan;
  rows: Int32Array;
  columns: Int32Array;
  /** goes on where the choice of rows ended */
  random: RandomStream;
}

/**
 * Unbalanced couplings of consecutive timepoints, and growth. Growth is always that of the plan between whole clouds; pairs
 * come from it too, or with `minibatch` from plans of minibatches with the same τ and ε.
 */
export function unbalancedCouplingsOf(
  clouds: Clouds,
  { minibatch }: TrainingCells,
  settings: GrowthSettings & Pick<FitSettings, 'coupling'>,
  seed: number,
  hooks: FitHooks,
): { couplings: Coupling[]; growth: IntervalGrowth[]; notes: string[] } {
  const { points, dims, cells } = clouds;
  const plans = plansOf(clouds, settings, seed, hooks);
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
  return { couplings, growth: growthOf(clouds, plans), notes };
}

/** Growth alone: the same bits as from `unbalancedCouplingsOf`. */
export function intervalGrowthOf(
  clouds: Clouds,
  settings: GrowthSettings,
  seed: number,
  hooks: FitHooks,
): IntervalGrowth[] {
  return growthOf(clouds, plansOf(clouds, settings, seed, hooks));
}

function growthOf({ times }: Clouds, plans: readonly IntervalPlan[]): IntervalGrowth[] {
  return plans.map(({ plan }, i) => ({
    tStart: times[i]!,
    tEnd: times[i + 1]!,
    logGainAt: plan.logGainAt,
  }));
}

function plansOf(
  { points, dims, cells }: Clouds,
  { tau, epsilon }: GrowthSettings,
  seed: number,
  hooks: FitHooks,
): IntervalPlan[] {
  return cells.slice(1).map((to, i) => {
    hooks.onProgress('coupling', { step: i, steps: cells.length - 1 });
    const random = randomStream(seed, 'coupling', 'plan', i);
    const [rows, columns] = [somePart(cells[i]!, random), somePart(to, random)];
    const [x, y] = [gatherRows(points, dims, rows), gatherRows(points, dims, columns)];
    const plan = unbalancedPlan(x, rows.length, y, columns.length, dims, {
      tau,
      relativeEpsilon: epsilon,
      tolerance: TOLERANCE,
      maxIterations: MOST_ITERATIONS,
      shouldStop: hooks.shouldStop,
    });
    return { plan, rows, columns, random };
  });
}
