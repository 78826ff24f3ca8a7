import { instantiateKernels } from '../compute/instantiate.ts';
import type { RandomStream } from '../random.ts';
import type { UmapCurve } from './umap-curve.ts';
import type { FuzzyGraph } from './umap-graph.ts';

interface Exports {
  umapEpoch(
    places: number,
    n: number,
    heads: number,
    tails: number,
    gaps: number,
    turns: number,
    from: number,
    to: number,
    epoch: number,
    rate: number,
    negatives: number,
    pull: number,
    push: number,
    base: number,
    size: number,
    state: number,
  ): void;
}

export interface LayoutOptions {
  epochs: number;
  curve: UmapCurve;
  /** cells that each visited edge pushes its head away from */
  negativeSampleRate: number;
}

interface EdgeLists {
  heads: Int32Array;
  tails: Int32Array;
  /** epochs between two visits */
  gaps: Float32Array;
  /** epoch of the next visit */
  turns: Float32Array;
}

/** edges between two questions whether to stop: some milliseconds */
const BREATH = 100_000;
/** tables of the forces: from squared distance 2⁻⁴⁰ to 2²⁴, 32 entries a factor of two (the kernel's SHIFT) */
const FIRST_EXPONENT = -40;
const LAST_EXPONENT = 24;
const BASE = (FIRST_EXPONENT + 127) * 32;
const SIZE = (LAST_EXPONENT - FIRST_EXPONENT) * 32 + 1;

/**
 * Stochastic gradient descent of the cross entropy between graph and map (algorithm 5 of the paper, umap-learn's
 * `optimize_layout_euclidean`): an edge is visited in proportion to its weight, the learning rate falls from 1 to 0.
 * It differs from umap-learn in that each visit has exactly `negativeSampleRate` negative samples, which all push from
 * the same place (waiting for none, a third faster), in its random numbers, and in forces read from tables, within
 * 3e-4 of their values.
 * @param start flat [n, 2]; not changed
 * @returns flat [n, 2]
 */
export function layOut(
  start: Float32Array,
  graph: FuzzyGraph,
  { epochs, curve, negativeSampleRate }: LayoutOptions,
  random: RandomStream,
  tick: (done: number, total: number) => void = () => {},
): Float32Array {
  const n = start.length / 2;
  const room = graph.heads.length;
  const { kernels, memory } = instantiateKernels<Exports>(4 * (2 * n + 4 * room + 2 * SIZE) + 1024);
  const places = memory.floats(2 * n);
  places.set(start);
  const lists = {
    heads: memory.integers(room),
    tails: memory.integers(room),
    gaps: memory.floats(room),
    turns: memory.floats(room),
  };
  const edges = fillEdges(graph, epochs, lists, () => tick(0, epochs));
  const [pull, push] = [memory.floats(SIZE), memory.floats(SIZE)];
  fillForces(curve, pull, push);
  const state = memory.integers(2);
  // the generator stands still at 0
  state.set([random.integer(2 ** 32), random.integer(2 ** 32) | 1]);
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (let from = 0; from < edges; from += BREATH) {
      tick(epoch, epochs);
      kernels.umapEpoch(
        places.byteOffset,
        n,
        lists.heads.byteOffset,
        lists.tails.byteOffset,
        lists.gaps.byteOffset,
        lists.turns.byteOffset,
        from,
        Math.min(edges, from + BREATH),
        epoch,
        1 - epoch / epochs,
        negativeSampleRate,
        pull.byteOffset,
        push.byteOffset,
        BASE,
        SIZE,
        state.byteOffset,
      );
    }
  }
  tick(epochs, epochs);
  return places.slice();
}

/** Puts the edges into the kernel's lists, without those too weak to be visited once; gives how many there are. */
function fillEdges(graph: FuzzyGraph, epochs: number, lists: EdgeLists, tick: () => void): number {
  const { weights } = graph;
  let most = 0;
  for (let e = 0; e < weights.length; e++) {
    if (e % BREATH === 0) tick();
    most = Math.max(most, weights[e]!);
  }
  let count = 0;
  for (let e = 0; e < weights.length; e++) {
    if (e % BREATH === 0) tick();
    if (weights[e]! < most / epochs) continue;
    lists.heads[count] = graph.heads[e]!;
    lists.tails[count] = graph.tails[e]!;
    lists.gaps[count] = most / weights[e]!;
    lists.turns[count] = lists.gaps[count]!;
    count++;
  }
  return count;
}

/** The factors of the difference of two places in the gradients of attraction and repulsion. */
function fillForces({ a, b }: UmapCurve, pull: Float32Array, push: Float32Array): void {
  for (let e = 0; e < SIZE; e++) {
    const square = 2 ** (FIRST_EXPONENT + Math.floor(e / 32)) * (1 + (e % 32) / 32);
    const far = 1 + a * square ** b;
    pull[e] = (2 * a * b * square ** (b - 1)) / far;
    push[e] = (2 * b) / ((0.001 + square) * far);
  }
}
