import { beforeAll, describe, expect, it } from 'vitest';
import type { Kernels } from '../compute/kernels.ts';
import { loadKernels } from '../compute/wasm.ts';
import { type FitSettings, parseExperiment } from '../config.ts';
import { CancelledError } from '../errors.ts';
import { givenSettings, resolveFitSettings } from '../presets.ts';
import { type RandomStream, randomStream } from '../random.ts';
import { shareBeyondNoise } from './beyond-noise.ts';
import { type ChooseInput, chooseSettings } from './choose.ts';
import { expectedRatio, usualIn } from './expectation.ts';
import { USUAL } from './questions.ts';
import { MOST_INNER, USUAL_TRIALS } from './size.ts';

const dims = 2;
let kernels: Kernels;
beforeAll(async () => {
  kernels = await loadKernels({ megabytes: 64 });
});

/** @param share which part of its timepoint's cells come before it */
type Point = (random: RandomStream, time: number, share: number) => [x: number, y: number];
const drift: Point = (random, time) => [
  2 * time + 0.3 * random.normal(),
  Math.sin(time) + 0.3 * random.normal(),
];
/** quick, and no choice of `auto` */
const QUICK = { hidden: 16, minibatch: 16, metricEpochs: 5 };

function input(
  times: readonly number[],
  extra: Record<string, unknown>,
  point = drift,
  each = 30,
): ChooseInput {
  const random = randomStream(2, 'choose test');
  // the last rows are of no cloud: cells that are held out
  const unseen = 25;
  const count = times.length * each + unseen;
  const points = new Float32Array(count * dims).fill(Number.NaN);
  times.forEach((time, k) => {
    for (let i = 0; i < each; i++) points.set(point(random, time, i / each), (k * each + i) * dims);
  });
  const config = parseExperiment({ time: 'day', methods: ['auto'], seeds: 1, ...QUICK, ...extra });
  const last = times.length - 1;
  const clocks = {
    index: times.map((_, k) => k / last),
    real: times.map((time) => (time - times[0]!) / (times[last]! - times[0]!)),
  };
  return {
    clouds: {
      ...{ dims, points, times: clocks.index, manifold: null },
      cells: times.map((_, k) => Int32Array.from({ length: each }, (_, i) => k * each + i)),
    },
    observed: times.map((_, k) => k),
    clocks,
    settings: resolveFitSettings(config, { method: 'auto', dims, heldOut: [] }),
    given: givenSettings(config),
    seed: 3,
  };
}

function choose(of: ChooseInput) {
  let trials = 0;
  const hooks = { shouldStop: () => false, onProgress: () => void trials++ };
  return { ...chooseSettings(kernels, of, hooks), trials };
}

const FEW_STEPS = { steps: 30 };

describe('choices', () => {
  it('repeat to the bit, and leave no memory behind', () => {
    const mark = kernels.mark();
    const first = choose(input([0, 1, 2, 4], FEW_STEPS));
    expect(kernels.mark()).toEqual(mark);
    expect(first.choices.evidence.length).toBeGreaterThan(2);
    expect(choose(input([0, 1, 2, 4], FEW_STEPS))).toEqual(first);
  });

  it('see no cell that is in no cloud, and do see those that are', () => {
    const usual = input([0, 1, 2], FEW_STEPS);
    const chosen = choose(usual);
    const { clouds } = usual;
    const other = clouds.points.map((value) => (Number.isNaN(value) ? 1e6 : value));
    expect(choose({ ...usual, clouds: { ...clouds, points: other } })).toEqual(chosen);
    const moved = clouds.points.map((value, i) => (i === 0 ? value + 1 : value));
    expect(choose({ ...usual, clouds: { ...clouds, points: moved } })).not.toEqual(chosen);
  });

  it('with two timepoints nothing is tried and the preset stands', () => {
    const two = input([0, 3], {});
    const { settings, choices, trials } = choose(two);
    expect(trials).toBe(0);
    expect(choices).toEqual({
      method: 'ot-mfm',
      intervals: [{ bends: true, grows: false }],
      growth: [],
      triedOn: [],
      evidence: [],
    });
    const { steps, centers, ...rest } = settings;
    expect(two.settings).toMatchObject(rest);
    expect(steps).toBeLessThan(two.settings.steps!);
    expect(centers).toBeLessThan(two.settings.centers);
  });

  it('ten timepoints: three of them are kept back, and the trials stay few', () => {
    const { choices, trials } = choose(input([0, 1, 2, 3, 4, 5, 6, 7, 8, 10], FEW_STEPS));
    expect(new Set(choices.triedOn).size).toBe(MOST_INNER);
    expect(choices.triedOn.every((k) => k > 0 && k < 9)).toBe(true);
    expect(choices.intervals.length).toBe(9);
    expect(trials).toBeGreaterThanOrEqual(MOST_INNER);
    expect(trials).toBeLessThanOrEqual(MOST_INNER * USUAL_TRIALS);
  });

  it('stop within the trial that is cancelled, and leave no memory behind', () => {
    const mark = kernels.mark();
    for (const after of [0, 1, 40]) {
      let [asked, trials] = [0, 0];
      const hooks = { shouldStop: () => ++asked > after, onProgress: () => void trials++ };
      expect(() => chooseSettings(kernels, input([0, 1, 2], FEW_STEPS), hooks)).toThrow(CancelledError);
      expect([asked, trials]).toEqual([after + 1, 1]);
      expect(kernels.mark()).toEqual(mark);
    }
  });
});

describe('what the user gave is kept', () => {
  it.each<Partial<FitSettings>>([
    { metric: 'land' },
    { metric: 'rbf', rho: 0.3 },
    { timeScale: 'index' },
    { growth: 'off' },
    { tau: 0.9 },
    { growthTiming: 'early' },
    { predictFrom: 'before' },
    { predictFrom: 'both' },
    { centers: 5 },
    { coupling: 'independent' },
    { coupling: 'independent', growth: 'on' },
    { coupling: 'minibatch' },
  ])('%o', (given) => {
    const { settings, choices } = choose(input([0, 1, 4], { ...FEW_STEPS, ...given }));
    expect(settings).toMatchObject({ ...QUICK, ...FEW_STEPS, ...given });
    for (const { answers } of choices.evidence)
      for (const answer of answers.slice(1))
        for (const name of Object.keys(given) as (keyof FitSettings)[])
          if (name in answer.settings) expect(answer.settings[name]).toBe(given[name]);
    // who names a metric wants bent paths: straight ones are not even tried
    if (given.metric)
      expect(choices.evidence.flatMap(({ answers }) => answers).every(({ bends }) => bends)).toBe(true);
    if (given.metric) expect(choices.intervals.every(({ bends }) => bends)).toBe(true);
    if (given.growth === 'off') expect(choices.intervals.some(({ grows }) => grows)).toBe(false);
  });

  it('where all is given nothing is tried, and nothing is said to have been', () => {
    const { choices, trials } = choose(input([0, 1, 2], { ...FEW_STEPS, metric: 'rbf', growth: 'off' }));
    expect(trials).toBe(0);
    expect(choices).toMatchObject({ triedOn: [], evidence: [] });
  });

  it('growth that is asked for is in every interval, whatever the trials say of it', () => {
    const { settings, choices } = choose(input([0, 1, 4], { ...FEW_STEPS, growth: 'on' }));
    expect(settings.growth).toBe('on');
    expect(choices.intervals.map(({ grows }) => grows)).toEqual([true, true]);
    // whether it is beyond noise is asked all the same
    expect(choices.growth.map((one) => typeof one?.found)).toEqual(['boolean', 'boolean']);
  });
});

describe('what the data say is found', () => {
  const ofQuestion = (of: ReturnType<typeof choose>, question: string) =>
    of.choices.evidence.find((one) => one.question === question);

  it('a drift of constant speed on uneven days: the real times', () => {
    const steady: Point = (random, time) => [time + 0.1 * random.normal(), 0.1 * random.normal()];
    const chosen = choose(input([0, 1, 8, 9], { steps: 150, learningRate: 5e-3 }, steady));
    expect(chosen.settings.timeScale).toBe('real');
    expect(ofQuestion(chosen, 'clock')!.taken).toBe(1);
  });

  it('two kinds of cells, the share of one rising day by day: growth', () => {
    const kinds: Point = (random, time, share) => [
      time + 0.2 * random.normal(),
      (share < 0.15 + 0.35 * time ? 3 : -3) + 0.2 * random.normal(),
    ];
    const given = { steps: 200, learningRate: 5e-3, predictFrom: 'before', metric: 'rbf' };
    const chosen = choose(input([0, 1, 2], given, kinds, 60));
    expect(chosen.settings.growth).toBe('on');
    const { intervals, growth } = chosen.choices;
    expect(intervals.some(({ grows }) => grows)).toBe(true);
    expect(growth.map((one) => one !== null)).toEqual(intervals.map(({ grows }) => grows));
    expect(growth.some((one) => one?.found)).toBe(true);
    const { answers, taken } = ofQuestion(chosen, 'growth')!;
    expect(answers[taken]!.w1Ratio).toBeLessThan(0.8);
  });

  it('what is expected is what is usual with so much noise as these clouds have, moved by the trials', () => {
    const of = input([0, 1, 2], FEW_STEPS);
    const { answers } = ofQuestion(choose(of), 'paths')!;
    const share = shareBeyondNoise(of.clouds, of.seed, () => false);
    expect(share).toBeGreaterThan(0.2);
    expect(share).toBeLessThan(0.95);
    const expected = expectedRatio(Math.log(answers[1]!.w1Ratio!), usualIn(USUAL.straight, share), 1);
    expect(answers[1]!.expectedRatio).toBeCloseTo(Math.exp(expected), 12);
  });

  it('evenly spaced days: the clock is no question', () => {
    expect(ofQuestion(choose(input([0, 1, 2], FEW_STEPS)), 'clock')).toBeUndefined();
  });
});
