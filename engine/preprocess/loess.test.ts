import { describe, expect, it } from 'vitest';
import { congruential, relativeError } from '../../fixtures/reference/gradients.ts';
import { readPreprocessReference } from '../../fixtures/reference/preprocess.ts';
import { InputError } from '../errors.ts';
import { randomStream, shuffle } from '../random.ts';
import { loess } from './loess.ts';

const reference = readPreprocessReference();

describe.each(reference.loess)('$n points, equal predictors: $ties', ({ n, ties, fitted }) => {
  const drawX = congruential(81);
  const drawNoise = congruential(82);
  const x = Float64Array.from({ length: n }, drawX);
  // numpy rounds halves to even, which no number here is
  if (ties)
    x.forEach((value, i) => {
      x[i] = Math.round(value * 8) / 8;
    });
  const y = x.map((value) => value * value * value - value + 0.3 * drawNoise());

  it('fits what scikit-misc fits', () => {
    expect(relativeError(loess(x, y, 0.3), fitted)).toBeLessThan(1e-11);
  });

  it('knows no order of the points', () => {
    const order = shuffle(
      Int32Array.from({ length: n }, (_, i) => i),
      randomStream(3, 'points'),
    );
    const take = (values: Float64Array) => Float64Array.from(order, (i) => values[i]!);
    expect(relativeError(loess(take(x), take(y), 0.3), take(loess(x, y, 0.3)))).toBeLessThan(1e-12);
  });
});

it('reproduces a parabola exactly', () => {
  const draw = congruential(5);
  const x = Float64Array.from({ length: 250 }, draw);
  const y = x.map((value) => 2 - 3 * value + 4 * value * value);
  // Hermite pieces of value and slope hold a parabola
  expect(relativeError(loess(x, y, 0.3), y)).toBeLessThan(1e-12);
});

it('says that points are too few, or too many equal', () => {
  expect(() => loess(Float64Array.of(1, 2, 3, 4), Float64Array.of(1, 2, 3, 4), 0.3)).toThrow(InputError);
  const x = Float64Array.from({ length: 100 }, (_, i) => Math.max(0, i - 60));
  expect(() => loess(x, x, 0.3)).toThrow(InputError);
});
