import { randomStream } from '../random.ts';
import { halfCircleAngles } from './half-circle.ts';
import { checkCount, rowwise, type ToyData } from './toy-data.ts';

export interface ArchOptions {
  /** any integer; the same seed gives the same bits; default 42 */
  seed?: number;
  /** cells of each of the three timepoints, 1 to 10⁶; default 5000 */
  cells?: number;
  /** sd of the radius around 1; default 0.1 */
  noise?: number;
}

/**
 * Cells that move over a half circle in the plane, from (−1, 0) over (0, 1) to (1, 0): three timepoints, of which the
 * middle one (1) is to be held out. Angles as in `halfCircleAngles`, radius N(1, noise²); the manifold is the unit
 * circle. Our own simulation of the arch in arXiv 2405.14780, after TrajectoryNet (arXiv 2002.04461).
 * @throws InputError where an option is outside its range
 */
export function simulateArch({ seed = 42, cells = 5000, noise = 0.1 }: ArchOptions = {}): ToyData {
  checkCount('cells', cells, 1, 1e6);
  const random = randomStream(seed, 'simulate', 'arch');
  const points = new Float32Array(3 * cells * 2);
  const cellTimepoint = new Int32Array(3 * cells);
  halfCircleAngles(cells, random).forEach((angles, timepoint) => {
    angles.forEach((angle, k) => {
      const i = timepoint * cells + k;
      const radius = 1 + noise * random.normal();
      points[2 * i] = -radius * Math.cos(angle);
      points[2 * i + 1] = radius * Math.sin(angle);
      cellTimepoint[i] = timepoint;
    });
  });
  return { dims: 2, points, cellTimepoint, times: [0, 1, 2], distanceToManifold: distanceToUnitSphere(2) };
}

/** |‖x‖ − 1| */
export function distanceToUnitSphere(dims: number): ToyData['distanceToManifold'] {
  return (points) => rowwise(points, dims, (row) => Math.abs(Math.hypot(...row) - 1));
}
