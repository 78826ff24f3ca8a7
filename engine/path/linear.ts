import { batchRows, type ConditionalPath } from './conditional-path.ts';

/** Straight lines, φ = 0: the path of OT-CFM and I-CFM. */
export function linearPath(dims: number): ConditionalPath {
  return {
    dims,
    maxRows: Number.POSITIVE_INFINITY,
    evaluate(batch, xt, ut) {
      const { x0, x1, s, pairs, rowsPerPair } = batch;
      const rows = batchRows(batch);
      for (let i = 0; i < rows; i++) {
        const { duration } = pairs[Math.floor(i / rowsPerPair)]!;
        for (let j = i * dims; j < (i + 1) * dims; j++) {
          xt[j] = (1 - s[i]!) * x0[j]! + s[i]! * x1[j]!;
          ut[j] = (x1[j]! - x0[j]!) / duration;
        }
      }
    },
  };
}
