import { writeH5ad } from '../../engine/io/h5ad-write.ts';
import { randomStream } from '../../engine/random.ts';

/** A name that is HTML with a script and a formula, if anything takes it for more than text. */
export const HOSTILE = '<img src=x onerror="window.attacked=1">=HYPERLINK("x")';

/** Cells of days 0, 3 and 7 with such names wherever a file can have names. */
export async function writeHostile(path: string): Promise<void> {
  const random = randomStream(3, 'hostile');
  const nObs = 120;
  await writeH5ad(path, {
    nObs,
    nVars: 30,
    obsNames: Array.from({ length: nObs }, (_, i) => `${HOSTILE} ${i}`),
    varNames: Array.from({ length: 30 }, (_, j) => (j === 0 ? HOSTILE : `gene ${j}`)),
    X: Float32Array.from({ length: nObs * 30 }, () => random.integer(8)),
    obs: {
      day: Float64Array.from({ length: nObs }, (_, i) => [0, 3, 7][i % 3]!),
      label: Array.from({ length: nObs }, (_, i) => (i % 2 === 0 ? HOSTILE : 'other')),
      '<b>hostile<': Array.from({ length: nObs }, (_, i) => (i % 5 === 0 ? HOSTILE : 'other')),
    },
    obsm: {
      X_pca: { values: Float32Array.from({ length: nObs * 2 }, () => random.normal()), shape: [nObs, 2] },
    },
  });
}
