import { describe, expect, it } from 'vitest';
import { tInterval } from '../evaluate/t-interval.ts';
import type { ReportRow, ReportSummary } from './report-input.ts';
import { verdict } from './verdict.ts';

const noBand = { w1AtEqualSize: null, w1Low: null, w1High: null, equalSize: null };
const timepoints = { labels: ['0', '2', '3', '7'], times: [0, 2, 3, 7], counts: [9, 9, 9, 9], unit: 'day' };

/** Fits of two methods on days 2 and 3, one seed a column: w1[method][day][seed]. */
function experiment(w1: Record<string, (number | null)[][]>, labels = ['2', '3']) {
  const rows: ReportRow[] = [];
  const summary: ReportSummary[] = [];
  for (const [method, days] of Object.entries(w1)) {
    days.forEach((seeds, d) => {
      seeds.forEach((value, seed) => {
        rows.push({
          method,
          heldOut: labels[d]!,
          heldOutTogether: null,
          seed,
          cellType: null,
          w2: null,
          mmd: null,
          energy: null,
          w1AtFloorSize: null,
          ...noBand,
          w1: value,
          seconds: 1,
          steps: 1,
        });
      });
    });
    const means = days[0].flatMap((_, seed) => {
      const values = days.map((day) => day[seed]);
      return values.includes(null) ? [] : [values.reduce<number>((sum, v) => sum + v!, 0) / values.length];
    });
    const n = means.length;
    const w1Mean = n === 0 ? null : means.reduce((a, b) => a + b, 0) / n;
    const w1Sd = n < 2 ? null : Math.sqrt(means.reduce((sum, v) => sum + (v - w1Mean!) ** 2, 0) / (n - 1));
    summary.push({ method, heldOut: null, heldOutTogether: null, w1Mean, w1Sd, n, ...noBand });
  }
  return { rows, summary, timepoints };
}

describe('what a comparison rests on', () => {
  const days = (value: number) => [[value], [value + 1]];

  it('random pairs that come as near are told, and others are not', () => {
    const told = (random: number) =>
      verdict(experiment({ auto: days(19.6), 'ot-cfm': days(22.9), random: days(random) })).support.join(' ');
    for (const random of [19.4, 19.6]) expect(told(random)).toMatch(/paired at random, .*come as near \(/);
    expect(told(19.9)).not.toMatch(/random/);
  });

  it('cells of both neighbours against those before alone are told', () => {
    const made = experiment({ auto: days(1.2), 'ot-cfm': days(1.7) });
    const words = (auto: 'before' | 'both') =>
      verdict({ ...made, predictFrom: { auto, 'ot-cfm': 'before' } }).support.join(' ');
    expect(words('both')).toContain(
      'automatic predicts a held-out timepoint from the cells before and after it, straight paths (OT-CFM) from those before it alone',
    );
    expect(words('before')).not.toMatch(/before and after/);
    expect(verdict(made).support.join(' ')).not.toMatch(/before and after/);
  });
});

describe('verdict', () => {
  it('says closer where the paired difference is clear of chance', () => {
    const { sentence, support } = verdict(
      experiment({
        'ot-cfm': [
          [1.9, 2.0, 2.1],
          [2.9, 3.0, 3.1],
        ],
        'ot-mfm': [
          [1.4, 1.5, 1.61],
          [2.0, 2.1, 2.2],
        ],
      }),
    );
    expect(sentence).toContain(
      'For held-out days 2 and 3, bent paths (OT-MFM) came closer to the real cells than straight paths (OT-CFM)',
    );
    expect(support[0]).toContain('6 of 6 pairs');
  });

  it('does not say closer where seeds disagree, even if the mean is lower', () => {
    const { sentence, support } = verdict(
      experiment({
        'ot-cfm': [
          [2.0, 2.5, 1.9],
          [3.0, 3.5, 2.9],
        ],
        'ot-mfm': [
          [2.1, 1.5, 2.0],
          [3.1, 2.5, 3.0],
        ],
      }),
    );
    expect(sentence).toContain('cannot be told apart with 3 seeds');
    expect(support[0]).toContain('includes no difference');
  });

  it('pairs seeds, so that a spread which both methods share does not hide a steady difference', () => {
    const { sentence } = verdict(
      experiment({
        'ot-cfm': [
          [1, 5, 9],
          [2, 6, 10],
        ],
        'ot-mfm': [
          [0.9, 4.9, 8.89],
          [1.9, 5.9, 9.9],
        ],
      }),
    );
    expect(sentence).toContain('came closer');
  });

  it('claims nothing from one seed, one method or no held-out timepoint', () => {
    const oneSeed = verdict(experiment({ 'ot-cfm': [[2], [3]], 'ot-mfm': [[1], [2]] }));
    expect(oneSeed.sentence).toContain('in this one run');
    expect(oneSeed.support[0]).toContain('With one seed');
    const oneMethod = verdict(experiment({ 'ot-mfm': [[1], [2]] }));
    expect(oneMethod.sentence).not.toContain('closer');
    expect(oneMethod.support[0]).toContain('nothing to compare');
    expect(verdict({ rows: [], summary: [], timepoints }).sentence).toContain('nothing can be said');
  });

  it('says as near where the numbers that it shows are the same', () => {
    const once = verdict(experiment({ auto: [[0.5949]], 'ot-cfm': [[0.5951]] }, ['2']));
    expect(once.sentence).toMatch(
      /automatic came as near to the real cells as straight paths.*0\.595 against 0\.595/,
    );
    const apart = verdict(experiment({ auto: [[0.594]], 'ot-cfm': [[0.5951]] }, ['2']));
    expect(apart.sentence).toMatch(/automatic came closer .*0\.594 against 0\.595/);
    // a difference beyond chance may be too small to matter
    const often = verdict(experiment({ auto: [[1, 2, 3]], 'ot-cfm': [[1.0001, 2.0001, 3.00011]] }, ['2']));
    expect(often.sentence).toContain('came as near');
    expect(often.support[0]).toContain('3 of 3 pairs');
    const transport = verdict(experiment({ auto: [[0.5951]], ot: [[0.5949]] }, ['2']));
    expect(transport.support[0]).toContain('For comparison');
  });

  it('does not list forty timepoints', () => {
    const labels = Array.from({ length: 40 }, (_, k) => String(k));
    const inner = labels.slice(1, -1);
    const { rows, summary } = experiment({ 'ot-mfm': inner.map(() => [1]) }, inner);
    const { sentence } = verdict({ rows, summary, timepoints: { ...timepoints, labels } });
    expect(sentence).toContain('38 held-out days from 1 to 38');
  });

  it('names methods that diverged', () => {
    const { sentence, support } = verdict(experiment({ 'ot-cfm': [[2], [3]], 'ot-mfm': [[null], [2]] }));
    expect(sentence).toContain('OT-CFM');
    expect(support[0]).toContain('bent paths (OT-MFM) diverged');
  });
});

describe('interval', () => {
  it('is Student’s: for 1, 2, 3 the mean is 2 and the half width 4.303 / √3', () => {
    const { mean, low, high } = tInterval([1, 2, 3]) as Record<'mean' | 'low' | 'high', number>;
    expect(mean).toBe(2);
    expect(high - mean).toBeCloseTo(4.303 / Math.sqrt(3), 12);
    expect(mean - low).toBeCloseTo(high - mean, 12);
  });
});
