import { describe, expect, it } from 'vitest';
import { CancelledError } from '../errors.ts';
import { randomStream } from '../random.ts';
import { distanceToCells, shareFar } from './far-from-cells.ts';

const dims = 3;
const n = 400;
const random = randomStream(5, 'far test');

/** Three clouds in a row, 2 apart, the last one `wide` times as wide. */
function clouds(wide = 1) {
  const points = Float32Array.from({ length: 3 * n * dims }, (_, i) => {
    const k = Math.floor(i / dims / n);
    return (i % dims === 0 ? 2 * k : 0) + (k === 2 ? wide : 1) * random.normal();
  });
  const cells = [0, 1, 2].map((k) => Int32Array.from({ length: n }, (_, i) => k * n + i));
  return { dims, points, cells };
}

const go = () => false;
const times = [0, 1, 2, 3, 4];
// days 0, 2, 4
const along = (offset: number) =>
  Float32Array.from(times.flatMap((time) => [time, offset, 0, time, offset + 0.1, 0]));

describe('distanceToCells', () => {
  it('marks a path out of the data and none inside', () => {
    const data = clouds();
    const distances = distanceToCells(along(0), times, data, [0, 2, 4], 1, go)!;
    expect(distances.length).toBe(10);
    expect(Math.max(...distances)).toBeLessThan(1);
    expect(shareFar(distances)).toBe(0);
    const outside = distanceToCells(along(9), times, data, [0, 2, 4], 1, go)!;
    expect(Math.min(...outside)).toBeGreaterThan(1);
    expect(shareFar(outside)).toBe(1);
  });

  it('marks about one cell in a hundred of the cells themselves', () => {
    const data = clouds();
    const distances = distanceToCells(data.points.slice(0, n * dims), [0], data, [0, 2, 4], 1, go)!;
    // a trajectory's own cell counts among its neighbours, so a little fewer
    expect(shareFar(distances)).toBeLessThanOrEqual(0.01);
    expect(Math.max(...distances)).toBeGreaterThan(0.8);
  });

  it('measures by the cells of that time: where they lie widely, so may a path', () => {
    const data = clouds(6);
    // beside the narrow cloud of day 0 and inside the wide one of day 4, which is not near the former
    const points = Float32Array.of(-6, 0, 0, 4, 6, 0);
    const distances = distanceToCells(points, [0, 4], data, [0, 2, 4], 1, go)!;
    expect(distances[0]).toBeGreaterThan(1);
    expect(distances[1]).toBeLessThan(1);
  });

  it('is not misled by one outlier, and does not depend on the unit', () => {
    const data = clouds();
    data.points.set([0, 30, 0], 0);
    const points = Float32Array.of(0, 30, 0);
    expect(distanceToCells(points, [0], data, [0, 2, 4], 1, go)![0]).toBeGreaterThan(1);
    const scaled = { ...data, points: data.points.map((v) => 8 * v) };
    expect(
      distanceToCells(
        along(2).map((v) => 8 * v),
        times,
        scaled,
        [0, 2, 4],
        1,
        go,
      ),
    ).toEqual(distanceToCells(along(2), times, data, [0, 2, 4], 1, go));
  });

  it('is none of a path that diverged, all far of one that nearly did, and can be stopped', () => {
    const data = clouds();
    const wild = along(0);
    wild[4] = Number.NaN;
    expect(distanceToCells(wild, times, data, [0, 2, 4], 1, go)).toBeNull();
    const away = distanceToCells(along(1e30), times, data, [0, 2, 4], 1, go)!;
    expect(shareFar(away)).toBe(1);
    expect(() => distanceToCells(along(0), times, data, [0, 2, 4], 1, () => true)).toThrow(CancelledError);
  });

  it('works with fewer cells than neighbours', () => {
    const few = { dims: 1, points: Float32Array.of(0, 1, 2), cells: [Int32Array.of(0, 1), Int32Array.of(2)] };
    const distances = distanceToCells(Float32Array.of(0.5, 99), [0, 1], few, [0, 1], 1, go)!;
    expect(distances[0]).toBeLessThanOrEqual(1);
    expect(distances[1]).toBeGreaterThan(1);
  });
});
