import { describe, expect, it } from 'vitest';
import { followedCells, gridArrows, realCells } from '../testing/synthetic-journey.ts';
import { lineRuns } from './cpu-painter.ts';
import { coloursAlong } from './journey-colours.ts';
import { arrowLines, dashed, straightLines, tornLines, wayLines } from './journey-lines.ts';
import type { Lines } from './scene.ts';

const followed = followedCells(6, 12);
const last = followed.times.length - 1;

const rgbAt = ({ palette, entries }: Lines, vertex: number) => [
  ...palette.subarray(4 * entries[vertex]!, 4 * entries[vertex]! + 3),
];
const alphaAt = ({ palette, entries }: Lines, vertex: number) => palette[4 * entries[vertex]! + 3]!;
/** The step of a ramp that an entry of another palette shows, whatever its opacity. */
const stepOf = (ramp: Uint8Array, palette: Uint8Array, entry: number) => {
  const wanted = palette.subarray(4 * entry, 4 * entry + 3).join();
  for (let step = 0; 4 * step < ramp.length; step++)
    if (ramp.subarray(4 * step, 4 * step + 3).join() === wanted) return step;
  return -1;
};

describe('ways as lines', () => {
  const colours = coloursAlong(followed, { kind: 'time', range: [0, 12], title: 'day' }, 'light')!;

  it('run through the places of the chosen cells, each a line of its own', () => {
    const lines = wayLines(followed, [4, 1], colours);
    expect([...lines.starts]).toEqual([0, last + 1]);
    for (const [j, cell] of [4, 1].entries()) {
      for (const t of [0, 5, last]) {
        const from = 2 * (t * 6 + cell);
        const to = 2 * (j * (last + 1) + t);
        expect(lines.positions.subarray(to, to + 2)).toEqual(followed.positions.subarray(from, from + 2));
      }
    }
  });

  it('are coloured by their time, from one end of the ramp to the other', () => {
    const lines = wayLines(followed, [0], colours);
    const steps = Array.from(lines.entries, (entry) => stepOf(colours.palette, lines.palette, entry));
    expect(steps[0]).toBe(1);
    expect(steps[last]).toBe(255);
    expect(steps).toEqual([...steps].sort((a, b) => a - b));
  });

  it('are fainter where they are far from any cell', () => {
    const cellDistance = followed.cellDistance.map((_, k) => (Math.floor(k / 6) === 3 ? 2 : 0.5));
    const lines = wayLines({ ...followed, mass: null, cellDistance }, [0, 1], colours);
    expect(alphaAt(lines, 3)).toBeLessThan(0.5 * alphaAt(lines, 2));
    expect(alphaAt(lines, 4)).toBe(alphaAt(lines, 2));
    const plain = wayLines({ ...followed, mass: null }, [0, 1], colours);
    expect(rgbAt(lines, 3)).toEqual(rgbAt(plain, 3));
  });

  it('are fainter where a cell stands for less than one, and no stronger where for more', () => {
    const masses = [1, 3, 0.5, 0.25, 0.01, 0];
    const mass = followed.cellDistance.map((_, k) => masses[Math.floor(k / 6)] ?? 1);
    const near = followed.cellDistance.map(() => 0.5);
    const lines = wayLines({ ...followed, mass, cellDistance: near }, [0, 1], colours);
    const full = alphaAt(lines, 0);
    expect(alphaAt(lines, 1)).toBe(full);
    expect(alphaAt(lines, 2) / full).toBeCloseTo(0.5, 1);
    expect(alphaAt(lines, 3) / full).toBeCloseTo(0.25, 1);
    expect(alphaAt(lines, 4)).toBe(alphaAt(lines, 3));
    expect(alphaAt(lines, 5)).toBe(alphaAt(lines, 3));
    expect(rgbAt(lines, 4)).toEqual(rgbAt(wayLines({ ...followed, mass: null }, [0, 1], colours), 4));
  });

  it('of cells with very many colours keep each its own', () => {
    const palette = Uint8Array.from({ length: 4 * 60_000 }, (_, k) => (k % 4 === 3 ? 255 : (k >> 2) % 251));
    const entries = Uint16Array.from(followed.cellDistance, (_, k) => 59_999 - (k % 6));
    const lines = wayLines(followed, null, { entries, palette });
    for (const cell of [0, 5]) expect(rgbAt(lines, cell * (last + 1))[0]).toBe((59_999 - cell) % 251);
  });
});

describe('where the map tears apart what is near', () => {
  const colours = coloursAlong(followed, { kind: 'time', range: [0, 12], title: 'day' }, 'light')!;
  const jumps = new Uint8Array(followed.cellDistance.length);
  jumps[4 * 6 + 1] = 1;
  const torn = { ...followed, jumps };

  it('a way is parted: one line ends, another begins', () => {
    expect([...wayLines(torn, [4, 1], colours).starts]).toEqual([0, last + 1, last + 5]);
    expect([...wayLines(torn, [4], colours).starts]).toEqual([0]);
  });

  it('the step is dotted and faint, from its one end to the other', () => {
    const { positions, palette, entries } = tornLines(torn, null, colours)!;
    const end = (t: number) => [...followed.positions.subarray(2 * (6 * t + 1), 2 * (6 * t + 1) + 2)];
    expect([...positions.subarray(0, 2)]).toEqual(end(3));
    const [from, to] = [end(3), end(4)];
    const along = (x: number, y: number) =>
      ((x - from[0]!) * (to[0]! - from[0]!) + (y - from[1]!) * (to[1]! - from[1]!)) /
      ((to[0]! - from[0]!) ** 2 + (to[1]! - from[1]!) ** 2);
    const shares = Array.from({ length: positions.length / 2 }, (_, k) =>
      along(positions[2 * k]!, positions[2 * k + 1]!),
    );
    expect(Math.max(...shares)).toBeLessThanOrEqual(1.0001);
    expect(Math.max(...shares)).toBeGreaterThan(0.5);
    expect(palette[4 * entries[0]! + 3]).toBeLessThan(100);
    expect(tornLines(torn, [4], colours)).toBeNull();
    expect(tornLines(followed, null, colours)).toBeNull();
  });
});

describe('colours along the paths', () => {
  it('are those of the cells that they set out from', () => {
    const { branch } = realCells(40);
    const of = { kind: 'categories', codes: branch, names: ['a', 'b'], ordered: false } as const;
    const { entries, legend } = coloursAlong(
      followed,
      { kind: 'categories', title: 'type', of: { ...of, names: [...of.names] } },
      'light',
    )!;
    for (const [i, row] of followed.cells.entries()) {
      for (const t of [0, 3, last]) expect(entries[t * 6 + i]).toBe(branch[row]! + 1);
    }
    expect(legend.kind === 'categories' && legend.entries.reduce((sum, { count }) => sum + count, 0)).toBe(6);
  });

  it('are around a mass that stays, and unknown where there is none', () => {
    const { entries, legend } = coloursAlong(followed, { kind: 'growth' }, 'light')!;
    expect(legend.kind === 'numbers' && legend.range[0] + legend.range[1]).toBeCloseTo(0, 5);
    // all begin with the mass of one cell
    expect([...entries.subarray(0, 6)]).toEqual([128, 128, 128, 128, 128, 128]);
    expect(coloursAlong({ ...followed, mass: null }, { kind: 'growth' }, 'light')).toBeNull();
    expect(coloursAlong({ ...followed, spread: null }, { kind: 'uncertainty' }, 'light')).toBeNull();
  });
});

describe('dashes', () => {
  const line = {
    positions: Float32Array.from([0, 0, 2.5, 0, 2.5, 4.5, 9, 9, 9, 9.4]),
    starts: Uint32Array.from([0, 3]),
    entries: Uint16Array.from([0, 1, 2, 3, 3]),
    palette: new Uint8Array(16),
  };
  const { positions, starts, entries } = dashed(line, 1);

  it('take half of each line, over its corners, and begin at its start', () => {
    let drawn = 0;
    for (let k = 0; k < entries.length; k += 2) {
      drawn += Math.hypot(
        positions[2 * k + 2]! - positions[2 * k]!,
        positions[2 * k + 3]! - positions[2 * k + 1]!,
      );
    }
    expect(drawn).toBeCloseTo(4 + 0.4, 5);
    expect([...positions.subarray(0, 4)]).toEqual([0, 0, 1, 0]);
    // the third dash goes around the corner: from 2 to 2.5, and from there on up
    expect([...positions.subarray(4, 12)]).toEqual([2, 0, 2.5, 0, 2.5, 0, 2.5, 0.5]);
    expect([...positions.subarray(-4)].map((value) => Number(value.toFixed(3)))).toEqual([9, 9, 9, 9.4]);
  });

  it('keep the colours of their places', () => {
    expect([...entries.subarray(0, 6)]).toEqual([1, 1, 1, 1, 2, 2]);
    expect([...starts]).toEqual(Array.from({ length: entries.length / 2 }, (_, k) => 2 * k));
  });

  it('leave out what has no place', () => {
    const holes = {
      ...followed,
      straight: { ...followed.straight!, positions: followed.straight!.positions.slice() },
    };
    holes.straight.positions[2 * 6 * 4] = Number.NaN;
    const lines = straightLines(holes, [0, 1], [0, 0, 0])!;
    expect(lines.positions.every(Number.isFinite)).toBe(true);
    expect(straightLines({ ...followed, straight: null }, null, [0, 0, 0])).toBeNull();
  });
});

describe('arrows', () => {
  const arrows = gridArrows(12);
  const lines = arrowLines(arrows, [10, 20, 30]);

  it('point where the velocity does, from where they begin, in proportion to it', () => {
    const ratios = Array.from(arrows.counts, (_, i) => {
      const [x, y, tipX, tipY] = lines.positions.subarray(10 * i, 10 * i + 4);
      expect([x, y]).toEqual([...arrows.positions.subarray(2 * i, 2 * i + 2)]);
      const [dx, dy] = arrows.directions.subarray(2 * i, 2 * i + 2);
      expect(Math.atan2(tipY! - y!, tipX! - x!)).toBeCloseTo(Math.atan2(dy!, dx!), 3);
      return Math.hypot(tipX! - x!, tipY! - y!) / Math.hypot(dx!, dy!);
    });
    expect(Math.max(...ratios) / Math.min(...ratios)).toBeCloseTo(1, 3);
  });

  it('are fainter where few cells are behind them', () => {
    const opacity = (i: number) => lines.palette[4 * lines.entries[5 * i]! + 3]!;
    const order = Array.from(arrows.counts.keys()).sort((a, b) => arrows.counts[a]! - arrows.counts[b]!);
    expect(opacity(order[0]!)).toBeLessThan(opacity(order.at(-1)!));
  });

  it('are a shaft and a head each', () => {
    expect(lineRuns(lines).length).toBe(2 * arrows.counts.length);
    const none = {
      positions: new Float32Array(0),
      directions: new Float32Array(0),
      counts: new Int32Array(0),
    };
    expect(arrowLines(none, [0, 0, 0]).positions.length).toBe(0);
  });
});
