import {
  formatCount,
  formatMeanSd,
  formatNumber,
  heldOutLabel,
  methodLabel,
  timepointLabel,
} from '../figures/words.ts';
import { type Html, html } from './html.ts';
import { w1Decimals } from './report-figures.ts';
import type { ReportInput, ReportSummary } from './report-input.ts';

/** Cells of each timepoint and its part in the evaluation. */
export function timepointTable({ timepoints, rows }: ReportInput): Html {
  const part = (label: string) => {
    const own = rows.filter((row) => row.heldOut === label);
    if (own.length === 0) return 'seen by every fit';
    return own.some((row) => row.heldOutTogether === null) ? 'held out in turn' : 'held out with others';
  };
  return html`<table>
<thead><tr><th>Timepoint</th><th class="number">Time</th><th class="number">Cells</th><th>Part</th></tr></thead>
<tbody>${timepoints.labels.map(
    (label, k) => html`<tr><th scope="row">${timepointLabel(label, timepoints.unit)}</th>
<td class="number">${String(timepoints.times[k])}</td><td class="number">${formatCount(timepoints.counts[k])}</td>
<td>${part(label)}</td></tr>`,
  )}</tbody></table>`;
}

/** W₁ by method (rows) and held-out timepoint (columns), and over all; the lowest of a column is marked. */
export function w1Table({ summary, timepoints }: ReportInput): Html {
  const keyOf = (entry: ReportSummary) => JSON.stringify([entry.heldOut, entry.heldOutTogether]);
  const methods = [...new Set(summary.map((entry) => entry.method))];
  const single = summary.filter((entry) => entry.heldOut !== null);
  const several = new Set(single.map(keyOf)).size > 1;
  const shown = [...single, ...(several ? summary.filter((entry) => entry.heldOut === null) : [])];
  const columns = [...new Map(shown.map((entry) => [keyOf(entry), entry])).entries()];
  const decimals = w1Decimals(summary);
  const cell = (method: string, key: string) => {
    const column = shown.filter((entry) => keyOf(entry) === key);
    const entry = column.find((each) => each.method === method);
    if (entry === undefined || entry.w1Mean === null) return html`<td class="number">–</td>`;
    const lowest = methods.length > 1 && column.every((each) => (each.w1Mean ?? Infinity) >= entry.w1Mean!);
    const text = formatMeanSd(entry.w1Mean, entry.w1Sd, decimals);
    return html`<td class="number">${lowest ? html`<strong>${text}</strong>` : text}</td>`;
  };
  const seeds = (method: string) => {
    const own = summary.filter((entry) => entry.method === method).map((entry) => entry.n);
    return Math.min(...own) === Math.max(...own) ? `${own[0]}` : `${Math.min(...own)}–${Math.max(...own)}`;
  };
  return html`<table>
<thead><tr><th>Method</th>${columns.map(
    ([, { heldOut, heldOutTogether }]) =>
      html`<th class="number">${
        heldOut === null ? 'mean over all' : heldOutLabel(heldOut, heldOutTogether, timepoints.unit)
      }</th>`,
  )}<th class="number">Seeds</th></tr></thead>
<tbody>${methods.map(
    (
      method,
    ) => html`<tr><th scope="row">${methodLabel(method)}</th>${columns.map(([key]) => cell(method, key))}
<td class="number">${seeds(method)}</td></tr>`,
  )}</tbody></table>`;
}

/** Every fit and held-out timepoint by itself. */
export function fitTable({ rows, timepoints, summary }: ReportInput): Html {
  const decimals = Math.min(4, w1Decimals(summary) + 1);
  return html`<table>
<thead><tr><th>Method</th><th>Held out</th><th class="number">Seed</th><th class="number">W<sub>1</sub></th>
<th class="number">Steps</th><th class="number">Seconds</th></tr></thead>
<tbody>${rows.map(
    (row) => html`<tr><th scope="row">${methodLabel(row.method)}</th>
<td>${heldOutLabel(row.heldOut, row.heldOutTogether, timepoints.unit)}</td><td class="number">${row.seed}</td>
<td class="number">${row.w1 === null ? 'diverged' : formatNumber(row.w1, decimals)}</td>
<td class="number">${formatCount(row.steps)}</td><td class="number">${row.seconds.toFixed(1)}</td></tr>`,
  )}</tbody></table>`;
}

/** Nested settings as `name.part` and value. */
export function settingsTable(settings: object, caption: string): Html {
  return keyTable(flatten(settings), caption);
}

/** What all fits share as a list, what differs as a table with a row for each fit. */
export function fitSettingsTables(fits: readonly object[]): Html | null {
  if (fits.length === 0) return null;
  const flat = fits.map(flatten);
  const keys = [...new Set(flat.flatMap((fit) => [...fit.keys()]))];
  const shared = keys.filter((key) => flat.every((fit) => fit.get(key) === flat[0].get(key)));
  const varied = keys.filter((key) => !shared.includes(key));
  return html`${keyTable(new Map(shared.map((key) => [key, flat[0].get(key)!])), 'The same in every fit')}
${
  varied.length > 0 &&
  html`<div class="scroll"><table><caption>Different between fits</caption>
<thead><tr>${varied.map((key) => html`<th>${key}</th>`)}</tr></thead>
<tbody>${flat.map(
    (fit) =>
      html`<tr>${varied.map((key) => html`<td class="${isNumber(fit.get(key)) ? 'number' : 'text'}">${fit.get(key) ?? '–'}</td>`)}</tr>`,
  )}</tbody></table></div>`
}`;
}

function keyTable(entries: Map<string, string>, caption: string): Html {
  return html`<table class="keys"><caption>${caption}</caption><tbody>${[...entries].map(
    ([key, value]) =>
      html`<tr><th scope="row">${key}</th><td class="${isNumber(value) ? 'number' : 'text'}">${value}</td></tr>`,
  )}</tbody></table>`;
}

function isNumber(text: string | undefined): boolean {
  return text !== undefined && text.trim() !== '' && Number.isFinite(Number(text));
}

function flatten(settings: object): Map<string, string> {
  const flat = new Map<string, string>();
  const visit = (value: unknown, path: string) => {
    if (Array.isArray(value)) flat.set(path, value.map(String).join(', ') || 'none');
    else if (typeof value === 'object' && value !== null) {
      for (const [key, part] of Object.entries(value)) visit(part, path === '' ? key : `${path}.${key}`);
    } else if (value !== undefined) flat.set(path, value === null ? 'not set' : String(value));
  };
  visit(settings, '');
  return flat;
}
