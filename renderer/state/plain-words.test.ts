import { expect, test } from 'vitest';
import { InputError, WorkError } from '../../engine/errors.ts';
import { plainWords, problemOf } from './plain-words.ts';

test.each([
  [
    "Choose another column, or say the times, e.g. --timepoints 'control=0,treated=3'.",
    'Choose another column, or say the times.',
  ],
  ["Leave them out: --where 'doublet!=True'.", 'Leave them out.'],
  [
    'Leave them out or merge them with --timepoints, or choose another column.',
    'Leave them out or merge them in the table of timepoints, or choose another column.',
  ],
  ['Use --embedding X_harmony.', 'Use X_harmony.'],
  [
    'It may have seen them; --expression raw/X computes one that has not.',
    'It may have seen them; raw/X computes one that has not.',
  ],
  ['Lower --max-mitochondrial.', 'Lower “mitochondrial share, at most”.'],
  ['an h5ad, a 10x .h5, or matrix.mtx', 'an h5ad, a 10x .h5, or matrix.mtx'],
])('%s', (said, shown) => {
  expect(plainWords(said)).toBe(shown);
});

test('an error says what, where, why and what to do', () => {
  const error = new InputError('The label "x" cannot be read.', {
    file: 'a.h5ad',
    key: 'obs/day',
    option: '--time',
    expected: 'a number',
    found: '"x"',
    action: 'Choose another column.',
  });
  expect(problemOf(error)).toEqual({
    title: 'The label "x" cannot be read.',
    why: ['a.h5ad · obs/day · time column', 'Expected: a number.', 'Found: "x".'],
    todo: 'Choose another column.',
    bug: false,
  });
});

test('work that failed can be tried again, and what nobody foresaw says so', () => {
  expect(problemOf(new WorkError('The disk is full.')).todo).toBe('Try again.');
  expect(problemOf(new TypeError('x is undefined'))).toMatchObject({ bug: true, why: ['x is undefined'] });
});
