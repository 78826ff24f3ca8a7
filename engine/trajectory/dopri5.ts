import type { VelocityField } from './euler.ts';

/** How exact an adaptive integration is. */
export interface Tolerance {
  /** per number, added to `relative` times its magnitude */
  absolute: number;
  relative: number;
}

export interface Dopri5Result {
  /** steps taken and kept */
  accepted: number;
  /** steps tried and thrown away */
  rejected: number;
  /** false: `maxSteps` were not enough, or the field was not finite; the points are where the last good step ended */
  finished: boolean;
}

// Dormand & Prince 1980, RK5(4)7M, as in Hairer, Nørsett & Wanner, Solving ODEs I, table 5.2
const C = [0, 1 / 5, 3 / 10, 4 / 5, 8 / 9, 1, 1];
const A = [
  [],
  [1 / 5],
  [3 / 40, 9 / 40],
  [44 / 45, -56 / 15, 32 / 9],
  [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
  [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656],
  [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
];
/** fifth-order minus embedded fourth-order weights */
const E = [71 / 57600, 0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40];

// Hairer, Nørsett & Wanner, II.6: weights of the continuous extension of order 4
const D = [
  -12715105075 / 11282082432,
  0,
  87487479700 / 32700410799,
  -10690763975 / 1880347072,
  701980252875 / 199316789632,
  -1453857185 / 822651844,
  69997945 / 29380423,
];

/** A step that was kept, and where the points are within it. */
export interface KeptStep {
  from: number;
  to: number;
  /** @param out filled with the points at a time within the step, as exact as the steps themselves are, within an order */
  at(t: number, out: Float64Array): void;
}

const SAFETY = 0.9;
const LEAST_FACTOR = 0.2;
const MOST_FACTOR = 10;

/** @param h with its sign; `x` before the step, `next` after it */
function keptStep(x: Float64Array, next: Float64Array, k: Float64Array[], from: number, h: number): KeptStep {
  return {
    from,
    to: from + h,
    at(t, out) {
      const s = (t - from) / h;
      for (let i = 0; i < out.length; i++) {
        const difference = next[i]! - x[i]!;
        const bend = h * k[0]![i]! - difference;
        let more = 0;
        for (let stage = 0; stage < 7; stage++) more += D[stage]! * k[stage]![i]!;
        const inner = difference - h * k[6]![i]! - bend + (1 - s) * h * more;
        out[i] = x[i]! + s * (difference + (1 - s) * (bend + s * inner));
      }
    },
  };
}

/**
 * Integrates dx/dt with the Dormand–Prince method of order 5, in place, from `from` to `to` (either direction).
 * One step serves all points; its length is set so that the root mean square of the estimated error, in units of
 * absolute + relative · |x|, stays below 1 for the worst point.
 * @param x [n, d], overwritten by the end points
 * @param dims d
 * @param maxSteps steps tried at most; default 10 000
 * @param onStep called with each step before it is taken over; what it is given is valid during the call
 */
export function dopri5(
  field: VelocityField,
  x: Float64Array,
  dims: number,
  from: number,
  to: number,
  tolerance: Tolerance,
  maxSteps = 10_000,
  onStep?: (step: KeptStep) => void,
): Dopri5Result {
  const result: Dopri5Result = { accepted: 0, rejected: 0, finished: from === to };
  if (result.finished) return result;
  const k = Array.from({ length: 7 }, () => new Float64Array(x.length));
  const stage = new Float64Array(x.length);
  const direction = Math.sign(to - from);
  let t = from;
  field(x, t, k[0]!);
  let h =
    direction * firstStep(field, x, dims, t, direction, k[0]!, stage, k[1]!, tolerance, Math.abs(to - from));
  while (result.accepted + result.rejected < maxSteps) {
    const last = Math.abs(to - t) <= Math.abs(h) * (1 + 1e-12);
    if (last) h = to - t;
    for (let s = 1; s < 7; s++) {
      combine(x, k, A[s]!, h, stage);
      field(stage, t + C[s]! * h, k[s]!);
    }
    // the seventh stage is the fifth-order solution itself
    const error = worstError(x, stage, k, h, dims, tolerance);
    const factor = Math.min(MOST_FACTOR, Math.max(LEAST_FACTOR, SAFETY * error ** -0.2));
    if (error <= 1) {
      onStep?.(keptStep(x, stage, k, t, h));
      t = last ? to : t + h;
      x.set(stage);
      k[0]!.set(k[6]!);
      result.accepted++;
      if (last) {
        result.finished = true;
        return result;
      }
      h *= factor;
    } else {
      result.rejected++;
      h *= Number.isFinite(error) ? Math.min(1, factor) : LEAST_FACTOR;
      if (t + h === t) return result;
    }
  }
  return result;
}

// out = x + h · Σ weights[s] k[s]
function combine(x: Float64Array, k: Float64Array[], weights: number[], h: number, out: Float64Array): void {
  out.set(x);
  for (let s = 0; s < weights.length; s++) {
    const weight = h * weights[s]!;
    if (weight === 0) continue;
    const stage = k[s]!;
    for (let i = 0; i < out.length; i++) out[i]! += weight * stage[i]!;
  }
}

function worstError(
  x: Float64Array,
  next: Float64Array,
  k: Float64Array[],
  h: number,
  dims: number,
  { absolute, relative }: Tolerance,
): number {
  let worst = 0;
  for (let start = 0; start < x.length; start += dims) {
    let square = 0;
    for (let i = start; i < start + dims; i++) {
      let e = 0;
      for (let s = 0; s < 7; s++) e += E[s]! * k[s]![i]!;
      const scale = absolute + relative * Math.max(Math.abs(x[i]!), Math.abs(next[i]!));
      square += ((h * e) / scale) ** 2;
    }
    // a comparison would let NaN pass
    if (!(square <= worst)) worst = square;
  }
  return Math.sqrt(worst / dims);
}

// Hairer, Nørsett & Wanner, II.4: a step whose Euler part changes x by 1 % of its scale, checked by the second derivative
function firstStep(
  field: VelocityField,
  x: Float64Array,
  dims: number,
  t: number,
  direction: number,
  slope: Float64Array,
  stage: Float64Array,
  stageSlope: Float64Array,
  { absolute, relative }: Tolerance,
  span: number,
): number {
  const norm = (values: (i: number) => number) => {
    let worst = 0;
    for (let start = 0; start < x.length; start += dims) {
      let square = 0;
      for (let i = start; i < start + dims; i++)
        square += (values(i) / (absolute + relative * Math.abs(x[i]!))) ** 2;
      worst = Math.max(worst, square);
    }
    return Math.sqrt(worst / dims);
  };
  const d0 = norm((i) => x[i]!);
  const d1 = norm((i) => slope[i]!);
  const h0 = d0 < 1e-5 || d1 < 1e-5 ? 1e-6 : 0.01 * (d0 / d1);
  for (let i = 0; i < x.length; i++) stage[i] = x[i]! + direction * h0 * slope[i]!;
  field(stage, t + direction * h0, stageSlope);
  const d2 = norm((i) => stageSlope[i]! - slope[i]!) / h0;
  const most = Math.max(d1, d2);
  const h1 = most <= 1e-15 ? Math.max(1e-6, h0 * 1e-3) : (0.01 / most) ** 0.2;
  return Math.min(100 * h0, h1, span);
}
