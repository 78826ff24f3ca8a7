import { FARTHEST, PANEL, PanelSearch, STRIP } from '../compute/panel-search.ts';
import type { RandomStream } from '../random.ts';
import { centreSearch, group, nearestCentres, type Partition, partition } from './partition.ts';

/** queries that go through the parts together */
const BLOCK = 32;
/** blocks searched in full to learn how many parts the others need */
const TRIALS = 64;
/** parts between two questions whether to stop */
const BREATH = 16;
/** float32 rounding that the exact search allows for, as a share of a distance */
const SLACK = 1e-4;

/**
 * Points arranged for nearest-neighbour search: divided among up to 2 √n centres; a query looks through the parts whose
 * centres are nearest. How many is learned from queries that look through all, so that the share of true neighbours
 * found (recall) is asked for instead of hoped for.
 */
export class PointIndex {
  readonly n: number;
  readonly d: number;
  private readonly scale: number;
  private readonly parts: Partition;
  /** first panel of each part, [parts + 1] */
  private readonly panelStarts: Int32Array;
  /** largest distance of a member from its centre, times scale, [parts] */
  private readonly radii: Float64Array;
  private readonly search: PanelSearch;
  private readonly centres: PanelSearch;

  /**
   * @param points flat [n, d], finite; not kept
   * @param k neighbours that a search gives
   * @param queries about how many will be asked: for few, many parts are not worth their making
   * @throws WorkError where memory does not suffice; what `tick` throws
   */
  constructor(
    points: Float32Array,
    n: number,
    d: number,
    k: number,
    queries: number,
    random: RandomStream,
    tick: () => void = () => {},
  ) {
    this.n = n;
    this.d = d;
    this.scale = unitScale(points);
    const count = Math.max(1, Math.round(Math.min(2 * Math.sqrt(n), queries / 4, n)));
    this.parts = partition(points, n, d, count, this.scale, random, tick);
    this.centres = centreSearch(this.parts.centres, d, this.scale);
    this.panelStarts = new Int32Array(count + 1);
    for (let j = 0; j < count; j++) {
      const size = this.parts.starts[j + 1]! - this.parts.starts[j]!;
      this.panelStarts[j + 1] = this.panelStarts[j]! + Math.ceil(size / PANEL);
    }
    this.radii = new Float64Array(count);
    this.search = new PanelSearch(this.panelStarts[count]! * PANEL, BLOCK, d, k);
    for (let j = 0; j < count; j++) {
      tick();
      this.fill(points, j);
    }
  }

  private fill(points: Float32Array, j: number): void {
    const { starts, order, centres } = this.parts;
    let slot = this.panelStarts[j]! * PANEL;
    for (let a = starts[j]!; a < starts[j + 1]!; a++) {
      const row = order[a]!;
      this.search.setPoint(slot++, points, row, this.scale, row);
      const radius = this.scale * distance(points, row, centres, j, this.d);
      this.radii[j] = Math.max(this.radii[j]!, radius);
    }
  }

  /**
   * The k points nearest to each query, −1 beyond n.
   * @param queries flat [m, d], finite
   * @param recall share of the true neighbours to find; 1 = exact, but for ties within float32
   * @returns flat [m, k], nearest first
   */
  nearest(
    queries: Float32Array,
    m: number,
    recall: number,
    tick: (done: number, total: number) => void = () => {},
  ): Int32Array {
    const { k } = this.search;
    const out = new Int32Array(m * k);
    const rows = Int32Array.from({ length: m }, (_, i) => i);
    const partOf = nearestCentres(this.centres, queries, rows, this.scale, () => tick(0, m));
    const blocks = blocksOf(group(partOf, this.parts.count));
    const probes = this.probesFor(recall, queries, blocks, () => tick(0, m));
    let done = 0;
    for (const block of blocks) {
      const order = this.prepare(queries, block);
      this.look(block.rows.length, order, probes, () => tick(done, m));
      block.rows.forEach((row, at) => {
        out.set(this.search.nearestOf(at), row * k);
      });
      done += block.rows.length;
    }
    return out;
  }

  /** How many parts a block must look through, from some that look through all. */
  private probesFor(
    recall: number,
    queries: Float32Array,
    blocks: readonly Block[],
    tick: () => void,
  ): number {
    const { count, partOf } = this.parts;
    if (recall >= 1 || blocks.length <= TRIALS) return count;
    const foundAt = new Int32Array(count);
    const rank = new Int32Array(count);
    let total = 0;
    for (let t = 0; t < TRIALS; t++) {
      const block = blocks[Math.floor((t * blocks.length) / TRIALS)]!;
      const order = this.prepare(queries, block);
      order.parts.forEach((part, r) => {
        rank[part] = r;
      });
      const few = Math.min(STRIP, block.rows.length);
      this.look(few, order, count, tick);
      for (let at = 0; at < few; at++) {
        for (const id of this.search.nearestOf(at)) {
          if (id < 0) continue;
          foundAt[rank[partOf[id]!]!]!++;
          total++;
        }
      }
    }
    let seen = 0;
    let probes = 0;
    while (probes < count && seen < recall * total) seen += foundAt[probes++]!;
    return probes;
  }

  /** Loads the queries of a block; gives the parts, nearest first, and their distances. */
  private prepare(queries: Float32Array, { part, rows }: Block): ProbeOrder {
    const { d, scale } = this;
    const centre = new Float64Array(d);
    for (const row of rows) for (let c = 0; c < d; c++) centre[c]! += queries[row * d + c]! / rows.length;
    let radius = 0;
    rows.forEach((row, at) => {
      this.search.setQuery(at, queries, row, scale);
      radius = Math.max(radius, scale * distance(queries, row, centre, 0, d));
    });
    return { radius, ...this.byDistance(centre, part) };
  }

  private byDistance(centre: Float64Array, first: number): { parts: Int32Array; distances: Float32Array } {
    const { count, centres } = this.parts;
    // sorted as numbers: the bits of a positive float32 keep its order, the part stands below them
    const keys = new Float64Array(count);
    for (let j = 0; j < count; j++) {
      // the queries' own part comes first, whatever rounding says: a point is found at its own place
      float[0] = j === first ? 0 : Math.min(FARTHEST, this.scale * distance(centres, j, centre, 0, this.d));
      keys[j] = bits[0]! * 2 ** 20 + j;
    }
    keys.sort();
    const parts = new Int32Array(count);
    const distances = new Float32Array(count);
    keys.forEach((key, rank) => {
      parts[rank] = key % 2 ** 20;
      bits[0] = Math.floor(key / 2 ** 20);
      distances[rank] = float[0]!;
    });
    return { parts, distances };
  }

  /** Goes through the nearest parts, and on while a list is not full. */
  private look(queries: number, order: ProbeOrder, probes: number, tick: () => void): void {
    const { search } = this;
    const strips = Math.ceil(queries / STRIP);
    for (let rank = 0; rank < this.parts.count; rank++) {
      if (rank % BREATH === 0) tick();
      const part = order.parts[rank]!;
      const from = this.panelStarts[part]!;
      const panels = this.panelStarts[part + 1]! - from;
      const gap = Math.max(0, order.distances[rank]! * (1 - SLACK) - order.radius - this.radii[part]!);
      let full = true;
      for (let s = 0; s < strips; s++) {
        if (rank < probes ? gap * gap <= search.bound(s) : !search.full(s)) search.scan(s, from, panels);
        full &&= search.full(s);
      }
      if (rank + 1 >= probes && full) return;
    }
  }
}

/** Queries that are nearest to the same centre. */
interface Block {
  part: number;
  rows: Int32Array;
}

interface ProbeOrder {
  /** of the queries around their mean, times scale */
  radius: number;
  parts: Int32Array;
  /** from that mean, times scale */
  distances: Float32Array;
}

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

function blocksOf({ order, starts }: { order: Int32Array; starts: Int32Array }): Block[] {
  const blocks: Block[] = [];
  for (let j = 0; j + 1 < starts.length; j++) {
    for (let a = starts[j]!; a < starts[j + 1]!; a += BLOCK) {
      blocks.push({ part: j, rows: order.subarray(a, Math.min(starts[j + 1]!, a + BLOCK)) });
    }
  }
  return blocks;
}

/** A power of two, so that nothing is rounded: the largest coordinate comes to between 1 and 2. */
function unitScale(points: Float32Array): number {
  let most = 0;
  for (let a = 0; a < points.length; a++) most = Math.max(most, Math.abs(points[a]!));
  return most > 0 ? 2 ** -Math.floor(Math.log2(most)) : 1;
}

function distance(a: ArrayLike<number>, i: number, b: ArrayLike<number>, j: number, d: number): number {
  let sum = 0;
  for (let c = 0; c < d; c++) sum += (a[i * d + c]! - b[j * d + c]!) ** 2;
  return Math.sqrt(sum);
}
