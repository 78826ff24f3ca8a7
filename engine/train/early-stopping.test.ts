import { describe, expect, it } from 'vitest';
import { randomStream } from '../random.ts';
import { createEarlyStopping, observe } from './early-stopping.ts';
import { epochMinibatches, validationMinibatches } from './minibatches.ts';

describe('observe', () => {
  it('stops after `patience` validations without a new lowest loss', () => {
    let state = createEarlyStopping(2);
    const outcome = [3, 2, 2, 1, 5, Number.NaN].map((loss) => {
      const seen = observe(state, loss);
      state = seen.state;
      return [seen.improved, seen.stop];
    });
    expect(outcome).toEqual([
      [true, false],
      [true, false],
      [false, false],
      [true, false],
      [false, false],
      [false, true],
    ]);
    expect(state.best).toBe(1);
  });
});

describe('epochMinibatches', () => {
  const cells = [
    Int32Array.from({ length: 10 }, (_, i) => i),
    Int32Array.from({ length: 7 }, (_, i) => 100 + i),
  ];

  it('gives each timepoint its own cells, none twice in an epoch', () => {
    const steps = [...epochMinibatches(cells, 3, 2, randomStream(1, 'test'))];
    expect(steps).toHaveLength(2);
    const first = steps.flatMap(([a]) => [...a!]);
    const second = steps.flatMap(([, b]) => [...b!]);
    expect(new Set(first).size).toBe(6);
    expect(new Set(second).size).toBe(6);
    expect(first.every((c) => c < 10)).toBe(true);
    expect(second.every((c) => c >= 100)).toBe(true);
  });

  it('reshuffles each epoch, the same way for the same seed', () => {
    const two = () => {
      const own = cells.map((c) => c.slice().sort());
      const random = randomStream(5, 'test');
      return [0, 1].map(() => [...epochMinibatches(own, 3, 2, random)].map(([a]) => [...a!]));
    };
    const [a, b] = [two(), two()];
    expect(a).toEqual(b);
    expect(a[0]).not.toEqual(a[1]);
  });
});

describe('validationMinibatches', () => {
  it('cuts whole minibatches, or one smaller where cells are few', () => {
    const cells = [Int32Array.of(1, 2, 3, 4, 5), Int32Array.of(6, 7, 8, 9)];
    expect(validationMinibatches(cells, 2).map((m) => m.map((c) => [...c]))).toEqual([
      [
        [1, 2],
        [6, 7],
      ],
      [
        [3, 4],
        [8, 9],
      ],
    ]);
    expect(validationMinibatches(cells, 128).map((m) => m.map((c) => c.length))).toEqual([[4, 4]]);
  });
});
