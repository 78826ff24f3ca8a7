import { formatNumber } from '../figures/words.ts';
import { type Html, html } from './html.ts';
import type { ReportInput } from './report-input.ts';

/** What the report's numbers and figures mean, for a reader who knows the experiment and no machine learning. */
export const howToRead: Html = html`<dl>
<dt>Held-out timepoint</dt>
<dd>Its cells were removed before anything was fitted (with protocol <em>paper</em>, whitening alone has seen them). The fit joins the timepoints around it, and the cells of the
timepoint before are carried on to its time (where the settings say so, those of the timepoint after are carried back too, and the two meet, each weighing by its nearness). What comes out is compared with the real cells that were kept back.</dd>
<dt>W<sub>1</sub> distance</dt>
<dd>The least average distance over which predicted cells would have to be moved to become the real ones (Wasserstein-1,
Euclidean, solved exactly over all cells). It is in the units of the embedding, or of the
whitened embedding where the settings say so; hence it compares methods on the same data, not one data set
with another. It is never quite zero: even two random halves of one day are some distance apart.</dd>
<dt>± and seeds</dt>
<dd>Training begins at random and draws cells at random. A seed fixes both; ± is the standard deviation over seeds. It tells how much of a
difference is chance of training, and nothing about how another experiment would turn out.</dd>
<dt>Interval over the cells</dt>
<dd>An experiment takes some of the cells of a tissue. The interval beside W<sub>1</sub> at equal numbers of cells says where the distance would be with other cells of the
same tissue and the same fit. Seeds and cells are two kinds of chance, and neither stands for another animal or donor.</dd>
<dt>Trajectories</dt>
<dd>A line is where the fitted model carries one cell, not a cell that was followed. Sequencing destroys each cell, so which cell
becomes which is inferred from all cells together.</dd>
<dt>Maps</dt>
<dd>They show two components; the fit and the distances use all the components named at the top. Cells that lie together in a map may be apart
in the others.</dd>
</dl>`;

const references = [
  {
    authors: 'K. Kapuśniak, P. Potaptchik, T. Reu and others',
    title: 'Metric Flow Matching for Smooth Interpolations on the Data Manifold',
    where: 'arXiv:2405.14780, 2024',
    url: 'https://arxiv.org/abs/2405.14780',
  },
  {
    authors: 'A. Tong, K. Fatras, N. Malkin and others',
    title: 'Improving and generalizing flow-based generative models with minibatch optimal transport',
    where: 'arXiv:2302.00482, 2023',
    url: 'https://arxiv.org/abs/2302.00482',
  },
  {
    authors: 'G. Arvanitidis, L. K. Hansen, S. Hauberg',
    title: 'A Locally Adaptive Normal Distribution',
    where: 'Advances in Neural Information Processing Systems 29, 2016',
    url: 'https://arxiv.org/abs/1606.02518',
  },
];

/** How the fits are made, with sources. */
export const methodsText: Html = html`<p>Cells of neighbouring observed timepoints are paired by optimal transport, and a velocity field is trained by
regression to reproduce the velocity of the paths that join the pairs; cells are then carried along the field. In
<strong>OT-CFM</strong> the paths are straight [2]. In <strong>OT-MFM</strong> a first network bends them, so that they have least energy in a
metric that makes regions without cells costly to cross [1]; the metric is LAND, which measures how densely
cells lie around a point [3], or RBF, a learned density [1], as the settings below name it. With the bend switched off, both are the same program. <strong>Automatic</strong> (<code>auto</code>) is the same program
too: it chooses the settings from the data, by keeping inner timepoints back and predicting them.</p>
<ol class="references">${references.map(
  ({ authors, title, where, url }) =>
    html`<li>${authors}. <cite>${title}</cite>. <a href="${url}" rel="noreferrer">${where}</a>.</li>`,
)}</ol>`;

/** What limits the trajectories that are shown: where no cells are, and what the seed makes of them. */
export function trajectoryDoubts({
  shareFar,
  seeds,
  spread,
  times,
  points,
  cells,
}: NonNullable<ReportInput['trajectories']>): string[] {
  const far =
    shareFar === null
      ? []
      : [
          shareFar === 0
            ? 'No point of the trajectories lies far from the cells that the fit has seen.'
            : `${capital(percent(shareFar))} of the points of the trajectories lie far from any cell that the fit has seen (dotted in the figures): farther than 99 % of the cells lie from their neighbours. Nothing was measured there.`,
        ];
  if (spread === null) {
    return [
      ...far,
      'They come from one seed, so they have no band: how much they owe to the chance of training is not known. More seeds (--seeds 3) tell.',
    ];
  }
  const way = wayOf(points, times.length, cells.length);
  const share = way > 0 ? `, ${percent(spread / way)} of the way from start to end` : '';
  const digits = Math.max(0, 1 - Math.floor(Math.log10(spread || 1)));
  return [
    ...far,
    `In ${seeds} fits that differ in their seed alone, the paths of the same cell lie ${formatNumber(spread, digits)} apart (root mean square distance from their mean, in the units of the embedding)${share}.`,
  ];
}

function percent(share: number): string {
  return share < 0.01 ? 'less than 1 %' : `${Math.round(100 * share)} %`;
}

const capital = (text: string) => text[0].toUpperCase() + text.slice(1);

/** Root mean square distance between the two ends of the trajectories. */
function wayOf(points: Float32Array, times: number, cells: number): number {
  const last = points.length - points.length / times;
  let sum = 0;
  for (let i = 0; last + i < points.length; i++) sum += (points[last + i] - points[i]) ** 2;
  return Math.sqrt(sum / cells);
}
