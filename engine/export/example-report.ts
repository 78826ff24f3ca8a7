import type { ToyRow } from '../evaluate/toy.ts';
import type { Figure } from '../figures/figure.ts';
import { formatNumber, methodLabel } from '../figures/words.ts';
import { html } from './html.ts';
import { reportScripts } from './report-scripts.ts';
import { reportStyle } from './report-style.ts';

/** What the report of `meander example` is made from: pure data. */
export interface ExampleReportInput {
  title: string;
  /** what the data are, and what is measured: plain text */
  about: string;
  /** what is carried along and what its distance is to, e.g. `cells` and `the manifold` */
  subject: string;
  target: string;
  seed: number;
  rows: readonly ToyRow[];
  figure: Figure;
  versions: Record<string, string>;
  /** the settings of each fit */
  fits: readonly { method: string; settings: object }[];
  notes: readonly string[];
}

/** The report as one HTML page that needs nothing else; same input, same bytes. All text is escaped. */
export function renderExampleReport(input: ExampleReportInput): string {
  const { title, about, target, seed, rows, figure, versions, fits, notes } = input;
  const scripts = reportScripts({ paths: figure });
  const withW1 = rows.some((row) => row.w1 !== undefined);
  const number = (value: number | null | undefined) =>
    html`<td class="number">${value === null ? 'diverged' : value === undefined ? '–' : formatNumber(value, 3)}</td>`;
  const versionText = Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ');
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${scripts.contentSecurityPolicy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} – Meander</title>
<style>${{ markup: reportStyle }}</style>
</head>
<body>
<header>
<p class="kind">Meander. Straight and geodesic paths on an example</p>
<h1>${title}</h1>
<p class="facts">seed ${seed} · ${versionText}</p>
</header>
<section class="verdict" aria-label="Result"><p class="sentence">${verdictOf(input)}</p>${
    !w1IsWorse(rows)
      ? null
      : html`<p>Yet its W<sub>1</sub> to the held-out cells is larger: it comes near, but does not reach all that cells cover.</p>`
  }</section>
<main>
<h2>Paths</h2>
<p>${about}</p>
<figure><div class="plot" id="paths" style="min-height:${figure.layout.height ?? 400}px"></div>
<figcaption>${figure.caption}</figcaption></figure>
<h2>Half-way</h2>
<table><thead><tr><th>Method</th><th class="number">Mean distance to ${target}</th>${
    withW1 && html`<th class="number">W<sub>1</sub> to the held-out cells</th>`
  }</tr></thead>
<tbody>${rows.map(
    (row) =>
      html`<tr><th scope="row">${methodLabel(row.method)}</th>${number(row.distance)}${
        withW1 && number(row.w1)
      }</tr>`,
  )}</tbody></table>
${notes.length > 0 && html`<h2>Notes</h2><ul>${notes.map((note) => html`<li>${note}</li>`)}</ul>`}
<h2>Settings</h2>
${fits.map(
  ({ method, settings }) =>
    html`<details><summary>${methodLabel(method)}</summary><table class="keys"><tbody>${Object.entries(
      settings,
    ).map(
      ([key, value]) => html`<tr><th scope="row">${key}</th><td>${String(value)}</td></tr>`,
    )}</tbody></table></details>`,
)}
</main>
<noscript><p>The figure needs JavaScript; all numbers are in the table.</p></noscript>
${scripts.elements}
</body>
</html>
`.markup;
}

/** One sentence: which method stays nearer half-way, and by how much. */
function verdictOf({ rows, subject, target }: ExampleReportInput): string {
  const distanceOf = (method: string) => rows.find((row) => row.method === method)?.distance ?? null;
  const straight = distanceOf('ot-cfm');
  const bent = distanceOf('ot-mfm');
  if (straight === null || bent === null) return 'A fit diverged, so the methods cannot be compared.';
  const part = `${formatNumber(bent, 3)} from ${target} on average, those of straight paths (OT-CFM) ${formatNumber(straight, 3)}`;
  return bent < straight
    ? `Half-way, the ${subject} of bent paths (OT-MFM) are ${part}: ${formatNumber(straight / bent, bent < straight / 2 ? 1 : 2)} times nearer.`
    : `Half-way, the ${subject} of bent paths (OT-MFM) are ${part}: here the metric does not help.`;
}

function w1IsWorse(rows: readonly ToyRow[]): boolean {
  const w1Of = (method: string) => rows.find((row) => row.method === method)?.w1 ?? null;
  const straight = w1Of('ot-cfm');
  const bent = w1Of('ot-mfm');
  return straight !== null && bent !== null && bent > straight;
}
