import type { Bounds } from './camera.ts';

/** Cells a bucket, on average. */
const CELLS_A_BUCKET = 8;
/** Rows a step of building: a step stays below two milliseconds. */
const ROWS_A_STEP = 50_000;
/** Share of the cells on each side of each axis that the grid's outermost buckets take in. */
const TAIL = 0.002;

/**
 * Places by buckets of a regular grid; the outermost ones reach to infinity, so that a few cells far out do not gather
 * all the others in one bucket.
 */
export interface CellGrid {
  columns: number;
  rows: number;
  /** least corner and size of a bucket, data units */
  x: number;
  y: number;
  bucketWidth: number;
  bucketHeight: number;
  /** where each bucket begins in `members`, [columns · rows + 1] */
  starts: Uint32Array;
  /** rows of cells, bucket by bucket */
  members: Uint32Array;
}

/**
 * Builds the grid step by step; the generator's value at its end is the grid.
 * @param positions flat [n, 2]; cells without a place are left out
 */
export function* buildGrid(positions: Float32Array): Generator<void, CellGrid> {
  const n = positions.length / 2;
  const side = Math.max(1, Math.min(1024, Math.ceil(Math.sqrt(n / CELLS_A_BUCKET))));
  const inner = innerBounds(positions);
  yield;
  const grid: CellGrid = {
    columns: side,
    rows: side,
    x: inner.minX,
    y: inner.minY,
    bucketWidth: (inner.maxX - inner.minX) / side || 1,
    bucketHeight: (inner.maxY - inner.minY) / side || 1,
    starts: new Uint32Array(side * side + 1),
    members: new Uint32Array(0),
  };
  const buckets = new Int32Array(n);
  for (let i = 0; i < n; i++) {
    if (i % ROWS_A_STEP === ROWS_A_STEP - 1) yield;
    const x = positions[2 * i];
    const y = positions[2 * i + 1];
    const bucket = Number.isFinite(x) && Number.isFinite(y) ? rowOf(grid, y) * side + columnOf(grid, x) : -1;
    buckets[i] = bucket;
    if (bucket >= 0) grid.starts[bucket + 1]++;
  }
  yield;
  for (let b = 0; b < side * side; b++) grid.starts[b + 1] += grid.starts[b];
  grid.members = new Uint32Array(grid.starts[side * side]);
  const next = grid.starts.slice(0, -1);
  for (let i = 0; i < n; i++) {
    if (i % ROWS_A_STEP === ROWS_A_STEP - 1) yield;
    if (buckets[i] >= 0) grid.members[next[buckets[i]]++] = i;
  }
  return grid;
}

/** Bounds of all but the tails, from some of the cells. */
function innerBounds(positions: Float32Array): Bounds {
  const step = 2 * Math.max(1, Math.floor(positions.length / 2 / 5000));
  const axis = (offset: number): [number, number] => {
    const values: number[] = [];
    for (let i = offset; i < positions.length; i += step) {
      if (Number.isFinite(positions[i])) values.push(positions[i]);
    }
    const sorted = Float32Array.from(values).sort();
    if (sorted.length === 0) return [0, 1];
    const tail = Math.floor(TAIL * sorted.length);
    return [sorted[tail], sorted[sorted.length - 1 - tail]];
  };
  const [minX, maxX] = axis(0);
  const [minY, maxY] = axis(1);
  return { minX, maxX, minY, maxY };
}

function columnOf(grid: CellGrid, x: number): number {
  return clampIndex((x - grid.x) / grid.bucketWidth, grid.columns);
}

function rowOf(grid: CellGrid, y: number): number {
  return clampIndex((y - grid.y) / grid.bucketHeight, grid.rows);
}

function clampIndex(at: number, count: number): number {
  return at >= count ? count - 1 : at > 0 ? Math.floor(at) : 0;
}

/**
 * The nearest cell within a radius (data units) that is accepted, else −1. Rings of buckets about the place are
 * searched outwards until no nearer cell can follow.
 */
export function nearestCell(
  grid: CellGrid,
  positions: Float32Array,
  x: number,
  y: number,
  radius: number,
  accept: (row: number) => boolean,
): number {
  const column = columnOf(grid, x);
  const row = rowOf(grid, y);
  let nearest = -1;
  let squared = radius * radius;
  const visit = (c: number, r: number) => {
    const bucket = r * grid.columns + c;
    for (let k = grid.starts[bucket]; k < grid.starts[bucket + 1]; k++) {
      const cell = grid.members[k];
      const dx = positions[2 * cell] - x;
      const dy = positions[2 * cell + 1] - y;
      const d = dx * dx + dy * dy;
      if (d <= squared && (d < squared || nearest < 0) && accept(cell)) {
        nearest = cell;
        squared = d;
      }
    }
  };
  for (let ring = 0; ring < Math.max(grid.columns, grid.rows); ring++) {
    if (ring > 0 && clearance(grid, x, y, column, row, ring - 1) ** 2 > squared) break;
    visitRing(grid, column, row, ring, visit);
  }
  return nearest;
}

/** Distance from a place to whatever lies outside the buckets up to a ring. */
function clearance(grid: CellGrid, x: number, y: number, column: number, row: number, ring: number): number {
  const left = column - ring > 0 ? x - (grid.x + (column - ring) * grid.bucketWidth) : Infinity;
  const right =
    column + ring + 1 < grid.columns ? grid.x + (column + ring + 1) * grid.bucketWidth - x : Infinity;
  const below = row - ring > 0 ? y - (grid.y + (row - ring) * grid.bucketHeight) : Infinity;
  const above = row + ring + 1 < grid.rows ? grid.y + (row + ring + 1) * grid.bucketHeight - y : Infinity;
  return Math.min(left, right, below, above);
}

function visitRing(
  grid: CellGrid,
  column: number,
  row: number,
  ring: number,
  visit: (column: number, row: number) => void,
): void {
  const first = Math.max(0, column - ring);
  const last = Math.min(grid.columns - 1, column + ring);
  for (let r = Math.max(0, row - ring); r <= Math.min(grid.rows - 1, row + ring); r++) {
    if (Math.abs(r - row) === ring) {
      for (let c = first; c <= last; c++) visit(c, r);
    } else {
      if (column - ring >= 0) visit(column - ring, r);
      if (column + ring < grid.columns) visit(column + ring, r);
    }
  }
}

/** Runs a generator in slices with the page's other work between them. @returns null where it was stopped */
export async function runInSlices<T>(
  steps: Generator<void, T>,
  signal: AbortSignal,
  sliceMs = 4,
): Promise<T | null> {
  for (;;) {
    await nextTask();
    const end = performance.now() + sliceMs;
    while (performance.now() < end) {
      if (signal.aborted) return null;
      const step = steps.next();
      if (step.done) return step.value;
    }
  }
}

/** Sooner than a timer, which browsers hold back when it is set again and again. */
export function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
