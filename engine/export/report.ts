import type { Figure } from '../figures/figure.ts';
import { formatCount, joinAnd, methodLabel, timepointList } from '../figures/words.ts';
import { type Html, html } from './html.ts';
import { choicesSection } from './report-choices.ts';
import { reportFigures } from './report-figures.ts';
import type { ReportInput } from './report-input.ts';
import { reportScripts } from './report-scripts.ts';
import { reportStyle } from './report-style.ts';
import {
  cellTypeTable,
  equalSizeTable,
  fitSettingsTables,
  fitTable,
  floorTable,
  settingsTable,
  timepointTable,
  w1Table,
} from './report-tables.ts';
import { howToRead, methodsText, trajectoryDoubts } from './report-words.ts';
import { verdict } from './verdict.ts';

/**
 * The report as one HTML page that needs nothing else: no network, no server, no other file. It holds no date, so the
 * same input gives the same bytes. Text from the data is escaped throughout.
 */
export function renderReport(input: ReportInput): string {
  const figures = reportFigures(input);
  const shown: Record<string, Figure> = {};
  const place = (id: string, figure: Figure | null): Html | null => {
    if (figure === null) return null;
    shown[id] = figure;
    return html`<figure><div class="plot" id="${id}" style="min-height:${figure.layout.height ?? 400}px"></div>
<figcaption>${figure.caption}</figcaption></figure>`;
  };
  const body = html`${header(input)}
${verdictSection(input)}
<main>
<h2>Cells and trajectories</h2>
${trajectorySentence(input)}
${place('components', figures.components)}
${place('map', figures.map)}
${place('path-spread', figures.pathSpread)}
${timepointTable(input)}
${figures.prediction && html`<h2>Predicted beside real cells</h2>${place('prediction', figures.prediction)}`}
${
  figures.wasserstein &&
  html`<h2>Distance to the held-out cells</h2>
<div class="scroll">${w1Table(input)}</div>
<p class="small">W<sub>1</sub>, mean ± standard deviation over seeds, in the units of the embedding; lower is better.
The lowest of a column is bold, which does not say that the difference is more than chance.</p>
${place('wasserstein', figures.wasserstein)}
${equalSizeTable(input)}
${floorTable(input)}
${cellTypeTable(input)}
${figures.pathDistance && html`<h3>Distance of the paths to the data</h3>${place('path-distance', figures.pathDistance)}`}
<details><summary>All fits</summary><div class="scroll">${fitTable(input)}</div></details>`
}
${choicesSection(input)}
${figures.loss && html`<h2>Training</h2>${place('loss', figures.loss)}`}
${input.notes.length > 0 && html`<h2>Notes</h2><ul>${input.notes.map((note) => html`<li>${note}</li>`)}</ul>`}
<h2>How to read this</h2>
${howToRead}
<h2>Method</h2>
${methodsText}
<h2>Settings and versions</h2>
${provenance(input)}
</main>`;
  const scripts = reportScripts(shown);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${scripts.contentSecurityPolicy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${input.title} – Meander</title>
<style>${{ markup: reportStyle }}</style>
</head>
<body>
${body}
<noscript><p>The figures need JavaScript; all numbers are in the tables.</p></noscript>
${scripts.elements}
</body>
</html>
`.markup;
}

const commandTitles: Record<ReportInput['command'], string> = {
  run: 'Trajectories between timepoints',
  evaluate: 'Comparison of methods on held-out timepoints',
  demo: 'Comparison of methods on the embedded example (simulated cells, not an experiment)',
};

function header({ title, command, nObs, timepoints, embedding, manifest }: ReportInput): Html {
  const facts = [
    manifest.input.name !== title && manifest.input.name,
    `${formatCount(nObs)} cells`,
    `${timepoints.labels.length} timepoints (${timepoints.unit === undefined ? joinAnd(timepoints.labels) : timepointList(timepoints.labels, timepoints.unit)})`,
    `${embedding.dims} dimensions of ${embedding.name}`,
  ].filter((fact) => fact !== false);
  return html`<header>
<p class="kind">Meander. ${commandTitles[command]}</p>
<h1>${title}</h1>
<p class="facts">${facts.join(' · ')}</p>
</header>`;
}

function verdictSection(input: ReportInput): Html {
  const { sentence, support } = verdict(input);
  return html`<section class="verdict" aria-label="Result"><p class="sentence">${sentence}</p>
${support.map((line) => html`<p>${line}</p>`)}</section>`;
}

function trajectorySentence({ trajectories, timepoints }: ReportInput): Html | null {
  if (trajectories === null) return null;
  const { method, heldOut } = trajectories;
  const fit =
    heldOut.length === 0
      ? 'fitted on all timepoints'
      : `fitted without ${timepointList(heldOut, timepoints.unit)}`;
  return html`<p>The method of the trajectories is ${methodLabel(method)}, ${fit}.</p>
${trajectoryDoubts(trajectories).map((sentence) => html`<p>${sentence}</p>`)}`;
}

function provenance({ manifest }: ReportInput): Html {
  const { config, fits, versions, input } = manifest;
  return html`<p>The same file, configuration and versions give the same numbers again (seconds excepted).</p>
<table class="keys"><caption>Input</caption><tbody>
<tr><th scope="row">file</th><td>${input.name}</td></tr>
<tr><th scope="row">SHA-256 of the arrays used</th><td class="hash">${input.dataSha256}</td></tr>
</tbody></table>
<p>Versions: ${Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ')}.</p>
<details><summary>Configuration</summary>${settingsTable(config, 'As it was asked for')}</details>
<details><summary>Settings of the fits</summary>${fitSettingsTables(fits)}</details>`;
}
