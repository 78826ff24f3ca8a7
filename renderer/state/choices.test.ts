import { expect, test } from 'vitest';
import {
  type Change,
  holdsChange,
  preparationKey,
  timepointsKey,
  withChange,
  withoutChange,
} from './choices.ts';

const noDoublets: Change = { where: [{ column: 'doublet', drop: ['True'] }] };
const fewGenes: Change = { where: [{ column: 'n_genes', min: 200, max: null }] };

test('conditions are added once, other options replace', () => {
  const both = withChange(withChange(noDoublets, fewGenes), noDoublets);
  expect(both.where).toEqual([...noDoublets.where!, ...fewGenes.where!]);
  expect(withChange({ embedding: 'X_pca' }, { embedding: 'X_harmony' })).toEqual({ embedding: 'X_harmony' });
});

test('taking a change back gives what was there before it', () => {
  for (const before of [{}, fewGenes, { time: 'day' }])
    for (const change of [noDoublets, { embedding: 'X_harmony' }]) {
      const after = withChange(before, change);
      expect(holdsChange(after, change)).toBe(true);
      expect(holdsChange(before, change)).toBe(false);
      expect(withoutChange(after, change)).toEqual(before);
    }
});

test('a finding that names labels alone is held by edits that say the rest', () => {
  const change: Change = { timepoints: [{ labels: ['0'] }, { labels: ['3'] }] };
  const full = [
    { labels: ['0'], time: null, name: null },
    { labels: ['3'], time: null, name: null },
  ];
  expect(holdsChange({ timepoints: full }, change)).toBe(true);
  expect(holdsChange({ timepoints: [...full, { labels: ['6'] }] }, change)).toBe(false);
});

test('a default that is said is the same preparation; time is no part of it', () => {
  expect(preparationKey({ variableGenes: 2000, time: 'day' })).toBe(preparationKey({}));
  expect(preparationKey({ variableGenes: 2001 })).not.toBe(preparationKey({}));
  expect(timepointsKey({ time: 'day', variableGenes: 5 })).toBe(timepointsKey({ time: 'day', where: [] }));
  expect(timepointsKey({ time: 'day', ...noDoublets })).not.toBe(timepointsKey({ time: 'day' }));
});
