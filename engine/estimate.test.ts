import { describe, expect, it } from 'vitest';
import { type FitSettings, parseExperiment } from './config.ts';
import { estimateFit, estimateOf } from './estimate.ts';
import { resolveFitSettings } from './presets.ts';

const settings = {
  hidden: 64,
  minibatch: 128,
  metric: 'land',
  centers: 150,
  maxEpochs: 1000,
  steps: null,
  coupling: 'minibatch',
  growth: 'off',
} as const;
const estimate = (change: object, counts: number[]) =>
  estimateFit({ ...settings, ...change }, 5, counts, true);

describe('the cost of plans between whole clouds', () => {
  it.each([
    ['unbalanced, whatever the pairs', { growth: 'on' }, 10, 14],
    ['exact', { coupling: 'global' }, 10, 14],
    ['entropic', { coupling: 'sinkhorn' }, 60, 80],
  ])('is counted: %s, 10,000 × 10,000', (_, change, least, most) => {
    const extra = estimate(change, [1e4, 1e4]).seconds - estimate({}, [1e4, 1e4]).seconds;
    expect(extra).toBeGreaterThan(least);
    expect(extra).toBeLessThan(most);
  });

  it('is of each pair of neighbouring days, and of no more cells than a plan takes', () => {
    const extra = (counts: number[]) =>
      estimate({ growth: 'on' }, counts).seconds - estimate({}, counts).seconds;
    expect(extra([2000, 2000, 2000])).toBeCloseTo(2 * extra([2000, 2000]), 9);
    expect(extra([1e6, 2e6])).toBeCloseTo(extra([1e4, 1e4]), 6);
    expect(extra([1e6, 500])).toBeCloseTo(extra([1e4, 500]), 6);
  });

  it('is none where cells are paired at random', () => {
    expect(estimate({ growth: 'on', coupling: 'independent' }, [3000, 3000])).toEqual(
      estimate({}, [3000, 3000]),
    );
  });
});

describe('the cost of a fit of auto', () => {
  const config = parseExperiment({ time: 'day', methods: ['auto'], seeds: 1 });
  const counts = [3000, 4000, 5000, 6000];
  const of = (changed: Partial<FitSettings>, heldOut: number[]) => {
    const facts = { method: 'auto', dims: 5, heldOut } as const;
    const fit = {
      method: 'auto',
      heldOut,
      settings: { ...resolveFitSettings(config, facts), ...changed },
    } as const;
    return estimateOf(fit, 5, counts).seconds;
  };

  it('counts the exact plan by which both sides of a held-out timepoint meet', () => {
    const met = of({}, [2]) - of({ predictFrom: 'before' }, [2]);
    expect(met).toBeCloseTo(1.2e-7 * 4000 * 6000, 6);
    expect(of({}, [])).toBeCloseTo(of({ predictFrom: 'before' }, []), 9);
  });

  it('goes by the cells: few of them take few steps, unless steps are given', () => {
    const facts = { method: 'auto' as const, dims: 5, heldOut: [] as number[] };
    const fit = { ...facts, settings: resolveFitSettings(config, facts) };
    const few = [130, 130, 130, 130];
    const asked = estimateOf({ ...fit, given: ['steps', 'centers'] }, 5, few).seconds;
    expect(estimateOf(fit, 5, few).seconds).toBeLessThan(0.4 * asked);
    const many = [600, 600, 600, 600];
    expect(estimateOf(fit, 5, many)).toEqual(estimateOf({ ...fit, given: ['steps', 'centers'] }, 5, many));
  });

  it('counts unbalanced plans, its usual answer, where it can try anything at all', () => {
    const plans = of({}, [1]) - of({ coupling: 'independent' }, [1]);
    expect(plans).toBeGreaterThan(1.2e-7 * (3000 * 5000 + 5000 * 6000));
    // two timepoints are left: nothing is tried, pairs stay balanced
    expect(of({}, [1, 2])).toBeLessThan(of({}, [1]) / 2);
  });
});
