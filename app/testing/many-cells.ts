import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeH5ad } from '../../engine/io/h5ad-write.ts';
import { randomStream } from '../../engine/random.ts';

/** More cells than can be laid out in the time that a cancel takes. */
const MANY = 4000;

/** Cells of days 0, 1 and 2 in a cloud, of which the first has no place and is not good. */
export async function writeMany(path: string): Promise<void> {
  const random = randomStream(1, 'conformance');
  const cloud = Float32Array.from({ length: MANY * 20 }, () => random.normal());
  cloud.fill(Number.NaN, 0, 20);
  await writeH5ad(path, {
    nObs: MANY,
    nVars: 0,
    obsNames: Array.from({ length: MANY }, (_, i) => `cell ${i}`),
    varNames: [],
    obs: {
      day: Float64Array.from({ length: MANY }, (_, i) => i % 3),
      good: Int32Array.from({ length: MANY }, (_, i) => Number(i > 0)),
    },
    obsm: { X_cloud: { values: cloud, shape: [MANY, 20] } },
  });
}

/** A matrix.mtx with names; entry k of a cell c is the gene 3k + c, with the value k + 1. */
export async function writeText(path: string, cells: number, genes: number, each: number): Promise<void> {
  await mkdir(path);
  const lines = [`%%MatrixMarket matrix coordinate integer general`, `${genes} ${cells} ${cells * each}`];
  for (let c = 0; c < cells; c++)
    for (let k = 0; k < each; k++) lines.push(`${((3 * k + c) % genes) + 1} ${c + 1} ${k + 1}`);
  await writeFile(join(path, 'matrix.mtx'), `${lines.join('\n')}\n`);
  await writeFile(join(path, 'barcodes.tsv'), Array.from({ length: cells }, (_, c) => `b${c}\n`).join(''));
  await writeFile(
    join(path, 'genes.tsv'),
    Array.from({ length: genes }, (_, g) => `ENSG${String(g).padStart(11, '0')}\tGene${g}\n`).join(''),
  );
}
