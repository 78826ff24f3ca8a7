import { describe, expect, it } from 'vitest';
import type { Answer } from './choices.ts';
import { choiceWords } from './words.ts';

describe('answers in words', () => {
  const answer = (settings: Answer['settings'], w1Ratio: number): Answer => ({
    settings,
    bends: true,
    w1Ratio,
    energyRatio: 1,
    expectedRatio: w1Ratio,
  });
  const words = (answers: Answer[], taken: number) =>
    choiceWords({ evidence: [{ question: 'growth', answers, taken }] })[0]!;

  it('tells answers apart where growth itself was asked for', () => {
    const { taken, others } = words(
      [
        answer({ tau: 1.6, growthTiming: 'steady' }, 1),
        answer({ tau: 0.8, growthTiming: 'steady' }, 0.9),
        answer({ tau: 0.8, growthTiming: 'early' }, 1.001),
      ],
      1,
    );
    expect(taken).toBe('cells divide and die (τ 0.8, at a constant rate)');
    expect(others).toBe(
      'cells divide and die (τ 1.6, at a constant rate): 11\u00a0% farther; cells divide and die (τ 0.8, at once): 11\u00a0% farther',
    );
  });

  it('says why what is nearer was not taken', () => {
    const stood = answer({ growth: 'off', tau: 0.4 }, 1);
    const shrunk = { ...answer({ ...stood.settings, growth: 'on' }, 0.9), energyRatio: 1.2 };
    expect(words([stood, shrunk], 0).others).toBe(
      'cells divide and die (τ 0.4): 10\u00a0% nearer, with simulated courses 10\u00a0% nearer, but by the energy distance 20\u00a0% farther',
    );
    expect(words([stood, { ...shrunk, energyRatio: 1.09 }], 0).others).not.toMatch(/but/);
    // what is farther needs no reason
    expect(words([stood, { ...shrunk, w1Ratio: 1.1 }], 0).others).toBe(
      'cells divide and die (τ 0.4): 10\u00a0% farther',
    );
  });

  it('says none where numbers stay', () => {
    const none = answer({ growth: 'off', tau: 1.6, growthTiming: 'steady' }, 1);
    const { taken, others } = words([none, answer({ ...none.settings, growth: 'on' }, 1.2)], 0);
    expect(taken).toBe('none');
    expect(others).toBe('cells divide and die (τ 1.6, at a constant rate): 20\u00a0% farther');
  });
});
