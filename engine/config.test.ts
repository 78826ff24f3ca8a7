import { describe, expect, it } from 'vitest';
import { flagOf, options, parseExperiment } from './config.ts';
import { InputError } from './errors.ts';
import { completeSettings, givenSettings, resolveFitSettings } from './presets.ts';

const base = { time: 'day', methods: ['ot-mfm'], seeds: 1 };

describe('parseExperiment', () => {
  it('fills defaults and leaves fit settings to the preset', () => {
    const config = parseExperiment(base);
    expect(config).toMatchObject({
      embedding: 'X_pca',
      dims: null,
      holdOut: 'each',
      seed: 42,
      preset: 'default',
    });
    expect(config.rho).toBeUndefined();
  });

  it('names the flag of a wrong value and what was found', () => {
    const wrong = () => parseExperiment({ ...base, validationShare: 2 });
    expect(wrong).toThrow(InputError);
    try {
      wrong();
    } catch (error) {
      expect((error as InputError).detail).toMatchObject({ option: '--validation-share', found: '2' });
    }
  });

  it.each([
    [{ seeds: 1.5 }, 'a whole number'],
    [{ seeds: 'two' }, 'a number'],
    [{ hidden: 2 }, 'a number from 4 on'],
    [{ rho: 0 }, 'a number above 0'],
    [{ maxMitochondrial: 20 }, 'a number up to 1'],
    [{ metric: 'euclid' }, 'one of: land, rbf'],
    [{ methods: [] }, 'at least one'],
  ])('says what would be right: %o', (given, expected) => {
    expect(() => parseExperiment({ ...base, ...given })).toThrow(
      expect.objectContaining({ detail: expect.objectContaining({ expected }) }),
    );
  });

  it('refuses a name that does not exist', () => {
    expect(() => parseExperiment({ ...base, bandwith: 1 })).toThrow(/no option "bandwith"/);
  });
});

describe('resolveFitSettings', () => {
  it('paper: bandwidth 0.25 where the second inner timepoint is held out, else 0.125', () => {
    const config = parseExperiment({ ...base, preset: 'paper' });
    expect(resolveFitSettings(config, { method: 'ot-mfm', dims: 5, heldOut: [1] }).bandwidth).toBe(0.125);
    expect(resolveFitSettings(config, { method: 'ot-mfm', dims: 5, heldOut: [2] })).toMatchObject({
      bandwidth: 0.25,
      whiten: true,
      protocol: 'paper',
      rho: 1e-3,
      metricPower: 2,
      interpolantLearningRate: 1e-4,
    });
  });

  it('paper above 20 dimensions: the right column', () => {
    const config = parseExperiment({ ...base, preset: 'paper' });
    expect(resolveFitSettings(config, { method: 'ot-mfm', dims: 50, heldOut: [1] })).toMatchObject({
      metric: 'rbf',
      hidden: 1024,
      whiten: false,
      rbfFloor: 2.75,
      patience: 25,
    });
    expect(resolveFitSettings(config, { method: 'ot-mfm', dims: 20, heldOut: [1] }).metric).toBe('land');
  });

  it('i- methods couple independently, whatever the preset says', () => {
    const config = parseExperiment({ ...base, coupling: 'global' });
    expect(resolveFitSettings(config, { method: 'i-cfm', dims: 5, heldOut: [] }).coupling).toBe(
      'independent',
    );
    expect(resolveFitSettings(config, { method: 'ot-cfm', dims: 5, heldOut: [] }).coupling).toBe('global');
  });

  it('what is given wins over the preset', () => {
    const config = parseExperiment({ ...base, preset: 'paper', bandwidth: 0.5, whiten: false });
    expect(resolveFitSettings(config, { method: 'ot-mfm', dims: 5, heldOut: [2] })).toMatchObject({
      bandwidth: 0.5,
      whiten: false,
    });
  });
});

describe('options', () => {
  it('every option has help, a kind and a flag', () => {
    for (const option of options()) {
      expect(option.help, option.name).toBeTruthy();
      expect(flagOf(option.name)).toMatch(/^--[a-z-]+$/);
    }
    expect(options().find((o) => o.name === 'whiten')?.kind).toBe('flag');
    expect(options().find((o) => o.name === 'bandwidth')?.kind).toBe('number');
    expect(options().find((o) => o.name === 'methods')?.kind).toBe('list');
    expect(options().find((o) => o.name === 'seed')?.default).toBe(42);
  });
});

describe('settings of auto', () => {
  const facts = { method: 'auto', dims: 5, heldOut: [] } as const;
  const config = (extra: object) => parseExperiment({ time: 'day', methods: ['auto'], seeds: 1, ...extra });

  it('take whitening and protocol of the methods it is compared with, and nothing else of what is published', () => {
    const published = resolveFitSettings(config({ preset: 'paper' }), facts);
    expect(published).toMatchObject({ whiten: true, protocol: 'paper', metric: 'rbf', predictFrom: 'both' });
    expect(resolveFitSettings(config({}), facts)).toEqual({
      ...published,
      whiten: false,
      protocol: 'strict',
    });
  });

  it('count epochs where the user does', () => {
    expect(resolveFitSettings(config({ maxEpochs: 7 }), facts)).toMatchObject({ maxEpochs: 7, steps: null });
    expect(resolveFitSettings(config({ maxEpochs: 7, steps: 9 }), facts).steps).toBe(9);
  });

  it('widen the bandwidth of the metric with the dimensions, beyond five', () => {
    const kappa = (dims: number) => resolveFitSettings(config({}), { ...facts, dims }).kappa;
    expect(kappa(2)).toBe(kappa(5));
    expect(kappa(20)).toBeCloseTo(2 * kappa(5), 12);
  });

  it('are known by name where the user gave them', () => {
    expect(givenSettings(config({ tau: 1, timeScale: 'real' })).sort()).toEqual(['tau', 'timeScale']);
  });
});

describe('completeSettings', () => {
  it('fills in what was not an option yet, by what was done then, and changes nothing else', () => {
    const config = parseExperiment({ time: 'day', methods: ['ot-cfm'], seeds: 1, timeScale: 'real' });
    const whole = resolveFitSettings(config, { method: 'ot-cfm', dims: 5, heldOut: [] });
    const { timeScale: _clock, predictFrom: _sides, steps: _steps, ...older } = { ...whole, hidden: 7 };
    expect(completeSettings(older as typeof whole, config)).toEqual({ ...whole, hidden: 7 });
  });
});
