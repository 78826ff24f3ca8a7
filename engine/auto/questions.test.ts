import { describe, expect, it } from 'vitest';
import { type FitSettings, parseExperiment } from '../config.ts';
import { resolveFitSettings } from '../presets.ts';
import { questionsOf, USUAL } from './questions.ts';

const evenly = { index: [0, 0.5, 1], real: [0, 0.5, 1] };
const unevenly = { index: [0, 0.5, 1], real: [0, 0.2, 1] };

function alternatives(
  name: string,
  { beyondNoise = 1, inner = 2, clocks = evenly, ...given }: Record<string, unknown> & Partial<Asked> = {},
) {
  const config = parseExperiment({ time: 'day', methods: ['auto'], seeds: 1, ...given });
  const settings: FitSettings = resolveFitSettings(config, { method: 'auto', dims: 5, heldOut: [] });
  const [, ask] = questionsOf({ clocks }, inner, beyondNoise).find(([question]) => question === name)!;
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
    const steady = USUAL.growth.find(({ tau, growthTiming }) => tau === 0.8 && growthTiming === 'steady')!;
    const given = { growth: 'on', tau: 0.8, growthTiming: 'steady' };
    expect(usual('growth', given)).toEqual(USUAL.growth.map((one) => one.usual - steady.usual));
    // of another strength nothing is known
    expect(usual('growth', { ...given, tau: 0.9 })).toEqual(USUAL.growth.map((one) => one.usual));
  });
});

it('the clock is asked where clocks differ and two timepoints are kept back', () => {
  expect(alternatives('clock', { clocks: unevenly }).length).toBe(1);
  expect(alternatives('clock', { clocks: unevenly, inner: 1 })).toEqual([]);
  expect(alternatives('clock')).toEqual([]);
});
