import { writeFileSync } from 'node:fs';
import { kernelsForWidth } from '../engine/compute/gemm.ts';
import type { Kernels } from '../engine/compute/kernels.ts';
import { loadKernels } from '../engine/compute/wasm.ts';
import { type FitSettings, parseExperiment } from '../engine/config.ts';
import { splitCells, type TrainingCells } from '../engine/dataset/split.ts';
import { initialWeights } from '../engine/nn/mlp.ts';
import { resolveFitSettings } from '../engine/presets.ts';
import { randomStream } from '../engine/random.ts';
import { type Clouds, pairTimes } from '../engine/train/clouds.ts';
import { kernelTraining } from '../engine/train/kernel-training.ts';
import { createPathMetric } from '../engine/train/path-metric.ts';
import { loadTensorflow, tensorflowName } from '../engine/train/tensorflow/load.ts';
import { tensorflowTraining } from '../engine/train/tensorflow.ts';
import type { NetworkTraining, TrainingBackend } from '../engine/train/training-backend.ts';

// Training steps a second of processor time by our kernels and by TensorFlow, in turns in one run: only the ratios carry to another
// machine. On one core (taskset -c 0) the two have the same means: TensorFlow takes all cores otherwise.
// usage: node dist/bench/backends.js [SECONDS of each measurement [FILE.json]]

const ROUNDS = 3;
const seconds = Number(process.argv[2] ?? 2);
const hooks = { shouldStop: () => false };

interface Size {
  dims: number;
  hidden: number;
  metric: FitSettings['metric'];
  cellsEach: number;
}
const sizes: Size[] = [
  { dims: 5, hidden: 64, metric: 'land', cellsEach: 3000 },
  { dims: 50, hidden: 256, metric: 'rbf', cellsEach: 1000 },
  { dims: 50, hidden: 1024, metric: 'rbf', cellsEach: 1000 },
];

const loaded = loadTensorflow();
const simd = await loadKernels();
process.stdout.write(
  `${tensorflowName(loaded)}; Node.js ${process.versions.node}; steps a second of processor time\n`,
);
const rows = sizes.flatMap((size) => compare(size));
for (const { what, ours, theirs } of rows) {
  const figures = [ours, theirs, ours / theirs].map((value) => value.toPrecision(3).padStart(8));
  process.stdout.write(`${what.padEnd(52)} ${figures.join(' ')}\n`);
}
if (process.argv[3]) writeFileSync(process.argv[3], JSON.stringify(rows, null, 1));

/** Two timepoints, one pair, a minibatch of 128. */
function compare(size: Size) {
  const { dims, hidden, metric } = size;
  const kernels = kernelsForWidth(simd, hidden);
  const mark = kernels.mark();
  const clouds = twoClouds(size);
  const settings = settingsOf(size);
  const cells = splitCells(clouds.cells, settings, randomStream(1, 'split'));
  const backends = [kernelTraining(kernels), tensorflowTraining(loaded.tf)];
  const land =
    metric === 'land' ? `LAND of ${2 * size.cellsEach} cells` : `RBF of ${settings.centers} centres`;
  const field = alternate(backends, (backend) => fieldStep(kernels, backend, size));
  const interpolant = alternate(backends, (backend) =>
    interpolantStep(kernels, backend, clouds, cells, settings),
  );
  kernels.release(mark);
  const name = `d ${dims}, ${hidden} units (${kernels.name})`;
  return [
    { what: `vector field, ${name}`, ...field },
    { what: `interpolant, ${name}, ${land}`, ...interpolant },
  ];
}

/** The median of some rounds, the backends in turns. */
function alternate(
  backends: TrainingBackend[],
  begin: (backend: TrainingBackend) => { step(): void; dispose(): void },
): { ours: number; theirs: number } {
  const runs = backends.map(begin);
  for (const { step } of runs) step();
  const rates = runs.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round++)
    for (const [i, { step }] of runs.entries()) rates[i]!.push(rate(step));
  for (const run of runs) run.dispose();
  const [ours, theirs] = rates.map((each) => each.sort((a, b) => a - b)[ROUNDS >> 1]!);
  return { ours: ours!, theirs: theirs! };
}

/** Steps a second of processor time, all threads together: what else the machine does takes part in the clock's time. */
function rate(step: () => void): number {
  const start = process.cpuUsage();
  let steps = 0;
  let spent = 0;
  while (spent < 1e6 * seconds) {
    step();
    steps++;
    const { user, system } = process.cpuUsage(start);
    spent = user + system;
  }
  return (1e6 * steps) / spent;
}

function fieldStep(kernels: Kernels, backend: TrainingBackend, { dims, hidden }: Size) {
  const shape = [dims + 1, hidden, hidden, hidden, dims];
  const training = backend.vectorField({
    sizes: shape,
    maxRows: 128,
    initial: initialWeights(shape, randomStream(1, 'weights')),
  });
  const draw = drawInto(kernels);
  const batch = { x: draw(128 * dims), t: draw(128), u: draw(128 * dims), rows: 128 };
  return steps(training, batch);
}

function interpolantStep(
  kernels: Kernels,
  backend: TrainingBackend,
  clouds: Clouds,
  cells: TrainingCells,
  settings: FitSettings & { bandwidth: number },
) {
  const { dims } = clouds;
  const { hidden } = settings;
  const shape = [2 * dims + 1, hidden, hidden, hidden, dims];
  const metric = createPathMetric(kernels, clouds, cells, settings, 1, hooks);
  metric.draw(randomStream(1, 'metric'));
  const training = backend.interpolant({
    sizes: shape,
    maxRows: 128,
    initial: initialWeights(shape, randomStream(1, 'weights')),
    metric,
    noiseScale: 0.1,
  });
  const draw = drawInto(kernels);
  const [x0, x1, noise, s] = [draw(128 * dims), draw(128 * dims), draw(128 * dims), draw(128)];
  s.forEach((value, i) => {
    s[i] = 1 / (1 + Math.exp(-value));
  });
  const batch = { x0, x1, noise, s, pairs: pairTimes(clouds), rowsPerPair: 128 };
  training.scale = training.straightEnergy(batch);
  return steps(training, batch);
}

function steps<Batch>(training: NetworkTraining<Batch>, batch: Batch) {
  return {
    step() {
      training.lossAndGradient(batch);
      training.update({ learningRate: 1e-4 });
    },
    dispose: () => training.dispose(),
  };
}

function drawInto(kernels: Kernels) {
  const random = randomStream(1, 'batch');
  return (length: number) => {
    const values = kernels.allocate(length);
    for (let i = 0; i < length; i++) values[i] = random.normal();
    return values;
  };
}

function twoClouds({ dims, cellsEach }: Size): Clouds {
  const random = randomStream(1, 'clouds');
  const points = Float32Array.from(
    { length: 2 * cellsEach * dims },
    (_, at) => random.normal() + (at < cellsEach * dims ? 0 : 1),
  );
  const cells = [0, 1].map((k) => Int32Array.from({ length: cellsEach }, (_, i) => k * cellsEach + i));
  return { dims, points, times: [0, 1], cells, manifold: null };
}

function settingsOf({ dims, hidden, metric }: Size): FitSettings & { bandwidth: number } {
  const given = { hidden, metric, metricEpochs: 2, metricPower: 1 };
  const config = parseExperiment({ time: 'day', methods: ['ot-mfm'], seeds: 1, ...given });
  return { ...resolveFitSettings(config, { method: 'ot-mfm', dims, heldOut: [] }), bandwidth: 0.25 };
}
