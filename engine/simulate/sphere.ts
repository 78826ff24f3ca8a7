import { randomStream } from '../random.ts';
import { distanceToUnitSphere } from './arch.ts';
import { halfCircleAngles } from './half-circle.ts';
import { checkCount, type ToyData } from './toy-data.ts';

export interface SphereOptions {
  /** any integer; the same seed gives the same bits; default 42 */
  seed?: number;
  /** cells of each of the three timepoints, 1 to 10⁶; default 5000 */
  cells?: number;
}

/**
 * Cells that move over the unit sphere in 3-D, from the north pole over the equator to the south pole: three timepoints,
 * of which the middle one (1) is to be held out. Polar angles as in `halfCircleAngles`, azimuth uniform, exactly on the
 * sphere. Our own simulation of the sphere in arXiv 2405.14780.
 * @throws InputError where an option is outside its range
 */
export function simulateSphere({ seed = 42, cells = 5000 }: SphereOptions = {}): ToyData {
  checkCount('cells', cells, 1, 1e6);
  const random = randomStream(seed, 'simulate', 'sphere');
  const points = new Float32Array(3 * cells * 3);
  const cellTimepoint = new Int32Array(3 * cells);
  halfCircleAngles(cells, random).forEach((angles, timepoint) => {
    angles.forEach((polar, k) => {
      const i = timepoint * cells + k;
      const azimuth = 2 * Math.PI * random.uniform();
      points[3 * i] = Math.sin(polar) * Math.cos(azimuth);
      points[3 * i + 1] = Math.sin(polar) * Math.sin(azimuth);
      points[3 * i + 2] = Math.cos(polar);
      cellTimepoint[i] = timepoint;
    });
  });
  return { dims: 3, points, cellTimepoint, times: [0, 1, 2], distanceToManifold: distanceToUnitSphere(3) };
}
