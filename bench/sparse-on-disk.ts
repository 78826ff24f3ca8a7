import { resolve } from 'node:path';
import { fitSparsePca, projectSparse } from '../engine/embedding/sparse-pca.ts';
import { openMatrix } from '../engine/io/h5ad-matrix.ts';
import { openHdf5 } from '../engine/io/hdf5.ts';
import { log1p } from '../engine/preprocess/log1p.ts';
import { normalizeTotal } from '../engine/preprocess/normalize-total.ts';
import type { RowBlocks } from '../engine/preprocess/row-blocks.ts';

// Principal components of a matrix that stays on the disk:  node dist/bench/sparse-on-disk.js FILE
// FILE e.g. by:  python bench/make_counts.py FILE --cells 1000000 --genes 2000

const [file] = process.argv.slice(2);
if (file === undefined) {
  process.stderr.write('node dist/bench/sparse-on-disk.js FILE    (see bench/make_counts.py)\n');
  process.exitCode = 2;
} else await measure(resolve(file));

async function measure(path: string): Promise<void> {
  const root = await openHdf5(path);
  const matrix = openMatrix(root, 'X');
  if (!matrix) throw new Error('There is no X.');
  const [rows, genes] = matrix.shape;
  write(`${rows} × ${genes}, ${(matrix.nStored / 1e6).toFixed(1)} million stored values`);
  let largest = 0;
  const counts: RowBlocks = {
    rows,
    genes,
    *blocks() {
      for (const [start, stop] of matrix.rowBlocks()) {
        const block = matrix.readRows(start, stop);
        largest = Math.max(largest, block.data.byteLength + block.indices.byteLength);
        yield block;
      }
    },
  };
  timed('one reading', () => {
    for (const block of counts.blocks()) void block;
  });
  const { source } = timed('totals of the cells', () => normalizeTotal(counts));
  const logged = log1p(source);
  const model = timed('fit of 50 components, read, normalised and logged in one pass', () =>
    fitSparsePca(logged, 50),
  );
  const scores = timed('scores, the same', () => projectSparse(model, logged));
  root.close();
  write(
    `largest block ${(largest / 2 ** 20).toFixed(0)} MB, scores ${(scores.byteLength / 2 ** 20).toFixed(0)} MB`,
  );
  write(
    `explained ${(100 * model.explainedVarianceRatio.reduce((sum, share) => sum + share, 0)).toFixed(1)} %`,
  );
}

function timed<T>(what: string, work: () => T): T {
  const began = performance.now();
  const result = work();
  const peak = process.resourceUsage().maxRSS / 1024;
  write(`${what}: ${((performance.now() - began) / 1000).toFixed(1)} s, peak so far ${peak.toFixed(0)} MB`);
  return result;
}

function write(line: string): void {
  process.stdout.write(`${line}\n`);
}
