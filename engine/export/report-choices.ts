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
<p class="small">An answer is changed only where W<sub>1</sub> of the cells kept back falls clearly, by 5 % from one timepoint kept back, 3 % from three, and more with few cells, and the energy
distance, which a shrunken cloud does not please, does not rise by more than a tenth. Cells of a timepoint that the fit holds out take no part in this.</p>`;
}

function choicesOf(facts: ChoiceFacts, unit: string | undefined): Html {
  const fit =
    facts.heldOut.length === 0
      ? 'the fit on all timepoints'
      : `the fit without ${timepointList(facts.heldOut, unit)}`;
  const words = choiceWords(facts);
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
