import type { Kernels, Vector } from '../compute/kernels.ts';
import { invertScaling } from '../embedding/whiten.ts';
import { WorkError } from '../errors.ts';
import { velocityField } from '../train/fit.ts';
import { euler } from '../trajectory/euler.ts';
import type { Fitted } from './held-out.ts';
import { modelTimes } from './space.ts';

/** Trajectories of a fit while it is trained: a rough look at what they will be. */
export interface LiveTrajectories {
  step: number;
  steps: number;
  /** in real units */
  times: number[];
  /** [times, trajectories, 2] on the map, or without one on the first two components */
  positions: Float32Array;
}

export interface LiveView {
  /** rows of the first timepoint that are followed */
  cells: Int32Array;
  /** [nObs, 2]; null: the first two components */
  map: Float32Array | null;
  send(live: LiveTrajectories): void;
}

const MOST_TRAJECTORIES = 60;
const MOST_TIMES = 40;
const EULER_STEPS_EACH = 2;
/** One look after the other: at least this apart, and so far that looking takes at most a thirtieth of the time. */
const LEAST_BETWEEN_MS = 1000;
const BETWEEN_PER_COST = 30;
/** Cells that places on the map are taken from: products of coordinates in all at most, and cells at least and at most. */
const MOST_PRODUCTS = 2e7;
const MAP_CELLS = [200, 1500] as const;
const NEIGHBOURS = 5;

/**
 * Looks at a vector field now and then while it is trained. What is trained stays as it is: parameters are copied, no
 * randomness is drawn, memory of the kernels is given back.
 * @returns to be called after each gradient step
 */
export function createLiveTrajectories(
  kernels: Kernels,
  { dataset, space, clouds }: Pick<Fitted, 'dataset' | 'space' | 'clouds'>,
  { cells: known, map, send }: LiveView,
): (network: { sizes: readonly number[]; parameters: Vector }, at: { step: number; steps: number }) => void {
  const { dims, times } = dataset;
  const { points } = clouds;
  const cells = evenly(known, MOST_TRAJECTORIES);
  const model = modelTimes(dataset);
  const each = Math.max(1, Math.floor(MOST_TIMES / (times.length - 1)));
  const along = refine(model, each);
  const queries = along.length * cells.length;
  const place = map && createPlacing(points, dims, map, queries);
  const look = (network: { sizes: readonly number[]; parameters: Vector }): Float32Array => {
    const mark = kernels.mark();
    try {
      const field = velocityField(kernels, { sizes: [...network.sizes], parameters: network.parameters });
      const x = new Float64Array(cells.length * dims);
      cells.forEach((row, i) => {
        for (let j = 0; j < dims; j++) x[i * dims + j] = points[row * dims + j]!;
      });
      const all = new Float32Array(along.length * x.length);
      all.set(x);
      const scratch = new Float64Array(x.length);
      for (let k = 1; k < along.length; k++) {
        euler(field, x, along[k - 1]!, along[k]!, EULER_STEPS_EACH, scratch);
        all.set(x, k * x.length);
      }
      return place ? place(all) : firstTwo(invertScaling(all, dims, space.training), dims);
    } finally {
      kernels.release(mark);
    }
  };
  const lookIfThereIsRoom = (network: Parameters<typeof look>[0]) => {
    try {
      return look(network);
    } catch (error) {
      // a look must not cost the fit whose memory it would have needed
      if (error instanceof WorkError) return null;
      throw error;
    }
  };
  let next = performance.now() + LEAST_BETWEEN_MS;
  return (network, { step, steps }) => {
    const started = performance.now();
    if (started < next) return;
    const positions = lookIfThereIsRoom(network);
    if (!positions) {
      next = Number.POSITIVE_INFINITY;
      return;
    }
    const ended = performance.now();
    next = ended + Math.max(LEAST_BETWEEN_MS, BETWEEN_PER_COST * (ended - started));
    // of a training that fails nothing is to be seen
    if (positions.every(Number.isFinite)) send({ step, steps, times: refine(times, each), positions });
  };
}

/** Each interval in equal parts, both ends included. */
function refine(times: readonly number[], parts: number): number[] {
  return times.flatMap((time, k) =>
    k === 0
      ? [time]
      : Array.from({ length: parts }, (_, i) => {
          const before = times[k - 1]!;
          return i + 1 === parts ? time : before + ((i + 1) / parts) * (time - before);
        }),
  );
}

function evenly(list: Int32Array, most: number): Int32Array {
  if (list.length <= most) return list;
  return Int32Array.from({ length: most }, (_, i) => list[Math.floor((i * list.length) / most)]!);
}

function firstTwo(points: Float32Array, dims: number): Float32Array {
  const n = points.length / dims;
  const out = new Float32Array(2 * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < Math.min(2, dims); j++) out[2 * i + j] = points[i * dims + j]!;
  return out;
}

/** Places points among the nearest of some cells: coarser than placeOnMap, in a few milliseconds. */
function createPlacing(points: Float32Array, dims: number, map: Float32Array, queries: number) {
  const placed: number[] = [];
  for (let row = 0; row < map.length / 2; row++)
    if (Number.isFinite(map[2 * row]!) && Number.isFinite(points[row * dims]!)) placed.push(row);
  const [least, most] = MAP_CELLS;
  const wanted = Math.min(most, Math.max(least, Math.floor(MOST_PRODUCTS / (queries * dims))));
  const rows = evenly(Int32Array.from(placed), wanted);
  const own = new Float32Array(rows.length * dims);
  rows.forEach((row, i) => {
    own.set(points.subarray(row * dims, (row + 1) * dims), i * dims);
  });
  const squares = new Float64Array(NEIGHBOURS);
  const nearest = new Int32Array(NEIGHBOURS);
  return (all: Float32Array): Float32Array => {
    const n = all.length / dims;
    const out = new Float32Array(2 * n).fill(Number.NaN);
    for (let i = 0; i < n; i++) {
      squares.fill(Number.POSITIVE_INFINITY);
      for (let r = 0; r < rows.length; r++) {
        let square = 0;
        for (let j = 0; j < dims && square < squares[NEIGHBOURS - 1]!; j++)
          square += (all[i * dims + j]! - own[r * dims + j]!) ** 2;
        if (square < squares[NEIGHBOURS - 1]!) insert(squares, nearest, square, rows[r]!);
      }
      placeAmong(squares, nearest, map, out, i);
    }
    return out;
  };
}

function insert(squares: Float64Array, nearest: Int32Array, square: number, row: number): void {
  let at = squares.length - 1;
  for (; at > 0 && squares[at - 1]! > square; at--) {
    squares[at] = squares[at - 1]!;
    nearest[at] = nearest[at - 1]!;
  }
  squares[at] = square;
  nearest[at] = row;
}

function placeAmong(
  squares: Float64Array,
  nearest: Int32Array,
  map: Float32Array,
  out: Float32Array,
  i: number,
): void {
  let sum = 0;
  let x = 0;
  let y = 0;
  squares.forEach((square, k) => {
    // NaN and infinity are of no cell
    if (!(square < Number.POSITIVE_INFINITY)) return;
    const weight = 1 / (square + 1e-12);
    sum += weight;
    x += weight * map[2 * nearest[k]!]!;
    y += weight * map[2 * nearest[k]! + 1]!;
  });
  if (sum > 0) out.set([x / sum, y / sum], 2 * i);
}
