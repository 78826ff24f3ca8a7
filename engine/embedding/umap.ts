import { CancelledError, InputError } from '../errors.ts';
import { randomStream } from '../random.ts';
import { nearestNeighbors } from './neighbors.ts';
import { fitUmapCurve } from './umap-curve.ts';
import { fuzzyGraph } from './umap-graph.ts';
import { layOut } from './umap-layout.ts';
import { startLayout } from './umap-start.ts';

export type UmapStage = 'neighbours' | 'graph' | 'layout';

export interface UmapOptions {
  /**
   * cells that each cell is linked to, itself among them as in umap-learn and scanpy (14 others at the default);
   * 2 or more, default 15; all cells where there are fewer
   */
  neighbors?: number;
  /** distance on the map up to which cells are not drawn closer; 0 to `spread`; default 0.5, scanpy's (umap-learn's is 0.1) */
  minDist?: number;
  /** the unit of distance on the map, > 0; default 1 */
  spread?: number;
  /** rounds of the layout; default 500 up to 10,000 cells, 200 above */
  epochs?: number;
  /** cells that an edge pushes away for every one that it pulls; default 5 */
  negativeSampleRate?: number;
  /** default 0; the same seed gives the same map to the bit */
  seed?: number;
  /** asked every few milliseconds; true ends the work with CancelledError */
  shouldStop?(): boolean;
  onProgress?(stage: UmapStage, done: number, total: number): void;
}

export interface UmapResult {
  /** flat [n, 2] */
  coordinates: Float32Array;
  /** what was used where the options left it open or asked for more than there are cells */
  neighbors: number;
  epochs: number;
  /** of the curve 1 / (1 + a x^(2b)) */
  a: number;
  b: number;
}

/**
 * A map in two dimensions on which cells with similar neighbourhoods lie together: UMAP (McInnes, Healy and Melville 2018,
 * arXiv 1802.03426), started from the first two principal components. For display only: distances, densities and
 * gaps on it are distorted, so nothing is ever measured there. Two or three cells, copies of cells and points that are all equal get a
 * map of finite coordinates; one cell lies at 0, 0.
 * @param points flat [n, d], finite, e.g. principal components
 * @throws InputError where there is no cell, sizes do not fit, a coordinate is not finite or an option is out of range;
 *   WorkError where memory does not suffice; CancelledError
 */
export function umap(points: Float32Array, n: number, d: number, options: UmapOptions = {}): UmapResult {
  const { minDist = 0.5, spread = 1, negativeSampleRate = 5, seed = 0 } = options;
  const epochs = options.epochs ?? (n <= 10_000 ? 500 : 200);
  checkOptions(options.neighbors ?? 15, minDist, spread, epochs, negativeSampleRate);
  const neighbors = Math.min(options.neighbors ?? 15, n);
  const curve = fitUmapCurve(minDist, spread);
  const used = { neighbors, epochs, ...curve };
  if (n < 2) return { coordinates: mapOfOne(points, n, d), ...used };
  const report = (stage: UmapStage) => (done: number, total: number) => {
    if (options.shouldStop?.()) throw new CancelledError();
    options.onProgress?.(stage, done, total);
  };
  const lists = nearestNeighbors(points, n, d, neighbors - 1, {
    seed,
    onProgress: report('neighbours'),
  });
  const graph = fuzzyGraph(lists, n, report('graph'));
  const layout = report('layout');
  const random = randomStream(seed, 'umap');
  const start = startLayout(points, n, d, random, () => layout(0, epochs));
  const coordinates = layOut(start, graph, { epochs, curve, negativeSampleRate }, random, layout);
  return { coordinates, ...used };
}

function mapOfOne(points: Float32Array, n: number, d: number): Float32Array {
  if (n === 1 && points.length === d && points.every(Number.isFinite)) return new Float32Array(2);
  throw new InputError('There is no cell to make a map of.', {
    expected: 'at least one cell with finite coordinates',
    found: n === 1 ? `one cell with ${points.join(', ')}` : `${n} cells`,
  });
}

function checkOptions(
  neighbors: number,
  minDist: number,
  spread: number,
  epochs: number,
  negativeSampleRate: number,
): void {
  requireRange(
    'neighbors',
    neighbors,
    Number.isInteger(neighbors) && neighbors >= 2,
    'a whole number from 2',
  );
  requireRange('spread', spread, spread > 0 && Number.isFinite(spread), 'a number above 0');
  requireRange(
    'minDist',
    minDist,
    minDist >= 0 && minDist <= spread,
    `a number from 0 to the spread, ${spread}`,
  );
  requireRange('epochs', epochs, Number.isInteger(epochs) && epochs >= 1, 'a whole number from 1');
  requireRange(
    'negativeSampleRate',
    negativeSampleRate,
    Number.isInteger(negativeSampleRate) && negativeSampleRate >= 0,
    'a whole number from 0',
  );
}

function requireRange(option: string, value: number, holds: boolean, expected: string): void {
  if (!holds) {
    throw new InputError(`UMAP cannot use ${option} ${value}.`, { option, expected, found: String(value) });
  }
}
