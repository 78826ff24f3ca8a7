import type { FitSettings } from '../config.ts';
import type { Answer, Question } from './choices.ts';
import type { ChooseInput } from './choose.ts';
import type { Comparison } from './compare.ts';
import type { Candidate } from './trial.ts';

type Alternatives = (current: Candidate) => Candidate[];

export function questionsOf({ clocks }: ChooseInput): [Question, Alternatives][] {
  const change = (current: Candidate, settings: Partial<FitSettings>, bends = current.bends) => ({
    settings: { ...current.settings, ...settings },
    bends,
  });
  const clocksDiffer = clocks.index.some((time, k) => Math.abs(time - clocks.real[k]!) > 1e-6);
  return [
    ['paths', (current) => [change(current, {}, false), change(current, { metric: 'land', rho: 0.01 })]],
    ['clock', (current) => (clocksDiffer ? [change(current, { timeScale: 'real' })] : [])],
    [
      'steps',
      (current) => {
        const { steps } = current.settings;
        // null: epochs are counted, since the user gave them
        return steps === null ? [] : [change(current, { steps: Math.ceil(steps / 2) })];
      },
    ],
    [
      'growth',
      (current) =>
        // pairs at random know nothing of growth
        (current.settings.coupling === 'independent' ? [] : [0.4, 1.6]).flatMap((tau) =>
          (['steady', 'early'] as const).map((growthTiming) =>
            change(current, { growth: 'on', tau, growthTiming }),
          ),
        ),
    ],
  ];
}

/** Whether a candidate leaves what the user gave as it is; who names a metric wants bent paths. */
export function isOpen(
  candidate: Candidate,
  current: Candidate,
  given: readonly (keyof FitSettings)[],
): boolean {
  if (given.includes('metric') && !candidate.bends) return false;
  return given.every((name) => candidate.settings[name] === current.settings[name]);
}

const ratioOf = (log: number) => (log < Number.POSITIVE_INFINITY ? Math.exp(log) : null);

/** What stood, then what was tried, each with the settings in which they differ. */
export function answersOf(
  current: Candidate,
  tried: readonly Candidate[],
  found: readonly Comparison[],
): Answer[] {
  const differs = (name: keyof FitSettings) =>
    tried.some(({ settings }) => settings[name] !== current.settings[name]);
  const asked = (Object.keys(current.settings) as (keyof FitSettings)[]).filter(differs);
  const answer = ({ settings, bends }: Candidate, { w1, energy }: Pick<Comparison, 'w1' | 'energy'>) => ({
    settings: Object.fromEntries(asked.map((name) => [name, settings[name]])),
    bends,
    w1Ratio: ratioOf(w1),
    energyRatio: ratioOf(energy),
  });
  return [
    answer(current, { w1: 0, energy: 0 }),
    ...tried.map((candidate, i) => answer(candidate, found[i]!)),
  ];
}
