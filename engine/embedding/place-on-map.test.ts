import { describe, expect, it } from 'vitest';
import { CancelledError, InputError } from '../errors.ts';
import { randomStream } from '../random.ts';
import { type MappedCells, placeOnMap } from './place-on-map.ts';

const n = 2000;
const d = 8;
const random = randomStream(4, 'place on map');
const cells = twoIslands();

describe('placeOnMap', () => {
  it('puts a point that is equal to a cell exactly on it', () => {
    const placed = placeOnMap(cells.points, n, cells);
    expect(placed.coordinates).toEqual(cells.coordinates);
    expect(placed.nearestCells).toEqual(Int32Array.from({ length: n }, (_, i) => i));
    expect(placed.distances).toEqual(new Float32Array(n));
    expect(placed.skippedCells).toBe(0);
  });

  it('comes to the cell as the point does', () => {
    for (const [off, most] of [
      [1e-1, 0.5],
      [1e-3, 1e-4],
    ] as const) {
      const near = cells.points.slice(0, 50 * d).map((v, a) => (a % d === 3 ? v + off : v));
      const { coordinates, distances } = placeOnMap(near, 50, cells);
      for (let i = 0; i < 50; i++) {
        expect(distances[i]).toBeLessThan(off * 1.001);
        if (off < 0.01) expect(apart(coordinates, i, cells.coordinates, i)).toBeLessThan(most);
      }
    }
  });

  it('puts a path between two islands on the islands, never in the empty middle', () => {
    const m = 201;
    const path = new Float32Array(m * d);
    for (let i = 0; i < m; i++) path[i * d] = -6 + (12 * i) / (m - 1);
    const { coordinates, distances } = placeOnMap(path, m, cells);
    for (let i = 0; i < m; i++) {
      let least = Number.POSITIVE_INFINITY;
      for (let j = 0; j < n; j++) least = Math.min(least, apart(coordinates, i, cells.coordinates, j));
      expect(least).toBeLessThan(0.5);
      // both islands are 40 apart on the map
      expect(Math.abs(coordinates[2 * i]!)).toBeGreaterThan(15);
      if (i < 90) expect(coordinates[2 * i]).toBeLessThan(0);
      if (i > 110) expect(coordinates[2 * i]).toBeGreaterThan(0);
    }
    // the middle is farthest from all cells, and that is said
    expect(distances[100]).toBeGreaterThan(distances[0]!);
  });

  it('lies within the neighbours, near where the map would put the point', () => {
    // on this map an island is its first two axes, so the right place is known
    const m = 300;
    const queries = new Float32Array(m * d);
    for (let i = 0; i < m; i++) {
      queries[i * d] = 5 + 0.5 * random.normal();
      queries[i * d + 1] = 0.5 * random.normal();
    }
    const { coordinates } = placeOnMap(queries, m, cells);
    let error = 0;
    for (let i = 0; i < m; i++) {
      error +=
        Math.hypot(
          coordinates[2 * i]! - (queries[i * d]! + 15),
          coordinates[2 * i + 1]! - queries[i * d + 1]!,
        ) / m;
    }
    expect(error).toBeLessThan(0.3);
  });

  it('gives the exact distance to the nearest cell', () => {
    const m = 100;
    const queries = Float32Array.from({ length: m * d }, () => 4 * random.normal());
    const { distances, nearestCells } = placeOnMap(queries, m, cells);
    for (let i = 0; i < m; i++) {
      let least = Number.POSITIVE_INFINITY;
      for (let j = 0; j < n; j++) least = Math.min(least, distance(queries, i, j));
      expect(distances[i]).toBeCloseTo(least, 5);
      expect(distances[i]).toBeCloseTo(distance(queries, i, nearestCells[i]!), 5);
    }
  });

  it('does not depend on the other points asked for', () => {
    const queries = Float32Array.from({ length: 40 * d }, () => random.normal());
    const together = placeOnMap(queries, 40, cells);
    for (const i of [0, 17, 39]) {
      const alone = placeOnMap(queries.slice(i * d, (i + 1) * d), 1, cells);
      expect(alone.coordinates).toEqual(together.coordinates.slice(2 * i, 2 * i + 2));
    }
  });

  it('passes over cells without a place, and says how many', () => {
    const coordinates = cells.coordinates.slice();
    for (let i = 0; i < n; i += 2) coordinates[2 * i] = Number.NaN;
    const placed = placeOnMap(cells.points, n, { ...cells, coordinates });
    expect(placed.skippedCells).toBe(n / 2);
    expect(placed.coordinates.every(Number.isFinite)).toBe(true);
    for (let i = 1; i < n; i += 2) expect(placed.nearestCells[i]).toBe(i);
    for (let i = 0; i < n; i += 2) expect(placed.nearestCells[i]! % 2).toBe(1);
  });

  it('serves one cell, copies of cells at different places, and no point', () => {
    const one = { n: 1, d, points: cells.points.slice(0, d), coordinates: Float32Array.of(3, 4) };
    expect(placeOnMap(new Float32Array(d).fill(9), 1, one).coordinates).toEqual(Float32Array.of(3, 4));
    expect(placeOnMap(new Float32Array(0), 0, cells).coordinates).toHaveLength(0);
    const copies = {
      n: 3,
      d: 1,
      points: Float32Array.of(1, 1, 2),
      coordinates: Float32Array.of(0, 0, 10, 0, 20, 0),
    };
    const [x, y] = placeOnMap(Float32Array.of(1), 1, copies).coordinates;
    expect([0, 10]).toContain(x);
    expect(y).toBe(0);
  });

  it('refuses NaN, wrong sizes and a map without places, and stops when asked', () => {
    const nan = Float32Array.from({ length: d }, (_, c) => (c === 2 ? Number.NaN : 0));
    expect(() => placeOnMap(nan, 1, cells)).toThrow(InputError);
    expect(() => placeOnMap(cells.points, n - 1, cells)).toThrow(InputError);
    const blank = { ...cells, coordinates: new Float32Array(2 * n).fill(Number.NaN) };
    expect(() => placeOnMap(cells.points, n, blank)).toThrow(InputError);
    expect(() => placeOnMap(cells.points, n, cells, { shouldStop: () => true })).toThrow(CancelledError);
  });
});

/** Two clouds, 10 apart along the first axis; on the map their first two axes, 40 apart. */
function twoIslands(): MappedCells {
  const points = new Float32Array(n * d);
  const coordinates = new Float32Array(2 * n);
  for (let i = 0; i < n; i++) {
    const side = i % 2 === 0 ? -1 : 1;
    for (let c = 0; c < d; c++) points[i * d + c] = (c < 2 ? 1 : 0.1) * random.normal();
    points[i * d]! += 5 * side;
    coordinates[2 * i] = points[i * d]! + 15 * side;
    coordinates[2 * i + 1] = points[i * d + 1]!;
  }
  return { n, d, points, coordinates };
}

function distance(queries: Float32Array, i: number, j: number): number {
  let sum = 0;
  for (let c = 0; c < d; c++) sum += (queries[i * d + c]! - cells.points[j * d + c]!) ** 2;
  return Math.sqrt(sum);
}

function apart(a: Float32Array, i: number, b: Float32Array, j: number): number {
  return Math.hypot(a[2 * i]! - b[2 * j]!, a[2 * i + 1]! - b[2 * j + 1]!);
}
