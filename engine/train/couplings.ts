import type { FitSettings } from '../config.ts';
import { type Coupling, minibatchCoupling } from '../coupling/coupling.ts';
import { globalPlan, MOST_PLAN_CELLS, planCoupling } from '../coupling/global.ts';
import type { IntervalGrowth } from '../coupling/growth.ts';
import { independentCoupling } from '../coupling/independent.ts';
import type { TrainingCells } from '../dataset/split.ts';
import { randomStream } from '../random.ts';
import type { Clouds } from './clouds.ts';
import type { FitHooks, IntervalChoice } from './fit.ts';
import { intervalGrowthOf, unbalancedCouplingsOf } from './unbalanced-couplings.ts';

export type CouplingSettings = Pick<FitSettings, 'coupling' | 'growth' | 'tau' | 'epsilon'>;

export interface FitCouplings {
  /** of each pair of consecutive timepoints */
  couplings: Coupling[];
  /** of each pair; null: growth is ignored */
  growth: IntervalGrowth[] | null;
  notes: string[];
}

/** The coupling of each pair of consecutive timepoints, as the settings name it, with growth where an interval has it. */
export function couplingsOf(
  clouds: Clouds,
  cells: TrainingCells,
  settings: CouplingSettings,
  seed: number,
  hooks: FitHooks,
  intervals: readonly IntervalGrows[],
): FitCouplings {
  const [growing, others] = split(intervals);
  if (growing.length === 0) {
    return { ...balanced(clouds, cells, settings, seed, hooks, others), growth: null };
  }
  if (settings.coupling === 'independent') {
    const { couplings, notes } = balanced(clouds, cells, settings, seed, hooks, [...intervals.keys()]);
    const ignored = 'Growth is ignored: this method pairs cells at random.';
    return { couplings, growth: null, notes: [...notes, ignored] };
  }
  const grown = unbalancedCouplingsOf(clouds, cells, settings, seed, hooks, growing);
  const even =
    others.length > 0 ? balanced(clouds, cells, settings, seed, hooks, others) : { couplings: [], notes: [] };
  return {
    couplings: intervals.map(
      (_, i) => grown.couplings[growing.indexOf(i)] ?? even.couplings[others.indexOf(i)]!,
    ),
    growth: growthEverywhere(clouds, growing, grown.growth),
    notes: [...new Set([...grown.notes, ...even.notes])],
  };
}

type IntervalGrows = Pick<IntervalChoice, 'grows'>;

/** The growth of a fit once more, without its training: the same bits as from `couplingsOf`; null where it is ignored. */
export function rebuildGrowth(
  clouds: Clouds,
  settings: CouplingSettings,
  seed: number,
  hooks: FitHooks,
  intervals: readonly IntervalGrows[],
): IntervalGrowth[] | null {
  const [growing] = split(intervals);
  if (growing.length === 0 || settings.coupling === 'independent') return null;
  return growthEverywhere(clouds, growing, intervalGrowthOf(clouds, settings, seed, hooks, growing));
}

/** @returns the places of the intervals that have growth, and of the others */
function split(intervals: readonly IntervalGrows[]): [growing: number[], others: number[]] {
  const places = [...intervals.keys()];
  return [places.filter((i) => intervals[i]!.grows), places.filter((i) => !intervals[i]!.grows)];
}

/** The growth of all intervals: none in those that have no plan for it. */
function growthEverywhere(
  { times, dims }: Clouds,
  growing: readonly number[],
  growth: readonly IntervalGrowth[],
): IntervalGrowth[] {
  return times.slice(1).map(
    (tEnd, i) =>
      growth[growing.indexOf(i)] ?? {
        tStart: times[i]!,
        tEnd,
        logGainAt: (points) => new Float64Array(points.length / dims),
      },
  );
}

function balanced(
  { points, dims, cells: rows }: Clouds,
  { minibatch }: TrainingCells,
  { coupling }: CouplingSettings,
  seed: number,
  hooks: FitHooks,
  intervals: readonly number[],
): Omit<FitCouplings, 'growth'> {
  if (coupling === 'independent') return { couplings: intervals.map(independentCoupling), notes: [] };
  if (coupling === 'minibatch') {
    return {
      couplings: intervals.map(() => minibatchCoupling(points, points, dims, minibatch, minibatch)),
      notes: [],
    };
  }
  const kind = coupling === 'global' ? 'exact' : 'sinkhorn';
  const plans = intervals.map((i, step) => {
    hooks.onProgress('coupling', { step, steps: intervals.length });
    const random = randomStream(seed, 'coupling', 'plan', i);
    return globalPlan({ points, rows: rows[i]! }, { points, rows: rows[i + 1]! }, dims, random, {
      kind,
      shouldStop: hooks.shouldStop,
    });
  });
  const notes = [
    ...(plans.some((plan) => !plan.converged)
      ? ['An entropic plan ended before its marginals were within tolerance; its pairs are approximate.']
      : []),
    ...(rows.some((cells) => cells.length > MOST_PLAN_CELLS)
      ? [`Plans between whole clouds were made for ${MOST_PLAN_CELLS} random cells a timepoint.`]
      : []),
  ];
  return { couplings: plans.map(planCoupling), notes };
}
