import type { Vector } from '../compute/kernels.ts';
import { batchRows, type ConditionalPath, type PathBatch } from './conditional-path.ts';
import { linearPath } from './linear.ts';

/**
 * A path that is bent between some pairs of timepoints and straight between the others.
 * @param bends of each pair
 */
export function pathByPair(bent: ConditionalPath, bends: readonly boolean[]): ConditionalPath {
  if (bends.every((isBent) => isBent)) return bent;
  const straight = linearPath(bent.dims);
  const room = bent.maxRows * bent.dims;
  const straightXt = new Float32Array(room);
  const straightUt = new Float32Array(room);
  return {
    dims: bent.dims,
    maxRows: bent.maxRows,
    evaluate(batch: PathBatch, xt: Vector, ut: Vector) {
      bent.evaluate(batch, xt, ut);
      straight.evaluate(batch, straightXt, straightUt);
      for (let row = 0; row < batchRows(batch); row++) {
        if (bends[Math.floor(row / batch.rowsPerPair)]) continue;
        for (let j = row * bent.dims; j < (row + 1) * bent.dims; j++) {
          xt[j] = straightXt[j]!;
          ut[j] = straightUt[j]!;
        }
      }
    },
  };
}
