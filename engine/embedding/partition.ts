import { PANEL, PanelSearch, STRIP } from '../compute/panel-search.ts';
import { drawWithoutReplacement, type RandomStream } from '../random.ts';

/** points of a sample that place each centre, and rounds of Lloyd's iteration */
const SAMPLE_PER_CENTRE = 40;
const ROUNDS = 4;
const AT_ONCE = 256;

/** Points divided among centres, each to the nearest. */
export interface Partition {
  count: number;
  /** flat [count, d] */
  centres: Float32Array;
  /** of each point, [n] */
  partOf: Int32Array;
  /** the points, part after part, [n] */
  order: Int32Array;
  /** where each part starts in `order`, [count + 1] */
  starts: Int32Array;
}

/**
 * A rough k-means on a sample, which is enough for a search; all points then go to their nearest centre.
 * @param points flat [n, d]
 */
export function partition(
  points: Float32Array,
  n: number,
  d: number,
  count: number,
  scale: number,
  random: RandomStream,
  tick: () => void,
): Partition {
  const sample = drawWithoutReplacement(n, count * SAMPLE_PER_CENTRE, random);
  let centres = new Float32Array(count * d);
  for (let j = 0; j < count; j++) centres.set(points.subarray(sample[j]! * d, (sample[j]! + 1) * d), j * d);
  for (let round = 0; round < ROUNDS; round++) {
    const search = centreSearch(centres, d, scale);
    centres = means(points, d, sample, nearestCentres(search, points, sample, scale, tick), centres);
  }
  const all = Int32Array.from({ length: n }, (_, i) => i);
  const partOf = nearestCentres(centreSearch(centres, d, scale), points, all, scale, tick);
  return { count, centres, partOf, ...group(partOf, count) };
}

/** Centres in panels, their ids are their numbers. */
export function centreSearch(centres: Float32Array, d: number, scale: number): PanelSearch {
  const count = centres.length / d;
  const search = new PanelSearch(Math.ceil(count / PANEL) * PANEL, AT_ONCE, d, 1);
  for (let j = 0; j < count; j++) search.setPoint(j, centres, j, scale, j);
  return search;
}

/** The nearest centre of each of some rows of points. */
export function nearestCentres(
  search: PanelSearch,
  points: Float32Array,
  rows: Int32Array,
  scale: number,
  tick: () => void,
): Int32Array {
  const out = new Int32Array(rows.length);
  for (let start = 0; start < rows.length; start += AT_ONCE) {
    tick();
    const stop = Math.min(rows.length, start + AT_ONCE);
    for (let r = start; r < stop; r++) search.setQuery(r - start, points, rows[r]!, scale);
    for (let s = 0; s * STRIP < stop - start; s++) search.scan(s, 0, search.panelCount);
    for (let r = start; r < stop; r++) out[r] = Math.max(0, search.nearestOf(r - start)[0]!);
  }
  return out;
}

/** Rows grouped by their part, in order within it. */
export function group(partOf: Int32Array, count: number): { order: Int32Array; starts: Int32Array } {
  const starts = new Int32Array(count + 1);
  for (const part of partOf) starts[part + 1]!++;
  for (let j = 0; j < count; j++) starts[j + 1]! += starts[j]!;
  const next = starts.slice();
  const order = new Int32Array(partOf.length);
  partOf.forEach((part, i) => {
    order[next[part]!++] = i;
  });
  return { order, starts };
}

/** Means of the members; a centre without any stays. */
function means(
  points: Float32Array,
  d: number,
  rows: Int32Array,
  partOf: Int32Array,
  before: Float32Array,
): Float32Array<ArrayBuffer> {
  const sums = new Float64Array(before.length);
  const sizes = new Int32Array(before.length / d);
  rows.forEach((row, r) => {
    const part = partOf[r]!;
    sizes[part]!++;
    for (let c = 0; c < d; c++) sums[part * d + c]! += points[row * d + c]!;
  });
  return Float32Array.from(before, (old, a) => {
    const size = sizes[Math.floor(a / d)]!;
    return size > 0 ? sums[a]! / size : old;
  });
}
