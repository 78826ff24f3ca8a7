import { describe, expect, it } from 'vitest';
import { parseExperiment } from '../config.ts';
import type { GrowthTiming, IntervalGrowth } from '../coupling/growth.ts';
import { CancelledError } from '../errors.ts';
import { resolveFitSettings } from '../presets.ts';
import { randomStream } from '../random.ts';
import type { VelocityField } from '../trajectory/euler.ts';
import { followBack, followForward, meetSides, type Side } from './sides.ts';
import { wasserstein1 } from './wasserstein.ts';

const dims = 2;
const n = 40;
const go = () => false;
const span = { start: 0.2, t: 0.35, end: 0.8 };
const config = parseExperiment({ time: 'day', methods: ['auto'], seeds: 1, tolerance: 1e-7 });
const settings = (growthTiming: GrowthTiming = 'steady') => ({
  ...resolveFitSettings(config, { method: 'auto', dims, heldOut: [1] }),
  growthTiming,
});
/** bends in space and time */
const field: VelocityField = (x, t, out) => {
  for (let i = 0; i < x.length; i += 2) {
    out[i] = 1 + x[i + 1]! + 3 * t;
    out[i + 1] = Math.sin(2 * x[i]!) - t;
  }
};
const cloud = (...purpose: string[]) => {
  const random = randomStream(8, 'sides', ...purpose);
  return Float32Array.from({ length: n * dims }, () => random.normal());
};
const rows = Int32Array.from({ length: n }, (_, i) => 3 * i + 1);
/** gain by place: another place has another gain */
const growing = (tStart: number, tEnd: number, factor = 1): IntervalGrowth => ({
  ...{ tStart, tEnd },
  logGainAt: (points) =>
    Float64Array.from({ length: points.length / dims }, (_, i) => factor * Math.tanh(points[i * dims]!)),
});
const farthest = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);

describe('cells followed forward and back', () => {
  const cells = cloud('start');
  const whole = { ...span, t: span.end };

  it('meet on the same trajectory', () => {
    const model = { field, growth: null };
    const atEnd = followForward(model, cells, rows, whole, settings(), go);
    const forward = followForward(model, cells, rows, span, settings(), go);
    const back = followBack(model, atEnd.points, rows, span, settings(), go);
    expect(farthest(forward.points, cells)).toBeGreaterThan(0.1);
    expect(farthest(back.points, forward.points)).toBeLessThan(1e-4);
    expect([forward.logMass, back.logMass]).toEqual([null, null]);
    expect([forward.rows, back.rows, forward.finished, back.finished]).toEqual([rows, rows, true, true]);
  });

  it.each(['steady', 'early'] as const)(
    'a mass that a cell gains on the way it has not yet on the way back: %s',
    (growthTiming) => {
      // the intervals around must not be taken for the one between start and end
      const growth = [growing(0, 0.2, 5), growing(0.2, 0.8), growing(0.8, 1, 7)];
      const model = { field, growth };
      const timed = settings(growthTiming);
      const atEnd = followForward(model, cells, rows, whole, timed, go);
      const forward = followForward(model, cells, rows, span, timed, go);
      const back = followBack(model, atEnd.points, rows, span, timed, go);
      const gain = growth[1]!.logGainAt(cells);
      const share = growthTiming === 'early' ? 1 : (span.t - span.start) / (span.end - span.start);
      expect(farthest(atEnd.logMass!, gain)).toBeLessThan(1e-12);
      expect(
        farthest(
          forward.logMass!,
          gain.map((value) => share * value),
        ),
      ).toBeLessThan(1e-12);
      // going back from 1 is the inverse of going on from t to the end
      const inverse = forward.logMass!.map((mass, i) => mass - atEnd.logMass![i]!);
      expect(farthest(back.logMass!, inverse)).toBeLessThan(1e-4);
    },
  );

  it('can be cancelled', () => {
    const stop = () => true;
    const model = { field, growth: null };
    expect(() => followForward(model, cells, rows, span, settings(), stop)).toThrow(CancelledError);
    expect(() => followBack(model, cells, rows, span, settings(), stop)).toThrow(CancelledError);
  });
});

describe('both sides met', () => {
  const side = (
    points: ArrayLike<number>,
    first: number,
    logMass: Float64Array | null = null,
    finished = true,
  ): Side => ({
    points: Float32Array.from(points),
    rows: Int32Array.from({ length: points.length / dims }, (_, i) => first + i),
    logMass,
    finished,
  });
  const random = () => randomStream(1, 'meet');
  const moved = (points: Float32Array, x: number, y: number) =>
    points.map((value, i) => value + (i % dims === 0 ? x : y));
  const met = (before: Side, after: Side, s: number) => meetSides(before, after, s, random(), go);

  it.each([0, 0.3, 0.5, 1])('a cloud and the same cloud elsewhere meet at %d of the way', (s) => {
    const points = cloud('meet');
    // listed backwards: partners are found by place
    const after = side(moved(points, 3, -1), 5000);
    const reversed = { ...after, points: pairs(after.points).reverse().flat() };
    const { points: found, rows: own } = met(side(points, 7), side(reversed.points, 5000), s);
    expect(farthest(found, moved(points, 3 * s, -s))).toBeLessThan(1e-6);
    expect([...own]).toEqual(Array.from({ length: n }, (_, i) => 7 + i));
  });

  it('errors of opposite sign cancel, where a mixture would keep both', () => {
    const truth = cloud('truth');
    const far = (a: Float32Array) => wasserstein1(a, a.length / dims, truth, n, dims);
    const [before, after] = [moved(truth, 0, 0.5), moved(truth, 0, -0.5)];
    expect([far(before), far(after)]).toEqual([expect.closeTo(0.5, 5), expect.closeTo(0.5, 5)]);
    expect(far(met(side(before, 0), side(after, 5000), 0.5).points)).toBeLessThan(1e-5);
  });

  it('mass decides who meets whom: three parts of four go to the partner that has them', () => {
    const many = 400;
    const before = side(new Float32Array(many * dims), 0, new Float64Array(many).fill(2));
    const after = side([10, 0, -10, 0], 5000, Float64Array.from([Math.log(3), 0]));
    const { points, logMass } = met(before, after, 0.5);
    const right = pairs(points).filter(([x]) => x === 5).length;
    const left = pairs(points).filter(([x]) => x === -5).length;
    expect([right, left]).toEqual([300, 100]);
    // the mass of the cell before, as it was
    expect(logMass).toEqual(before.logMass);
  });

  it('what a cell before weighs decides how much of after it may meet', () => {
    // on a line the plan keeps the order: the heavy ones at 0 take all of 100, the light ones at 1 all of 200
    const each = 100;
    const line = (at: number) => new Array<number[]>(each).fill([at, 0]).flat();
    const masses = Float64Array.from({ length: 2 * each }, (_, i) => (i < each ? Math.log(3) : 0));
    const before = side([...line(0), ...line(1)], 0, masses);
    const after = side([100, 0, 200, 0], 5000, Float64Array.from([Math.log(3), 0]));
    const places = pairs(met(before, after, 1).points).map(([x]) => x);
    expect(places).toEqual([...new Array<number>(each).fill(100), ...new Array<number>(each).fill(200)]);
  });

  it('a cell whose mass has all but vanished meets a partner too', () => {
    const logMass = Float64Array.from({ length: n }, (_, i) => (i === 3 ? -2000 : 0));
    const points = cloud('meet');
    const found = met(side(points, 0, logMass), side(points, 5000, new Float64Array(n)), 0.5);
    expect(found.points.every(Number.isFinite)).toBe(true);
    expect(found.logMass![3]).toBe(-2000);
  });

  it.each([
    [7, 100],
    [100, 7],
    [1, 1],
    [1, 50],
  ])('%i and %i cells: a point for each cell from before', (m, k) => {
    const points = Float32Array.from({ length: m * dims }, (_, i) => i);
    const found = met(side(points, 0), side(Float32Array.from({ length: k * dims }, Math.sqrt), 9), 0.5);
    expect([found.rows.length, found.points.length]).toEqual([m, m * dims]);
  });

  it('above 10,000 cells a part of them is met, each with its own row and mass', () => {
    const many = 10_050;
    // one place, so the plan is quick
    const before = side(
      new Float32Array(many * dims),
      0,
      Float64Array.from({ length: many }, (_, i) => i / 1e4),
    );
    const found = met(before, side([2, 4], 20_000, new Float64Array(1)), 0.5);
    expect(found.rows.length).toBe(10_000);
    expect(new Set(found.rows).size).toBe(10_000);
    expect(found.rows.every((row, i) => found.logMass![i] === row / 1e4)).toBe(true);
    expect([...found.points.slice(0, 2)]).toEqual([1, 2]);
  });

  it('without growth there are no masses; a side that did not arrive is told; it can be cancelled', () => {
    const [before, after] = [side(cloud('a'), 0), side(cloud('b'), 5000)];
    expect(met(before, after, 0.5)).toMatchObject({ logMass: null, finished: true });
    expect(met(before, { ...after, finished: false }, 0.5).finished).toBe(false);
    expect(met({ ...before, finished: false }, after, 0.5).finished).toBe(false);
    const lost = { ...after, points: after.points.map(() => Number.NaN) };
    expect(met(before, lost, 0.5).finished).toBe(false);
    expect(() => meetSides(before, after, 0.5, random(), () => true)).toThrow(CancelledError);
  });
});

const pairs = (points: Float32Array) =>
  Array.from({ length: points.length / 2 }, (_, i) => [points[2 * i]!, points[2 * i + 1]!]);
