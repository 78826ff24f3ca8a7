import { CancelledError, InputError } from '../errors.ts';
import { drawWithoutReplacement, randomStream } from '../random.ts';
import { PointIndex } from './point-index.ts';

/** Real cells with their places on a map. */
export interface MappedCells {
  n: number;
  d: number;
  /** in the space where the queries live, flat [n, d] */
  points: Float32Array;
  /** on the map, flat [n, width]; a cell with NaN here or in `points` is passed over */
  coordinates: Float32Array;
  /** dimensions of the map, default 2 */
  width?: number;
}

export interface PlacerOptions {
  /** cells that decide on a place, default 10; all where there are fewer */
  neighbors?: number;
  /** of the search's own draws, default 0 */
  seed?: number;
  /** asked every few milliseconds; true ends the work with CancelledError */
  shouldStop?(): boolean;
}

export interface PlaceOptions extends PlacerOptions {
  onProgress?(done: number, total: number): void;
}

/** A map that is ready for questions. */
export interface Placer {
  /**
   * @param queries flat [m, d], finite; m may be 0
   * @param asked how many are asked in all, where these are some of many, which decides on the method; default m
   */
  place(
    queries: Float32Array,
    m: number,
    options?: Pick<PlaceOptions, 'shouldStop' | 'onProgress'> & { asked?: number },
  ): PlacedPoints;
}

export interface PlacedPoints {
  /** on the map, flat [m, width] */
  coordinates: Float32Array;
  /** the nearest real cell of each query, [m] */
  nearestCells: Int32Array;
  /** how far it is, in the space of the points; far from all cells a place on the map means little, [m] */
  distances: Float32Array;
  /** how the nearest cells were searched; `approximate` finds 98 % of them and more, above 10⁹ pairs of point and cell */
  method: 'exact' | 'approximate';
  /** cells passed over because a coordinate of theirs is not finite */
  skippedCells: number;
}

/** pairs of query and cell up to which the nearest cells are searched exactly, some seconds */
const MOST_EXACT = 1e9;
/** share of the true neighbours that the search must find beyond */
const RECALL = 0.99;
/** cells that tell how far neighbours lie apart on the map */
const PROBES = 500;
/** cells between two questions whether to stop */
const BREATH = 4096;

/**
 * Where points of PCA space (trajectories, predicted cells) are drawn on a map of real cells: among the places of the nearest cells.
 *
 * Neighbours vote with 1 / distance². The place of one of them is chosen, the weighted medoid; the result is the
 * weighted mean of those near it. "Near" is twice the distance on the map that neighbours typically have, so a point between two islands of the
 * map lies on one of them and never in the empty middle. A point that is equal to a cell lies exactly on it.
 *
 * What a map distorts: it keeps neighbourhoods, not distances. Lengths, speeds, densities, gaps and the order of islands on it mean nothing; a
 * straight path may bend, jump from island to island or stand still. Nothing is to be measured on a map: all
 * figures come from the space of the points, as `distances` here does.
 * @param queries flat [m, d], finite; m may be 0
 * @throws InputError where sizes do not fit, a query is not finite or no cell is left; WorkError where memory does not
 *   suffice; CancelledError
 */
export function placeOnMap(
  queries: Float32Array,
  m: number,
  cells: MappedCells,
  options: PlaceOptions = {},
): PlacedPoints {
  checkInput(queries, m, cells);
  return createPlacer(cells, m, options).place(queries, m, options);
}

/**
 * Arranges the cells of a map, so that points can be placed on it again and again (see placeOnMap).
 * @param asked about how many points will be placed: for few, less is arranged
 * @throws as placeOnMap
 */
export function createPlacer(cells: MappedCells, asked: number, options: PlacerOptions = {}): Placer {
  const { d, width = 2 } = cells;
  checkInput(new Float32Array(), 0, cells);
  const stop = stopOn(options);
  const kept = usableCells(cells, stop);
  requireCells(cells.n, kept.length);
  const k = Math.min(options.neighbors ?? 10, kept.length);
  const random = randomStream(options.seed ?? 0, 'place on map');
  const whole = kept.length === cells.n;
  const points = whole ? cells.points : rowsOf(cells.points, kept, d);
  const places = whole ? cells.coordinates : rowsOf(cells.coordinates, kept, width);
  // one more than k, as the probes find themselves
  const most = Math.min(k + 1, kept.length);
  const index = new PointIndex(points, kept.length, d, most, asked + PROBES, random, stop);
  const probes = drawWithoutReplacement(kept.length, PROBES, random);
  const near = index.nearest(rowsOf(points, probes, d), probes.length, RECALL, stop);
  const reach = 2 * typicalDistance(near, probes, most, places, width);
  return {
    place(queries, m, { asked = m, ...hooks } = {}) {
      checkInput(queries, m, cells);
      const tick = stopOn(hooks);
      const method = asked * kept.length <= MOST_EXACT ? 'exact' : 'approximate';
      const found = index.nearest(queries, m, method === 'exact' ? 1 : RECALL, (done, total) => {
        tick();
        hooks.onProgress?.(done, total);
      });
      const coordinates = new Float32Array(width * m);
      const nearestCells = new Int32Array(m);
      const distances = new Float32Array(m);
      for (let i = 0; i < m; i++) {
        if (i % 256 === 0) tick();
        const ids = found.subarray(i * most, i * most + k);
        const squares = Float64Array.from(ids, (j) => squareBetween(queries, i, points, j, d));
        const nearest = squares.reduce((best, square, a) => (square < squares[best]! ? a : best), 0);
        nearestCells[i] = kept[ids[nearest]!]!;
        distances[i] = Math.sqrt(squares[nearest]!);
        coordinates.set(placeAmong(ids, squares, squares[nearest]!, places, width, reach), width * i);
      }
      return { coordinates, nearestCells, distances, method, skippedCells: cells.n - kept.length };
    },
  };
}

function stopOn({ shouldStop }: Pick<PlaceOptions, 'shouldStop'>): () => void {
  return () => {
    if (shouldStop?.()) throw new CancelledError();
  };
}

function placeAmong(
  ids: Int32Array,
  squares: Float64Array,
  least: number,
  places: Float32Array,
  width: number,
  reach: number,
): Float64Array {
  // at distance 0 only the cells there have a say
  const weights = squares.map((square) => (least > 0 ? least / square : square === 0 ? 1 : 0));
  const medoid = weightedMedoid(ids, weights, places, width);
  if (least === 0) return Float64Array.from(places.subarray(width * medoid, width * (medoid + 1)));
  const sums = new Float64Array(width);
  let total = 0;
  ids.forEach((j, a) => {
    if (!(mapDistance(places, j, medoid, width) <= reach) && j !== medoid) return;
    for (let c = 0; c < width; c++) sums[c]! += weights[a]! * places[width * j + c]!;
    total += weights[a]!;
  });
  return sums.map((sum) => sum / total);
}

/** Which of the cells with a say has the smallest weighted sum of distances to the others. */
function weightedMedoid(ids: Int32Array, weights: Float64Array, places: Float32Array, width: number): number {
  let best = -1;
  let least = Number.POSITIVE_INFINITY;
  ids.forEach((j, a) => {
    if (weights[a] === 0) return;
    let sum = 0;
    for (let b = 0; b < ids.length; b++) sum += weights[b]! * mapDistance(places, j, ids[b]!, width);
    if (best < 0 || sum < least) {
      best = j;
      least = sum;
    }
  });
  return best;
}

/** The median distance on the map between a cell and its neighbours in the space of the points. */
function typicalDistance(
  found: Int32Array,
  probes: Int32Array,
  most: number,
  places: Float32Array,
  width: number,
): number {
  const all: number[] = [];
  probes.forEach((i, p) => {
    for (const j of found.subarray(p * most, (p + 1) * most)) {
      if (j !== i) all.push(mapDistance(places, i, j, width));
    }
  });
  all.sort((a, b) => a - b);
  return all[all.length >> 1] ?? 0;
}

function mapDistance(places: Float32Array, i: number, j: number, width: number): number {
  return Math.sqrt(squareBetween(places, i, places, j, width));
}

function squareBetween(a: Float32Array, i: number, b: Float32Array, j: number, d: number): number {
  let sum = 0;
  for (let c = 0; c < d; c++) sum += (a[i * d + c]! - b[j * d + c]!) ** 2;
  return sum;
}

function rowsOf(values: Float32Array, rows: Int32Array, width: number): Float32Array {
  const out = new Float32Array(rows.length * width);
  rows.forEach((row, r) => {
    out.set(values.subarray(row * width, (row + 1) * width), r * width);
  });
  return out;
}

function usableCells({ n, d, points, coordinates, width = 2 }: MappedCells, stop: () => void): Int32Array {
  const kept = new Int32Array(n);
  let count = 0;
  for (let i = 0; i < n; i++) {
    if (i % BREATH === 0) stop();
    if (allFinite(coordinates, width * i, width * (i + 1)) && allFinite(points, i * d, (i + 1) * d))
      kept[count++] = i;
  }
  return kept.subarray(0, count);
}

function allFinite(values: Float32Array, from: number, to: number): boolean {
  for (let a = from; a < to; a++) if (!Number.isFinite(values[a]!)) return false;
  return true;
}

function checkInput(
  queries: Float32Array,
  m: number,
  { n, d, points, coordinates, width = 2 }: MappedCells,
): void {
  if (queries.length !== m * d || points.length !== n * d || coordinates.length !== width * n) {
    throw new InputError(
      'The points to be placed on the map and its cells do not have the sizes that were said.',
      {
        expected: `${m} × ${d}, ${n} × ${d} and ${n} × ${width} values`,
        found: `${queries.length}, ${points.length} and ${coordinates.length}`,
      },
    );
  }
  const bad = queries.findIndex((v) => !Number.isFinite(v));
  if (bad >= 0) {
    throw new InputError('A point without finite coordinates has no place on the map.', {
      expected: 'numbers without NaN or infinity',
      found: `${queries[bad]} at point ${Math.floor(bad / d)}, coordinate ${bad % d}`,
    });
  }
}

function requireCells(n: number, usable: number): void {
  if (usable > 0) return;
  throw new InputError('No point can be placed on a map without cells.', {
    expected: 'at least one cell whose coordinates are numbers',
    found: n === 0 ? 'no cell' : `${n} cells, all with NaN or infinity`,
    action: 'choose or compute another map',
  });
}
