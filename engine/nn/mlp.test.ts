import { describe, expect, it } from 'vitest';
import { relativeError } from '../../fixtures/reference/gradients.ts';
import { referenceKernels } from '../compute/reference.ts';
import { loadKernels } from '../compute/wasm.ts';
import { randomStream } from '../random.ts';
import { backward, createMlp, forward, initializeMlp, parameterCount } from './mlp.ts';

const reference = referenceKernels();
const wasm = await loadKernels();

function network(kernels = reference, sizes = [4, 9, 6, 3], rows = 5) {
  const mlp = createMlp(kernels, { sizes, rows, tangent: true });
  const random = randomStream(7, 'network', sizes.length);
  initializeMlp(mlp, random);
  for (let i = 0; i < mlp.input.length; i++) mlp.input[i] = Math.fround(random.normal());
  return mlp;
}

describe('the network', () => {
  it('carries the derivative with respect to its last input', () => {
    const mlp = network();
    forward(mlp, 5);
    const tangent = mlp.outputTangent!.slice();
    const step = 1e-5;
    const shifted = (by: number) => {
      for (let i = 0; i < 5; i++) mlp.input[4 * i + 3]! += by;
      forward(mlp, 5);
      return mlp.output.slice();
    };
    const ahead = shifted(step);
    const behind = shifted(-2 * step);
    const difference = ahead.map((value, i) => (value - behind[i]!) / (2 * step));
    expect(relativeError(difference, tangent)).toBeLessThan(1e-8);
  });

  it('has the gradient of a loss of outputs and tangents', () => {
    const mlp = network();
    const rows = 5;
    // Σ out²/2 + out·tangent, so that both gradients depend on both
    const loss = () => {
      forward(mlp, rows);
      return Array.from(mlp.output).reduce((sum, o, i) => sum + o * (o / 2 + mlp.outputTangent![i]!), 0);
    };
    loss();
    mlp.output.forEach((o, i) => {
      mlp.outputGradient![i] = o + mlp.outputTangent![i]!;
    });
    mlp.outputTangentGradient!.set(mlp.output);
    backward(mlp, rows);
    const step = 1e-5;
    const difference = Array.from(mlp.parameters, (value, i) => {
      mlp.parameters[i] = value + step;
      const ahead = loss();
      mlp.parameters[i] = value - step;
      const behind = loss();
      mlp.parameters[i] = value;
      return (ahead - behind) / (2 * step);
    });
    expect(relativeError(difference, mlp.gradient!)).toBeLessThan(1e-7);
  });

  it.each([
    [[4, 9, 6, 3], 5],
    [[11, 37, 37, 37, 5], 13],
    [[3, 256, 2], 7],
    [[5, 2], 4],
  ])('is the same in float32, sizes %j', (sizes, rows) => {
    const [fast, exact] = [network(wasm, sizes, rows), network(reference, sizes, rows)];
    exact.parameters.set(fast.parameters);
    for (const mlp of [fast, exact]) {
      forward(mlp, rows);
      mlp.outputGradient!.set(mlp.output);
      mlp.outputTangentGradient!.fill(1);
      backward(mlp, rows);
    }
    expect(relativeError(fast.outputTangent!, exact.outputTangent!)).toBeLessThan(1e-5);
    expect(relativeError(fast.gradient!, exact.gradient!)).toBeLessThan(1e-5);
  });

  it('gives a row the same output whatever rows are with it', () => {
    const mlp = network(wasm);
    forward(mlp, 5);
    const all = mlp.output.slice();
    const tangents = mlp.outputTangent!.slice();
    mlp.input.copyWithin(0, 4 * 3);
    forward(mlp, 2);
    expect(mlp.output.slice(0, 6)).toEqual(all.slice(9));
    expect(mlp.outputTangent!.slice(0, 6)).toEqual(tangents.slice(9));
    expect(() => forward(mlp, 6)).toThrow('room for 5 rows');
  });

  it('has the gradient of the rows it was given, whatever its capacity', () => {
    const small = network(wasm, [4, 9, 6, 3], 5);
    const large = createMlp(wasm, { ...small, rows: 8, tangent: true });
    large.input.set(small.input);
    for (const mlp of [small, large]) {
      forward(mlp, 5);
      mlp.outputGradient!.fill(1, 0, 15);
      mlp.outputTangentGradient!.fill(2, 0, 15);
      backward(mlp, 5);
    }
    expect(large.gradient).toEqual(small.gradient);
    expect(large.gradient!.some((value) => value !== 0)).toBe(true);
  });

  it('shares parameters with a network of another capacity', () => {
    const mlp = network();
    forward(mlp, 5);
    const { sizes, parameters } = mlp;
    const inference = createMlp(reference, { sizes, rows: 20, training: false, parameters });
    inference.input.set(mlp.input);
    forward(inference, 20);
    expect(inference.output.slice(0, 15)).toEqual(mlp.output);
    expect(inference.gradient).toBeNull();
  });

  it('starts uniform in ±1/√inputs', () => {
    const mlp = createMlp(reference, { sizes: [100, 200, 3], rows: 1 });
    initializeMlp(mlp, randomStream(8, 'initial'));
    const first = Array.from(mlp.layers[0]!.weights);
    const largest = first.reduce((most, w) => Math.max(most, Math.abs(w)), 0);
    const variance = first.reduce((sum, w) => sum + w * w, 0) / first.length;
    expect(largest).toBeLessThanOrEqual(0.1);
    expect(variance).toBeCloseTo(0.01 / 3, 4);
    expect(mlp.layers[1]!.bias.every((b) => b !== 0 && Math.abs(b) <= 1 / Math.sqrt(200))).toBe(true);
    expect(mlp.parameters).toHaveLength(parameterCount(mlp.sizes));
  });
});
