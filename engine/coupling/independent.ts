import type { Coupling } from './coupling.ts';

/** Pairs whose two ends are drawn independently, with replacement (I-CFM). */
export function independentCoupling(): Coupling {
  return {
    draw(rows0, rows1, random, out0, out1) {
      for (let k = 0; k < out0.length; k++) {
        out0[k] = rows0[random.integer(rows0.length)]!;
        out1[k] = rows1[random.integer(rows1.length)]!;
      }
    },
  };
}
