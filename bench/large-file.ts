import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import Table from 'cli-table3';
import * as h5wasm from 'h5wasm/node';
import { ensureGeneIndex, openGeneIndex, readGene } from '../engine/io/gene-index.ts';
import { type MatrixSource, openMatrix } from '../engine/io/h5ad-matrix.ts';
import { openH5ad } from '../engine/io/h5ad-read.ts';
import { openHdf5 } from '../engine/io/hdf5.ts';
import { drawWithoutReplacement, randomStream } from '../engine/random.ts';

// A file larger than memory, each measurement in a process of its own:  node dist/bench/large-file.js FILE
// FILE has CSR in X and an X_pca, e.g. made by:  python bench/make_large_file.py FILE --gigabytes 6
// The index goes into a folder beside it, which is removed. Ratios carry to another machine, times do not.

type Figures = Record<string, number>;

const random = randomStream(1, 'bench large file');

const parts: Record<string, (file: string) => Promise<Figures>> = {
  /** Node with the library loaded and nothing open */
  async nothing() {
    await h5wasm.ready;
    return {};
  },
  async open(file) {
    const h5ad = await openH5ad(file);
    return { cells: h5ad.nObs, genes: h5ad.nVars };
  },
  async cells(file) {
    const h5ad = await openH5ad(file);
    const pca = h5ad.readObsm('X_pca');
    const afterPca = performance.now();
    const [matrix, close] = await matrixOf(file);
    const rows = drawWithoutReplacement(h5ad.nObs, 1000, random);
    const picked = matrix.readRowList(rows);
    close();
    h5ad.close();
    return { pca: pca.values.length, stored: picked.data.length, rowSeconds: since(afterPca) };
  },
  /** block by block, in turn with the library's own reading of the same bytes */
  async reading(file) {
    const [matrix, close] = await matrixOf(file);
    await h5wasm.ready;
    const raw = new h5wasm.File(file, 'r');
    const [data, indices, indptr] = ['data', 'indices', 'indptr'].map(
      (name) => raw.get(`X/${name}`) as h5wasm.Dataset,
    ) as [h5wasm.Dataset, h5wasm.Dataset, h5wasm.Dataset];
    const pointers = Array.from(indptr.value as BigInt64Array, Number);
    const seconds = { raw: 0, ours: 0 };
    let bytes = 0;
    matrix.rowBlocks().forEach(([start, stop], i) => {
      const range: [number, number] = [pointers[start]!, pointers[stop]!];
      const readRaw = () => {
        const began = performance.now();
        data.slice([range]);
        indices.slice([range]);
        seconds.raw += since(began);
      };
      if (i % 2 === 0) readRaw();
      const began = performance.now();
      const block = matrix.readRows(start, stop);
      seconds.ours += since(began);
      if (i % 2 === 1) readRaw();
      bytes += block.data.byteLength + block.indices.byteLength;
    });
    close();
    return { ...seconds, gigabytes: bytes / 1e9 };
  },
  async index(file) {
    const built = await ensureGeneIndex(file);
    if (!built) throw new Error('The index was there already.');
    return {};
  },
  async gene(file) {
    const first = performance.now();
    await readGene(file, 'X', 7);
    const firstSeconds = since(first);
    const index = openGeneIndex(file, 'X');
    if (!index) throw new Error('There is no index.');
    const times = Array.from({ length: 100 }, () => {
      const began = performance.now();
      index.readColumn(random.integer(index.info.shape[1]));
      return since(began);
    }).sort((a, b) => a - b);
    index.close();
    return { firstSeconds, median: times[50]!, slowest: times[99]! };
  },
  async scan(file) {
    await readGene(file, 'X', 7);
    return {};
  },
};

async function matrixOf(file: string): Promise<[MatrixSource, () => void]> {
  const root = await openHdf5(file);
  const matrix = openMatrix(root, 'X');
  if (!matrix) throw new Error('There is no X.');
  return [matrix, () => root.close()];
}

const since = (began: number) => (performance.now() - began) / 1000;

async function measure(name: string, file: string): Promise<void> {
  const began = performance.now();
  const figures = await parts[name]!(file);
  const seconds = since(began);
  const peak = process.resourceUsage().maxRSS / 1024;
  process.stdout.write(JSON.stringify({ ...figures, seconds, peak }));
}

function runPart(name: string, file: string, cache: string): Figures & { seconds: number; peak: number } {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [fileURLToPath(import.meta.url), file, name],
    { encoding: 'utf8', env: { ...process.env, MEANDER_CACHE: cache, MEANDER_CACHE_GB: '1000' } },
  );
  if (status !== 0) throw new Error(`${name}: ${stderr}`);
  return JSON.parse(stdout);
}

function report(file: string): void {
  const cache = mkdtempSync(join(dirname(file), 'large-file-cache-'));
  try {
    const nothing = runPart('nothing', file, cache);
    const open = runPart('open', file, cache);
    const cells = runPart('cells', file, cache);
    const reading = runPart('reading', file, cache);
    const scan = runPart('scan', file, cache);
    const index = runPart('index', file, cache);
    const gene = runPart('gene', file, cache);
    const table = new Table({ head: ['', 'seconds', 'peak MB', 'ratio'], style: { head: [], border: [] } });
    const row = (what: string, seconds: number, peak: number | undefined, ratio: string) =>
      table.push([what, seconds.toFixed(3), peak === undefined ? '' : peak.toFixed(0), ratio]);
    row('nothing (Node and the HDF5 library)', nothing.seconds, nothing.peak, '');
    row(`open (${open.cells} cells × ${open.genes} genes)`, open.seconds, open.peak, '');
    row('X_pca and 1000 random cells', cells.seconds, cells.peak, '');
    row('  of it the 1000 cells', cells.rowSeconds!, undefined, '');
    row(`all of X, h5wasm's own slices (${reading.gigabytes!.toFixed(1)} GB)`, reading.raw!, undefined, '1');
    row(
      'all of X, our rows',
      reading.ours!,
      reading.peak,
      `${(reading.raw! / reading.ours!).toFixed(2)} × its speed`,
    );
    row('a gene without index (reads all)', scan.seconds, scan.peak, '1');
    row(
      'building the index',
      index.seconds,
      index.peak,
      `${(index.seconds / reading.raw!).toFixed(2)} × raw reading`,
    );
    row(
      'a gene with it, first in a process',
      gene.firstSeconds!,
      gene.peak,
      `1/${(scan.seconds / gene.firstSeconds!).toFixed(0)}`,
    );
    row(
      'a gene with it, median of 100',
      gene.median!,
      undefined,
      `1/${(scan.seconds / gene.median!).toFixed(0)}`,
    );
    row('a gene with it, slowest of 100', gene.slowest!, undefined, '');
    process.stdout.write(`${table.toString()}\n`);
  } finally {
    rmSync(cache, { recursive: true });
  }
}

const [file, part] = process.argv.slice(2);
if (file === undefined) {
  process.stderr.write('node dist/bench/large-file.js FILE    (see bench/make_large_file.py)\n');
  process.exitCode = 2;
} else if (part !== undefined) await measure(part, resolve(file));
else report(resolve(file));
