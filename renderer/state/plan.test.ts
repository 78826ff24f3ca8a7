import { expect, test } from 'vitest';
import { fakeDataset, makeFakeData } from '../testing/fake-data.ts';
import { planOf } from './plan.ts';

const dataset = fakeDataset(makeFakeData());
const planned = (title: string, experiment = {}) => {
  const finding = { severity: 'note', subject: 'X', title, reason: '' } as const;
  return planOf({ ...dataset, findings: [finding] }, [], experiment).willDo.join(' ');
};

test('counts are brought to one sum and logged, what is logged is not', () => {
  expect(planned('X holds counts.')).toMatch(/one sum \(the median.*logarithm.*2,000 genes that vary most/);
  expect(planned('X is normalised, but not logged.')).toMatch(/^The logarithm/);
  expect(planned('X is log-normalised.')).toMatch(/^The 2,000 genes/);
});

test('of scaled values all genes are taken', () => {
  for (const said of [
    planned('X is scaled: it has negative values.', { expression: 'X' }),
    planned('X holds counts.', { expressionState: 'scaled' }),
  ])
    expect(said).toMatch(/^All genes are taken/);
});

test('what X is says nothing of another matrix, nor does a scaled X of what will be taken instead', () => {
  for (const said of [
    planned('X is log-normalised.', { expression: 'layers/counts' }),
    planned('X is scaled: it has negative values.'),
    planned('It is not clear what was done to X.'),
  ])
    expect(said).toMatch(/^What the values still need.*all genes where the values are scaled/);
});
