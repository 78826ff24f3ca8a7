import type { Kernels, Vector } from '../compute/kernels.ts';
import type { Coupling } from '../coupling/coupling.ts';
import type { PathBatch } from '../path/conditional-path.ts';
import type { RandomStream } from '../random.ts';
import { type Clouds, pairTimes } from './clouds.ts';

/** Buffers of the coupled points of all pairs; owned by the kernels' memory. */
export interface PairBatch extends PathBatch {
  /** ξ, standard normal [rows, d] */
  noise: Vector;
}

/** The sources of randomness of a minibatch. */
export interface BatchRandom {
  coupling: RandomStream;
  time: RandomStream;
  noise: RandomStream;
}

export interface PairBatcher {
  /**
   * Couples a minibatch of each timepoint with the next one's, draws `rowsPerPair` pairs from each plan, and the
   * noise. `s` is drawn uniformly, or taken from `times` [pairs · rowsPerPair].
   */
  fill(minibatch: readonly Int32Array[], rowsPerPair: number, random: BatchRandom, times?: Vector): PairBatch;
}

/**
 * @param couplings one for each pair of consecutive timepoints; rows are those of `clouds.points`
 * @param maxRowsPerPair the most pairs that `fill` is asked for
 */
export function createPairBatcher(
  kernels: Kernels,
  clouds: Clouds,
  couplings: readonly Coupling[],
  maxRowsPerPair: number,
): PairBatcher {
  const { dims, points } = clouds;
  const pairs = pairTimes(clouds);
  const room = pairs.length * maxRowsPerPair;
  const x0 = kernels.allocate(room * dims);
  const x1 = kernels.allocate(room * dims);
  const s = kernels.allocate(room);
  const noise = kernels.allocate(room * dims);
  const from = new Int32Array(maxRowsPerPair);
  const to = new Int32Array(maxRowsPerPair);
  return {
    fill(minibatch, rowsPerPair, random, times) {
      for (let pair = 0; pair < pairs.length; pair++) {
        const offset = pair * rowsPerPair;
        const out0 = from.subarray(0, rowsPerPair);
        const out1 = to.subarray(0, rowsPerPair);
        couplings[pair]!.draw(minibatch[pair]!, minibatch[pair + 1]!, random.coupling, out0, out1);
        for (let i = 0; i < rowsPerPair; i++) {
          const out = (offset + i) * dims;
          for (let j = 0; j < dims; j++) {
            x0[out + j] = points[from[i]! * dims + j]!;
            x1[out + j] = points[to[i]! * dims + j]!;
          }
          s[offset + i] = times ? times[offset + i]! : random.time.uniform();
        }
      }
      const count = pairs.length * rowsPerPair * dims;
      for (let j = 0; j < count; j++) noise[j] = random.noise.normal();
      return { x0, x1, s, noise, pairs, rowsPerPair };
    },
  };
}
