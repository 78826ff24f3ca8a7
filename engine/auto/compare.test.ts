import { describe, expect, it } from 'vitest';
import { bestOf, type Comparison, where } from './compare.ts';

const found = (w1: number, energy: number): Comparison => ({ w1, energy, each: [w1] });

describe('an answer that is taken', () => {
  it('has the lowest expectation', () => {
    const tried = [found(-0.2, -0.2), found(-0.1, -0.1)];
    expect(bestOf(tried, [-0.01, -0.03])).toBe(1);
    expect(bestOf(tried, [-0.03, -0.01])).toBe(0);
    expect(bestOf([], [])).toBe(-1);
  });

  it('was hardly farther in its trials, whatever is usual', () => {
    const [within, beyond] = [Math.log(1.019), Math.log(1.021)];
    expect(bestOf([found(beyond, -0.1), found(within, -0.1)], [-0.5, -0.1])).toBe(1);
    expect(bestOf([found(beyond, -0.1)], [-0.5])).toBe(-1);
    expect(where(found(within, -0.1), -0.5, 1, [1], 2)).toEqual([true, true]);
    expect(where(found(beyond, -0.1), -0.5, 1, [1], 2)).toEqual([false, false]);
  });

  it('is no cloud that merely shrinks: its energy distance rises by no more than a tenth', () => {
    expect(bestOf([found(-0.2, Math.log(1.11)), found(-0.1, Math.log(1.09))], [-0.5, -0.1])).toBe(1);
    expect(bestOf([found(-0.2, Number.POSITIVE_INFINITY)], [-0.5])).toBe(-1);
    expect(where(found(-0.2, Math.log(1.11)), -0.5, 1, [1], 2)).toEqual([false, false]);
  });
});

describe('where an answer is taken', () => {
  it('is where the timepoints at an interval speak for it, all of them to equal parts', () => {
    // kept back: the second and the fourth of five
    const one = { w1: -0.1, energy: -0.1, each: [-0.5, 0.3] };
    expect(where(one, 0, 1, [1, 3], 4)).toEqual([true, true, false, false]);
  });

  it('asks for less where noise levels all answers', () => {
    const slight = found(-0.03, -0.1);
    expect(where(slight, 0, 1, [1], 2)).toEqual([false, false]);
    expect(where(slight, 0, 0.2, [1], 2)).toEqual([true, true]);
  });
});
