import type { RandomStream } from '../random.ts';
import type { NeighborLists } from './neighbor-lists.ts';
import { projectionTree } from './projection-forest.ts';

export interface DescentOptions {
  trees: number;
  leafSize: number;
  /** candidates kept of each point in a round, of each kind */
  candidates: number;
  rounds: number;
  /** ends when a round changes at most this share of all entries */
  tolerance: number;
}

/**
 * NN-descent (Dong, Moses and Li, WWW 2011) from the leaves of a random-projection forest: neighbours of neighbours
 * are offered to each other until little changes.
 * @param points flat [n, d]
 */
export function descend(
  points: Float32Array,
  n: number,
  d: number,
  lists: NeighborLists,
  options: DescentOptions,
  random: RandomStream,
  tick: (done: number, total: number) => void,
): void {
  const { trees, leafSize, candidates, rounds, tolerance } = options;
  const steps = trees + rounds;
  const compare = (i: number, j: number) => offerBoth(points, d, lists, i, j);
  for (let t = 0; t < trees; t++) {
    projectionTree(points, n, d, leafSize, random, (leaf) => {
      tick(t, steps);
      for (let a = 0; a < leaf.length; a++) {
        for (let b = a + 1; b < leaf.length; b++) compare(leaf[a]!, leaf[b]!);
      }
    });
  }
  const fresh = new Reservoir(n, candidates);
  const old = new Reservoir(n, candidates);
  for (let round = 0; round < rounds; round++) {
    gather(lists, fresh, old, random);
    let changes = 0;
    for (let i = 0; i < n; i++) {
      if (i % 256 === 0) tick(trees + round, steps);
      changes += join(fresh, old, i, compare);
    }
    if (changes <= tolerance * n * lists.k) break;
  }
}

/** A random part of a stream of candidates for each point. */
class Reservoir {
  readonly most: number;
  readonly items: Int32Array;
  readonly seen: Int32Array;

  constructor(n: number, most: number) {
    this.most = most;
    this.items = new Int32Array(n * most);
    this.seen = new Int32Array(n);
  }

  add(i: number, item: number, random: RandomStream): void {
    const seen = this.seen[i]!;
    this.seen[i] = seen + 1;
    const place = seen < this.most ? seen : random.integer(seen + 1);
    if (place < this.most) this.items[i * this.most + place] = item;
  }

  count(i: number): number {
    return Math.min(this.most, this.seen[i]!);
  }

  has(i: number, item: number): boolean {
    const start = i * this.most;
    for (let a = start; a < start + this.count(i); a++) if (this.items[a] === item) return true;
    return false;
  }
}

function gather(lists: NeighborLists, fresh: Reservoir, old: Reservoir, random: RandomStream): void {
  const { n, k, ids } = lists;
  fresh.seen.fill(0);
  old.seen.fill(0);
  for (let a = 0; a < n * k; a++) {
    const j = ids[a]!;
    if (j < 0) continue;
    const i = Math.floor(a / k);
    const kind = lists.fresh[a] === 1 ? fresh : old;
    kind.add(i, j, random);
    kind.add(j, i, random);
  }
  // what was drawn is compared in this round; what was not stays fresh
  for (let a = 0; a < n * k; a++) {
    if (lists.fresh[a] === 1 && fresh.has(Math.floor(a / k), ids[a]!)) lists.fresh[a] = 0;
  }
}

function join(
  fresh: Reservoir,
  old: Reservoir,
  i: number,
  compare: (a: number, b: number) => number,
): number {
  let changes = 0;
  const start = i * fresh.most;
  const stop = start + fresh.count(i);
  const oldStop = start + old.count(i);
  for (let a = start; a < stop; a++) {
    const one = fresh.items[a]!;
    for (let b = a + 1; b < stop; b++) changes += compare(one, fresh.items[b]!);
    for (let b = start; b < oldStop; b++) changes += compare(one, old.items[b]!);
  }
  return changes;
}

function offerBoth(x: Float32Array, d: number, lists: NeighborLists, i: number, j: number): number {
  if (i === j) return 0;
  const bound = Math.max(lists.bound(i), lists.bound(j));
  const a = i * d;
  const b = j * d;
  let s0 = 0;
  let s1 = 0;
  let c = 0;
  for (; c + 3 < d; c += 4) {
    const v0 = x[a + c]! - x[b + c]!;
    const v1 = x[a + c + 1]! - x[b + c + 1]!;
    const v2 = x[a + c + 2]! - x[b + c + 2]!;
    const v3 = x[a + c + 3]! - x[b + c + 3]!;
    s0 += v0 * v0 + v1 * v1;
    s1 += v2 * v2 + v3 * v3;
    if (s0 + s1 >= bound) return 0;
  }
  for (; c < d; c++) s0 += (x[a + c]! - x[b + c]!) ** 2;
  const square = s0 + s1;
  return (lists.offer(i, j, square) ? 1 : 0) + (lists.offer(j, i, square) ? 1 : 0);
}
