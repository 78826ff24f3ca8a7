import { describe, expect, it } from 'vitest';
import { InputError } from '../errors.ts';
import { simulateArch } from './arch.ts';
import { digitTranslation } from './digits.ts';
import { digitCounts } from './digits-data.ts';
import { simulateSphere } from './sphere.ts';
import { simulateSurface, surfaceHeight } from './surface.ts';
import type { ToyData } from './toy-data.ts';

function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

/** The cells of a timepoint, [·, dims]. */
function cellsAt({ points, dims, cellTimepoint }: ToyData, timepoint: number): Float32Array {
  const rows = [...cellTimepoint.keys()].filter((i) => cellTimepoint[i] === timepoint);
  return Float32Array.from(rows.flatMap((i) => [...points.subarray(i * dims, (i + 1) * dims)]));
}

const column = (points: Float32Array, dims: number, k: number) => points.filter((_, i) => i % dims === k);

const make = {
  arch: (seed: number): ToyData => simulateArch({ seed, cells: 200 }),
  sphere: (seed: number): ToyData => simulateSphere({ seed, cells: 200 }),
  surface: (seed: number): ToyData => simulateSurface({ seed, cells: 200, surfacePoints: 300 }),
  digits: (seed: number): ToyData => digitTranslation({ seed }),
};

describe.each(Object.entries(make))('%s', (name, simulate) => {
  const data = simulate(1);

  it('repeats its bits for a seed and changes with it', () => {
    expect(simulate(1).points).toEqual(data.points);
    expect(simulate(2).points).not.toEqual(data.points);
  });

  it('has each cell at one of its times', () => {
    expect(data.points.length).toBe(data.cellTimepoint.length * data.dims);
    expect(new Set(data.cellTimepoint)).toEqual(new Set(data.times.keys()));
    expect(data.points.every(Number.isFinite)).toBe(true);
  });

  it('leaves the manifold half-way on straight paths', () => {
    const start = cellsAt(data, 0);
    const end = cellsAt(data, data.times.length - 1);
    const half = Math.min(start.length, end.length);
    const middle = start.subarray(0, half).map((value, i) => (value + end[i]!) / 2);
    const own = mean(data.distanceToManifold(data.points));
    const straight = mean(data.distanceToManifold(middle));
    expect(straight).toBeGreaterThan(name === 'digits' ? 1.2 * own : own + 0.4);
  });
});

describe('arch', () => {
  const data = simulateArch({ cells: 4000 });

  it('has half-normal angles with the variance 1/2π at both ends, and its middle at the top', () => {
    const angles = data.times.map((_, k) => {
      const points = cellsAt(data, k);
      return Float64Array.from({ length: points.length / 2 }, (_, i) =>
        Math.atan2(points[2 * i + 1]!, -points[2 * i]!),
      );
    });
    // E|N(0, v)| = √(2v/π) = 1/π; angles that pass the end by noise come back with the other sign
    expect(mean(angles[0]!.map(Math.abs))).toBeCloseTo(1 / Math.PI, 1);
    expect(mean(angles[0]!.map((angle) => angle ** 2))).toBeCloseTo(1 / (2 * Math.PI), 1);
    expect(mean(angles[2]!.map(Math.abs))).toBeCloseTo(Math.PI - 1 / Math.PI, 1);
    expect(mean(angles[1]!)).toBeCloseTo(Math.PI / 2, 1);
    expect(Math.max(...angles[1]!.map((angle) => Math.abs(angle - Math.PI / 2)))).toBeLessThan(1);
  });

  it('lies on the circle without noise, and about noise · √(2/π) from it with', () => {
    const exact = simulateArch({ cells: 300, noise: 0 });
    expect(Math.max(...exact.distanceToManifold(exact.points))).toBeLessThan(1e-6);
    expect(mean(data.distanceToManifold(data.points))).toBeCloseTo(0.1 * Math.sqrt(2 / Math.PI), 2);
  });

  it('measures from the circle', () => {
    expect([...data.distanceToManifold(Float32Array.of(0, 0, 3, 4, 0, -1))]).toEqual([1, 4, 0]);
  });
});

describe('sphere', () => {
  const data = simulateSphere({ cells: 4000 });

  it('lies on the sphere', () => {
    expect(Math.max(...data.distanceToManifold(data.points))).toBeLessThan(1e-6);
  });

  it('goes from the north pole over the equator to the south pole, the same all around', () => {
    const heights = data.times.map((_, k) => mean(column(cellsAt(data, k), 3, 2)));
    // E cos N(0, v) = exp(−v/2)
    const end = Math.exp(-1 / (4 * Math.PI));
    expect(heights[0]).toBeCloseTo(end, 2);
    expect(heights[1]).toBeCloseTo(0, 2);
    expect(heights[2]).toBeCloseTo(-end, 2);
    for (const k of [0, 1]) expect(Math.abs(mean(column(cellsAt(data, 1), 3, k)))).toBeLessThan(0.05);
  });
});

describe('surface', () => {
  const data = simulateSurface();

  it('has all its points on the surface, the manifold all over it', () => {
    expect(Math.max(...data.distanceToManifold(data.points))).toBeLessThan(1e-5);
    expect(Math.max(...data.distanceToManifold(data.manifold))).toBeLessThan(1e-5);
    for (const k of [0, 1]) {
      const values = column(data.manifold, 3, k);
      expect(Math.abs(mean(values))).toBeLessThan(0.15);
      expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(5);
      expect(mean(values.map((value) => value ** 2))).toBeCloseTo(25 / 3, 0);
    }
  });

  it('has its clouds at two corners with the mountain between', () => {
    for (const k of [0, 1]) {
      expect(mean(column(cellsAt(data, 0), 3, k))).toBeCloseTo(-4, 1);
      expect(mean(column(cellsAt(data, 1), 3, k))).toBeCloseTo(4, 1);
    }
    expect(surfaceHeight(0, 0)).toBeGreaterThan(surfaceHeight(-4, -4) + 3);
    expect(surfaceHeight(0, 0)).toBeGreaterThan(surfaceHeight(4, 4) + 3);
  });

  it('measures vertically', () => {
    expect(data.distanceToManifold(Float64Array.of(1, 2, surfaceHeight(1, 2) - 0.7))[0]).toBeCloseTo(0.7, 12);
  });
});

describe('digits', () => {
  const data = digitTranslation();

  it('holds back a fifth of each digit and gives no image twice', () => {
    const shown = data.cellTimepoint.length;
    const held = data.heldBack.length / data.dims;
    expect(shown + held).toBe(digitCounts[4]! + digitCounts[9]!);
    expect(held / (shown + held)).toBeCloseTo(0.2, 2);
    const rows = new Set<string>();
    for (const points of [data.points, data.heldBack]) {
      for (let at = 0; at < points.length; at += data.dims)
        rows.add(points.subarray(at, at + data.dims).join());
    }
    expect(rows.size).toBe(shown + held);
  });

  it('gives back the images themselves with all components', () => {
    const images = digitTranslation({ components: 64 });
    const pixels = images.toImages(images.points);
    expect(pixels.length).toBe(images.cellTimepoint.length * 64);
    // whole numbers from 0 to 16, as they were packed
    expect(Math.max(...pixels.map((value) => Math.abs(value - Math.round(value))))).toBeLessThan(1e-3);
    expect(Math.max(...pixels)).toBeCloseTo(16, 3);
    expect(Math.min(...pixels)).toBeCloseTo(0, 3);
  });

  it('keeps most of the images in 16 components', () => {
    const all = digitTranslation({ components: 64 });
    const exact = all.toImages(all.points);
    const cut = data.toImages(data.points);
    const average = Array.from({ length: 64 }, (_, pixel) => mean(column(exact, 64, pixel)));
    const spread = exact.map((value, i) => (value - average[i % 64]!) ** 2);
    expect(mean(cut.map((value, i) => (value - exact[i]!) ** 2)) / mean(spread)).toBeLessThan(0.15);
  });

  it('is at distance 0 from held-back images and near others of the same digits', () => {
    expect(Math.max(...data.distanceToManifold(data.heldBack))).toBe(0);
    const typical = mean(data.distanceToManifold(data.points));
    const noise = data.points.map((value) => 3 * value);
    expect(mean(data.distanceToManifold(noise))).toBeGreaterThan(2 * typical);
  });

  it('has one mean image a digit: a 0 is empty in the middle, a 1 is full', () => {
    const pair = digitTranslation({ from: 0, to: 1 });
    const centre = [0, 1].map((timepoint) => {
      const images = pair.toImages(cellsAt(pair, timepoint));
      return mean([27, 28, 35, 36].map((pixel) => mean(column(images, 64, pixel))));
    });
    expect(centre[0]).toBeLessThan(4);
    expect(centre[1]).toBeGreaterThan(10);
  });

  it('refuses what is no digit', () => {
    for (const options of [
      { from: 10 },
      { to: -1 },
      { from: 5, to: 5 },
      { components: 0 },
      { components: 65 },
    ])
      expect(() => digitTranslation(options)).toThrow(InputError);
  });
});

it('refuses sizes that make no sense', () => {
  for (const cells of [0, 2.5, Number.NaN]) {
    expect(() => simulateArch({ cells })).toThrow(InputError);
    expect(() => simulateSphere({ cells })).toThrow(InputError);
    expect(() => simulateSurface({ cells })).toThrow(InputError);
  }
});
