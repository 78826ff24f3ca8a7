import { describe, expect, it } from 'vitest';
import { type FitSettings, parseExperiment } from '../config.ts';
import { InputError } from '../errors.ts';
import { resolveFitSettings } from '../presets.ts';
import { randomStream } from '../random.ts';
import type { VelocityField } from '../trajectory/euler.ts';
import { arrowsOnView } from './arrows.ts';
import { type FollowedFit, followCells, straightWays, type WalkedWay, type Way } from './follow-cells.ts';
import { followBack } from './sides.ts';
import { componentsView } from './view.ts';

const dims = 2;
const timepoints = [1, 2, 6, 7];
const clock = [0, 1 / 3, 2 / 3, 1];
const settings: FitSettings = {
  ...resolveFitSettings(parseExperiment({ time: 'day', methods: ['ot-cfm'], seeds: 1 }), {
    method: 'ot-cfm',
    dims,
    heldOut: [],
  }),
  tolerance: 1e-9,
};
const space = {
  training: { shift: Float64Array.of(3, -1), scale: Float64Array.of(2, 0.5) },
} as unknown as FollowedFit['space'];
/** bends in space and time */
const bent: VelocityField = (z, t, out) => {
  for (let i = 0; i < z.length; i += 2) {
    out[i] = 1 + z[i + 1]! + t;
    out[i + 1] = Math.sin(z[i]!) - t;
  }
};
const steady: VelocityField = (z, _t, out) => {
  for (let i = 0; i < z.length; i += 2) out.set([3, -6], i);
};
/** whoever is far to the right at the start of an interval has more descendants */
const growth = [0, 1, 2].map((k) => ({
  tStart: clock[k]!,
  tEnd: clock[k + 1]!,
  logGainAt: (points: ArrayLike<number>) =>
    Float64Array.from({ length: points.length / dims }, (_, i) => 0.3 * (k + 1) * points[i * dims]!),
}));
const fit: FollowedFit = { field: bent, space, growth, clock, settings, observed: [0, 1, 2, 3] };
const random = randomStream(1, 'follow');
const n = 5;
const start = Float32Array.from({ length: n * dims }, () => random.normal());

function walk(way: Way, more: Partial<FollowedFit> = {}, options: { between?: boolean } = {}) {
  const own = { ...fit, ...more };
  const walked = followCells(own, timepoints, way, { closed: true, shouldStop: () => false, ...options });
  const moments: Float32Array[] = [];
  let step = walked.next();
  for (; !step.done; step = walked.next()) moments.push(step.value);
  return { moments, ...(step.value as WalkedWay) };
}
const trained = (points: Float32Array) =>
  points.map((value, i) => (value - space.training.shift[i % 2]!) / space.training.scale[i % 2]!);
const close = (found: Float32Array, wanted: Float32Array, digits = 5) => {
  expect(found.length).toBe(wanted.length);
  found.forEach((value, i) => {
    expect(value).toBeCloseTo(wanted[i]!, digits);
  });
};

describe('cells that are followed', () => {
  it('are where they were once they have come back, over several timepoints', () => {
    const there = walk({ start, from: 0, times: [1.5, 6, 7] });
    const back = walk({ start: trained(there.moments[3]!), from: 3, times: [6, 1.5, 1] });
    close(back.moments[1]!, there.moments[2]!);
    close(back.moments[2]!, there.moments[1]!);
    close(back.moments[3]!, there.moments[0]!);
  });

  it.each(['steady', 'early'] as const)(
    'back, have the mass that followBack gives them (%s)',
    (growthTiming) => {
      const own = { ...settings, growthTiming };
      const back = walk({ start, from: 2, times: [4, 3] }, { settings: own });
      for (const [moment, time] of [
        [1, 4],
        [2, 3],
      ] as const) {
        const t = clock[1]! + ((time - 2) / 4) * (clock[2]! - clock[1]!);
        const span = { start: clock[1]!, t, end: clock[2]! };
        const side = followBack({ field: bent, growth }, start, new Int32Array(n), span, own, () => false);
        close(back.mass!.slice(moment * n, (moment + 1) * n), Float32Array.from(side.logMass!, Math.exp));
      }
    },
  );

  it('back, have one over the mass that their ancestors gain forwards, also beyond an interval without a time', () => {
    const there = walk({ start, from: 0, times: [7] });
    const back = walk({ start: trained(there.moments[1]!), from: 3, times: [1] });
    const product = there.mass!.slice(n).map((mass, i) => mass * back.mass![n + i]!);
    close(product, new Float32Array(n).fill(1), 4);
  });

  it('go straight where the velocity is the same everywhere', () => {
    const times = [1.25, 2, 5, 6, 6.5];
    const { moments, places } = walk({ start, from: 0, times }, { field: steady });
    expect(places.map(({ timepoint }) => timepoint)).toEqual([0, 1, 2, 3]);
    const straight = [...straightWays(fit, timepoints, places, times)];
    straight.forEach((points, i) => {
      close(points, moments[i]!, 4);
    });
  });

  it('meet the straight way at the timepoints that the fit has seen, and leave it between them', () => {
    const times = [1.5, 2, 4, 6];
    const { moments, places } = walk({ start, from: 0, times }, { observed: [0, 2, 3] });
    const straight = [...straightWays(fit, timepoints, places, times)];
    for (const same of [0, 4]) close(straight[same]!, moments[same]!, 6);
    expect(Math.abs(straight[2]![0]! - moments[2]![0]!)).toBeGreaterThan(0.05);
  });

  it('are as near between the steps of the integrator as its tolerance says', () => {
    const times = Array.from({ length: 40 }, (_, i) => 1 + (6 * (i + 1)) / 40);
    let [exact, between] = [0, 0];
    const counting =
      (count: () => void): VelocityField =>
      (z, t, out) => {
        count();
        bent(z, t, out);
      };
    const tolerant = { ...settings, tolerance: 1e-4 };
    const a = walk({ start, from: 0, times }, { settings: tolerant, field: counting(() => exact++) });
    const b = walk(
      { start, from: 0, times },
      { settings: tolerant, field: counting(() => between++) },
      { between: true },
    );
    a.moments.forEach((points, i) => {
      points.forEach((value, j) => {
        expect(Math.abs(value - b.moments[i]![j]!)).toBeLessThan(3e-3);
      });
    });
    close(b.mass!, a.mass!, 2);
    expect(between).toBeLessThan(exact / 2);
  });

  it('stand still and are told to where the integrator gives up', () => {
    const wild: VelocityField = (z, t, out) => {
      bent(z, t, out);
      if (t > 0.4) out.fill(Number.NaN);
    };
    for (const between of [false, true]) {
      const { moments, finished } = walk({ start, from: 0, times: [2, 5, 6] }, { field: wild }, { between });
      expect(finished).toBe(false);
      expect(moments.flatMap((points) => [...points]).every(Number.isFinite)).toBe(true);
    }
  });

  it.each([
    ['a timepoint that was held out', { from: 1, times: [3] }],
    ['beyond the last timepoint', { from: 0, times: [8] }],
    ['forwards and backwards at once', { from: 2, times: [7, 3] }],
    ['not in the order of going', { from: 0, times: [5, 4] }],
    ['no number', { from: 0, times: [Number.NaN] }],
  ])('cannot go: %s', (_, way) => {
    expect(() => walk({ start, ...way }, { observed: [0, 2, 3] })).toThrow(InputError);
  });
});

describe('arrows', () => {
  const all = Float32Array.from({ length: 400 }, () => 2 * random.normal());
  const view = componentsView(all, dims, [1, 0]);

  it.each([1, 4, 7])('are the velocity per unit of real time, at %s', (time) => {
    const from = timepoints.findLastIndex((known) => known <= time);
    const cells = trained(all);
    const { directions, counts } = arrowsOnView(
      { ...fit, field: steady },
      timepoints,
      { start: cells, from, time },
      view,
      5,
      () => false,
    );
    expect(counts.length).toBeGreaterThan(3);
    const rate = 1 / 3 / (time === 4 ? 4 : 1);
    directions.forEach((value, i) => {
      // the view shows the second component first
      expect(value / (i % 2 === 0 ? -6 * 0.5 * rate : 3 * 2 * rate)).toBeCloseTo(1, 2);
    });
  });

  it('stand in the middle of squares over all cells, each with some cells', () => {
    const { positions, counts } = arrowsOnView(
      fit,
      timepoints,
      { start: trained(all), from: 0, time: 1 },
      view,
      8,
      () => false,
    );
    const { least, most } = view.extent;
    const side = Math.max(most[0]! - least[0]!, most[1]! - least[1]!) / 8;
    expect(counts.every((count) => count >= 3)).toBe(true);
    positions.forEach((value, i) => {
      const squares = (value - least[i % 2]!) / side - 0.5;
      expect(squares).toBeCloseTo(Math.round(squares), 4);
    });
    const inside = counts.reduce((sum, count) => sum + count, 0);
    expect(inside).toBeGreaterThan(100);
    expect(inside).toBeLessThanOrEqual(200);
  });
});
