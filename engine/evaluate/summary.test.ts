import { expect, it } from 'vitest';
import { type MetricsRow, pairedDifferences, summarize } from './summary.ts';

const noBand = { w1AtEqualSize: null, w1Low: null, w1High: null, equalSize: null };

const row = (method: MetricsRow['method'], heldOut: string, seed: number, w1: number | null): MetricsRow => ({
  method,
  metric: 'none',
  coupling: 'minibatch',
  dims: 5,
  protocol: 'strict',
  cellType: null,
  w2: null,
  mmd: null,
  energy: null,
  w1AtFloorSize: null,
  ...noBand,
  heldOut,
  heldOutTogether: null,
  seed,
  w1,
  seconds: 1,
  steps: 1,
});

it('summarizes over seeds, and over all held-out timepoints by each seed’s mean', () => {
  const rows = [
    row('ot-mfm', '3', 1, 1),
    row('ot-mfm', '3', 2, 3),
    row('ot-mfm', '4', 1, 5),
    row('ot-mfm', '4', 2, 9),
    row('ot-cfm', '3', 1, 2),
    row('ot-cfm', '4', 1, 4),
  ];
  expect(summarize(rows)).toEqual([
    { method: 'ot-mfm', heldOut: '3', heldOutTogether: null, w1Mean: 2, w1Sd: Math.SQRT2, n: 2, ...noBand },
    { method: 'ot-mfm', heldOut: '4', heldOutTogether: null, w1Mean: 7, w1Sd: Math.sqrt(8), n: 2, ...noBand },
    { method: 'ot-cfm', heldOut: '3', heldOutTogether: null, w1Mean: 2, w1Sd: null, n: 1, ...noBand },
    { method: 'ot-cfm', heldOut: '4', heldOutTogether: null, w1Mean: 4, w1Sd: null, n: 1, ...noBand },
    // seeds' means are 3 and 6
    {
      method: 'ot-mfm',
      heldOut: null,
      heldOutTogether: null,
      w1Mean: 4.5,
      w1Sd: Math.sqrt(4.5),
      n: 2,
      ...noBand,
    },
    { method: 'ot-cfm', heldOut: null, heldOutTogether: null, w1Mean: 3, w1Sd: null, n: 1, ...noBand },
  ]);
});

it('a diverged fit leaves no figure, and its seed none over all', () => {
  const rows = [
    row('ot-mfm', '3', 1, null),
    row('ot-mfm', '4', 1, 5),
    row('ot-mfm', '3', 2, 1),
    row('ot-mfm', '4', 2, 2),
  ];
  const summary = summarize(rows);
  expect(summary[0]).toMatchObject({ heldOut: '3', w1Mean: 1, n: 1 });
  expect(summary.at(-1)).toMatchObject({ heldOut: null, w1Mean: 1.5, n: 1 });
});

it('rows of a cell type take no part in the summary', () => {
  const rows = [row('ot-cfm', '3', 1, 2), { ...row('ot-cfm', '3', 1, 100), cellType: 'B cell' }];
  expect(summarize(rows).map((r) => r.w1Mean)).toEqual([2, 2]);
});

it('differences are taken seed by seed, with a t-interval', () => {
  const rows = [
    row('ot-mfm', '3', 1, 1),
    row('ot-mfm', '3', 2, 3),
    row('ot-cfm', '3', 1, 2),
    row('ot-cfm', '3', 2, 6),
    row('ot', '3', 1, 4),
    row('ot', '3', 2, 4),
  ];
  const found = pairedDifferences(rows).filter((r) => r.heldOut === '3');
  expect(found.map((r) => [r.method, r.versus, r.difference])).toEqual([
    ['ot-mfm', 'ot-cfm', -2],
    ['ot-mfm', 'ot', -2],
    ['ot-cfm', 'ot', 0],
  ]);
  // differences −1 and −3: mean −2, standard error 1, t(1) = 12.706
  expect(found[0]!.low).toBeCloseTo(-2 - 12.706, 6);
  expect(found[0]!.high).toBeCloseTo(-2 + 12.706, 6);
});

const banded = (heldOut: string, seed: number, value: number | null, equalSize = 100): MetricsRow => ({
  ...row('ot-mfm', heldOut, seed, value),
  w1AtEqualSize: value,
  w1Low: value === null ? null : value - 0.5,
  w1High: value === null ? null : value + 1,
  equalSize,
});

it('at equal size: the mean over seeds, with an interval that seeds do not narrow', () => {
  const rows = [banded('3', 1, 2), banded('3', 2, 4), banded('4', 1, 6, 50), banded('4', 2, null, 50)];
  const [day3, day4, overall] = summarize(rows);
  expect(day3).toMatchObject({ w1AtEqualSize: 3, w1Low: 2.5, w1High: 4, equalSize: 100 });
  expect(day4).toMatchObject({ w1AtEqualSize: 6, w1Low: 5.5, w1High: 7, equalSize: 50 });
  // as w1: only seed 1 has both days
  expect(overall).toMatchObject({ w1Mean: 4, w1AtEqualSize: 4, w1Low: 3.5, w1High: 5, equalSize: null });
});

it('at equal size: none where one of the seeds was measured before there was any', () => {
  const [day3] = summarize([banded('3', 1, 2), row('ot-mfm', '3', 2, 4)]);
  expect(day3).toMatchObject({ w1Mean: 3, ...noBand });
});
