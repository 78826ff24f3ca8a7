import { describe, expect, it } from 'vitest';
import type { Answer } from './choices.ts';
import { type ChoosingFit, choiceWords, triedWords } from './words.ts';

describe('answers in words', () => {
  const answer = (settings: Answer['settings'], w1Ratio: number): Answer => ({
    settings,
    bends: true,
    w1Ratio,
    energyRatio: 1,
    expectedRatio: w1Ratio,
  });
  const words = (answers: Answer[], taken: number) =>
    choiceWords({ evidence: [{ question: 'growth', answers, taken }], intervals: [], observed: [] })[0]!;

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

describe('what differs between intervals', () => {
  const stood: Answer = { settings: {}, bends: true, w1Ratio: 1, energyRatio: 1, expectedRatio: 1 };
  const straight: Answer = { ...stood, bends: false, w1Ratio: 1.01 };
  const growing: Answer = { ...stood, settings: { growth: 'on', tau: 0.8, growthTiming: 'steady' } };
  const none: Answer = { ...stood, settings: { growth: 'off', tau: 0.8, growthTiming: 'steady' } };
  const chose = (bends: boolean[], grows: boolean[], taken = [0, 1]): ChoosingFit => ({
    evidence: [
      { question: 'paths', answers: [stood, straight], taken: taken[0]! },
      { question: 'growth', answers: [none, growing], taken: taken[1]! },
    ],
    intervals: bends.map((one, i) => ({ bends: one, grows: grows[i]! })),
    observed: ['0', '2', '3', '7'],
    triedOn: ['2', '3'],
    growth: [],
  });

  it('is said with the intervals', () => {
    const mixed = chose([true, false, false], [false, true, false]);
    expect(choiceWords(mixed, 'day').map(({ taken }) => taken)).toEqual([
      'bent along the cells (learned density, RBF); straight from day 2 to day 3 and from day 3 to day 7',
      'cells divide and die (τ 0.8, at a constant rate), from day 2 to day 3 alone',
    ]);
    expect(triedWords(mixed, 'day')).toContain('expected for: paths between paired cells and growth');
  });

  it('is no word where all are alike', () => {
    const names = (of: ChoosingFit) => choiceWords(of).map(({ taken }) => taken);
    const bent = 'bent along the cells (learned density, RBF)';
    expect(names(chose([true, true, true], [false, false, false], [0, 0]))).toEqual([bent, 'none']);
    const [paths, growth] = names(chose([false, false, false], [true, true, true], [1, 1]));
    expect(paths).toBe('straight');
    expect(growth).toBe('cells divide and die (τ 0.8, at a constant rate)');
    expect(triedWords(chose([true, true, true], [false, false, false], [0, 0]))).toContain(
      'none of what was tried',
    );
  });

  it('masses without growth beyond noise are told as such, and trials that were none are not', () => {
    const within = { p: 0.4, ratio: 0.9, found: false };
    const grown = { ...chose([true, true, true], [true, true, true]), growth: [within, within, within] };
    expect(triedWords(grown)).toMatch(/no difference in growth beyond noise was found/);
    expect(triedWords({ ...grown, growth: [within, { ...within, found: true }, null] })).not.toMatch(/noise/);
    const given = { ...chose([true, true, true], [false, false, false]), evidence: [], triedOn: [] };
    expect(triedWords(given)).toBe('All that is asked was given, so nothing was tried.');
    expect(triedWords({ ...given, intervals: given.intervals.slice(1, 2) })).toMatch(
      /nothing could be tried/,
    );
  });
});
