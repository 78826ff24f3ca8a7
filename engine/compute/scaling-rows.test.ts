import { describe, expect, it } from 'vitest';
import { randomStream } from '../random.ts';
import { sharedScalingRows } from './scaling-rows.ts';

describe.each([1, 3, 4, 7, 8, 9, 31, 1000])('rows of %i columns', (m) => {
  const random = randomStream(3, 'scaling rows', m);
  const rows = sharedScalingRows(1000);
  for (let j = 0; j < m; j++) {
    rows.row[j] = random.uniform();
    rows.weights[j] = random.normal();
    rows.sums[j] = random.normal();
  }
  const [row, weights, sums] = [rows.row.slice(0, m), rows.weights.slice(0, m), rows.sums.slice(0, m)];

  it('are summed with their weights', () => {
    const expected = weights.reduce((sum, weight, j) => sum + weight * row[j]!, 0);
    rows.row.set(row);
    rows.weights.set(weights);
    expect(rows.weightedSum(m)).toBeCloseTo(expected, 11);
  });

  it('are added to sums, and no further', () => {
    rows.row.set(row);
    rows.sums.set(sums);
    if (m < 1000) rows.sums[m] = 7;
    rows.addScaled(0.3, m);
    expect([...rows.sums.subarray(0, m)]).toEqual([...sums].map((sum, j) => sum + 0.3 * row[j]!));
    if (m < 1000) expect(rows.sums[m]).toBe(7);
  });
});

it('share their place until a longer row is asked for', () => {
  const rows = sharedScalingRows(1000);
  expect(sharedScalingRows(10)).toBe(rows);
  expect(sharedScalingRows(rows.row.length + 1)).not.toBe(rows);
});
