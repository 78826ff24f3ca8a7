import { describe, expect, it } from 'vitest';
import { randomStream } from '../../engine/random.ts';
import { isInside, preparePolygon, rowsInside } from './polygon.ts';
import { combineSelection, selectedRows } from './selection.ts';

/** Sum of the angles at which the edges are seen, in turns: what a winding number is. */
function turns(outline: readonly number[], x: number, y: number): number {
  let sum = 0;
  for (let k = 0; k < outline.length; k += 2) {
    const next = (k + 2) % outline.length;
    const angle =
      Math.atan2(outline[next + 1] - y, outline[next] - x) - Math.atan2(outline[k + 1] - y, outline[k] - x);
    sum += angle - 2 * Math.PI * Math.round(angle / (2 * Math.PI));
  }
  return Math.round(sum / (2 * Math.PI));
}

const outlines: Record<string, number[]> = {
  square: [0, 0, 1, 0, 1, 1, 0, 1],
  'the same the other way round': [0, 1, 1, 1, 1, 0, 0, 0],
  'a bent shape': [0, 0, 1, 0, 1, 1, 0.8, 1, 0.8, 0.2, 0.2, 0.2, 0.2, 1, 0, 1],
  'a star drawn in one stroke': [0, 0.4, 1, 0.4, 0.2, 1, 0.5, 0, 0.8, 1],
  'a circle drawn twice': Array.from({ length: 160 }, (_, k) => [
    0.5 + 0.45 * Math.cos(k / 12),
    0.5 + 0.4 * Math.sin(k / 12),
  ]).flat(),
};

describe('lasso', () => {
  for (const [name, outline] of Object.entries(outlines)) {
    it(`takes in what it goes round: ${name}`, () => {
      const random = randomStream(3, name);
      const polygon = preparePolygon(outline);
      let inside = 0;
      for (let k = 0; k < 3000; k++) {
        const x = 1.4 * random.uniform() - 0.2;
        const y = 1.4 * random.uniform() - 0.2;
        const expected = turns(outline, x, y) !== 0;
        expect(isInside(polygon, x, y)).toBe(expected);
        if (expected) inside++;
      }
      expect(inside).toBeGreaterThan(100);
    });
  }

  it('decides at the height of a vertex as elsewhere', () => {
    const diamond = preparePolygon([0, -1, 1, 0, 0, 1, -1, 0]);
    expect(isInside(diamond, 0.5, 0)).toBe(true);
    expect(isInside(diamond, -0.5, 0)).toBe(true);
    expect(isInside(diamond, 1.5, 0)).toBe(false);
    expect(isInside(diamond, -1.5, 0)).toBe(false);
  });

  it('gives the rows that are accepted, ascending, never one without a place', () => {
    const positions = Float32Array.from([0.5, 0.5, 2, 2, Number.NaN, 0.5, 0.1, 0.9, 0.2, 0.2]);
    expect(rowsInside(positions, outlines.square, (row) => row !== 4)).toEqual(Int32Array.from([0, 3]));
  });

  it('is empty for what is no area', () => {
    const positions = Float32Array.from([0, 0, 1, 1]);
    for (const outline of [[], [0, 0], [0, 0, 1, 1], [0, 0, 1, 0, 2, 0]]) {
      expect(rowsInside(positions, outline, () => true).length).toBe(0);
    }
  });
});

describe('selection', () => {
  const mask = Uint8Array.from([1, 0, 1, 0]);

  it('replaces, adds and subtracts without touching the one before', () => {
    const rows = Int32Array.from([0, 1]);
    const rowsAfter = (mode: 'replace' | 'add' | 'subtract') =>
      selectedRows(combineSelection(mask, rows, mode, 4));
    expect(rowsAfter('replace')).toEqual(Int32Array.from([0, 1]));
    expect(rowsAfter('add')).toEqual(Int32Array.from([0, 1, 2]));
    expect(rowsAfter('subtract')).toEqual(Int32Array.from([2]));
    expect(mask).toEqual(Uint8Array.from([1, 0, 1, 0]));
  });

  it('is none where nothing is left', () => {
    expect(combineSelection(mask, Int32Array.from([0, 2]), 'subtract', 4)).toBeNull();
    expect(combineSelection(null, new Int32Array(0), 'add', 4)).toBeNull();
  });
});
