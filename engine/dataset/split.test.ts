import { describe, expect, it } from 'vitest';
import { InputError } from '../errors.ts';
import { randomStream } from '../random.ts';
import { parseHoldOut, splitCells, splitTimepointCells } from './split.ts';

const days = { labels: ['2', '3', '4', '5.5', '7'] };

function refusal(text: string, labels = days.labels): InputError {
  try {
    parseHoldOut(text, { labels });
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    expect((error as InputError).detail.option).toBe('--hold-out');
    expect((error as InputError).detail.action).toBeTruthy();
    return error as InputError;
  }
  throw new Error('nothing was thrown');
}

describe('parseHoldOut', () => {
  it.each([
    ['each', [[1], [2], [3]]],
    ['none', []],
    ['3,4', [[1], [2]]],
    ['4, 3.0', [[2], [1]]],
    ['3+4', [[1, 2]]],
    ['5.5+3', [[1, 3]]],
    ['3, 4+5.5', [[1], [2, 3]]],
    ['3,3,4+3,3+4', [[1], [1, 2]]],
    ['3+3', [[1]]],
  ])('reads %s', (text, groups) => {
    expect(parseHoldOut(text, days)).toEqual(groups);
  });

  it('takes labels with signs in double quotes', () => {
    const labels = ['a', 'day 2, late', 'x+y', 'each', 'z'];
    expect(parseHoldOut('"day 2, late","x+y"', { labels })).toEqual([[1], [2]]);
    expect(parseHoldOut('"x+y"+"day 2, late"', { labels })).toEqual([[1, 2]]);
    expect(parseHoldOut('"each"', { labels })).toEqual([[3]]);
  });

  it('lists the labels when one is unknown', () => {
    const error = refusal('3,6');
    expect(error.message).toBe('There is no timepoint "6".');
    expect(error.detail.expected).toBe('one of: 2, 3, 4, 5.5, 7');
    expect(refusal('3', ['day 2', 'day 3', 'day 4']).detail.action).toBe('Did you mean day 3?');
  });

  it.each([
    ['2', 'first', /"2", which has no timepoint before/],
    ['3+7', 'last', /"7", which has no timepoint after/],
  ])('refuses an end: %s', (text, end, found) => {
    const error = refusal(text);
    expect(error.message).toBe(`The ${end} timepoint cannot be held out.`);
    expect(error.detail.found).toMatch(found);
    expect(error.detail.expected).toContain('3, 4, 5.5');
  });

  it('says that two timepoints leave nothing to hold out', () => {
    const error = refusal('each', ['2', '3']);
    expect(error.message).toBe('There is no inner timepoint to hold out.');
    expect(error.detail.action).toContain('--hold-out none');
  });

  it.each(['', '  ', '3,', ',3', '3,,4', '3++4', '""', '"3', '3"4"', '"3" 4'])('refuses %j', (text) => {
    refusal(text);
  });
});

const cells = (n: number, from = 0) => Int32Array.from({ length: n }, (_, i) => from + i);

describe('splitTimepointCells', () => {
  it.each([1000, 640, 639, 300, 20, 10, 5, 4, 3, 2])('parts %i cells without loss or overlap', (n) => {
    const { train, validation, shared } = splitTimepointCells(cells(n, 7), {}, randomStream(1, n));
    expect(shared).toBe(false);
    expect([...train, ...validation].sort((a, b) => a - b)).toEqual([...cells(n, 7)]);
    expect(train.length).toBeGreaterThan(0);
    expect(validation.length).toBeGreaterThan(0);
    // one cell is the least, and of fewer than 5 more than a fifth
    if (n >= 5) expect(validation.length).toBeLessThanOrEqual(0.2 * n);
  });

  it('takes a tenth, or a whole minibatch where a fifth allows it', () => {
    const size = (n: number) => splitTimepointCells(cells(n), {}, randomStream(1)).validation.length;
    expect([6071, 1280, 1000, 640, 300].map(size)).toEqual([607, 128, 128, 128, 60]);
  });

  it('puts a lone cell in both parts and says so', () => {
    expect(splitTimepointCells(cells(1, 5), {}, randomStream(1))).toEqual({
      train: Int32Array.of(5),
      validation: Int32Array.of(5),
      shared: true,
    });
  });

  it('draws the same for a seed and another for another, and leaves the input', () => {
    const input = cells(50);
    const draw = (seed: number) => [...splitTimepointCells(input, {}, randomStream(seed)).validation];
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
    expect(input).toEqual(cells(50));
  });
});

describe('splitCells', () => {
  it('sizes minibatch and epoch by the smallest training part', () => {
    const split = splitCells([cells(3000), cells(2000, 3000)], {}, randomStream(1));
    expect(split.minibatch).toBe(128);
    expect(split.validationMinibatch).toBe(128);
    expect(split.stepsPerEpoch).toBe(Math.floor(1800 / 128));
    expect(split.shared).toEqual([]);
  });

  it('works with few cells', () => {
    const split = splitCells([cells(577), cells(40)], {}, randomStream(1));
    expect(split.train.map((part) => part.length)).toEqual([462, 32]);
    expect(split).toMatchObject({ minibatch: 32, validationMinibatch: 8, stepsPerEpoch: 1 });
    const least = splitCells([cells(2), cells(500)], { minibatch: 64 }, randomStream(1));
    expect(least).toMatchObject({ minibatch: 1, validationMinibatch: 1, stepsPerEpoch: 1, shared: [] });
  });
});
