import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Figure } from '../figures/figure.ts';
import { type Html, jsonForScript, scriptForElement } from './html.ts';

export interface ReportScripts {
  /** allows these scripts and nothing from anywhere else */
  contentSecurityPolicy: string;
  /** the figures' data, the plotting library and the few lines that draw them */
  elements: Html;
}

/** Draws each figure into the element with its id; on paper every folded part is open. */
const drawScript = `
const figures = JSON.parse(document.getElementById('figures').textContent);
const config = { responsive: true, displaylogo: false, displayModeBar: 'hover',
  modeBarButtons: [['toImage', 'zoom2d', 'pan2d', 'resetScale2d']] };
for (const [id, figure] of Object.entries(figures)) {
  Plotly.newPlot(id, figure.data, figure.layout,
    { ...config, toImageButtonOptions: { format: 'svg', filename: id } });
}
addEventListener('beforeprint', () => {
  for (const part of document.querySelectorAll('details')) part.open = true;
  for (const id of Object.keys(figures)) Plotly.Plots.resize(id);
});
`;

/**
 * Everything that runs in the report, inlined: it works from a file and without a network. The policy names the
 * scripts by their hash, so that no text from the data could ever run.
 * @param figures by the id of the element to draw into
 */
export function reportScripts(figures: Record<string, Figure>): ReportScripts {
  const library = scriptForElement(plotlySource());
  const drawn = Object.fromEntries(
    Object.entries(figures).map(([id, { data, layout }]) => [id, { data, layout }]),
  );
  const hashes = [library, drawScript].map(
    (source) => `'sha256-${createHash('sha256').update(source, 'utf8').digest('base64')}'`,
  );
  return {
    contentSecurityPolicy: [
      "default-src 'none'",
      `script-src ${hashes.join(' ')}`,
      // the library sizes its parts through style elements and attributes
      "style-src 'unsafe-inline'",
      'img-src data: blob:',
      "base-uri 'none'",
      "form-action 'none'",
    ].join('; '),
    elements: {
      markup: `<script type="application/json" id="figures">${jsonForScript(drawn)}</script>
<script>${library}</script>
<script>${drawScript}</script>`,
    },
  };
}

let source: string | undefined;

function plotlySource(): string {
  source ??= readFileSync(createRequire(import.meta.url).resolve('plotly.js-strict-dist-min'), 'utf8');
  return source;
}
