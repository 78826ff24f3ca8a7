// What the files of engine/compute call. Arrays are given as byte offsets; nothing is allocated here.
// In float32:
export { gemm, gemmScratchLength } from './gemm';
export { columnSum, fillRows } from './rows';
export { seluBackward, seluForward } from './selu';
export { adam } from './adam';
export { landEnergy } from './land';
export { rbfDataLength, rbfDensity, rbfPadded } from './rbf';
export { nearestScan } from './nearest';
export { umapEpoch } from './umap-layout';
export { landBoxesLength, landDataLength, landScratchLength, landSet } from './land-samples';
// In float64:
export { gramAdd, sparseProduct } from './sparse-rows';
export { addVectors, dots, symmetricProduct } from './symmetric';
// Rows in float32, sums in float64:
export { addScaled, weightedSum } from './scaling-rows';

/** Where the constants of the module end; the caller gives out memory from there. */
export function heapStart(): usize {
  return __heap_base;
}
