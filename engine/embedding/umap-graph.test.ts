import { describe, expect, it } from 'vitest';
import { readUmapReference, umapPoints } from '../../fixtures/reference/umap_graph.ts';
import { nearestNeighbors } from './neighbors.ts';
import { fitUmapCurve } from './umap-curve.ts';
import { type FuzzyGraph, fuzzyGraph } from './umap-graph.ts';

const reference = readUmapReference();

describe('fuzzyGraph', () => {
  const { n, d, neighbors } = reference;
  const lists = nearestNeighbors(umapPoints(reference), n, d, neighbors - 1);
  const graph = fuzzyGraph(lists, n);
  const found = edges(graph);

  it('has the edges of umap-learn with their weights, copies of points among them', () => {
    const expected = new Map(
      reference.heads.map((i, e) => [`${i}-${reference.tails[e]}`, reference.weights[e]!]),
    );
    const upper = [...found].filter(([, { head, tail }]) => head < tail);
    expect(upper.map(([key]) => key).sort()).toEqual([...expected.keys()].sort());
    for (const [key, { weight }] of upper) expect(weight).toBeCloseTo(expected.get(key)!, 4);
  });

  it('is symmetric to the bit, each edge once a direction, none from a cell to itself', () => {
    expect(found.size).toBe(graph.heads.length);
    for (const { head, tail, weight } of found.values()) {
      expect(head).not.toBe(tail);
      expect(found.get(`${tail}-${head}`)?.weight).toBe(weight);
    }
  });

  it('does not change when all distances are scaled', () => {
    const far = fuzzyGraph({ ...lists, distances: lists.distances.map((r) => 1024 * r) }, n);
    far.weights.forEach((w, e) => {
      expect(w).toBeCloseTo(graph.weights[e]!, 3);
    });
  });

  it('links cells that are all equal with full strength', () => {
    const equal = nearestNeighbors(new Float32Array(40), 20, 2, 4);
    expect(new Set(fuzzyGraph(equal, 20).weights)).toEqual(new Set([1]));
  });
});

describe('fitUmapCurve', () => {
  it.each(reference.curves)('minDist $minDist, spread $spread: a and b of umap-learn', (expected) => {
    const { a, b } = fitUmapCurve(expected.minDist, expected.spread);
    expect(a / expected.a).toBeCloseTo(1, 4);
    expect(b / expected.b).toBeCloseTo(1, 4);
  });
});

function edges({ heads, tails, weights }: FuzzyGraph) {
  return new Map(
    Array.from(heads, (head, e) => [`${head}-${tails[e]}`, { head, tail: tails[e]!, weight: weights[e]! }]),
  );
}
