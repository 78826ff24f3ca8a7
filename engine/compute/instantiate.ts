import { WorkError } from '../errors.ts';
import { createMemory, instantiate, PAGE } from './kernel-module.ts';

/** A kernel's memory, given out from the front and never taken back. */
export interface KernelMemory {
  doubles(length: number): Float64Array;
  floats(length: number): Float32Array;
  integers(length: number): Int32Array;
}

const ALIGNMENT = 64;
/** what the module asks for (asconfig.json), its constants among it */
const LEAST_PAGES = 16;

/**
 * The compiled kernels with a memory of their own.
 * @param bytes that will be asked of the memory, 64 more for each array
 * @throws WorkError where the compiled kernels are missing or the memory is not to be had
 */
export function instantiateKernels<T>(bytes: number): { kernels: T; memory: KernelMemory } {
  const memory = memoryOf(LEAST_PAGES + Math.ceil(bytes / PAGE));
  const kernels = instantiate<T>(memory);
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

function memoryOf(pages: number) {
  try {
    return createMemory(pages);
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
