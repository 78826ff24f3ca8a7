// What engine/compute/wasm.ts calls. Arrays are float32, given as byte offsets; nothing is allocated here.
export { gemm, gemmScratchLength } from './gemm';
export { columnSum, fillRows } from './rows';
export { seluBackward, seluForward } from './selu';
export { adam } from './adam';
export { landEnergy } from './land';
export { landBoxesLength, landDataLength, landScratchLength, landSet } from './land-samples';

/** Where the constants of the module end; the caller gives out memory from there. */
export function heapStart(): usize {
  return __heap_base;
}
