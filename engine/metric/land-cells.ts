import type { Kernels, Vector } from '../compute/kernels.ts';
import type { RandomStream } from '../random.ts';
import { spatialOrder } from './spatial-order.ts';

/** The cells of a pair's two timepoints in one spatial order, from which LAND's samples are drawn. */
export interface LandCells {
  /** [n, d], in spatial order, in the kernels' memory */
  readonly points: Vector;
  /** for each timepoint the rows of its cells in `points`; drawing shuffles them */
  readonly rows: readonly Int32Array[];
  /** [n], all 0 between two draws */
  readonly chosen: Uint8Array;
}

/** @param clouds the timepoints' cells, each [n_k, dims] */
export function createLandCells(
  kernels: Kernels,
  clouds: readonly ArrayLike<number>[],
  dims: number,
): LandCells {
  const counts = clouds.map((cloud) => cloud.length / dims);
  const n = counts.reduce((sum, count) => sum + count, 0);
  const stacked = new Float64Array(n * dims);
  const timepointOf = new Int32Array(n);
  let start = 0;
  clouds.forEach((cloud, timepoint) => {
    stacked.set(cloud, start * dims);
    timepointOf.fill(timepoint, start, start + counts[timepoint]!);
    start += counts[timepoint]!;
  });

  const points = kernels.allocate(n * dims);
  const rows = counts.map((count) => new Int32Array(count));
  const filled = counts.map(() => 0);
  spatialOrder(stacked, n, dims).forEach((cell, row) => {
    points.set(stacked.subarray(cell * dims, (cell + 1) * dims), row * dims);
    const timepoint = timepointOf[cell]!;
    rows[timepoint]![filled[timepoint]!++] = row;
  });
  return { points, rows, chosen: new Uint8Array(n) };
}

/**
 * Draws `count` cells of each timepoint without replacement (all of them where it has fewer). What is drawn depends
 * on the draws before: `rows` stay shuffled, so that a draw costs as many random numbers as cells are drawn or left
 * out, whichever are fewer.
 * @returns their rows in `points`, sorted, for `LandMetric.setSamples`
 */
export function drawLandCells(cells: LandCells, count: number, random: RandomStream): Int32Array {
  const { rows, chosen } = cells;
  let total = 0;
  for (const own of rows) {
    const drawn = Math.min(count, own.length);
    const leaveOut = own.length - drawn < drawn;
    const moved = leaveOut ? own.length - drawn : drawn;
    for (let i = 0; i < moved; i++) {
      const j = i + random.integer(own.length - i);
      const swap = own[i]!;
      own[i] = own[j]!;
      own[j] = swap;
    }
    for (let i = leaveOut ? moved : 0; i < (leaveOut ? own.length : moved); i++) chosen[own[i]!] = 1;
    total += drawn;
  }
  const drawn = new Int32Array(total);
  let at = 0;
  for (let row = 0; row < chosen.length; row++) if (chosen[row] === 1) drawn[at++] = row;
  chosen.fill(0);
  return drawn;
}
