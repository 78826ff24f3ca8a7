import { gatherRows } from '../dataset/clouds.ts';
import { wasserstein1 } from '../evaluate/wasserstein.ts';
import { drawWithoutReplacement, randomStream } from '../random.ts';
import type { Clouds } from '../train/clouds.ts';

/** Cells of a timepoint that it is measured on, at most. */
const MOST_CELLS = 300;

/**
 * Which share of the distance between neighbouring timepoints is beyond the noise within one: 1 − W1 between two halves of a timepoint / W1
 * between neighbours, each a mean over all of them, at equal numbers of cells. Near 0 (many dimensions, little change) the cells of a day
 * are as far from each other as from those of the next day: every prediction has nearly the same W1 then, and a ratio says little.
 * @param clouds two observed timepoints or more
 * @param seed for which cells
 * @returns 0 to 1
 */
export function shareBeyondNoise(
  { points, dims, cells }: Pick<Clouds, 'points' | 'dims' | 'cells'>,
  seed: number,
  shouldStop: () => boolean,
): number {
  const n = Math.min(MOST_CELLS, ...cells.map(({ length }) => length >> 1));
  // of a single cell nothing is known of its day's noise
  if (n < 1) return 0;
  const halves = cells.map((rows, k) => {
    const drawn = drawWithoutReplacement(rows.length, 2 * n, randomStream(seed, 'auto', 'noise', k));
    const half = (part: Int32Array) =>
      gatherRows(
        points,
        dims,
        part.map((i) => rows[i]!),
      );
    return [half(drawn.subarray(0, n)), half(drawn.subarray(n))] as const;
  });
  const distance = (x: Float32Array, y: Float32Array) => wasserstein1(x, n, y, n, dims, { shouldStop });
  const within = mean(halves.map(([one, other]) => distance(one, other)));
  const between = mean(halves.slice(1).map(([one], k) => distance(halves[k]![0], one)));
  return between > within ? 1 - within / between : 0;
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
