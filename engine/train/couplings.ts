import type { FitSettings } from '../config.ts';
import { type Coupling, minibatchCoupling } from '../coupling/coupling.ts';
import { globalPlan, MOST_PLAN_CELLS, planCoupling } from '../coupling/global.ts';
import type { IntervalGrowth } from '../coupling/growth.ts';
import { independentCoupling } from '../coupling/independent.ts';
import type { TrainingCells } from '../dataset/split.ts';
import { randomStream } from '../random.ts';
import type { Clouds } from './clouds.ts';
import type { FitHooks } from './fit.ts';
import { intervalGrowthOf, unbalancedCouplingsOf } from './unbalanced-couplings.ts';

export type CouplingSettings = Pick<FitSettings, 'coupling' | 'growth' | 'tau' | 'epsilon'>;

export interface FitCouplings {
  /** of each pair of consecutive timepoints */
  couplings: Coupling[];
  /** of each pair; null: growth is ignored */
  growth: IntervalGrowth[] | null;
  notes: string[];
}

/** The coupling of each pair of consecutive timepoints, as the settings name it. */
export function couplingsOf(
  clouds: Clouds,
  cells: TrainingCells,
  settings: CouplingSettings,
  seed: number,
  hooks: FitHooks,
): FitCouplings {
  if (isUnbalanced(settings)) return unbalancedCouplingsOf(clouds, cells, settings, seed, hooks);
  const { couplings, notes } = balanced(clouds, cells, settings, seed, hooks);
  if (settings.growth === 'on') notes.push('Growth is ignored: this method pairs cells at random.');
  return { couplings, growth: null, notes };
}

/** The growth of a fit once more, without its training: the same bits as from `couplingsOf`; null where it is ignored. */
export function rebuildGrowth(
  clouds: Clouds,
  settings: CouplingSettings,
  seed: number,
  hooks: FitHooks,
): IntervalGrowth[] | null {
  return isUnbalanced(settings) ? intervalGrowthOf(clouds, settings, seed, hooks) : null;
}

/** Cells that are paired at random know no plan, and so no growth. */
function isUnbalanced({ growth, coupling }: CouplingSettings): boolean {
  return growth === 'on' && coupling !== 'independent';
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
