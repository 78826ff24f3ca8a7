import { describe, expect, it } from 'vitest';
import { relativeError } from '../../fixtures/reference/gradients.ts';
import { WorkError } from '../errors.ts';
import { createMlp, forward, initializeMlp } from '../nn/mlp.ts';
import { randomStream } from '../random.ts';
import { kernelsForWidth, loadOnnxGemm } from './gemm.ts';
import type { Vector } from './kernels.ts';
import { referenceKernels } from './reference.ts';
import { loadKernels } from './wasm.ts';

const wasm = await loadKernels({ megabytes: 64 });
const reference = referenceKernels();
const onnx = loadOnnxGemm();

describe.skipIf(onnx === null)('gemm of onnxruntime', () => {
  const filled = (length: number, value: () => number): { fast: Vector; exact: Vector } => {
    const numbers = Float32Array.from({ length }, value);
    const fast = wasm.allocate(length);
    fast.set(numbers);
    return { fast, exact: Float64Array.from(numbers) };
  };
  for (const layout of ['nn', 'nt', 'tn'] as const) {
    it.each([
      [1, 1, 1],
      [3, 5, 7],
      [64, 300, 101],
      [257, 128, 256],
    ] as const)(`${layout} %i × %i over %i`, (m, n, k) => {
      const random = randomStream(1, 'gemm', m, n, k);
      const a = filled(m * k + 3, random.normal);
      const b = filled(k * n, random.normal);
      // what lies behind C must stay
      const c = filled(m * n + 2, random.normal);
      for (const accumulate of [true, false, true]) {
        onnx!(layout, a.fast, b.fast, c.fast, m, n, k, accumulate);
        reference.gemm(layout, a.exact, b.exact, c.exact, m, n, k, accumulate);
        expect(relativeError(c.fast, c.exact)).toBeLessThan(1e-5);
        expect([...c.fast.slice(m * n)]).toEqual([...c.exact.slice(m * n)]);
      }
    });
  }

  it('serves wide networks through the kernels, in their memory', () => {
    const outputs = [kernelsForWidth(wasm, 256), reference].map((kernels) => {
      const network = createMlp(kernels, { sizes: [11, 256, 256, 5], rows: 64, training: false });
      const random = randomStream(3, 'wide');
      initializeMlp(network, random);
      for (let i = 0; i < network.input.length; i++) network.input[i] = random.normal();
      forward(network, 64);
      return network.output;
    });
    expect(kernelsForWidth(wasm, 256).name).toBe('wasm-simd+onnx');
    expect(relativeError(outputs[0]!, outputs[1]!)).toBeLessThan(1e-5);
  });
});

describe('the choice of a backend', () => {
  it('leaves narrow networks with the SIMD kernels, and any that a manifest says so of', () => {
    expect(kernelsForWidth(wasm, 255)).toBe(wasm);
    expect(kernelsForWidth(wasm, 1024, 'wasm-simd')).toBe(wasm);
  });

  it.skipIf(onnx !== null)('refuses a backend that is not there', () => {
    expect(kernelsForWidth(wasm, 1024)).toBe(wasm);
    expect(() => kernelsForWidth(wasm, 64, 'wasm-simd+onnx')).toThrow(WorkError);
  });
});
