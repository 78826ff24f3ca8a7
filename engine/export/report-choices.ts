import { MOST_ENERGY, MOST_W1 } from '../auto/allowed.ts';
import { LEAST } from '../auto/expectation.ts';
import { choiceWords, triedWords } from '../auto/words.ts';
import { timepointList } from '../figures/words.ts';
import { type Html, html } from './html.ts';
import type { ReportInput } from './report-input.ts';
import type { ChoiceFacts } from './results.ts';

/** What `auto` chose and on what evidence: the fit that is shown first in full, the others folded. */
export function choicesSection({ choices, timepoints }: ReportInput): Html | null {
  const [first, ...rest] = choices;
  if (!first) return null;
  return html`<h2>What was chosen automatically</h2>
${choicesOf(first, timepoints.unit)}
${
  rest.length > 0 &&
  html`<details><summary>The other ${String(rest.length)} fits</summary>${rest.map((facts) =>
    choicesOf(facts, timepoints.unit),
  )}</details>`
}
<p class="small">An answer is taken where W<sub>1</sub> at a held-out timepoint is expected to fall by more than ${percent(LEAST)} (by less in much noise): what the cells kept back say is weighed with what
the answer did on simulated time courses, since one timepoint says little. Among the cells kept back W<sub>1</sub> may rise by less than ${percent(MOST_W1 - 1)}, and the energy distance, which a shrunken cloud does
not please, by less than ${percent(MOST_ENERGY - 1)}. Cells of a timepoint that the fit holds out take no part in this.</p>`;
}

const percent = (share: number) => `${Math.round(100 * share)}\u00a0%`;

function choicesOf(facts: ChoiceFacts, unit: string | undefined): Html {
  const fit =
    facts.heldOut.length === 0
      ? 'the fit on all timepoints'
      : `the fit without ${timepointList(facts.heldOut, unit)}`;
  const words = choiceWords(facts, unit);
  return html`<p>For ${fit}, seed ${String(facts.seed)}: ${triedWords(facts, unit)}</p>
${
  words.length > 0 &&
  html`<div class="scroll"><table>
<thead><tr><th>Question</th><th>Taken</th><th>Beside it: how far the predicted cells were</th></tr></thead>
<tbody>${words.map(
    ({ question, taken, others }) =>
      html`<tr><th scope="row">${question}</th><td>${taken}</td><td>${others}</td></tr>`,
  )}</tbody></table></div>`
}`;
}
