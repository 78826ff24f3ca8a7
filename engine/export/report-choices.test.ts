import { expect, it } from 'vitest';
import { isAllowed } from '../auto/allowed.ts';
import type { Answer } from '../auto/choices.ts';
import { isClear } from '../auto/expectation.ts';
import { choicesSection } from './report-choices.ts';
import type { ChoiceFacts } from './results.ts';

const stood: Answer = { settings: {}, bends: true, w1Ratio: 1, energyRatio: 1, expectedRatio: 1 };
const straight: Answer = { ...stood, bends: false, w1Ratio: 0.9, energyRatio: 0.9, expectedRatio: 0.98 };

function section(facts: Partial<ChoiceFacts>): string {
  const choices: ChoiceFacts = {
    method: 'ot-mfm',
    heldOut: ['3'],
    seed: 42,
    observed: ['0', '2', '7'],
    triedOn: ['2'],
    intervals: [
      { bends: true, grows: false },
      { bends: false, grows: false },
    ],
    evidence: [{ question: 'paths', answers: [stood, straight], taken: 0 }],
    growth: [],
    ...facts,
  };
  const timepoints = { labels: ['0', '2', '3', '7'], times: [0, 2, 3, 7], counts: [1, 1, 1, 1], unit: 'day' };
  return choicesSection({ choices: [choices], timepoints } as never)!.markup;
}

it('says the rule by which answers are taken, as it is', () => {
  const words = section({}).replaceAll('\u00a0', ' ').replaceAll('\n', ' ');
  expect(words).toContain('expected to fall by more than 1 %');
  expect([isClear(Math.log(0.9895), 1), isClear(Math.log(0.9905), 1)]).toEqual([true, false]);
  expect(words).toContain('may rise by less than 2 %');
  const allows = (w1: number, energy: number) => isAllowed({ w1: Math.log(w1), energy: Math.log(energy) });
  expect([allows(1.019, 1), allows(1.021, 1)]).toEqual([true, false]);
  expect(words).toContain('by less than 10 %');
  expect([allows(1, 1.09), allows(1, 1.11)]).toEqual([true, false]);
});

it('says in which intervals what was taken, and a name from a file is no markup', () => {
  expect(section({})).toContain('straight from day 2 to day 7');
  const hostile = '<img src=x>';
  const markup = section({ observed: ['0', hostile, '7'], triedOn: [hostile] });
  expect(markup).not.toContain(hostile);
  expect(markup).toContain('straight from &lt;img src=x&gt; to day 7');
});
