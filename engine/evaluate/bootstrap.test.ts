import { describe, expect, it } from 'vitest';
import { exactPlan } from '../coupling/exact-ot.ts';
import { randomStream } from '../random.ts';
import { drawByMass, equalSizeOf, w1Band } from './bootstrap.ts';
import { realCells } from './measure.ts';
import { spaceOf } from './space.ts';

const go = () => false;

function cloud(n: number, dims: number, shift: number, ...purpose: (string | number)[]): Float32Array {
  const random = randomStream(11, 'bootstrap test', ...purpose);
  return Float32Array.from({ length: n * dims }, (_, i) => random.normal() + (i % dims === 0 ? shift : 0));
}

describe('drawByMass', () => {
  const counts = (rows: Int32Array, n: number) => {
    const found = new Int32Array(n);
    for (const row of rows) found[row]!++;
    return found;
  };

  it('draws each row as often as its share of the mass says, rounded up or down', () => {
    const random = randomStream(1, 'masses');
    for (let repeat = 0; repeat < 50; repeat++) {
      const mass = Float64Array.from({ length: 40 }, (_, i) => (i % 7 === 0 ? 0 : random.uniform() ** 3));
      const total = mass.reduce((sum, m) => sum + m, 0);
      const drawn = counts(drawByMass(40, mass, 25, random), 40);
      expect(drawn.reduce((sum, c) => sum + c, 0)).toBe(25);
      mass.forEach((m, i) => {
        const due = (25 * m) / total;
        expect(drawn[i]).toBeGreaterThanOrEqual(Math.floor(due));
        expect(drawn[i]).toBeLessThanOrEqual(Math.ceil(due));
      });
    }
  });

  it('draws none twice where masses are alike, and each row equally often', () => {
    const random = randomStream(2, 'alike');
    const mass = new Float64Array(10).fill(0.3);
    const sum = new Int32Array(10);
    for (let repeat = 0; repeat < 2000; repeat++) {
      const drawn = counts(drawByMass(10, mass, 4, random), 10);
      expect(Math.max(...drawn)).toBe(1);
      drawn.forEach((c, i) => {
        sum[i]! += c;
      });
    }
    // 800 expected, standard deviation 22
    for (const c of sum) expect(Math.abs(c - 800)).toBeLessThan(100);
  });
});

describe('w1Band', () => {
  it('covers the distance that other samples of the same size have, and is not wider than need be', () => {
    const [dims, n, cells] = [3, 120, equalSizeOf([120, 200])];
    const w1 = (x: Float32Array, y: Float32Array) => exactPlan(x, y, dims, { cost: 'euclidean' }).cost;
    const others = Array.from({ length: 400 }, (_, k) =>
      w1(cloud(cells, dims, 0, 'x', k), cloud(cells, dims, 0.8, 'y', k)),
    );
    const truth = others.reduce((sum, value) => sum + value, 0) / others.length;
    const bands = Array.from({ length: 60 }, (_, k) =>
      w1Band({ points: cloud(n, dims, 0, 'n', k) }, cloud(200, dims, 0.8, 'm', k), dims, cells, k, go),
    );
    const covering = bands.filter(({ low, high }) => low! <= truth && truth <= high!).length;
    expect(covering).toBeGreaterThanOrEqual(54);
    const sd = Math.sqrt(bands.reduce((sum, { w1 }) => sum + (w1 - truth) ** 2, 0) / bands.length);
    const half = bands.reduce((sum, { low, high }) => sum + (high! - low!) / 2, 0) / bands.length;
    expect(half).toBeLessThan(4 * sd);
  });

  it('is narrower with more cells at the same size', () => {
    const width = (n: number) => {
      const widths = Array.from({ length: 20 }, (_, k) => {
        const x = { points: cloud(n, 2, 0, 'few', n, k) };
        const { low, high } = w1Band(x, cloud(n, 2, 1, 'many', n, k), 2, 40, k, go);
        return high! - low!;
      });
      return widths.reduce((sum, value) => sum + value, 0) / widths.length;
    };
    // a share of 1/2 against 1/20 of the cells: about √10 apart, less what ten repeats leave
    expect(width(80) / width(800)).toBeGreaterThan(1.8);
  });

  it('counts cells by their mass: those without take no part', () => {
    const x = cloud(200, 2, 0, 'mass');
    const y = cloud(300, 2, 0, 'real');
    const points = Float32Array.of(...x, ...x.map((v) => v + 50));
    const mass = new Float64Array(400).fill(0.5, 0, 200);
    const without = w1Band({ points: x }, y, 2, 100, 1, go);
    const weighted = w1Band({ points, mass }, y, 2, 100, 1, go);
    expect(Math.abs(weighted.w1 / without.w1 - 1)).toBeLessThan(0.2);
    expect(w1Band({ points }, y, 2, 100, 1, go).w1).toBeGreaterThan(20);
  });

  it('is wider where few cells carry most of the mass', () => {
    const x = cloud(200, 2, 0, 'uneven');
    const y = cloud(300, 2, 1, 'real');
    const mass = Float64Array.from({ length: 200 }, (_, i) => (i % 20 === 0 ? 19 : 1));
    const width = (of: { points: Float32Array; mass?: Float64Array }) => {
      const { low, high } = w1Band(of, y, 2, 50, 1, go);
      return high! - low!;
    };
    expect(width({ points: x, mass })).toBeGreaterThan(width({ points: x }));
  });

  it('has the same bits for a seed, others for another, and no interval of single cells', () => {
    const [x, y] = [{ points: cloud(50, 2, 0, 'a') }, cloud(50, 2, 1, 'b')];
    expect(w1Band(x, y, 2, 25, 3, go)).toEqual(w1Band(x, y, 2, 25, 3, go));
    expect(w1Band(x, y, 2, 25, 4, go).w1).not.toBe(w1Band(x, y, 2, 25, 3, go).w1);
    expect(w1Band(x, y, 2, 1, 3, go)).toMatchObject({ low: null, high: null });
  });
});

it('one size for all predictions of a held-out timepoint: half of the smallest cloud around it, at most 2,000', () => {
  const counts = [50, 90, 40, 20, 70];
  const cellTimepoint = Int32Array.from(counts.flatMap((n, k) => new Array<number>(n).fill(k)));
  const points = new Float32Array(cellTimepoint.length).fill(1);
  const times = [0, 1, 2, 3, 4];
  const shared = { cellType: null, batch: null, manifold: null, timeScale: 'index' as const };
  const dataset = { dims: 1, points, cellTimepoint, times, ...shared };
  const space = spaceOf(dataset, [2], { whiten: false, protocol: 'strict', unitScale: false });
  const size = (timepoint: number, heldOut: number[]) =>
    realCells(dataset, space, timepoint, heldOut).equalSize;
  expect(size(1, [1])).toBe(20);
  expect(size(2, [2])).toBe(10);
  // the held-out neighbour predicts nothing
  expect(size(2, [2, 3])).toBe(20);
  expect(equalSizeOf([9000, 7000])).toBe(2000);
});
