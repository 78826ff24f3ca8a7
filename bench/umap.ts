import { execFileSync, type StdioOptions } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { nearestNeighbors } from '../engine/embedding/neighbors.ts';
import { type UmapStage, umap } from '../engine/embedding/umap.ts';
import { branchingCells } from './umap-data.ts';

// UMAP, the neighbours included, beside umap-learn on the same numbers, one thread each:
// node dist/bench/umap.js [--cells 20000] [--python PATH]
// PATH is a Python with the versions of fixtures/reference/requirements.txt; without it only Meander's side is measured.
const { values } = parseArgs({
  options: { cells: { type: 'string', default: '20000' }, python: { type: 'string' } },
});
const n = Number(values.cells);
const d = 50;
const k = 14;
const folder = mkdtempSync(join(tmpdir(), 'meander-umap-'));
const points = branchingCells(n, d);
writeFileSync(join(folder, 'points.f32'), points);

const before = process.resourceUsage().maxRSS;
const stages: Partial<Record<UmapStage, number>> = {};
let mark = performance.now();
const start = mark;
const { coordinates } = umap(points, n, d, {
  onProgress(stage) {
    const now = performance.now();
    stages[stage] = (stages[stage] ?? 0) + (now - mark) / 1000;
    mark = now;
  },
});
const seconds = (performance.now() - start) / 1000;
const peak = process.resourceUsage().maxRSS;
writeFileSync(join(folder, 'meander.f32'), coordinates);
say(
  `${n} × ${d}: Meander ${seconds.toFixed(2)} s (${words(stages, 's')}), peak ${megabytes(peak)}, of them ${megabytes(before)} before`,
);

for (const method of ['approximate', 'exact'] as const) {
  const from = performance.now();
  const { indices } = nearestNeighbors(points, n, d, k, { method });
  const took = (performance.now() - from) / 1000;
  writeFileSync(join(folder, 'neighbors.i32'), indices);
  const recall = values.python ? `, recall ${python('recall', k).recall}` : '';
  say(`neighbours ${method}: ${took.toFixed(2)} s${recall}`);
}

if (values.python) {
  const learn = python('map') as { seconds: number; import: number; warmUp: number; peakMegabytes: number };
  // a first call in a process compiles: the warm-up on 5,000 cells is nearly all that
  const cold = learn.seconds + learn.import + learn.warmUp;
  say(
    `umap-learn ${learn.seconds.toFixed(2)} s, with import and compilation ${cold.toFixed(1)} s, peak ${learn.peakMegabytes.toFixed(0)} MB`,
  );
  say(
    `ratio of times ${(seconds / learn.seconds).toFixed(2)}, with import and compilation ${(seconds / cold).toFixed(3)}`,
  );
  say(`trustworthiness at 15: ${JSON.stringify(python('measure'))}`);
}
say(`the numbers are in ${folder}`);

function python(what: string, ...more: number[]): Record<string, unknown> {
  const script = new URL('../../bench/umap_learn.py', import.meta.url).pathname;
  const threads = { OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', NUMBA_NUM_THREADS: '1' };
  const args = [script, what, folder, ...[n, d, ...more].map(String)];
  const stdio: StdioOptions = ['ignore', 'pipe', 'ignore'];
  return JSON.parse(
    execFileSync(values.python!, args, { env: { ...process.env, ...threads }, stdio, encoding: 'utf8' }),
  );
}

function words(seconds: Partial<Record<string, number>>, unit: string): string {
  return Object.entries(seconds)
    .map(([name, value]) => `${name} ${value!.toFixed(2)} ${unit}`)
    .join(', ');
}

function megabytes(kilobytes: number): string {
  return `${Math.round(kilobytes / 1024)} MB`;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
