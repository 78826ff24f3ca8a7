import { UMAP } from 'umap-js';
import { describe, expect, it } from 'vitest';
import { CancelledError, InputError } from '../errors.ts';
import { drawWithoutReplacement, type RandomStream, randomStream } from '../random.ts';
import { nearestNeighbors } from './neighbors.ts';
import { umap } from './umap.ts';
import { fitUmapCurve } from './umap-curve.ts';
import { fuzzyGraph } from './umap-graph.ts';

const n = 600;
const d = 10;
const points = branches(randomStream(2, 'branches'));

describe('umap', () => {
  const map = umap(points, n, d, { seed: 3 });

  it('keeps neighbourhoods as well as the layout of umap-js from the same neighbours', () => {
    const library = libraryMap();
    const ours = trustworthiness(points, d, map.coordinates, 15);
    expect(ours).toBeGreaterThan(trustworthiness(points, d, library, 15) - 0.01);
    expect(trustworthiness(points, d, shuffled(map.coordinates), 15)).toBeLessThan(0.6);
  });

  it('is as large as the map of umap-js, with cells as far apart', () => {
    const ratio = medianNearest(map.coordinates) / medianNearest(libraryMap());
    expect(ratio).toBeGreaterThan(0.7);
    expect(ratio).toBeLessThan(1.4);
  });

  it('costs no more of the cross entropy that it minimises than the map of umap-js does', () => {
    expect(crossEntropy(map.coordinates)).toBeLessThan(1.05 * crossEntropy(libraryMap()));
  });

  it('is the same to the bit for a seed, another for another, and leaves its input alone', () => {
    const before = points.slice();
    expect(umap(points, n, d, { seed: 3 })).toEqual(map);
    expect(umap(points, n, d, { seed: 4 }).coordinates).not.toEqual(map.coordinates);
    expect(points).toEqual(before);
  });

  it('gives the approximate search the same seed', () => {
    const many = Float32Array.from({ length: 12_000 * 3 }, randomStream(1, 'many').normal);
    const options = { seed: 1, epochs: 2 };
    expect(umap(many, 12_000, 3, options)).toEqual(umap(many, 12_000, 3, options));
  });

  it('counts the cell itself among the neighbours, and says what it used', () => {
    expect(map).toMatchObject({ neighbors: 15, epochs: 500, ...fitUmapCurve(0.5, 1) });
    expect(umap(points.subarray(0, 6 * d), 6, d)).toMatchObject({ neighbors: 6 });
  });

  it.each([1, 2, 3, 5, 16])('gives %i cells finite places', (few) => {
    const { coordinates } = umap(points.subarray(0, few * d), few, d);
    expect(coordinates).toHaveLength(2 * few);
    expect(coordinates.every((v) => Math.abs(v) < 200)).toBe(true);
    if (few > 1) expect(medianNearest(coordinates)).toBeGreaterThan(0.01);
  });

  it.each([
    ['all equal', new Float32Array(100 * 3).fill(7)],
    ['copies, thirty of each', Float32Array.from({ length: 100 * 3 }, (_, a) => Math.floor(a / 90))],
    ['on a line', Float32Array.from({ length: 100 * 3 }, (_, a) => Math.floor(a / 3))],
    ['beyond float32 when squared', Float32Array.from({ length: 100 * 3 }, (_, a) => 1e36 * (a % 17))],
    ['almost 0', Float32Array.from({ length: 100 * 3 }, (_, a) => 1e-42 * (a % 17))],
    ['one far outlier', Float32Array.from({ length: 100 * 3 }, (_, a) => (a < 3 ? 1e8 : a % 17))],
  ])('gives points that are %s finite places', (_, odd) => {
    const { coordinates } = umap(odd, 100, 3, { epochs: 200 });
    expect(coordinates.every((v) => Math.abs(v) < 500)).toBe(true);
    expect(new Set(coordinates).size).toBeGreaterThan(100);
  });

  it('refuses NaN, no cells, wrong sizes and options out of range in words', () => {
    const bad = points.slice();
    bad[7] = Number.NaN;
    expect(() => umap(bad, n, d)).toThrow(InputError);
    expect(() => umap(Float32Array.of(Number.NaN), 1, 1)).toThrow(InputError);
    expect(() => umap(new Float32Array(0), 0, d)).toThrow(InputError);
    expect(() => umap(points, n + 1, d)).toThrow(InputError);
    const cases = [
      { neighbors: 1 },
      { neighbors: 2.5 },
      { minDist: -0.1 },
      { minDist: 1.1 },
      { spread: 0 },
      { spread: Number.NaN },
      { epochs: 0 },
      { negativeSampleRate: -1 },
    ];
    for (const options of cases) {
      expect(() => umap(points, n, d, options)).toThrow(Object.keys(options)[0]);
    }
  });

  it('reports its stages in order, each to its end, and stops when asked in any of them', () => {
    const stages: string[] = [];
    const last: Record<string, number> = {};
    umap(points, n, d, {
      epochs: 10,
      onProgress(stage, done, total) {
        if (stages.at(-1) !== stage) stages.push(stage);
        expect(done / total).toBeGreaterThanOrEqual(last[stage] ?? 0);
        expect(done).toBeLessThanOrEqual(total);
        last[stage] = done / total;
      },
    });
    expect(stages).toEqual(['neighbours', 'graph', 'layout']);
    expect(last.layout).toBe(1);
    for (const until of stages) {
      let stage = '';
      const options = {
        onProgress(name: string) {
          stage = name;
        },
        shouldStop: () => stage === until,
      };
      expect(() => umap(points, n, d, options)).toThrow(CancelledError);
      expect(stage).toBe(until);
    }
  });
});

/** A tree of six curved branches with noise. */
function branches(random: RandomStream): Float32Array {
  const directions = Array.from({ length: 12 }, () => Float64Array.from({ length: d }, random.normal));
  const out = new Float32Array(n * d);
  for (let i = 0; i < n; i++) {
    const along = random.uniform();
    const [first, second] = [directions[i % 6]!, directions[6 + (i % 6)]!];
    for (let c = 0; c < d; c++) {
      out[i * d + c] = 4 * along * first[c]! + 3 * along ** 2 * second[c]! + 0.3 * random.normal();
    }
  }
  return out;
}

let library: Float32Array | undefined;

/** umap-js with the same neighbours and settings, from a random start. */
function libraryMap(): Float32Array {
  if (library) return library;
  const { indices, distances } = nearestNeighbors(points, n, d, 14);
  const row = (values: Float32Array | Int32Array, i: number) => [...values.subarray(i * 14, (i + 1) * 14)];
  const random = randomStream(1, 'umap-js');
  const model = new UMAP({ nNeighbors: 15, minDist: 0.5, nEpochs: 500, random: random.uniform });
  const cells = Array.from({ length: n }, (_, i) => i);
  model.setPrecomputedKNN(
    cells.map((i) => [i, ...row(indices, i)]),
    cells.map((i) => [0, ...row(distances, i)]),
  );
  library = Float32Array.from(model.fit(cells.map((i) => [...points.subarray(i * d, (i + 1) * d)])).flat());
  return library;
}

/** 1 where the k nearest on the map are among the k nearest of the points, less by how far off they are (Venna and Kaski 2001). */
function trustworthiness(x: Float32Array, dims: number, map: Float32Array, k: number): number {
  let penalty = 0;
  for (let i = 0; i < n; i++) {
    const rank = new Int32Array(n);
    byDistance(x, dims, i).forEach((j, r) => {
      rank[j] = r + 1;
    });
    for (const j of byDistance(map, 2, i).slice(0, k)) penalty += Math.max(0, rank[j]! - k);
  }
  return 1 - (2 * penalty) / (n * k * (2 * n - 3 * k - 1));
}

/** The other cells, nearest first. */
function byDistance(x: Float32Array, dims: number, i: number): number[] {
  const squares = Float64Array.from({ length: n }, (_, j) => squareBetween(x, dims, i, j));
  const others = Array.from({ length: n }, (_, j) => j).filter((j) => j !== i);
  return others.sort((a, b) => squares[a]! - squares[b]!);
}

/** −Σ w log v + (1 − w) log(1 − v) over all pairs: v is the similarity on the map. */
function crossEntropy(map: Float32Array): number {
  const { a, b } = fitUmapCurve(0.5, 1);
  const graph = fuzzyGraph(nearestNeighbors(points, n, d, 14), n);
  const weights = new Float64Array(n * n);
  graph.heads.forEach((head, e) => {
    weights[head * n + graph.tails[e]!] = graph.weights[e]!;
  });
  let sum = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const v = 1 / (1 + a * squareBetween(map, 2, i, j) ** b);
      const w = weights[i * n + j]!;
      sum -= w * Math.log(v) + (1 - w) * Math.log(Math.max(1e-4, 1 - v));
    }
  }
  return sum;
}

function squareBetween(x: Float32Array, dims: number, i: number, j: number): number {
  let sum = 0;
  for (let c = 0; c < dims; c++) sum += (x[i * dims + c]! - x[j * dims + c]!) ** 2;
  return sum;
}

function medianNearest(map: Float32Array): number {
  const cells = map.length / 2;
  const nearest = Float64Array.from({ length: cells }, (_, i) => {
    let least = Number.POSITIVE_INFINITY;
    for (let j = 0; j < cells; j++) if (j !== i) least = Math.min(least, squareBetween(map, 2, i, j));
    return Math.sqrt(least);
  });
  return nearest.sort()[cells >> 1]!;
}

/** The places of the map, given to other cells. */
function shuffled(map: Float32Array): Float32Array {
  const order = drawWithoutReplacement(n, n, randomStream(1, 'shuffle'));
  return map.map((_, a) => map[2 * order[a >> 1]! + (a & 1)]!);
}
