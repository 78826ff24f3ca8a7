/** Slabs by height, so that a point is compared only with the edges at its own height. */
const SLABS = 256;

/** A closed polygon, ready to be asked about many points. */
export interface Polygon {
  minX: number;
  maxX: number;
  minY: number;
  maxY: number;
  /** flat [m, 2] */
  vertices: Float64Array;
  /** edges (by their first vertex) that cross each slab */
  slabs: Int32Array[];
}

/** @param outline flat [m, 2]; the last vertex is joined with the first */
export function preparePolygon(outline: ArrayLike<number>): Polygon {
  const vertices = Float64Array.from(outline);
  const xs = vertices.filter((_, k) => k % 2 === 0);
  const ys = vertices.filter((_, k) => k % 2 === 1);
  const polygon: Polygon = {
    minX: xs.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
    maxX: xs.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
    minY: ys.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
    maxY: ys.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
    vertices,
    slabs: [],
  };
  const edges: number[][] = Array.from({ length: SLABS }, () => []);
  for (let k = 0; k < ys.length; k++) {
    const a = ys[k];
    const b = ys[(k + 1) % ys.length];
    if (a === b) continue;
    for (let s = slabOf(polygon, Math.min(a, b)); s <= slabOf(polygon, Math.max(a, b)); s++) edges[s].push(k);
  }
  polygon.slabs = edges.map((list) => Int32Array.from(list));
  return polygon;
}

function slabOf(polygon: Polygon, y: number): number {
  const height = polygon.maxY - polygon.minY;
  return height > 0 ? Math.min(SLABS - 1, Math.floor(((y - polygon.minY) / height) * SLABS)) : 0;
}

/**
 * Whether a point lies inside by its winding number: what a hand drawn line goes round twice is inside as well.
 * On the boundary either answer may come.
 */
export function isInside(polygon: Polygon, x: number, y: number): boolean {
  if (!(x >= polygon.minX && x <= polygon.maxX && y >= polygon.minY && y <= polygon.maxY)) return false;
  const { vertices } = polygon;
  const count = vertices.length / 2;
  let winding = 0;
  const edges = polygon.slabs[slabOf(polygon, y)];
  for (let e = 0; e < edges.length; e++) {
    const k = edges[e];
    const next = k + 1 === count ? 0 : k + 1;
    const ax = vertices[2 * k];
    const ay = vertices[2 * k + 1];
    const bx = vertices[2 * next];
    const by = vertices[2 * next + 1];
    const side = (bx - ax) * (y - ay) - (x - ax) * (by - ay);
    if (ay <= y && by > y && side > 0) winding++;
    else if (ay > y && by <= y && side < 0) winding--;
  }
  return winding !== 0;
}

/**
 * Rows, ascending, of the cells that lie inside.
 * @param positions flat [n, 2]
 * @param outline flat [m, 2], in the same units
 */
export function rowsInside(
  positions: Float32Array,
  outline: ArrayLike<number>,
  accept: (row: number) => boolean,
): Int32Array<ArrayBuffer> {
  if (outline.length < 6) return new Int32Array(0);
  const polygon = preparePolygon(outline);
  const rows = new Int32Array(positions.length / 2);
  let count = 0;
  for (let row = 0; row < rows.length; row++) {
    if (isInside(polygon, positions[2 * row], positions[2 * row + 1]) && accept(row)) rows[count++] = row;
  }
  return rows.slice(0, count);
}
