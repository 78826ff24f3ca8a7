import { type RandomStream, randomStream } from '../random.ts';
import { checkCount, rowwise, type ToyData } from './toy-data.ts';

export interface SurfaceOptions {
  /** any integer; the same seed gives the same bits; default 42 */
  seed?: number;
  /** cells of each of the two timepoints, 1 to 10⁶; default 1000 */
  cells?: number;
  /** points of the surface that belong to no timepoint, 1 to 10⁶; default 5000 */
  surfacePoints?: number;
}

export interface SurfaceData extends ToyData {
  /** points all over the surface, [surfacePoints, 3]: what the metric is to be made from, together with the cells */
  manifold: Float32Array;
}

/** the surface lies over [−5, 5]² */
const HALF_WIDTH = 5;
/** where the two clouds are, and their sd in x and y */
const START = [-4, -4] as const;
const END = [4, 4] as const;
const CLOUD_SD = 0.3;

/**
 * Cells that cross a landscape in 3-D from one corner to the other: two timepoints, small Gaussian clouds that lie on
 * the surface z = surfaceHeight(x, y), and points strewn evenly over all of it. A mountain stands between the corners:
 * the straight path runs through it, a path on the surface over it or around. It stands for the LiDAR scan of
 * arXiv 2405.14780 (coordinates of a few units, a mountain between start and end) with a landscape of our own.
 * The manifold is the surface; distances to it are vertical, |z − height(x, y)|.
 * @throws InputError where an option is outside its range
 */
export function simulateSurface(options: SurfaceOptions = {}): SurfaceData {
  const { seed = 42, cells = 1000, surfacePoints = 5000 } = options;
  checkCount('cells', cells, 1, 1e6);
  checkCount('surfacePoints', surfacePoints, 1, 1e6);
  const cloud = (center: readonly [number, number], random: RandomStream) =>
    onSurface(cells, (axis) => center[axis] + CLOUD_SD * random.normal());
  const random = randomStream(seed, 'simulate', 'surface');
  const manifold = onSurface(surfacePoints, () => HALF_WIDTH * (2 * random.uniform() - 1));
  const points = new Float32Array(2 * cells * 3);
  points.set(cloud(START, randomStream(seed, 'simulate', 'surface', 'start')));
  points.set(cloud(END, randomStream(seed, 'simulate', 'surface', 'end')), cells * 3);
  return {
    dims: 3,
    points,
    cellTimepoint: Int32Array.from({ length: 2 * cells }, (_, i) => (i < cells ? 0 : 1)),
    times: [0, 1],
    manifold,
    distanceToManifold: (given) => rowwise(given, 3, ([x, y, z]) => Math.abs(z! - surfaceHeight(x!, y!))),
  };
}

/** Height of the landscape: a mountain of 3.5 near the middle, a foothill, and gentle waves; between about 0 and 4. */
export function surfaceHeight(x: number, y: number): number {
  const mountain = 3.5 * Math.exp(-((x - 0.5) ** 2 + (y + 0.3) ** 2) / (2 * 1.5 ** 2));
  const foothill = 1.2 * Math.exp(-((x + 2.6) ** 2 + (y - 2.2) ** 2) / (2 * 1.1 ** 2));
  const waves = 0.3 + 0.15 * (Math.sin(0.9 * x + 0.4) + Math.cos(1.1 * y - 0.7));
  return mountain + foothill + waves;
}

function onSurface(n: number, coordinate: (axis: 0 | 1) => number): Float32Array {
  const points = new Float32Array(n * 3);
  for (let i = 0; i < n; i++) {
    const x = coordinate(0);
    const y = coordinate(1);
    points.set([x, y, surfaceHeight(x, y)], 3 * i);
  }
  return points;
}
