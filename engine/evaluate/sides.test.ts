import { describe, expect, it } from 'vitest';
import { parseExperiment } from '../config.ts';
import type { GrowthTiming, IntervalGrowth } from '../coupling/growth.ts';
import { CancelledError } from '../errors.ts';
import { resolveFitSettings } from '../presets.ts';
import { randomStream } from '../random.ts';
import type { VelocityField } from '../trajectory/euler.ts';
import { followBack, followForward, mixSides, type Side } from './sides.ts';

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

describe('both sides mixed', () => {
  const side = (size: number, first: number, logMass: Float64Array | null, finished = true): Side => ({
    points: Float32Array.from({ length: size * dims }, (_, i) => first + Math.floor(i / dims)),
    rows: Int32Array.from({ length: size }, (_, i) => first + i),
    logMass,
    finished,
  });
  const random = () => randomStream(1, 'mix');
  const uneven = (size: number, by: number) =>
    Float64Array.from({ length: size }, (_, i) => by + Math.sin(i));

  it.each([
    [100, 100, 0.3],
    [100, 100, 0.5],
    [100, 7, 0.25],
    [7, 100, 0.5],
    [30, 2000, 0.9],
    [500, 30, 0.9],
    [1, 1, 0.5],
    [2, 1, 0.99],
  ])('%i and %i cells at %d: shares are by nearness, in cells and in mass', (before, after, s) => {
    const masses = [uneven(before, 2), uneven(after, -1)] as const;
    const mixed = mixSides(side(before, 0, masses[0]), side(after, 5000, masses[1]), s, random());
    const total = mixed.rows.length;
    const late = mixed.rows.filter((row) => row >= 5000).length;
    expect(total).toBe(Math.min(before, Math.floor(after / s)));
    expect(total).toBeGreaterThan(0);
    expect(Math.abs(late - s * total)).toBeLessThanOrEqual(0.5);
    expect(new Set(mixed.rows).size).toBe(total);
    const mass = (isLate: boolean) =>
      mixed.rows.reduce(
        (sum, row, i) => sum + (row >= 5000 === isLate ? Math.exp(mixed.logMass![i]!) : 0),
        0,
      );
    expect(mass(true)).toBeCloseTo(late, 9);
    expect(mass(false)).toBeCloseTo(total - late, 9);
  });

  it('points, rows and masses stay with their cell', () => {
    const masses = [uneven(50, 2), uneven(60, -1)] as const;
    const mixed = mixSides(side(50, 0, masses[0]), side(60, 5000, masses[1]), 0.4, random());
    const shifts = [new Set<string>(), new Set<string>()] as const;
    mixed.rows.forEach((row, i) => {
      expect([...mixed.points.subarray(i * dims, (i + 1) * dims)]).toEqual([row, row]);
      const [late, own] = row >= 5000 ? [1, masses[1][row - 5000]!] : [0, masses[0][row]!];
      shifts[late]!.add((mixed.logMass![i]! - own).toFixed(9));
    });
    // ratios of masses within a side are kept
    expect(shifts.map(({ size }) => size)).toEqual([1, 1]);
  });

  it('without growth there are no masses; a side that did not arrive is told', () => {
    const [before, after] = [side(20, 0, null), side(20, 5000, null)];
    expect(mixSides(before, after, 0.5, random())).toMatchObject({ logMass: null, finished: true });
    expect(mixSides(before, { ...after, finished: false }, 0.5, random()).finished).toBe(false);
    expect(mixSides({ ...before, finished: false }, after, 0.5, random()).finished).toBe(false);
  });
});
