import type { Vector } from '../../compute/kernels.ts';
import { batchRows, bridgeSlope, bridgeWeight, type PathBatch } from '../../path/conditional-path.ts';
import { fillInterpolantInput } from '../../path/geodesic.ts';
import { linearPath } from '../../path/linear.ts';
import type { TrainedNetwork } from '../interpolant.ts';
import type { EnergyBatch } from '../interpolant-step.ts';
import type { FrozenPath, InterpolantShape, InterpolantTraining } from '../training-backend.ts';
import { matrix, type Tensor, type Tf } from './core.ts';
import { tensorMetric } from './energy.ts';
import { flatTensor, forwardWithTangent, layersOf } from './network.ts';
import { type LossPart, optimisedWeights } from './optimised.ts';

/**
 * The interpolant's training (see trainInterpolant), its gradient by TensorFlow alone.
 * @param mostNumbers of an array [d, rows, cells]; a dozen of them are alive in a gradient
 */
export function tensorInterpolant(tf: Tf, shape: InterpolantShape, mostNumbers: number): InterpolantTraining {
  const { metric, noiseScale } = shape;
  const dims = shape.sizes.at(-1)!;
  const optimised = optimisedWeights(tf, shape);
  const fill = createBentBatch(dims, shape.maxRows);

  /** The mean energy, cut into ranges of rows of one pair, each of which fits into memory. */
  function partsOf(batch: EnergyBatch, divisor: number, bends: boolean): LossPart[] {
    const filled = fill(batch, noiseScale);
    const weight = 1 / (batchRows(batch) * divisor);
    return metric.forms.flatMap((form, pair) => {
      const cells = form.kind === 'land' ? form.samples().rows.length : form.lambda.length;
      const most = Math.max(1, Math.floor(mostNumbers / (dims * cells)));
      return ranges(pair * batch.rowsPerPair, batch.rowsPerPair, most).map(
        ({ from, count }): LossPart =>
          (layers) => {
            const rows = tensorsOf(tf, filled, dims, from, count);
            const { x, u } = bends ? bentPath(tf, layers, rows) : { x: rows.straightX, u: rows.straightU };
            return tf.mul(tf.sum(tensorMetric(tf, form, dims).energy(x, u)), weight);
          },
      );
    });
  }

  const training: InterpolantTraining = {
    ...optimised,
    scale: 1,
    straightEnergy: (batch) => optimised.loss(partsOf(batch, 1, false)),
    loss: (batch) => optimised.loss(partsOf(batch, training.scale, true)),
    lossAndGradient: (batch) => optimised.lossAndGradient(partsOf(batch, training.scale, true)),
  };
  return training;
}

/** The paths of a trained interpolant, evaluated by TensorFlow. */
export function tensorPath(
  tf: Tf,
  { sizes, parameters }: Pick<TrainedNetwork, 'sizes' | 'parameters'>,
  maxRows: number,
): FrozenPath {
  const dims = sizes.at(-1)!;
  const flat = flatTensor(tf, parameters);
  const fill = createBentBatch(dims, maxRows);
  return {
    dims,
    maxRows,
    evaluate(batch, xt, ut) {
      const filled = fill(batch, 0);
      tf.tidy(() => {
        const { x, u } = bentPath(
          tf,
          layersOf(tf, flat, sizes),
          tensorsOf(tf, filled, dims, 0, batchRows(batch)),
        );
        xt.set(x.dataSync<'float32'>());
        ut.set(u.dataSync<'float32'>());
      });
    },
    dispose: () => flat.dispose(),
  };
}

/** What of a minibatch does not depend on the network, row by row. */
interface BentBatch {
  /** (x0, x1, t) [rows, 2d + 1] */
  input: Float32Array;
  /** the straight path, noise added to where it is [rows, d] */
  straightX: Float32Array;
  straightU: Float32Array;
  /** γ(s) [rows] */
  weight: Float32Array;
  /** γ'(s)/Δ [rows] */
  slope: Float32Array;
}

function createBentBatch(dims: number, maxRows: number) {
  const straight = linearPath(dims);
  const filled: BentBatch = {
    input: new Float32Array(maxRows * (2 * dims + 1)),
    straightX: new Float32Array(maxRows * dims),
    straightU: new Float32Array(maxRows * dims),
    weight: new Float32Array(maxRows),
    slope: new Float32Array(maxRows),
  };
  return (batch: PathBatch & { noise?: Vector }, noiseScale: number): BentBatch => {
    const { s, pairs, rowsPerPair, noise } = batch;
    const { straightX, weight, slope } = filled;
    fillInterpolantInput(batch, dims, filled.input);
    straight.evaluate(batch, straightX, filled.straightU);
    const rows = batchRows(batch);
    if (noise && noiseScale > 0)
      for (let j = 0; j < rows * dims; j++) straightX[j] = straightX[j]! + noiseScale * noise[j]!;
    for (let i = 0; i < rows; i++) {
      weight[i] = bridgeWeight(s[i]!);
      slope[i] = bridgeSlope(s[i]!) / pairs[Math.floor(i / rowsPerPair)]!.duration;
    }
    return filled;
  };
}

type BentTensors = Record<keyof BentBatch, Tensor>;

function tensorsOf(tf: Tf, batch: BentBatch, dims: number, from: number, count: number): BentTensors {
  const rows = (values: Float32Array, columns: number) =>
    matrix(tf, values.subarray(from * columns), count, columns);
  return {
    input: rows(batch.input, 2 * dims + 1),
    straightX: rows(batch.straightX, dims),
    straightU: rows(batch.straightU, dims),
    weight: rows(batch.weight, 1),
    slope: rows(batch.slope, 1),
  };
}

// x = straight + γ φ, u = straight + γ'/Δ φ + γ ∂φ/∂t
function bentPath(tf: Tf, layers: Tensor[], rows: BentTensors): { x: Tensor; u: Tensor } {
  const { output, tangent } = forwardWithTangent(tf, layers, rows.input);
  return {
    x: tf.add(rows.straightX, tf.mul(rows.weight, output)),
    u: tf.add(rows.straightU, tf.add(tf.mul(rows.slope, output), tf.mul(rows.weight, tangent))),
  };
}

function ranges(start: number, length: number, most: number): { from: number; count: number }[] {
  const pieces = Math.ceil(length / most);
  return Array.from({ length: pieces }, (_, i) => {
    const from = start + Math.round((i * length) / pieces);
    return { from, count: start + Math.round(((i + 1) * length) / pieces) - from };
  });
}
