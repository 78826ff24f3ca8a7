import type { Kernels } from '../compute/kernels.ts';
import type { FitSettings } from '../config.ts';
import { splitTimepointCells, type TrainingCells } from '../dataset/split.ts';
import { CancelledError } from '../errors.ts';
import { type KMeansResult, kMeans } from '../metric/kmeans.ts';
import { type RbfOptions, rbfActivations } from '../metric/rbf.ts';
import { adamStep, createAdam } from '../nn/adam.ts';
import { drawWithoutReplacement, randomStream } from '../random.ts';
import type { Clouds, TrainingHooks } from './clouds.ts';
import { createEarlyStopping, observe } from './early-stopping.ts';
import { epochMinibatches, validationMinibatches } from './minibatches.ts';

/** Adam's step, the least weight, and epochs without improvement: arXiv 2405.14780 and its code. */
const LEARNING_RATE = 1e-2;
const LEAST_WEIGHT = 1e-4;
const PATIENCE = 5;
/** A cluster narrower than this share of its centre's largest coordinate has no width but rounding. */
const LEAST_WIDTH = 1e-10;
/** Below it λ overflows. */
const LEAST_POSITIVE = 1e-100;

export type RbfSettings = Pick<
  FitSettings,
  'centers' | 'kappa' | 'metricEpochs' | 'metricPower' | 'minibatch' | 'rbfFloor' | 'rho' | 'validationShare'
>;

export interface FittedRbf {
  options: RbfOptions;
  /** mean (1 − h)² on the validation minibatches: before training, then after each epoch */
  losses: number[];
  /** what was repaired on the way, for the reader */
  notes: string[];
}

/**
 * Fits the RBF metric of one pair of timepoints: k-means centres on their cells (of each as many as the smallest
 * timepoint has, drawn once), λ_k = ½ (κ σ_k)^−2 with σ_k² the mean over the cluster's cells and dimensions of
 * (x − c_k)², and weights W that make mean (1 − h)² over minibatches of both timepoints small. W starts from U(0, 1)
 * and is kept ≥ 1e-4; Adam at 1e-2; the last W is kept. ε = (1 − last validation loss) / rbfFloor where that is set
 * (and positive), else rho. Points of `clouds.manifold` count as a third timepoint, all of them.
 * @param pair the index of its earlier timepoint
 * @throws CancelledError; InputError where a cell is not finite
 */
export function fitRbf(
  kernels: Kernels,
  clouds: Clouds,
  cells: TrainingCells,
  pair: number,
  settings: RbfSettings,
  seed: number,
  hooks: Pick<TrainingHooks, 'shouldStop'>,
): FittedRbf {
  const { dims } = clouds;
  const stream = (...purpose: string[]) => randomStream(seed, 'rbf', pair, ...purpose);
  const { points, groups } = stackedPair(clouds, cells, pair, settings, stream);

  const smallest = Math.min(...clouds.cells.map((rows) => rows.length));
  const clustered = groups.flatMap(({ all }, g) => {
    if (g === MANIFOLD) return [...all];
    const drawn = drawWithoutReplacement(all.length, smallest, stream('cells', String(g)));
    return Array.from(drawn, (i) => all[i]!);
  });
  const cloud = new Float64Array(clustered.length * dims);
  clustered.forEach((row, i) => {
    cloud.set(points.subarray(row * dims, (row + 1) * dims), i * dims);
  });
  const clusters = kMeans(cloud, clustered.length, dims, settings.centers, stream('centers'), {
    shouldStop: hooks.shouldStop,
  });
  const { widths, repaired } = clusterWidths(cloud, dims, clusters);
  const lambda = widths.map((width) => 0.5 / (settings.kappa * width) ** 2);
  const shape = { dims, centers: clusters.centers, lambda };

  const { weights, losses } = trainWeights(kernels, shape, points, groups, cells, settings, stream, hooks);
  const floor = floorOf(losses.at(-1)!, settings);
  const notes = [...floor.notes];
  if (clusters.k < settings.centers)
    notes.push(`The rbf metric has ${clusters.k} centres: there are no more different cells in a pair.`);
  if (repaired > 0)
    notes.push(
      `${repaired} of ${clusters.k} clusters of the rbf metric have no width (single or equal cells) and take that of the narrowest other.`,
    );
  return {
    options: { ...shape, weights, epsilon: floor.epsilon, power: settings.metricPower },
    losses,
    notes,
  };
}

/** Rows of one timepoint in the stacked points. */
interface Group {
  all: Int32Array;
  train: Int32Array;
  validation: Int32Array;
}

/** Which group the further points of the manifold are. */
const MANIFOLD = 2;

// the pair's two timepoints, and the manifold's points, one below the other
function stackedPair(
  clouds: Clouds,
  cells: TrainingCells,
  pair: number,
  settings: RbfSettings,
  stream: (purpose: string) => ReturnType<typeof randomStream>,
): { points: Float32Array; groups: Group[] } {
  const { dims, manifold } = clouds;
  const parts = [pair, pair + 1].map((k) => [cells.train[k]!, cells.validation[k]!] as const);
  const manifoldCount = manifold === null ? 0 : manifold.length / dims;
  const count = parts.flat().reduce((sum, rows) => sum + rows.length, 0);
  const points = new Float32Array((count + manifoldCount) * dims);
  let start = 0;
  const place = (rows: Int32Array): Int32Array => {
    const from = start;
    rows.forEach((row, i) => {
      points.set(clouds.points.subarray(row * dims, (row + 1) * dims), (from + i) * dims);
    });
    start += rows.length;
    return Int32Array.from({ length: rows.length }, (_, i) => from + i);
  };
  const groups = parts.map(([train, validation], g): Group => {
    const placed = { train: place(train), validation: place(validation) };
    // a timepoint of one cell has it in both parts
    const all = cells.shared.includes(pair + g)
      ? placed.train
      : Int32Array.from([...placed.train, ...placed.validation]);
    return { all, ...placed };
  });
  if (manifold !== null && manifoldCount > 0) {
    points.set(manifold, start * dims);
    const all = Int32Array.from({ length: manifoldCount }, (_, i) => start + i);
    groups.push({ all, ...splitTimepointCells(all, settings, stream('manifold')) });
  }
  return { points, groups };
}

/**
 * σ_k of each cluster. One without width (a single cell, or copies of one) takes the smallest positive σ of the
 * others; where there is none, the cells' spread around their mean; 1 where all cells are equal.
 */
function clusterWidths(
  points: Float64Array,
  dims: number,
  { centers, labels, sizes, k }: KMeansResult,
): { widths: Float64Array; repaired: number } {
  const n = labels.length;
  const mean = new Float64Array(dims);
  for (let i = 0; i < n; i++) for (let j = 0; j < dims; j++) mean[j]! += points[i * dims + j]! / n;
  const squares = new Float64Array(k);
  let spread = 0;
  for (let i = 0; i < n; i++) {
    const label = labels[i]!;
    for (let j = 0; j < dims; j++) {
      const value = points[i * dims + j]!;
      squares[label]! += (value - centers[label * dims + j]!) ** 2;
      spread += (value - mean[j]!) ** 2;
    }
  }
  const whole = Math.sqrt(spread / (n * dims));
  const widths = squares.map((square, c) => Math.sqrt(square / (sizes[c]! * dims)));
  // the mean of equal cells is equal to them but for rounding, which grows with the coordinates
  const isWide = (width: number, center: Float64Array) =>
    width > LEAST_POSITIVE && width > LEAST_WIDTH * Math.max(...center.map(Math.abs));
  const wide = widths.map((width, c) => Number(isWide(width, centers.subarray(c * dims, (c + 1) * dims))));
  const others = widths.filter((_, c) => wide[c] === 1);
  const narrowest = others.length > 0 ? Math.min(...others) : isWide(whole, mean) ? whole : 1;
  return {
    widths: widths.map((width, c) => (wide[c] === 1 ? width : narrowest)),
    repaired: k - others.length,
  };
}

function trainWeights(
  kernels: Kernels,
  shape: Pick<RbfOptions, 'dims' | 'centers' | 'lambda'>,
  points: Float32Array,
  groups: Group[],
  cells: TrainingCells,
  settings: RbfSettings,
  stream: (purpose: string) => ReturnType<typeof randomStream>,
  hooks: Pick<TrainingHooks, 'shouldStop'>,
): { weights: Float64Array; losses: number[] } {
  const count = shape.lambda.length;
  const rows = points.length / shape.dims;
  // a cell's activations never change: they are worked out once
  const activations = new Float32Array(rows * count);
  const point = new Float64Array(shape.dims);
  const own = new Float64Array(count);
  for (let i = 0; i < rows; i++) {
    if (i % 256 === 0 && hooks.shouldStop()) throw new CancelledError();
    point.set(points.subarray(i * shape.dims, (i + 1) * shape.dims));
    rbfActivations(shape, point, own);
    activations.set(own, i * count);
  }
  const mark = kernels.mark();
  const weights = kernels.allocate(count);
  const gradient = kernels.allocate(count);
  const initial = stream('weights');
  for (let k = 0; k < count; k++) weights[k] = initial.uniform();
  const clamp = () => {
    for (let k = 0; k < count; k++) weights[k] = Math.max(weights[k]!, LEAST_WEIGHT);
  };
  const density = (row: number) => {
    let h = 0;
    for (let k = 0; k < count; k++) h += weights[k]! * activations[row * count + k]!;
    return h;
  };

  const validation = validationMinibatches(
    groups.map((group) => group.validation),
    cells.minibatch,
  );
  const validate = () => {
    clamp();
    let loss = 0;
    for (const minibatch of validation) {
      const size = minibatch.reduce((sum, part) => sum + part.length, 0);
      for (const part of minibatch)
        for (const row of part) loss += (1 - density(row)) ** 2 / (size * validation.length);
    }
    return loss;
  };

  const train = groups.map((group) => group.train);
  const order = stream('order');
  const losses = [validate()];
  let adam = createAdam(kernels, count);
  let stopping = createEarlyStopping(PATIENCE);
  for (let epoch = 0; epoch < settings.metricEpochs; epoch++) {
    for (const minibatch of epochMinibatches(train, cells.minibatch, cells.stepsPerEpoch, order)) {
      if (hooks.shouldStop()) throw new CancelledError();
      clamp();
      gradient.fill(0);
      const size = minibatch.reduce((sum, part) => sum + part.length, 0);
      for (const part of minibatch) {
        for (const row of part) {
          const slope = (-2 * (1 - density(row))) / size;
          for (let k = 0; k < count; k++) gradient[k] = gradient[k]! + slope * activations[row * count + k]!;
        }
      }
      adam = adamStep(kernels, adam, weights, gradient, { learningRate: LEARNING_RATE });
    }
    const loss = validate();
    losses.push(loss);
    const seen = observe(stopping, loss);
    stopping = seen.state;
    if (seen.stop) break;
  }
  const trained = Float64Array.from(weights);
  kernels.release(mark);
  return { weights: trained, losses };
}

function floorOf(loss: number, { rbfFloor, rho }: RbfSettings): { epsilon: number; notes: string[] } {
  if (rbfFloor === null) return { epsilon: rho, notes: [] };
  const epsilon = (1 - loss) / rbfFloor;
  if (epsilon > 0) return { epsilon, notes: [] };
  return {
    epsilon: rho,
    notes: [
      `The weights of the rbf metric did not learn the density (validation loss ${loss.toPrecision(3)}, 1 or more), so --rbf-floor gives no ε; it is rho, ${rho}.`,
    ],
  };
}
