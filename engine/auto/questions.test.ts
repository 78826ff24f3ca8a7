import { describe, expect, it } from 'vitest';
import { type FitSettings, parseExperiment } from '../config.ts';
import { givenSettings, resolveFitSettings } from '../presets.ts';
import { questionsOf, USUAL } from './questions.ts';

const evenly = { index: [0, 0.5, 1], real: [0, 0.5, 1] };
const unevenly = { index: [0, 0.5, 1], real: [0, 0.2, 1] };

function alternatives(
  name: string,
  { beyondNoise = 1, inner = 2, clocks = evenly, ...given }: Record<string, unknown> & Partial<Asked> = {},
) {
  const config = parseExperiment({ time: 'day', methods: ['auto'], seeds: 1, ...given });
  const settings: FitSettings = resolveFitSettings(config, { method: 'auto', dims: 5, heldOut: [] });
  const [, ask] = questionsOf({ clocks, given: givenSettings(config) }, inner, beyondNoise).find(
    ([question]) => question === name,
  )!;
  return ask({ settings, bends: true });
}
interface Asked {
  beyondNoise: number;
  inner: number;
  clocks: typeof evenly;
}

const usual = (...of: Parameters<typeof alternatives>) => alternatives(...of).map((one) => one.usual);

describe('what answers do as a rule', () => {
  it('is that of simulated courses without noise, and less with it, to nothing where all is noise', () => {
    const bare = USUAL.growth.map((one) => one.usual);
    expect(usual('growth')).toEqual(bare);
    expect(usual('paths')).toEqual([USUAL.straight]);
    for (const question of ['paths', 'growth']) {
      const [none, half, all] = [0, 0.5, 1].map((beyondNoise) => usual(question, { beyondNoise }));
      expect(none!.every((value) => Math.abs(value) === 0)).toBe(true);
      half!.forEach((value, i) => {
        expect(Math.sign(value)).toBe(Math.sign(all![i]!));
        expect(Math.abs(value)).toBeLessThan(Math.abs(all![i]!) / 2);
      });
    }
  });

  it('is beside the growth that stands, where growth is given', () => {
    const stands = { growth: 'on', tau: 0.8, growthTiming: 'steady' };
    const preset = alternatives('growth', { growth: 'on' });
    const others = USUAL.growth.filter((one) => one.tau !== 0.8 || one.growthTiming !== 'steady');
    const steady = USUAL.growth.find((one) => one.tau === 0.8 && one.growthTiming === 'steady')!;
    expect(preset.map((one) => one.usual)).toEqual(others.map((one) => one.usual - steady.usual));
    // what stands is no answer beside itself
    expect(preset.every(({ settings }) => kindOf(settings) !== kindOf(stands))).toBe(true);
    expect(alternatives('growth', stands)).toEqual([]);
  });

  it('of a strength that was not measured is what others of its timing do', () => {
    const early = USUAL.growth.find(({ growthTiming }) => growthTiming === 'early')!;
    const steady = USUAL.growth.find(({ growthTiming }) => growthTiming === 'steady')!;
    expect(usual('growth', { tau: 0.9 })).toEqual([steady.usual, early.usual]);
    expect(usual('growth', { growth: 'on', tau: 0.9 })).toEqual([early.usual - steady.usual]);
  });
});

const kindOf = ({ growth, tau, growthTiming }: Partial<Record<keyof FitSettings, unknown>>) =>
  `${growth} ${tau} ${growthTiming}`;

describe('growth of which a part is given', () => {
  it.each([
    [{ tau: 0.9 }, ['on 0.9 steady', 'on 0.9 early']],
    [{ growthTiming: 'early' }, ['on 0.8 early', 'on 0.4 early']],
    [{ growth: 'on', tau: 0.9 }, ['on 0.9 early']],
    [{ growth: 'on', growthTiming: 'steady' }, ['on 0.4 steady']],
    [{ growth: 'on', tau: 0.4, growthTiming: 'early' }, []],
    [{ coupling: 'independent' }, []],
  ])('%o: the rest is asked still', (given, wanted) => {
    expect(alternatives('growth', given).map(({ settings }) => kindOf(settings))).toEqual(wanted);
  });
});

it('the clock is asked where clocks differ and two timepoints are kept back', () => {
  expect(alternatives('clock', { clocks: unevenly }).length).toBe(1);
  expect(alternatives('clock', { clocks: unevenly, inner: 1 })).toEqual([]);
  expect(alternatives('clock')).toEqual([]);
});
