import type { AdamConstants, Kernels, Vector } from '../compute/kernels.ts';

const beta1 = 0.9;
const beta2 = 0.999;
const epsilon = 1e-8;

/** Adam's moments and how many steps were taken. */
export interface AdamState {
  readonly m: Vector;
  readonly v: Vector;
  readonly step: number;
}

export interface AdamOptions {
  learningRate: number;
  /** decoupled (AdamW): parameters shrink by learningRate · weightDecay a step; default 0, which is plain Adam */
  weightDecay?: number;
}

/** The state before the first step, for `length` parameters. */
export function createAdam(kernels: Kernels, length: number): AdamState {
  return { m: kernels.allocate(length), v: kernels.allocate(length), step: 0 };
}

/**
 * One step of Adam (β 0.9 and 0.999, ε 1e-8) on `parameters`, in place, as torch's Adam and AdamW take it.
 * @returns the state after the step; it takes over the moments' arrays of the one given
 */
export function adamStep(
  kernels: Kernels,
  state: AdamState,
  parameters: Vector,
  gradient: Vector,
  options: AdamOptions,
): AdamState {
  const step = state.step + 1;
  const { m, v } = state;
  kernels.adam(parameters, gradient, m, v, parameters.length, adamConstants(step, options));
  return { m, v, step };
}

/** What the `step`-th step (from 1) is made with. */
export function adamConstants(step: number, { learningRate, weightDecay = 0 }: AdamOptions): AdamConstants {
  return {
    beta1,
    beta2,
    epsilon,
    stepSize: learningRate / (1 - beta1 ** step),
    secondMomentScale: 1 / (1 - beta2 ** step),
    shrink: 1 - learningRate * weightDecay,
  };
}
