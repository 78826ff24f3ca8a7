import { readFileSync } from 'node:fs';
import { builtUrl } from '../built.ts';
import { WorkError } from '../errors.ts';

type WasmModule = { readonly wasmModule: unique symbol };

// the type library without DOM knows no WebAssembly
const { WebAssembly } = globalThis as unknown as {
  WebAssembly: {
    Module: new (bytes: Uint8Array) => WasmModule;
    Memory: new (size: { initial: number; maximum: number }) => { readonly buffer: ArrayBuffer };
    Instance: new (module: WasmModule, imports: object) => { exports: unknown };
  };
};

/** A kernel's memory, given out from the front and never taken back. */
export interface KernelMemory {
  doubles(length: number): Float64Array;
  floats(length: number): Float32Array;
  integers(length: number): Int32Array;
}

const ALIGNMENT = 64;
const PAGE = 65_536;
/** what the module asks for (asconfig.json), its constants among it */
const LEAST_PAGES = 16;
let compiled: WasmModule | undefined;

/**
 * The compiled kernels with a memory of their own, at once instead of awaited.
 * @param bytes that will be asked of the memory, 64 more for each array
 * @throws WorkError where the compiled kernels are missing or the memory is not to be had
 */
export function instantiateKernels<T>(bytes: number): { kernels: T; memory: KernelMemory } {
  compiled ??= compile();
  const pages = LEAST_PAGES + Math.ceil(bytes / PAGE);
  const memory = createMemory(pages);
  const instance = new WebAssembly.Instance(compiled, { env: { memory, abort } });
  const kernels = instance.exports as T & { heapStart(): number };
  let top = Math.ceil(kernels.heapStart() / ALIGNMENT) * ALIGNMENT;
  const reserve = (size: number) => {
    const start = top;
    top += Math.ceil(size / ALIGNMENT) * ALIGNMENT;
    return start;
  };
  return {
    kernels,
    memory: {
      doubles: (length) => new Float64Array(memory.buffer, reserve(8 * length), length),
      floats: (length) => new Float32Array(memory.buffer, reserve(4 * length), length),
      integers: (length) => new Int32Array(memory.buffer, reserve(4 * length), length),
    },
  };
}

function createMemory(pages: number) {
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages });
  } catch (cause) {
    throw new WorkError(
      'There is not enough memory for this many cells or genes.',
      {
        expected: `${Math.ceil((pages * PAGE) / 2 ** 20)} MB, at most 4096`,
        action: 'use fewer cells, genes or dimensions',
      },
      cause,
    );
  }
}

function compile(): WasmModule {
  const url = builtUrl('compute/kernels.wasm');
  try {
    return new WebAssembly.Module(readFileSync(url));
  } catch (cause) {
    throw new WorkError(
      'The compiled kernels are missing.',
      { file: url.pathname, action: 'run `npm run build`' },
      cause,
    );
  }
}

function abort(): never {
  throw new Error('a kernel aborted');
}
