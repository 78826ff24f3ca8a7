import { WorkError } from '../errors.ts';
import { createMemory, instantiate, PAGE } from './kernel-module.ts';
import type { GemmLayout, Kernels, LandSamples, RbfCenters, Vector } from './kernels.ts';

/** What `assembly/index.ts` exports; arrays are pointers (bytes), flags are 0 or 1. */
interface Exports {
  gemmScratchLength(): number;
  gemm(
    layout: number,
    a: number,
    b: number,
    c: number,
    m: number,
    n: number,
    k: number,
    accumulate: number,
    scratch: number,
  ): void;
  fillRows(row: number, out: number, rows: number, n: number): void;
  columnSum(matrix: number, out: number, rows: number, n: number, accumulate: number): void;
  seluForward(z: number, h: number, n: number, tangent: number): void;
  seluBackward(z: number, h: number, gradient: number, n: number, tangent: number): void;
  adam(
    parameters: number,
    gradient: number,
    m: number,
    v: number,
    n: number,
    beta1: number,
    beta2: number,
    epsilon: number,
    stepSize: number,
    secondMomentScale: number,
    shrink: number,
  ): void;
  landDataLength(dims: number, capacity: number): number;
  landBoxesLength(dims: number, capacity: number): number;
  landScratchLength(dims: number, capacity: number): number;
  landSet(points: number, indices: number, count: number, dims: number, data: number, boxes: number): void;
  landEnergy(
    data: number,
    boxes: number,
    scratch: number,
    count: number,
    dims: number,
    bandwidth: number,
    rho: number,
    power: number,
    cutoff: number,
    x: number,
    u: number,
    rows: number,
    energy: number,
    xGradient: number,
    uGradient: number,
  ): void;
  rbfDataLength(dims: number, count: number): number;
  rbfPadded(count: number): number;
  rbfDensity(
    data: number,
    count: number,
    dims: number,
    x: number,
    rows: number,
    density: number,
    slope: number,
  ): void;
}

export interface WasmOptions {
  /**
   * Size of the kernels' memory, 1 to 4000; default 512. Only pages that were written cost physical memory.
   */
  megabytes?: number;
}

const alignment = 64;
/** near float32's largest number: a centre without width is seen from its own place alone */
const STEEPEST = 3e37;
const layouts: Record<GemmLayout, number> = { nn: 0, nt: 1, tn: 2 };

/**
 * Kernels with a memory of their own, in float32 with WASM SIMD. Relaxed SIMD is not used: fused products would
 * change the bits from machine to machine.
 * @throws WorkError where the compiled kernels are missing or the memory is not to be had
 */
export async function loadKernels(options: WasmOptions = {}): Promise<Kernels> {
  const { megabytes = 512 } = options;
  const memory = memoryOf(megabytes);
  return bindKernels(instantiate<Exports>(memory), memory.buffer);
}

function memoryOf(megabytes: number) {
  try {
    return createMemory((megabytes * 2 ** 20) / PAGE);
  } catch (cause) {
    throw new WorkError(
      'There is not enough memory for another fit.',
      { expected: `${megabytes} MB of address space`, action: 'use fewer workers (--workers)' },
      cause,
    );
  }
}

function bindKernels(wasm: Exports & { heapStart(): number }, buffer: ArrayBuffer): Kernels {
  let top = align(wasm.heapStart());

  const reserve = (bytes: number): number => {
    const start = top;
    if (start + bytes > buffer.byteLength) {
      throw new WorkError('The fit does not fit into the memory of its kernels.', {
        expected: `at most ${megabytesOf(buffer.byteLength)} MB`,
        found: `${megabytesOf(start)} MB in use and ${megabytesOf(bytes)} MB more asked for`,
        action: 'use fewer dimensions, narrower hidden layers, smaller minibatches or fewer cells',
      });
    }
    top = align(start + bytes);
    return start;
  };
  const allocate = (length: number): Vector => new Float32Array(buffer, reserve(4 * length), length).fill(0);
  const pointer = (values: Vector | Int32Array): number => {
    if (values.buffer !== buffer) throw new Error('a kernel was given an array that is not in its memory');
    return values.byteOffset;
  };
  const pointerOrNull = (values: Vector | null): number => (values === null ? 0 : pointer(values));
  const gemmScratch = pointer(allocate(wasm.gemmScratchLength()));

  return {
    name: 'wasm-simd',
    allocate,
    mark: () => top,
    release(mark) {
      top = mark;
    },
    gemm(layout, a, b, c, m, n, k, accumulate) {
      wasm.gemm(
        layouts[layout],
        pointer(a),
        pointer(b),
        pointer(c),
        m,
        n,
        k,
        accumulate ? 1 : 0,
        gemmScratch,
      );
    },
    fillRows(row, out, rows, n) {
      wasm.fillRows(pointer(row), pointer(out), rows, n);
    },
    columnSum(matrix, out, rows, n, accumulate) {
      wasm.columnSum(pointer(matrix), pointer(out), rows, n, accumulate ? 1 : 0);
    },
    seluForward(z, h, n, tangent) {
      wasm.seluForward(pointer(z), pointer(h), n, tangent ? 1 : 0);
    },
    seluBackward(z, h, gradient, n, tangent) {
      wasm.seluBackward(pointer(z), pointer(h), pointer(gradient), n, tangent ? 1 : 0);
    },
    adam(parameters, gradient, m, v, n, constants) {
      const { beta1, beta2, epsilon, stepSize, secondMomentScale, shrink } = constants;
      wasm.adam(
        pointer(parameters),
        pointer(gradient),
        pointer(m),
        pointer(v),
        n,
        beta1,
        beta2,
        epsilon,
        stepSize,
        secondMomentScale,
        shrink,
      );
    },
    allocateLandSamples: (dims, capacity): LandSamples => ({
      dims,
      capacity,
      count: 0,
      data: allocate(wasm.landDataLength(dims, capacity)),
      boxes: allocate(wasm.landBoxesLength(dims, capacity)),
      scratch: allocate(wasm.landScratchLength(dims, capacity)),
      indices: new Int32Array(buffer, reserve(4 * capacity), capacity),
    }),
    setLandSamples(samples, points, indices, count) {
      if (count > samples.capacity) {
        throw new Error(`LAND has room for ${samples.capacity} samples and was given ${count}`);
      }
      samples.count = count;
      samples.indices.set(indices);
      wasm.landSet(
        pointer(points),
        pointer(samples.indices),
        count,
        samples.dims,
        pointer(samples.data),
        pointer(samples.boxes),
      );
    },
    landEnergy(samples, shape, x, u, rows, energy, xGradient, uGradient) {
      wasm.landEnergy(
        pointer(samples.data),
        pointer(samples.boxes),
        pointer(samples.scratch),
        samples.count,
        samples.dims,
        shape.bandwidth,
        shape.rho,
        shape.power,
        shape.cutoff,
        pointer(x),
        pointer(u),
        rows,
        pointer(energy),
        pointerOrNull(xGradient),
        pointerOrNull(uGradient),
      );
    },
    allocateRbfCenters(dims, centers, lambda, weights): RbfCenters {
      const count = lambda.length;
      const line = wasm.rbfPadded(count);
      const data = allocate(wasm.rbfDataLength(dims, count));
      for (let k = 0; k < count; k++) {
        data[k] = -Math.min(lambda[k]! / 2, STEEPEST);
        data[line + k] = weights[k]!;
        for (let j = 0; j < dims; j++) data[(2 + j) * line + k] = centers[k * dims + j]!;
      }
      return { dims, count, data };
    },
    rbfDensity({ data, count, dims }, x, rows, density, slope) {
      wasm.rbfDensity(pointer(data), count, dims, pointer(x), rows, pointer(density), pointerOrNull(slope));
    },
  };
}

function align(bytes: number): number {
  return Math.ceil(bytes / alignment) * alignment;
}

function megabytesOf(bytes: number): number {
  return Math.ceil(bytes / 2 ** 20);
}
