import { readFileSync } from 'node:fs';
import { builtUrl } from '../built.ts';
import { WorkError } from '../errors.ts';

type WasmModule = { readonly wasmModule: unique symbol };
export type WasmMemory = { readonly buffer: ArrayBuffer };

// the type library without DOM knows no WebAssembly
const { WebAssembly } = globalThis as unknown as {
  WebAssembly: {
    Module: new (bytes: Uint8Array) => WasmModule;
    Memory: new (size: { initial: number; maximum: number }) => WasmMemory;
    Instance: new (module: WasmModule, imports: object) => { exports: unknown };
  };
};

/** bytes */
export const PAGE = 65_536;
let compiled: WasmModule | undefined;

/**
 * Memory of a fixed size, because growing would detach every array. Only pages that were written cost physical memory.
 * @throws whatever the machine says where it is not to be had
 */
export function createMemory(pages: number): WasmMemory {
  return new WebAssembly.Memory({ initial: pages, maximum: pages });
}

/**
 * What the compiled `assembly/index.ts` exports, on a memory of the caller.
 * @throws WorkError where the compiled kernels are missing
 */
export function instantiate<T>(memory: WasmMemory): T & { heapStart(): number } {
  compiled ??= new WebAssembly.Module(readBuilt());
  const instance = new WebAssembly.Instance(compiled, { env: { memory, abort } });
  return instance.exports as T & { heapStart(): number };
}

function readBuilt(): Uint8Array {
  const url = builtUrl('compute/kernels.wasm');
  try {
    return readFileSync(url);
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
