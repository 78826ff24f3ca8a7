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

/** W₁ at equal numbers of cells with its interval, by held-out timepoint (rows) and method (columns); null where none was measured. */
export function equalSizeTable({ summary, timepoints }: ReportInput): Html | null {
  const measured = summary.filter((entry) => entry.heldOut !== null && entry.w1AtEqualSize !== null);
  if (measured.length === 0) return null;
  const keyOf = (entry: ReportSummary) => JSON.stringify([entry.heldOut, entry.heldOutTogether]);
  const methods = [...new Set(measured.map((entry) => entry.method))];
  const groups = [...new Map(measured.map((entry) => [keyOf(entry), entry])).values()];
  const decimals = w1Decimals(summary);
  const cell = (method: string, key: string) => {
    const entry = measured.find((each) => each.method === method && keyOf(each) === key);
    if (!entry) return '–';
    const value = formatNumber(entry.w1AtEqualSize!, decimals);
    if (entry.w1Low === null || entry.w1High === null) return value;
    return `${value}\u00a0(${formatNumber(entry.w1Low, decimals)}\u00a0to\u00a0${formatNumber(entry.w1High, decimals)})`;
  };
  return html`<h3>With equal numbers of cells</h3>
<p class="small">W<sub>1</sub> falls with the number of cells, so methods that predict different numbers of cells compare only here: of the predicted and of the real cells
equally many are drawn at random, several times, in proportion to their mass where growth is on. Mean over draws and seeds; in brackets the 95 % interval: where the
distance would be with other cells of the same tissue, the fits being what they are. W<sub>1</sub> over all cells is about as uncertain. All methods share the
real cells, so intervals that overlap do not mean that methods are alike: differences between them are taken seed by seed.</p>
<div class="scroll"><table><thead><tr><th>Held out</th><th class="number">Cells on each side</th>
${methods.map((method) => html`<th class="number">${methodLabel(method)}</th>`)}</tr></thead>
<tbody>${groups.map(
    (
      group,
    ) => html`<tr><th scope="row">${heldOutLabel(group.heldOut!, group.heldOutTogether, timepoints.unit)}</th>
<td class="number">${group.equalSize === null ? '–' : formatCount(group.equalSize)}</td>
${methods.map((method) => html`<td class="number">${cell(method, keyOf(group))}</td>`)}</tr>`,
  )}</tbody></table></div>`;
}

/** Every fit and held-out timepoint by itself. */
export function fitTable({ rows, timepoints, summary }: ReportInput): Html {
  const decimals = Math.min(4, w1Decimals(summary) + 1);
  return html`<table>
<thead><tr><th>Method</th><th>Held out</th><th class="number">Seed</th><th class="number">W<sub>1</sub></th>
<th class="number">W<sub>2</sub></th><th class="number">MMD</th><th class="number">Energy distance</th>
<th class="number">Steps</th><th class="number">Seconds</th></tr></thead>
<tbody>${rows.map(
    (row) => html`<tr><th scope="row">${methodLabel(row.method)}</th>
<td>${heldOutLabel(row.heldOut, row.heldOutTogether, timepoints.unit)}</td><td class="number">${row.seed}</td>
<td class="number">${row.w1 === null ? 'diverged' : formatNumber(row.w1, decimals)}</td>
${[row.w2, row.mmd, row.energy].map(
  (value) => html`<td class="number">${value === null ? '–' : formatNumber(value, 4)}</td>`,
)}
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

/** The noise floor of each held-out timepoint beside the methods at the same number of cells; null without floors. */
export function floorTable({ floors, rows, timepoints, summary }: ReportInput): Html | null {
  if (floors.length === 0) return null;
  const methods = [...new Set(rows.map((row) => row.method))];
  const decimals = w1Decimals(summary);
  const meanAtFloorSize = (method: string, heldOut: string) => {
    const values = rows.flatMap((row) =>
      row.method === method && row.heldOut === heldOut && row.w1AtFloorSize !== null
        ? [row.w1AtFloorSize]
        : [],
    );
    if (values.length === 0) return '–';
    return formatNumber(values.reduce((sum, value) => sum + value, 0) / values.length, decimals);
  };
  const replicates = floors.some((floor) => floor.w1BetweenReplicates !== null);
  return html`<h3>Beside the noise floor</h3>
<p class="small">W<sub>1</sub> of random parts of the real cells against each other, mean ± standard deviation: what a perfect
prediction would have. W<sub>1</sub> falls with the number of cells, so everything in this table is at the size given.</p>
<div class="scroll"><table><thead><tr><th>Held out</th><th class="number">Cells</th><th class="number">The same timepoint</th>
${replicates && html`<th class="number">Between replicates</th>`}
${methods.map((method) => html`<th class="number">${methodLabel(method)}</th>`)}</tr></thead>
<tbody>${floors.map(
    (floor) => html`<tr><th scope="row">${timepointLabel(floor.heldOut, timepoints.unit)}</th>
<td class="number">${formatCount(floor.cells)}</td>
<td class="number">${formatMeanSd(floor.w1Mean, floor.w1Sd, decimals)}</td>
${replicates && html`<td class="number">${floor.w1BetweenReplicates === null ? '–' : formatNumber(floor.w1BetweenReplicates, decimals)}</td>`}
${methods.map((method) => html`<td class="number">${meanAtFloorSize(method, floor.heldOut)}</td>`)}</tr>`,
  )}</tbody></table></div>`;
}

/** W₁ by cell type of the real cells, mean over seeds; null where no cell types were named. */
export function cellTypeTable({ cellTypeRows, timepoints, summary }: ReportInput): Html | null {
  if (cellTypeRows.length === 0) return null;
  const methods = [...new Set(cellTypeRows.map((row) => row.method))];
  const decimals = w1Decimals(summary);
  const key = (row: (typeof cellTypeRows)[number]) =>
    JSON.stringify([row.heldOut, row.heldOutTogether, row.cellType]);
  const groups = [...new Map(cellTypeRows.map((row) => [key(row), row])).values()];
  const mean = (method: string, group: (typeof cellTypeRows)[number]) => {
    const values = cellTypeRows.flatMap((row) =>
      row.method === method && key(row) === key(group) && row.w1 !== null ? [row.w1] : [],
    );
    return values.length === 0
      ? '–'
      : formatNumber(values.reduce((a, b) => a + b, 0) / values.length, decimals);
  };
  return html`<h3>By cell type</h3>
<p class="small">The mean cost, in the plan of W<sub>1</sub>, of bringing predicted cells to the real cells of a type; mean over seeds.</p>
<div class="scroll"><table><thead><tr><th>Held out</th><th>Cell type</th>
${methods.map((method) => html`<th class="number">${methodLabel(method)}</th>`)}</tr></thead>
<tbody>${groups.map(
    (
      group,
    ) => html`<tr><th scope="row">${heldOutLabel(group.heldOut, group.heldOutTogether, timepoints.unit)}</th>
<td>${group.cellType}</td>${methods.map((method) => html`<td class="number">${mean(method, group)}</td>`)}</tr>`,
  )}</tbody></table></div>`;
}
