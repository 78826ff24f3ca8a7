import type { FitSettings } from '../config.ts';
import { type IntervalGrowth, shareOfGain } from '../coupling/growth.ts';
import { carryMass, type MassState, startMass } from '../trajectory/mass.ts';

/** The masses of cells on their way. */
export interface MassKeeper {
  /** [moments, n] */
  mass: Float32Array;
  /** on from one time to another, at which the cells are looked at as this moment, or not (−1) */
  go(moment: number, from: number, to: number, entry: Float32Array): void;
  /** at a timepoint that the fit has seen */
  arrive(at: number, points: Float32Array): void;
}

/** A cell's gain is that of the place where it enters an interval. */
export function forwardMass(
  growth: readonly IntervalGrowth[],
  timing: FitSettings['growthTiming'],
  n: number,
  moments: number,
): MassKeeper {
  const mass = new Float32Array(moments * n).fill(1);
  let state: MassState = startMass(n);
  return {
    mass,
    go(moment, from, to, entry) {
      state = carryMass(state, growth, entry, from, to, timing);
      if (moment >= 0) mass.set(state.logMass.map(Math.exp), moment * n);
    },
    arrive() {},
  };
}

/** A cell's gain is that of the place that it comes from, which is known when the whole interval is walked. */
export function backwardMass(
  growth: readonly IntervalGrowth[],
  timing: FitSettings['growthTiming'],
  n: number,
  moments: number,
): MassKeeper {
  const mass = new Float32Array(moments * n).fill(1);
  const since = new Float64Array(n);
  let open: { moment: number; clock: number }[] = [];
  return {
    mass,
    go(moment, _from, clock) {
      if (moment >= 0) open.push({ moment, clock });
    },
    arrive(at, points) {
      const interval = growth.find(({ tStart }) => Math.abs(tStart - at) < 1e-9);
      if (!interval) return;
      const gain = interval.logGainAt(points);
      for (const { moment, clock } of open) {
        const s = (clock - interval.tStart) / (interval.tEnd - interval.tStart);
        const spent = 1 - shareOfGain(s, timing);
        mass.set(
          gain.map((value, i) => Math.exp(since[i]! - spent * value)),
          moment * n,
        );
      }
      open = [];
      for (let i = 0; i < n; i++) since[i]! -= gain[i]!;
    },
  };
}
