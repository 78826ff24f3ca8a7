import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { computeEmbeddings } from '../engine/dataset/compute-embedding.ts';
import { findExpression } from '../engine/dataset/expression.ts';
import { timepointsFromColumn } from '../engine/dataset/timepoints.ts';
import { openH5ad } from '../engine/io/h5ad-read.ts';

// From counts to 50 principal components of 2000 variable genes, ours beside scanpy's, each in a process of its own and
// on one thread, in turn:  node dist/bench/counts.js FILE --python python3 [--flavour seurat] [--rounds 3]
// FILE is made by bench/make_counts.py; the Python needs scanpy 1.11. Only the ratios carry to another machine.

interface Outcome {
  /** seconds */
  steps: Record<string, number>;
  /** MB, the highest of the process */
  peak: number;
  /** columns of the chosen genes, ascending */
  genes: number[];
  /** explained variance ratio of each component */
  ratios: number[];
  /** seconds of the whole process */
  wall: number;
}

const { positionals, values: flags } = parseArgs({
  allowPositionals: true,
  options: {
    python: { type: 'string' },
    flavour: { type: 'string', default: 'seurat' },
    rounds: { type: 'string', default: '3' },
    measure: { type: 'boolean', default: false },
  },
});
const [file] = positionals;
if (file === undefined || (!flags.measure && flags.python === undefined)) {
  process.stderr.write('node dist/bench/counts.js FILE --python PYTHON\n');
  process.exitCode = 2;
} else if (flags.measure) await measure(resolve(file));
else compare(resolve(file), flags.python!);

async function measure(path: string): Promise<void> {
  let last = performance.now();
  const steps: Record<string, number> = { imports: last / 1000 };
  const step = (name: string) => {
    const now = performance.now();
    steps[name] = (steps[name] ?? 0) + (now - last) / 1000;
    last = now;
  };
  const h5ad = await openH5ad(path);
  const expression = findExpression(h5ad, { expression: null, expressionState: 'auto' });
  if (!expression) throw new Error('There is no expression.');
  const timepoints = timepointsFromColumn(h5ad.readObs('day'), 'day', { file: path });
  step('open');
  const options = { variableGenes: 2000, minCells: 0, targetSum: null, seed: 0, dims: 50, batch: null };
  const flavour = flags.flavour as 'seurat' | 'seurat_v3';
  const hooks = { onProgress: step };
  const { whole } = computeEmbeddings(
    h5ad,
    expression,
    timepoints.cellTimepoint,
    [],
    { ...options, flavour },
    hooks,
  );
  step('components');
  h5ad.close();
  const { genes, explainedVarianceRatio } = whole.computed;
  const column = new Map(expression.genes.map((name, j) => [name, j]));
  process.stdout.write(
    JSON.stringify({
      steps,
      peak: process.resourceUsage().maxRSS / 1024,
      genes: genes.map((name) => column.get(name)),
      ratios: Array.from(explainedVarianceRatio),
    }),
  );
}

function compare(path: string, python: string): void {
  const script = fileURLToPath(new URL('../../bench/scanpy_counts.py', import.meta.url));
  const self = fileURLToPath(import.meta.url);
  const ours: Outcome[] = [];
  const theirs: Outcome[] = [];
  // in turn, so that a busy moment of the machine meets both; the first round fills the disk's cache
  for (let round = 0; round <= Number(flags.rounds); round++) {
    const here = run(process.execPath, [self, path, '--measure', '--flavour', flags.flavour]);
    const there = run(python, [script, path, '--flavor', flags.flavour]);
    if (round === 0) continue;
    ours.push(here);
    theirs.push(there);
  }
  report(fastest(ours), fastest(theirs));
}

function run(command: string, args: string[]): Outcome {
  const began = performance.now();
  const { stdout, stderr, status } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 2 ** 26 });
  if (status !== 0) throw new Error(`${command}: ${stderr}`);
  return { ...JSON.parse(stdout), wall: (performance.now() - began) / 1000 };
}

function fastest(outcomes: Outcome[]): Outcome {
  return outcomes.reduce((a, b) => (b.wall < a.wall ? b : a));
}

function report(ours: Outcome, theirs: Outcome): void {
  const table = new Table({ head: ['', 'Meander', 'scanpy', 'ratio'], style: { head: [], border: [] } });
  const row = (what: string, a: number, b: number, digits: number) =>
    table.push([what, a.toFixed(digits), b.toFixed(digits), (a / b).toFixed(2)]);
  const work = ({ steps }: Outcome) =>
    Object.values(steps).reduce((total, each) => total + each, -steps.imports!);
  row('seconds, whole process', ours.wall, theirs.wall, 2);
  row('seconds, without imports', work(ours), work(theirs), 2);
  row('peak MB', ours.peak, theirs.peak, 0);
  const chosen = new Set(theirs.genes);
  const shared = ours.genes.filter((gene) => chosen.has(gene)).length;
  const difference = Math.max(...ours.ratios.map((ratio, c) => Math.abs(ratio - theirs.ratios[c]!)));
  const seconds = ({ steps }: Outcome) =>
    Object.entries(steps)
      .map(([name, value]) => `${name} ${value.toFixed(2)}`)
      .join(', ');
  process.stdout.write(
    `${table.toString()}\nMeander: ${seconds(ours)}\nscanpy:  ${seconds(theirs)}\n` +
      `shared genes ${shared} of ${chosen.size}; largest difference of an explained variance ratio ${difference.toExponential(1)}\n`,
  );
}
