import { describe, expect, it } from 'vitest';
import {
  DISTANCE_MEASURES,
  distanceEntries,
  type HeldOutDistances,
  heldOutDistancesFigure,
} from './held-out-distances.ts';

/** Two methods and a baseline; W1 of method m at timepoint k and seed s is 1 + k + 10 m + s / 10. */
function distances(labels: string[], unit = 'day'): HeldOutDistances {
  const methods = ['ot-mfm', 'ot-cfm', 'ot'];
  const w1 = (m: number, k: number, s: number) => 1 + k + 10 * m + s / 10;
  const together = { heldOutTogether: null };
  const rows = methods.flatMap((method, m) =>
    labels.flatMap((heldOut, k) =>
      (method === 'ot' ? [0] : [0, 1]).map((s) => ({
        ...{ method, heldOut, ...together, seed: s, cellType: null, w1: w1(m, k, s) },
        ...{ w1AtEqualSize: w1(m, k, s) + 2, w1AtFloorSize: w1(m, k, s) + 1 },
      })),
    ),
  );
  const entry = (method: string, heldOut: string | null, mean: number) => ({
    ...{ method, heldOut, ...together, w1Mean: mean, w1Sd: method === 'ot' ? null : 0.07 },
    ...{ w1AtEqualSize: mean + 2, w1Low: mean + 1.5, w1High: mean + 3 },
  });
  const mean = (m: number, k: number) => w1(m, k, methods[m] === 'ot' ? 0 : 0.5);
  const middle = (labels.length - 1) / 2;
  return {
    rows,
    summary: [
      ...methods.flatMap((method, m) => labels.map((label, k) => entry(method, label, mean(m, k)))),
      ...methods.map((method, m) => entry(method, null, mean(m, middle))),
    ],
    floors: labels.map((heldOut, k) => ({ heldOut, cells: 100, w1Mean: 0.5 + k, w1Sd: 0.01 })),
    unit,
  };
}

describe('distances to held-out cells', () => {
  it('whiskers end where the numbers say', () => {
    const all = heldOutDistancesFigure(distances(['3', '6'])).data;
    const [mfm, , ot] = all;
    expect(mfm!.y).toEqual([1.05, 2.05, 1.55]);
    const { array, arrayminus } = mfm!.error_y as { array: number[]; arrayminus: number[] };
    for (const each of [...array, ...arrayminus]) expect(each).toBeCloseTo(0.07, 10);
    // one draw is no spread
    expect((ot!.error_y as { visible: boolean }).visible).toBe(false);

    const equal = distanceEntries(distances(['3', '6']), 'equal numbers');
    expect(equal.map(({ value, low, high }) => [value - low!, high! - value])).toEqual(
      equal.map(() => [0.5, 1].map((length) => expect.closeTo(length, 10))),
    );
  });

  it('compares with the floor at the size of the floor, which has no mean over all', () => {
    const entries = distanceEntries(distances(['3', '6']), 'floor');
    expect(entries.map(({ heldOut }) => heldOut)).not.toContain(null);
    expect(entries[0]).toMatchObject({ method: 'ot-mfm', heldOut: '3', value: expect.closeTo(2.05, 10) });
    expect(entries[0]!.high! - entries[0]!.value).toBeCloseTo(Math.sqrt(0.005), 10);
    const floor = heldOutDistancesFigure(distances(['3', '6']), { measure: 'floor' }).data.at(-1)!;
    expect(floor.y).toEqual([0.5, 0.5, null, 1.5, 1.5, null]);
  });

  it('a single timepoint is said once, and a method that failed is left out', () => {
    const one = distances(['3']);
    expect(distanceEntries(one, 'all cells')).toHaveLength(3);
    const failed = one.summary.map((entry) => (entry.method === 'ot' ? { ...entry, w1Mean: null } : entry));
    expect(distanceEntries({ ...one, summary: failed }, 'all cells').map(({ method }) => method)).toEqual([
      'ot-mfm',
      'ot-cfm',
    ]);
  });

  it('many timepoints are points on lines in their order, and the print is no wider than a page', () => {
    const labels = Array.from({ length: 40 }, (_, k) => String(k));
    const { data, print, layout } = heldOutDistancesFigure(distances(labels));
    expect(data.slice(0, 3).map(({ type }) => type)).toEqual(['scatter', 'scatter', 'scatter']);
    const x = data[0]!.x as number[];
    expect(x).toEqual([...x].sort((a, b) => a - b));
    expect(layout.xaxis!.ticktext).toHaveLength(41);
    expect(print!.width).toBeLessThanOrEqual(720);
  });

  it.each(DISTANCE_MEASURES)('shows labels as they are written (%s)', (measure) => {
    const evil = '<img src=x onerror=alert(1)>';
    const figure = heldOutDistancesFigure(distances([evil, `${'long '.repeat(30)}name`], ''), { measure });
    expect(JSON.stringify(figure)).not.toContain('<img');
    for (const text of figure.layout.xaxis!.ticktext!) expect(text.length).toBeLessThan(40);
  });
});
