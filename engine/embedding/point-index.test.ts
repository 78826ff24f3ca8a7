import { describe, expect, it } from 'vitest';
import { CancelledError } from '../errors.ts';
import { randomStream } from '../random.ts';
import { PointIndex } from './point-index.ts';

const n = 5000;
const d = 20;
const k = 10;
const random = randomStream(8, 'point index');
// three islands, far from the origin and from each other
const points = Float32Array.from(
  { length: n * d },
  (_, a) => 500 * (Math.floor(a / d) % 3) + random.normal(),
);
const m = 3000;
const queries = Float32Array.from(points.subarray(0, m * d), (v) => v + 0.3 * random.normal());

describe('PointIndex', () => {
  const truth = bruteForce(points, d, queries, m);

  it('finds exactly the nearest, nearest first, where all are asked for', () => {
    const index = new PointIndex(points, n, d, k, m, randomStream(1, 'index'));
    const found = index.nearest(queries, m, 1);
    expect(hits(found, truth)).toBeGreaterThan(0.9999);
    let inOrder = 0;
    found.forEach((j, a) => {
      if (j === truth[a]) inOrder++;
    });
    expect(inOrder / truth.length).toBeGreaterThan(0.999);
  });

  it('misses none in the plane, where most parts are skipped as too far away', () => {
    const plane = Float32Array.from({ length: 2 * n }, random.uniform);
    const asked = Float32Array.from({ length: 2 * m }, (_, a) => 1.2 * random.uniform() - 0.1 * (a & 1));
    const index = new PointIndex(plane, n, 2, k, m, randomStream(1, 'index'));
    expect(hits(index.nearest(asked, m, 1), bruteForce(plane, 2, asked, m))).toBeGreaterThan(0.9999);
  });

  it.each([0.8, 0.99])('finds the share of them that was asked for, %f', (recall) => {
    const index = new PointIndex(points, n, d, k, m, randomStream(1, 'index'));
    const share = hits(index.nearest(queries, m, recall), truth);
    expect(share).toBeGreaterThan(recall - 0.01);
    // fewer parts were looked through than all
    if (recall === 0.8) expect(share).toBeLessThan(0.99);
  });

  it('finds every point at its own place, however little is asked for', () => {
    const index = new PointIndex(points, n, d, k, n, randomStream(1, 'index'));
    const found = index.nearest(points, n, 0.1);
    for (let i = 0; i < n; i++) expect(found[i * k]).toBe(i);
  });

  it('fills every list, also where the nearest parts hold fewer points than asked for', () => {
    // one large cloud, that decides how many parts are looked through, and twenty lone points
    const lone = Float32Array.from({ length: n * 2 }, (_, a) =>
      a < 40 ? 1000 * Math.cos(a * a) : random.normal(),
    );
    const index = new PointIndex(lone, n, 2, k, n, randomStream(1, 'index'));
    expect(index.nearest(lone, n, 0.1)).not.toContain(-1);
  });

  it('serves queries beyond float32 when squared, fewer points than k, and no query', () => {
    const index = new PointIndex(points, 4, d, k, 2, randomStream(1, 'index'));
    const far = new Float32Array(2 * d).fill(3e38);
    const found = index.nearest(far, 2, 1);
    for (const row of [0, 1]) {
      const ids = found.subarray(row * k, (row + 1) * k);
      expect([...ids.subarray(0, 4)].sort()).toEqual([0, 1, 2, 3]);
      expect([...ids.subarray(4)]).toEqual(Array(k - 4).fill(-1));
    }
    expect(index.nearest(far, 0, 1)).toHaveLength(0);
  });

  it('asks often enough whether to stop', () => {
    let asked = 0;
    const stopAt = (most: number) => () => {
      if (asked++ > most) throw new CancelledError();
    };
    expect(() => new PointIndex(points, n, d, k, n, randomStream(1, 'x'), stopAt(5))).toThrow(CancelledError);
    const index = new PointIndex(points, n, d, k, n, randomStream(1, 'x'));
    asked = 0;
    expect(() => index.nearest(points, n, 1, stopAt(1000))).toThrow(CancelledError);
  });
});

function bruteForce(x: Float32Array, dims: number, from: Float32Array, rows: number): Int32Array {
  const out = new Int32Array(rows * k);
  const squares = new Float64Array(n);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let c = 0; c < dims; c++) sum += (from[i * dims + c]! - x[j * dims + c]!) ** 2;
      squares[j] = sum;
    }
    const bound = squares.slice().sort()[k - 1]!;
    const near: number[] = [];
    squares.forEach((square, j) => {
      if (square <= bound) near.push(j);
    });
    out.set(near.sort((a, b) => squares[a]! - squares[b]!).slice(0, k), i * k);
  }
  return out;
}

/** Share of the true neighbours that were found. */
function hits(found: Int32Array, truth: Int32Array): number {
  let same = 0;
  for (let i = 0; i < m; i++) {
    const real = new Set(truth.subarray(i * k, (i + 1) * k));
    for (const j of found.subarray(i * k, (i + 1) * k)) if (real.has(j)) same++;
  }
  return same / truth.length;
}
