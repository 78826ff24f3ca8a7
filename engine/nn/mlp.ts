import type { Kernels, Vector } from '../compute/kernels.ts';
import type { RandomStream } from '../random.ts';

/** What a network needs to be made. */
export interface MlpShape {
  /** inputs, widths of the hidden layers, outputs */
  sizes: readonly number[];
  /** the most rows that one call takes */
  rows: number;
  /** also carry the derivative with respect to the last input (the time); default false */
  tangent?: boolean;
  /** room for gradients; default true */
  training?: boolean;
  /** parameters of another network of these sizes and kernels, to share */
  parameters?: Vector;
}

interface Layer {
  inputs: number;
  outputs: number;
  weights: Vector;
  bias: Vector;
  weightsGradient: Vector | null;
  biasGradient: Vector | null;
  /** what the layer reads: for the first the input, else the activation below, tangent rows after the primal rows */
  x: Vector;
  /** before the activation, stacked like x; of the last layer the output itself */
  z: Vector;
  /** gradient with respect to z; null where not training */
  zGradient: Vector | null;
}

/**
 * A multilayer perceptron with SELU between its layers, and its buffers.
 *
 * `parameters` is flat: layer by layer the weights [in, out] row-major, then the bias [out]; `gradient` alike.
 * The caller writes `input` [rows, in] and reads `output` [rows, out] and `outputTangent` [rows, out], the exact
 * derivative of the output with respect to the last input; before `backward` the caller writes the loss's gradients
 * with respect to both, `outputGradient` and `outputTangentGradient`.
 */
export interface Mlp {
  readonly kernels: Kernels;
  readonly sizes: readonly number[];
  /** capacity, in rows */
  readonly rows: number;
  readonly parameters: Vector;
  /** null where not training */
  readonly gradient: Vector | null;
  readonly input: Vector;
  readonly output: Vector;
  /** null without tangent */
  readonly outputTangent: Vector | null;
  readonly outputGradient: Vector | null;
  readonly outputTangentGradient: Vector | null;
  readonly layers: readonly Layer[];
}

/** How many parameters a network of these sizes has. */
export function parameterCount(sizes: readonly number[]): number {
  let count = 0;
  for (let l = 0; l + 1 < sizes.length; l++) count += (sizes[l]! + 1) * sizes[l + 1]!;
  return count;
}

/** A network with all parameters 0 (or shared). */
export function createMlp(kernels: Kernels, shape: MlpShape): Mlp {
  const { sizes, rows, tangent = false, training = true } = shape;
  const stacked = tangent ? 2 * rows : rows;
  const count = parameterCount(sizes);
  const parameters = shape.parameters ?? kernels.allocate(count);
  const gradient = training ? kernels.allocate(count) : null;
  const input = kernels.allocate(rows * sizes[0]!);
  const layers: Layer[] = [];
  let x = input;
  let offset = 0;
  for (let l = 0; l + 1 < sizes.length; l++) {
    const inputs = sizes[l]!;
    const outputs = sizes[l + 1]!;
    const biasAt = offset + inputs * outputs;
    const end = biasAt + outputs;
    layers.push({
      inputs,
      outputs,
      weights: parameters.subarray(offset, biasAt),
      bias: parameters.subarray(biasAt, end),
      weightsGradient: gradient?.subarray(offset, biasAt) ?? null,
      biasGradient: gradient?.subarray(biasAt, end) ?? null,
      x,
      z: kernels.allocate(stacked * outputs),
      zGradient: training ? kernels.allocate(stacked * outputs) : null,
    });
    if (l + 2 < sizes.length) x = kernels.allocate(stacked * outputs);
    offset = end;
  }
  const last = layers.at(-1)!;
  const room = rows * last.outputs;
  return {
    kernels,
    sizes,
    rows,
    parameters,
    gradient,
    input,
    output: last.z.subarray(0, room),
    outputTangent: tangent ? kernels.allocate(room) : null,
    outputGradient: last.zGradient?.subarray(0, room) ?? null,
    outputTangentGradient: tangent && training ? kernels.allocate(room) : null,
    layers,
  };
}

/** Weights and biases from U(±1/√inputs), as torch's Linear draws them by default: flat, as `parameters` are. */
export function initialWeights(sizes: readonly number[], random: RandomStream): Float64Array {
  const weights = new Float64Array(parameterCount(sizes));
  let at = 0;
  for (let l = 0; l + 1 < sizes.length; l++) {
    const bound = 1 / Math.sqrt(sizes[l]!);
    const end = at + (sizes[l]! + 1) * sizes[l + 1]!;
    while (at < end) weights[at++] = (2 * random.uniform() - 1) * bound;
  }
  return weights;
}

export function initializeMlp({ sizes, parameters }: Mlp, random: RandomStream): void {
  parameters.set(initialWeights(sizes, random));
}

/** Fills `output` (and `outputTangent`) from the first `rows` rows of `input`. */
export function forward(mlp: Mlp, rows: number): void {
  const { kernels, layers, outputTangent } = mlp;
  const tangent = outputTangent !== null;
  checkRows(mlp, rows);
  for (let l = 0; l < layers.length; l++) {
    const { inputs, outputs, weights, bias, x, z } = layers[l]!;
    const half = rows * outputs;
    kernels.fillRows(bias, z, rows, outputs);
    if (!tangent) {
      kernels.gemm('nn', x, weights, z, rows, outputs, inputs, true);
    } else if (l === 0) {
      // the input's tangent is the last unit vector, so the product with the weights is their last row
      kernels.gemm('nn', x, weights, z, rows, outputs, inputs, true);
      kernels.fillRows(weights.subarray((inputs - 1) * outputs), z.subarray(half), rows, outputs);
    } else {
      z.fill(0, half, 2 * half);
      kernels.gemm('nn', x, weights, z, 2 * rows, outputs, inputs, true);
    }
    const next = layers[l + 1];
    if (next) kernels.seluForward(z, next.x, half, tangent);
    else if (outputTangent) outputTangent.set(z.subarray(half, 2 * half));
  }
}

/**
 * Fills `gradient` (not added to) from `outputGradient` and `outputTangentGradient`, of the rows of the last `forward`.
 * The two are used up: their contents are undefined afterwards.
 */
export function backward(mlp: Mlp, rows: number): void {
  const { kernels, layers, outputTangentGradient } = mlp;
  checkRows(mlp, rows);
  const tangent = outputTangentGradient !== null;
  if (tangent) {
    const last = layers.at(-1)!;
    const half = rows * last.outputs;
    last.zGradient!.set(outputTangentGradient.subarray(0, half), half);
  }
  for (let l = layers.length - 1; l >= 0; l--) {
    const { inputs, outputs, weights, weightsGradient, biasGradient, x, z, zGradient } = layers[l]!;
    if (weightsGradient === null || biasGradient === null || zGradient === null) {
      throw new Error('backward needs a network made with training: true');
    }
    const half = rows * outputs;
    if (l + 1 < layers.length) {
      kernels.seluBackward(z, layers[l + 1]!.x, zGradient, half, tangent);
    }
    const stacked = tangent && l > 0 ? 2 * rows : rows;
    kernels.gemm('tn', x, zGradient, weightsGradient, inputs, outputs, stacked, false);
    if (tangent && l === 0) {
      const timeRow = weightsGradient.subarray((inputs - 1) * outputs);
      kernels.columnSum(zGradient.subarray(half), timeRow, rows, outputs, true);
    }
    kernels.columnSum(zGradient, biasGradient, rows, outputs, false);
    if (l > 0) {
      kernels.gemm('nt', zGradient, weights, layers[l - 1]!.zGradient!, stacked, inputs, outputs, false);
    }
  }
}

function checkRows(mlp: Mlp, rows: number): void {
  if (rows > mlp.rows) throw new Error(`a network with room for ${mlp.rows} rows was given ${rows}`);
}
