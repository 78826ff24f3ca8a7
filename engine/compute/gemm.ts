import { createRequire } from 'node:module';
import { WorkError } from '../errors.ts';
import type { GemmLayout, Kernels } from './kernels.ts';
import { onnxGemmModel } from './onnx-model.ts';

export type Gemm = Kernels['gemm'];

/** Hidden layers from this width on are wide: a GEMM of BLAS class pays. */
export const WIDE = 256;
/** Products of fewer multiplications stay with the SIMD kernels: a call of onnxruntime costs some microseconds. */
const LEAST_PRODUCT = 2 ** 20;

/** The parts of onnxruntime that are used; it is optional, so its own types may be absent. */
interface Tensor {
  readonly dims: readonly number[];
}
interface NativeSession {
  loadModel(buffer: ArrayBuffer, offset: number, length: number, options: object): void;
  run(feeds: Record<string, Tensor>, fetches: Record<string, Tensor | null>, options: object): unknown;
}
interface Onnxruntime {
  Tensor: new (type: 'float32', data: Float32Array, dims: number[]) => Tensor;
}
interface Binding {
  initOrt(): void;
  binding: { InferenceSession: new () => NativeSession };
}

let loaded: Gemm | null | undefined;

/**
 * The matrix product of onnxruntime (one thread), over the arrays of the WASM kernels, without copies; null where
 * the optional package or its binary for this machine is absent. Bits depend on the machine's instructions.
 */
export function loadOnnxGemm(): Gemm | null {
  if (loaded === undefined) loaded = bind();
  return loaded;
}

/**
 * The kernels for a fit with hidden layers of this width, by a fixed rule: onnxruntime's GEMM from 256 units on where
 * it loads, else the kernels as they are. Both share one memory.
 * @param required the backend that a manifest names; it is used whatever the rule
 * @throws WorkError where the required backend is not on this machine
 */
export function kernelsForWidth(kernels: Kernels, hidden: number, required?: Kernels['name']): Kernels {
  if (required !== undefined && required !== 'wasm-simd+onnx') return kernels;
  if (required === undefined && hidden < WIDE) return kernels;
  const gemm = loadOnnxGemm();
  if (gemm !== null) {
    return {
      ...kernels,
      name: 'wasm-simd+onnx',
      gemm: (layout, a, b, c, m, n, k, accumulate) =>
        (m * n * k < LEAST_PRODUCT ? kernels.gemm : gemm)(layout, a, b, c, m, n, k, accumulate),
    };
  }
  if (required === undefined) return kernels;
  throw new WorkError('This run was made with a backend that is not on this machine.', {
    expected: required,
    found: kernels.name,
    action: 'install the optional package onnxruntime-node (1.30), or run without the manifest’s backend',
  });
}

function bind(): Gemm | null {
  const require = createRequire(import.meta.url);
  let onnxruntime: Onnxruntime;
  let native: Binding;
  try {
    onnxruntime = require('onnxruntime-node');
    // The public session.run only wraps the binding's synchronous run in a promise (dist/backend.js of 1.30), and
    // training steps are synchronous: the binding is asked directly. Hence the version is fixed in package.json.
    native = require('onnxruntime-node/dist/binding.js');
    native.initOrt();
  } catch {
    return null;
  }
  const { Tensor } = onnxruntime;
  const session = (layout: GemmLayout, accumulate: boolean) => {
    const model = onnxGemmModel(layout, accumulate);
    const made = new native.binding.InferenceSession();
    made.loadModel(model.buffer, model.byteOffset, model.byteLength, {
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      enableMemPattern: false,
    });
    return made;
  };
  const layouts = ['nn', 'nt', 'tn'] as const;
  const filling = Object.fromEntries(layouts.map((layout) => [layout, session(layout, false)]));
  const adding = Object.fromEntries(layouts.map((layout) => [layout, session(layout, true)]));

  return (layout, a, b, c, m, n, k, accumulate) => {
    const matrix = (values: typeof a, rows: number, columns: number) =>
      new Tensor('float32', values.subarray(0, rows * columns) as Float32Array, [rows, columns]);
    const left = layout === 'tn' ? matrix(a, k, m) : matrix(a, m, k);
    const right = layout === 'nt' ? matrix(b, n, k) : matrix(b, k, n);
    const out = matrix(c, m, n);
    const feeds = accumulate ? { a: left, b: right, c: out } : { a: left, b: right };
    (accumulate ? adding : filling)[layout]!.run(feeds, { y: out }, {});
  };
}
