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
  if (!intervals.some(({ grows }) => grows)) {
    return { ...balanced(clouds, cells, settings, seed, hooks), growth: null };
  }
  if (settings.coupling === 'independent') {
    const { couplings, notes } = balanced(clouds, cells, settings, seed, hooks);
    const ignored = 'Growth is ignored: this method pairs cells at random.';
    return { couplings, growth: null, notes: [...notes, ignored] };
  }
  if (intervals.every(({ grows }) => grows))
    return unbalancedCouplingsOf(clouds, cells, settings, seed, hooks);
  const parts = intervals.map(({ grows }, i) => {
    const part = intervalOf(clouds, i);
    if (grows) return unbalancedCouplingsOf(part, cells, settings, seed, hooks);
    return { ...balanced(part, cells, settings, seed, hooks), growth: [noGrowth(part)] };
  });
  return {
    couplings: parts.flatMap(({ couplings }) => couplings),
    growth: parts.flatMap(({ growth }) => growth),
    notes: [...new Set(parts.flatMap(({ notes }) => notes))],
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
  if (!intervals.some(({ grows }) => grows) || settings.coupling === 'independent') return null;
  if (intervals.every(({ grows }) => grows)) return intervalGrowthOf(clouds, settings, seed, hooks);
  return intervals.flatMap(({ grows }, i) => {
    const part = intervalOf(clouds, i);
    return grows ? intervalGrowthOf(part, settings, seed, hooks) : [noGrowth(part)];
  });
}

function intervalOf(clouds: Clouds, i: number): Clouds {
  return { ...clouds, times: clouds.times.slice(i, i + 2), cells: clouds.cells.slice(i, i + 2) };
}

function noGrowth({ times: [tStart, tEnd], dims }: Clouds): IntervalGrowth {
  return { tStart: tStart!, tEnd: tEnd!, logGainAt: (points) => new Float64Array(points.length / dims) };
}

function balanced(
  { points, dims, cells: rows }: Clouds,
  { minibatch }: TrainingCells,
  { coupling }: CouplingSettings,
  seed: number,
  hooks: FitHooks,
): Omit<FitCouplings, 'growth'> {
  const pairs = rows.slice(1).map((to, i) => [rows[i]!, to] as const);
  if (coupling === 'independent') return { couplings: pairs.map(independentCoupling), notes: [] };
  if (coupling === 'minibatch') {
    return {
      couplings: pairs.map(() => minibatchCoupling(points, points, dims, minibatch, minibatch)),
      notes: [],
    };
  }
  const kind = coupling === 'global' ? 'exact' : 'sinkhorn';
  const plans = pairs.map(([from, to], i) => {
    hooks.onProgress('coupling', { step: i, steps: pairs.length });
    const random = randomStream(seed, 'coupling', 'plan', i);
    return globalPlan({ points, rows: from }, { points, rows: to }, dims, random, {
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
