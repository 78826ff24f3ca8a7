import { describe, expect, it } from 'vitest';
import { randomStream } from '../random.ts';
import { fitUmapCurve } from './umap-curve.ts';
import { layOut } from './umap-layout.ts';

const curve = fitUmapCurve(0.5, 1);
const { a, b } = curve;
const oneEdge = {
  heads: Int32Array.of(0),
  tails: Int32Array.of(1),
  weights: Float32Array.of(1),
};
// of two epochs the edge is visited in the second, at half the learning rate
const epochs = 2;
const rate = 0.5;
const distances = [1e-7, 1e-3, 0.03, 0.4, 1, 1.37, 2.9, 17, 400, 1e5];

function move(r: number, negativeSampleRate: number, seed = 1): { head: number[]; tail: number[] } {
  const start = Float32Array.of(0, 0, -0.6 * r, 0.8 * r);
  const options = { epochs, curve, negativeSampleRate };
  const end = layOut(start, oneEdge, options, randomStream(seed, 'layout'));
  return { head: [end[0]!, end[1]!], tail: [end[2]!, end[3]!] };
}

const clip = (x: number) => Math.max(-4, Math.min(4, x));

describe('layOut', () => {
  it.each(distances)('pulls both ends together by the gradient of the paper, at distance %f', (r) => {
    const force = (2 * a * b * r ** (2 * b - 2)) / (1 + a * r ** (2 * b));
    const step = [0.6 * r, -0.8 * r].map((difference) => rate * clip(force * difference));
    const { head, tail } = move(r, 0);
    expectNear(head, [-step[0]!, -step[1]!], r);
    expectNear(tail, [-0.6 * r + step[0]!, 0.8 * r + step[1]!], r);
  });

  it.each(distances.slice(2))(
    'pushes the head from the other cell, never from itself, at distance %f',
    (r) => {
      const { head: pulled } = move(r, 0);
      const { tail } = move(r, 0);
      const apart = [pulled[0]! - tail[0]!, pulled[1]! - tail[1]!];
      const square = apart[0]! ** 2 + apart[1]! ** 2;
      const force = (2 * b) / ((0.001 + square) * (1 + a * square ** b));
      const pushed = pulled.map((x, axis) => x + rate * clip(force * apart[axis]!));
      const outcomes = new Set<string>();
      for (let seed = 0; seed < 12; seed++) {
        const { head } = move(r, 1, seed);
        const still = near(head, pulled, r);
        if (!still) expectNear(head, pushed, r);
        outcomes.add(String(still));
      }
      if (r < 10) expect(outcomes.size).toBe(2);
    },
  );

  it('visits an edge of half the weight half as often, and none too weak for a visit', () => {
    // far apart, so that each visit moves the head by about the same step
    const start = Float32Array.of(0, 0, 0, 1e4, 1e5, 0, 1e5, 1e4, 0, -1e5, 1e4, -1e5);
    const graph = {
      heads: Int32Array.of(0, 2, 4),
      tails: Int32Array.of(1, 3, 5),
      weights: Float32Array.of(1, 0.5, 0.009),
    };
    const end = layOut(
      start,
      graph,
      { epochs: 100, curve: { a: 1, b: 2 }, negativeSampleRate: 0 },
      randomStream(1, 'x'),
    );
    const moved = (cell: number) =>
      Math.hypot(end[2 * cell]! - start[2 * cell]!, end[2 * cell + 1]! - start[2 * cell + 1]!);
    expect(moved(0) / moved(2)).toBeGreaterThan(1.9);
    expect(moved(0) / moved(2)).toBeLessThan(2.1);
    expect(moved(4)).toBe(0);
  });
});

function near(found: number[], expected: number[], r: number): boolean {
  return found.every((x, axis) => Math.abs(x - expected[axis]!) <= 5e-4 * Math.min(r, 4) + 1e-6 * r);
}

function expectNear(found: number[], expected: number[], r: number): void {
  if (!near(found, expected, r)) expect(found).toEqual(expected);
}
