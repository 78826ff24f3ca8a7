import { instantiateKernels } from './instantiate.ts';

interface Exports {
  nearestScan(
    strip: number,
    panels: number,
    ids: number,
    count: number,
    d: number,
    k: number,
    squares: number,
    found: number,
  ): void;
}

/** points side by side in a panel, queries side by side in a strip: what one turn of the kernel compares */
export const PANEL = 8;
export const STRIP = 4;
/** what a query's coordinates are cut off at */
export const FARTHEST = 1e15;
/** the largest float32 */
const UNFILLED = 3.4028234663852886e38;

/**
 * Points in panels of eight and queries in strips of four, compared by the kernel: the k nearest points of every query
 * among the panels it was shown, squared Euclidean in float32 by differences. Slots without a point are never found.
 */
export class PanelSearch {
  readonly d: number;
  readonly k: number;
  /** of all slots */
  readonly panelCount: number;
  private readonly kernels: Exports;
  private readonly panels: Float32Array;
  private readonly ids: Int32Array;
  private readonly strips: Float32Array;
  private readonly squares: Float32Array;
  private readonly found: Int32Array;

  /**
   * @param slots for points, a multiple of 8
   * @param queries at most at a time, a multiple of 4
   * @throws WorkError where memory does not suffice
   */
  constructor(slots: number, queries: number, d: number, k: number) {
    this.d = d;
    this.k = k;
    this.panelCount = slots / PANEL;
    const floats = slots * (d + 1) + queries * (d + 2 * k);
    const { kernels, memory } = instantiateKernels<Exports>(4 * floats + 1024);
    this.kernels = kernels;
    this.panels = memory.floats(slots * d).fill(Number.POSITIVE_INFINITY);
    this.ids = memory.integers(slots).fill(-1);
    this.strips = memory.floats(queries * d);
    this.squares = memory.floats(queries * k);
    this.found = memory.integers(queries * k);
  }

  /** Puts row `row` of points [·, d], times `scale`, into a slot; it will be found as `id`. */
  setPoint(slot: number, points: ArrayLike<number>, row: number, scale: number, id: number): void {
    const at = (slot - (slot % PANEL)) * this.d + (slot % PANEL);
    for (let c = 0; c < this.d; c++) this.panels[at + c * PANEL] = points[row * this.d + c]! * scale;
    this.ids[slot] = id;
  }

  /**
   * Puts row `row` of queries [·, d], times `scale`, into place `at` and empties its list. Coordinates beyond FARTHEST count
   * as that, so that squares stay within float32; points are expected to be of size 1.
   */
  setQuery(at: number, queries: ArrayLike<number>, row: number, scale: number): void {
    const start = (at - (at % STRIP)) * this.d + (at % STRIP);
    for (let c = 0; c < this.d; c++) {
      const value = queries[row * this.d + c]! * scale;
      this.strips[start + c * STRIP] = Math.max(-FARTHEST, Math.min(FARTHEST, value));
    }
    this.squares.fill(UNFILLED, at * this.k, (at + 1) * this.k);
    this.found.fill(-1, at * this.k, (at + 1) * this.k);
  }

  /** Shows `count` panels from panel `from` on to the queries of a strip. */
  scan(strip: number, from: number, count: number): void {
    const query = strip * STRIP;
    this.kernels.nearestScan(
      this.strips.byteOffset + 4 * query * this.d,
      this.panels.byteOffset + 4 * from * PANEL * this.d,
      this.ids.byteOffset + 4 * from * PANEL,
      count,
      this.d,
      this.k,
      this.squares.byteOffset + 4 * query * this.k,
      this.found.byteOffset + 4 * query * this.k,
    );
  }

  /** squared distance that a point must undercut to be among the k of any query of the strip */
  bound(strip: number): number {
    let most = 0;
    for (let q = strip * STRIP; q < (strip + 1) * STRIP; q++) {
      most = Math.max(most, this.squares[(q + 1) * this.k - 1]!);
    }
    return most;
  }

  /** whether each query of the strip was shown k points */
  full(strip: number): boolean {
    return this.bound(strip) < UNFILLED;
  }

  /** ids, nearest first, −1 where fewer were shown; a view that lives until the query is set anew, [k] */
  nearestOf(at: number): Int32Array {
    return this.found.subarray(at * this.k, (at + 1) * this.k);
  }
}
