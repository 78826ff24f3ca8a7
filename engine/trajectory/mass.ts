import { type GrowthTiming, type IntervalGrowth, shareOfGain } from '../coupling/growth.ts';

/** Points on their way, with the log of their masses. */
export interface MassState {
  /** [n]; 0 at the start */
  logMass: Float64Array;
  /** the interval that `gain` belongs to; −1: none yet */
  interval: number;
  /** [n] */
  gain: Float64Array;
}

export function startMass(n: number): MassState {
  return { logMass: new Float64Array(n), interval: -1, gain: new Float64Array(n) };
}

/**
 * Carries masses from one time to a later one. A trajectory takes its gain from where it is when it enters an interval,
 * and spends it there as `timing` says.
 * @param points where the trajectories are at `from`, flat [n, d], in the space of the plans
 * @param from the model's time; entries into intervals must be among the times that are asked for
 */
export function carryMass(
  state: MassState,
  intervals: readonly IntervalGrowth[],
  points: Float32Array,
  from: number,
  to: number,
  timing: GrowthTiming,
): MassState {
  const index = intervals.findIndex(({ tEnd }) => from < tEnd);
  const interval = intervals[index];
  if (!interval) return state;
  const gain = index === state.interval ? state.gain : interval.logGainAt(points);
  const at = (t: number) => shareOfGain((t - interval.tStart) / (interval.tEnd - interval.tStart), timing);
  const share = at(to) - at(from);
  return { logMass: state.logMass.map((mass, i) => mass + share * gain[i]!), interval: index, gain };
}
