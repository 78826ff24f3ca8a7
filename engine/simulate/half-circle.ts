import type { RandomStream } from '../random.ts';

/** sd of an angle at the start, for the variance 1/2π */
const ANGLE_SD = Math.sqrt(1 / (2 * Math.PI));

/**
 * Angles in [0, π] of cells that move along a half circle from one end to the other: at the start |N(0, 1/2π)|, at the
 * end its mirror image, and in the middle where optimal transport in the angle puts them half-way (cells paired in
 * order). Each timepoint has draws of its own.
 * @returns start, middle, end, [n] each
 */
export function halfCircleAngles(n: number, random: RandomStream): Float64Array[] {
  const draw = () => Float64Array.from({ length: n }, () => Math.abs(ANGLE_SD * random.normal()));
  const start = draw();
  const end = draw().map((angle) => Math.PI - angle);
  const from = draw().sort();
  const to = draw()
    .map((angle) => Math.PI - angle)
    .sort();
  return [start, from.map((angle, i) => (angle + to[i]!) / 2), end];
}
