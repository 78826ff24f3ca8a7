import { type RandomStream, shuffle } from '../random.ts';

/**
 * One epoch of training minibatches: the cells of each timepoint are shuffled and cut; step i takes the i-th piece
 * of each. Timepoints with more cells leave the rest for other epochs.
 * @param cells training cells of each timepoint (row numbers); shuffled in place
 * @param size cells in a minibatch; no timepoint has fewer
 * @param steps minibatches an epoch
 */
export function* epochMinibatches(
  cells: readonly Int32Array[],
  size: number,
  steps: number,
  random: RandomStream,
): Generator<Int32Array[]> {
  for (const timepoint of cells) shuffle(timepoint, random);
  for (let step = 0; step < steps; step++) {
    yield cells.map((timepoint) => timepoint.subarray(step * size, (step + 1) * size));
  }
}

/**
 * The validation minibatches, always the same ones in the same order. Where a timepoint keeps fewer cells than
 * a minibatch, there is one minibatch with as many as the smallest keeps.
 * @param cells validation cells of each timepoint
 */
export function validationMinibatches(cells: readonly Int32Array[], size: number): Int32Array[][] {
  const smallest = Math.min(...cells.map((timepoint) => timepoint.length));
  const rows = Math.min(size, smallest);
  return Array.from({ length: Math.floor(smallest / rows) }, (_, i) =>
    cells.map((timepoint) => timepoint.subarray(i * rows, (i + 1) * rows)),
  );
}
