import { exactPlan } from '../coupling/exact-ot.ts';
import { MOST_PLAN_CELLS } from '../coupling/global.ts';
import type { Points } from '../coupling/ground-cost.ts';
import { gatherRows, rowsWhere } from '../dataset/clouds.ts';
import { applyScaling } from '../embedding/whiten.ts';
import { drawWithoutReplacement, randomStream } from '../random.ts';
import { equalSizeOf, type PredictedCloud, type W1Band, w1Band } from './bootstrap.ts';
import { energyDistance } from './energy-distance.ts';
import { mmd } from './mmd.ts';
import type { SharedDataset, Space } from './space.ts';
import { wasserstein2, weightedPoints } from './wasserstein.ts';

/** How far predicted cells are from the real ones of a held-out timepoint, in the evaluation space. */
export interface Distances {
  /** exact, Euclidean */
  w1: number;
  /** exact */
  w2: number;
  mmd: number;
  energy: number;
  /** W1 at the size of the noise floor, of random parts of both */
  w1AtFloorSize: number;
  /** W1 of equal numbers of cells, with its interval; absent in results of before it was measured */
  atEqualSize?: W1Band;
  /** by cell type of the real cells: the mean cost, in the plan of w1, of bringing predicted cells to them */
  byCellType: { cellType: string; w1: number; cells: number }[];
  /** above 10,000 cells a side: how many each side was cut to for w1 and w2; else null */
  subset: number | null;
}

/** What the distances would be for a perfect prediction, as far as samples can tell. */
export interface NoiseFloor {
  timepoint: number;
  /** cells on each side */
  cells: number;
  repeats: number;
  /** W1 between disjoint random parts of the real cells */
  w1Mean: number;
  w1Sd: number;
  /** mean W1 between replicates at this size, over their pairs; null without --batch or with one replicate */
  w1BetweenReplicates: number | null;
}

/** The floor is taken at half of the cells, and at most at so many: it is repeated, and falls slowly with size. */
const MOST_FLOOR_CELLS = 1000;
const FLOOR_REPEATS = 5;

/** Real cells of a timepoint in the evaluation space, with what is known of them. */
export interface RealCells {
  points: Float32Array;
  rows: Int32Array;
  dims: number;
  /** the number of cells at which all predictions of them are compared (see W1Band) */
  equalSize: number;
}

/** @param heldOut the timepoints that are held out with it, itself included: predictions come from those around them */
export function realCells(
  dataset: SharedDataset,
  { evaluation }: Space,
  timepoint: number,
  heldOut: readonly number[],
): RealCells {
  const { points, dims, cellTimepoint } = dataset;
  const rowsOf = (timepoint: number) => rowsWhere(cellTimepoint, (k) => k === timepoint);
  const rows = rowsOf(timepoint);
  let [before, after] = [timepoint - 1, timepoint + 1];
  while (heldOut.includes(before)) before--;
  while (heldOut.includes(after)) after++;
  return {
    points: applyScaling(gatherRows(points, dims, rows), dims, evaluation),
    rows,
    dims,
    equalSize: equalSizeOf([rows.length, rowsOf(before).length, rowsOf(after).length]),
  };
}

/**
 * All distances of a prediction.
 * @param predicted [n, dims], in the evaluation space
 * @param seed for random parts, where clouds are too large or are compared at the floor's size
 * @param mass how many cells each predicted one stands for [n]; default: all alike
 */
export function measureDistances(
  { cellType }: SharedDataset,
  predicted: Float32Array,
  real: RealCells,
  seed: number,
  shouldStop: () => boolean,
  mass?: Float64Array,
): Distances {
  const { dims } = real;
  const cloud = { points: predicted, ...(mass && { mass }) };
  const [{ points: x, a }, y] = [
    withMass(cloudPart(cloud, dims, MOST_PLAN_CELLS, seed, 'predicted'), dims),
    somePart(real, seed),
  ];
  const plan = exactPlan(x, y.points, dims, { cost: 'euclidean', shouldStop, ...(a && { a }) });
  const n = x.length / dims;
  const m = y.rows.length;
  const whole = [predicted.length / dims, real.rows.length] as const;
  const small = withMass(cloudPart(cloud, dims, floorSize(real), seed, 'floor predicted'), dims);
  const smallReal = partOf(real.points, dims, floorSize(real), seed, 'floor real');
  const weights = { shouldStop, ...(mass && { weightsX: mass }) };
  return {
    w1: plan.cost,
    w2: wasserstein2(x, n, y.points, m, dims, { shouldStop, ...(a && { a }) }),
    mmd: mmd(predicted, whole[0], real.points, whole[1], dims, weights),
    energy: energyDistance(predicted, whole[0], real.points, whole[1], dims, weights),
    w1AtFloorSize: exactPlan(small.points, smallReal, dims, {
      cost: 'euclidean',
      shouldStop,
      ...(small.a && { a: small.a }),
    }).cost,
    atEqualSize: w1Band(cloud, real.points, dims, real.equalSize, seed, shouldStop),
    byCellType: cellType ? costByType(plan, x, y, cellType) : [],
    subset: Math.max(...whole) > MOST_PLAN_CELLS ? MOST_PLAN_CELLS : null,
  };
}

/** W1 between random parts of the real cells themselves, and between replicates. */
export function noiseFloor(
  { batch }: SharedDataset,
  timepoint: number,
  real: RealCells,
  seed: number,
  shouldStop: () => boolean,
): NoiseFloor {
  const { dims, rows, points } = real;
  const cells = floorSize(real);
  const w1 = (x: Float32Array, y: Float32Array) =>
    exactPlan(x, y, dims, { cost: 'euclidean', shouldStop }).cost;
  const values: number[] = [];
  for (let repeat = 0; repeat < FLOOR_REPEATS; repeat++) {
    const drawn = drawWithoutReplacement(rows.length, 2 * cells, randomStream(seed, 'floor', repeat));
    values.push(
      w1(
        gatherRows(points, dims, drawn.subarray(0, cells)),
        gatherRows(points, dims, drawn.subarray(cells, 2 * cells)),
      ),
    );
  }
  const mean = values.reduce((a, b) => a + b) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return {
    timepoint,
    cells,
    repeats: FLOOR_REPEATS,
    w1Mean: mean,
    w1Sd: Math.sqrt(variance),
    w1BetweenReplicates: batch && betweenReplicates(batch.codes, real, cells, seed, w1),
  };
}

function betweenReplicates(
  codes: Int32Array,
  { points, rows, dims }: RealCells,
  cells: number,
  seed: number,
  w1: (x: Float32Array, y: Float32Array) => number,
): number | null {
  const members = new Map<number, number[]>();
  rows.forEach((row, i) => {
    const code = codes[row]!;
    if (code >= 0) members.set(code, [...(members.get(code) ?? []), i]);
  });
  const clouds = [...members.entries()]
    .sort(([a], [b]) => a - b)
    .filter(([, list]) => list.length >= cells)
    .map(([code, list]) =>
      partOf(gatherRows(points, dims, Int32Array.from(list)), dims, cells, seed, `batch ${code}`),
    );
  const pairs = clouds.flatMap((x, i) => clouds.slice(i + 1).map((y) => w1(x, y)));
  return pairs.length > 0 ? pairs.reduce((a, b) => a + b) / pairs.length : null;
}

function floorSize({ rows }: RealCells): number {
  return Math.max(1, Math.min(MOST_FLOOR_CELLS, Math.floor(rows.length / 2)));
}

function costByType(
  plan: { rows: Int32Array; columns: Int32Array; mass: Float64Array },
  x: Points,
  y: RealCells,
  { codes, names }: NonNullable<SharedDataset['cellType']>,
): Distances['byCellType'] {
  const cost = new Float64Array(names.length);
  const mass = new Float64Array(names.length);
  const cells = new Int32Array(names.length);
  for (const row of y.rows) if (codes[row]! >= 0) cells[codes[row]!]!++;
  for (let e = 0; e < plan.rows.length; e++) {
    const column = plan.columns[e]!;
    const type = codes[y.rows[column]!]!;
    if (type < 0) continue;
    let square = 0;
    for (let j = 0; j < y.dims; j++) {
      square += (x[plan.rows[e]! * y.dims + j]! - y.points[column * y.dims + j]!) ** 2;
    }
    cost[type]! += plan.mass[e]! * Math.sqrt(square);
    mass[type]! += plan.mass[e]!;
  }
  return names.flatMap((cellType, type) =>
    mass[type]! > 0 ? [{ cellType, w1: cost[type]! / mass[type]!, cells: cells[type]! }] : [],
  );
}

function cloudPart(
  cloud: PredictedCloud,
  dims: number,
  most: number,
  seed: number,
  name: string,
): PredictedCloud {
  const { points, mass } = cloud;
  const n = points.length / dims;
  if (n <= most) return cloud;
  const rows = drawWithoutReplacement(n, most, randomStream(seed, 'part', name)).sort();
  return {
    points: gatherRows(points, dims, rows),
    ...(mass && { mass: Float64Array.from(rows, (row) => mass[row]!) }),
  };
}

/** What the exact plan takes: cells that have mass, with weights of sum 1 where they are not all alike. */
function withMass({ points, mass }: PredictedCloud, dims: number): { points: Points; a?: Float64Array } {
  if (!mass) return { points };
  const { points: kept, weights } = weightedPoints(points, points.length / dims, dims, mass, 'mass');
  return { points: kept, ...(weights && { a: weights }) };
}

function partOf(points: Float32Array, dims: number, most: number, seed: number, name: string): Float32Array {
  return cloudPart({ points }, dims, most, seed, name).points;
}

function somePart(real: RealCells, seed: number): RealCells {
  const { points, rows, dims } = real;
  if (rows.length <= MOST_PLAN_CELLS) return real;
  const kept = drawWithoutReplacement(
    rows.length,
    MOST_PLAN_CELLS,
    randomStream(seed, 'part', 'real'),
  ).sort();
  return { ...real, points: gatherRows(points, dims, kept), rows: kept.map((i) => rows[i]!) };
}
