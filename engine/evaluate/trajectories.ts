import type { IntervalGrowth } from '../coupling/growth.ts';
import { gatherRows } from '../dataset/clouds.ts';
import { invertScaling } from '../embedding/whiten.ts';
import type { VelocityField } from '../trajectory/euler.ts';
import { carryMass, startMass } from '../trajectory/mass.ts';
import { rollout } from '../trajectory/rollout.ts';
import type { FitJob, JobHooks } from './held-out.ts';
import { integratorFor } from './integrator.ts';
import type { PathSpread } from './path-band.ts';
import { modelTimes, type SharedDataset, type Space } from './space.ts';

/** Where cells are along their trajectories. */
export interface Trajectories {
  /** rows of the start cells */
  cells: Int32Array;
  /** in real units */
  times: number[];
  /** [times, cells, dims], in the embedding's units */
  points: Float32Array;
  /** how many descendants a start cell has, the mean cell's being 1 [times, cells]; absent: growth is ignored */
  mass?: Float32Array;
  /**
   * how far each point is from the cells that the fit has seen, above 1: far from any (see distanceToCells) [times, cells];
   * absent in older sessions and where the fit diverged
   */
  cellDistance?: Float32Array;
  /** what other seeds make of them; absent with one seed */
  spread?: PathSpread;
}

/**
 * Rolls start cells out through all timepoints.
 * @param trainingPoints all cells in the training space [nObs, dims]
 */
export function rollTrajectories(
  field: VelocityField,
  dataset: SharedDataset,
  trainingPoints: Float32Array,
  { training }: Space,
  settings: FitJob['settings'],
  { cells, points }: NonNullable<FitJob['trajectories']>,
  hooks: JobHooks,
  growth: readonly IntervalGrowth[] | null = null,
): Trajectories {
  const { dims, times } = dataset;
  const modelTime = modelTimes(dataset);
  const realTimes = [times[0]!];
  const logMasses: Float64Array[] = [new Float64Array(cells.length)];
  let mass = startMass(cells.length);
  const parts: Float32Array[] = [gatherRows(trainingPoints, dims, cells)];
  for (let k = 1; k < times.length; k++) {
    hooks.onProgress('rollout', { step: k - 1, steps: times.length - 1 });
    const between = (a: number, b: number) =>
      Array.from({ length: points }, (_, i) => a + (i / (points - 1)) * (b - a));
    const along = between(modelTime[k - 1]!, modelTime[k]!);
    const integrate = integratorFor(settings, dims, modelTime[k]! - modelTime[k - 1]!);
    const entry = parts.at(-1)!;
    const path = rollout(field, entry, along, integrate, hooks.shouldStop);
    const room = cells.length * dims;
    for (let i = 1; i < points; i++) parts.push(path.points.slice(i * room, (i + 1) * room));
    for (let i = 1; growth && i < points; i++) {
      mass = carryMass(mass, growth, entry, along[i - 1]!, along[i]!, settings.growthTiming);
      logMasses.push(mass.logMass);
    }
    realTimes.push(...between(times[k - 1]!, times[k]!).slice(1));
  }
  const all = new Float32Array(parts.length * cells.length * dims);
  parts.forEach((part, i) => {
    all.set(invertScaling(part, dims, training), i * part.length);
  });
  const trajectories = { cells, times: realTimes, points: all };
  if (!growth) return trajectories;
  const masses = new Float32Array(logMasses.length * cells.length);
  logMasses.forEach((logMass, i) => {
    masses.set(logMass.map(Math.exp), i * cells.length);
  });
  return { ...trajectories, mass: masses };
}
