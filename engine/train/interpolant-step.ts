import type { Kernels, Vector } from '../compute/kernels.ts';
import type { EnergyGradient, Metric } from '../metric/metric.ts';
import { batchRows, type ConditionalPath, type PathBatch } from '../path/conditional-path.ts';
import type { GeodesicPath } from '../path/geodesic.ts';

/** Coupled points with the noise that blurs where the metric is read. */
export interface EnergyBatch extends PathBatch {
  /** ξ, standard normal [rows, d]; absent: none */
  noise?: Vector;
}

export interface EnergyOptions {
  /** one for each pair, in the order of the batch */
  metrics: readonly Metric[];
  /** the most rows, all pairs together */
  maxRows: number;
  /** σ_noise ≥ 0; the metric is read at x_s + σ_noise·ξ */
  noiseScale: number;
}

/** Buffers of the energy of a minibatch; made once for a fit. */
export interface EnergyStep extends EnergyOptions {
  readonly xt: Vector;
  readonly ut: Vector;
  readonly energy: Vector;
  readonly gradient: EnergyGradient;
}

export function createEnergyStep(kernels: Kernels, options: EnergyOptions): EnergyStep {
  const room = options.maxRows * options.metrics[0]!.dims;
  return {
    ...options,
    xt: kernels.allocate(room),
    ut: kernels.allocate(room),
    energy: kernels.allocate(options.maxRows),
    gradient: { x: kernels.allocate(room), u: kernels.allocate(room) },
  };
}

/**
 * Mean over the rows of Σ_d ẋ_d² M_d(x_s + σ_noise·ξ), without gradients: validation, and with the linear path
 * the constant that the loss is divided by.
 */
export function pathEnergy(step: EnergyStep, path: ConditionalPath, batch: EnergyBatch): number {
  return meanEnergy(step, path, batch, false);
}

/**
 * The interpolant's loss, the energy divided by `scale`; its gradient fills `path.interpolant.gradient`.
 * @returns the loss
 */
export function pathEnergyGradient(
  step: EnergyStep,
  path: GeodesicPath,
  batch: EnergyBatch,
  scale: number,
): number {
  const loss = meanEnergy(step, path, batch, true) / scale;
  const { x, u } = step.gradient;
  const rows = batchRows(batch);
  const weight = 1 / (rows * scale);
  for (let j = 0; j < rows * path.dims; j++) {
    x[j] = weight * x[j]!;
    u[j] = weight * u[j]!;
  }
  path.backward(batch, x, u);
  return loss;
}

function meanEnergy(
  step: EnergyStep,
  path: ConditionalPath,
  batch: EnergyBatch,
  withGradient: boolean,
): number {
  const { metrics, noiseScale, xt, ut, energy } = step;
  const { rowsPerPair, noise } = batch;
  const { dims } = path;
  const rows = batchRows(batch);
  path.evaluate(batch, xt, ut);
  if (noise) for (let j = 0; j < rows * dims; j++) xt[j] = xt[j]! + noiseScale * noise[j]!;
  for (let pair = 0; pair < batch.pairs.length; pair++) {
    const from = pair * rowsPerPair;
    const part = (values: Vector) => values.subarray(from * dims, (from + rowsPerPair) * dims);
    const into = { x: part(step.gradient.x), u: part(step.gradient.u) };
    const out = energy.subarray(from, from + rowsPerPair);
    metrics[pair]!.energy(part(xt), part(ut), rowsPerPair, out, withGradient ? into : undefined);
  }
  let sum = 0;
  for (let i = 0; i < rows; i++) sum += energy[i]!;
  return sum / rows;
}
