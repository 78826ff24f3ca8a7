import { describe, expect, it } from 'vitest';
import { CancelledError, InputError } from '../errors.ts';
import { randomStream } from '../random.ts';
import { nearestNeighbors } from './neighbors.ts';

const n = 3000;
const d = 50;
const k = 15;
const points = clusters();

describe('nearestNeighbors', () => {
  const exact = nearestNeighbors(points, n, d, k);

  it('is what sorting all distances gives, where it is exact', () => {
    expect(exact.method).toBe('exact');
    for (const i of [0, 1, 63, 64, 1234, n - 1]) {
      const all = Array.from({ length: n }, (_, j) => ({ j, r: distance(points, i, j) }));
      const sorted = all.filter(({ j }) => j !== i).sort((a, b) => a.r - b.r || a.j - b.j);
      expect([...exact.indices.subarray(i * k, (i + 1) * k)]).toEqual(sorted.slice(0, k).map(({ j }) => j));
      for (let a = 0; a < k; a++) expect(exact.distances[i * k + a]).toBeCloseTo(sorted[a]!.r, 5);
    }
  });

  it('finds 98 % of them where it is approximate, the same ones from the same seed', () => {
    const near = nearestNeighbors(points, n, d, k, { method: 'approximate', seed: 4 });
    expect(recall(near.indices, exact.indices)).toBeGreaterThan(0.98);
    expect(nearestNeighbors(points, n, d, k, { method: 'approximate', seed: 4 })).toEqual(near);
    for (let i = 0; i < n; i++) {
      const row = [...near.indices.subarray(i * k, (i + 1) * k)];
      expect(new Set([...row, i]).size).toBe(k + 1);
    }
  });

  it.each(['exact', 'approximate'] as const)('puts copies of a point at distance 0, %s', (method) => {
    const twice = new Float32Array(400 * d);
    for (let i = 0; i < 400; i++) twice.set(points.subarray((i >> 1) * d, ((i >> 1) + 1) * d), i * d);
    const { indices, distances } = nearestNeighbors(twice, 400, d, 3, { method });
    for (let i = 0; i < 400; i++) {
      expect(indices[i * 3]).toBe(i ^ 1);
      expect(distances[i * 3]).toBe(0);
    }
  });

  it.each(['exact', 'approximate'] as const)('serves points that are all equal, %s', (method) => {
    const { indices, distances } = nearestNeighbors(new Float32Array(300 * 2).fill(7), 300, 2, 5, { method });
    expect(distances.every((r) => r === 0)).toBe(true);
    indices.forEach((j, a) => {
      expect(j).toBeGreaterThanOrEqual(0);
      expect(j).not.toBe(Math.floor(a / 5));
    });
  });

  it('refuses NaN, too many neighbours and wrong sizes, and stops when asked', () => {
    expect(() => nearestNeighbors(points.slice().fill(Number.NaN, 7, 8), n, d, k)).toThrow(InputError);
    expect(() => nearestNeighbors(points, n, d, n)).toThrow(InputError);
    expect(() => nearestNeighbors(points.subarray(0, d), 1, d, 1)).toThrow(InputError);
    expect(() => nearestNeighbors(points, n + 1, d, k)).toThrow(InputError);
    for (const method of ['exact', 'approximate'] as const) {
      expect(() => nearestNeighbors(points, n, d, k, { method, shouldStop: () => true })).toThrow(
        CancelledError,
      );
    }
  });
});

function clusters(): Float32Array {
  const random = randomStream(5, 'clusters');
  const spread = Float64Array.from({ length: d }, (_, c) => 1 / Math.sqrt(c + 1));
  const centers = Float64Array.from({ length: 10 * d }, (_, a) => 3 * spread[a % d]! * random.normal());
  return Float32Array.from({ length: n * d }, (_, a) => {
    const cluster = Math.floor(a / d) % 10;
    return centers[cluster * d + (a % d)]! + spread[a % d]! * random.normal();
  });
}

function distance(x: Float32Array, i: number, j: number): number {
  let sum = 0;
  for (let c = 0; c < d; c++) sum += (x[i * d + c]! - x[j * d + c]!) ** 2;
  return Math.sqrt(sum);
}

function recall(found: Int32Array, truth: Int32Array): number {
  let hits = 0;
  for (let i = 0; i < n; i++) {
    const real = new Set(truth.subarray(i * k, (i + 1) * k));
    for (const j of found.subarray(i * k, (i + 1) * k)) if (real.has(j)) hits++;
  }
  return hits / (n * k);
}
