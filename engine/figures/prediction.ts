import type { Annotations, Layout, PlotData } from 'plotly.js';
import {
  baseAxis,
  baseLayout,
  coordinates,
  drawnRows,
  type Figure,
  inkOf,
  paddedRange,
  plotlyText,
  type Theme,
} from './figure.ts';
import { methodColors } from './palette.ts';
import { componentTitle, formatCount, methodLabel } from './words.ts';

export interface PredictionPanel {
  method: string;
  /** the held-out timepoint as the reader calls it, e.g. `day 3` */
  heldOut: string;
  /** said beside the held-out timepoint, e.g. `W₁ 0.71 ± 0.02` */
  note?: string;
  /** predicted cells, row-major `[n, dims]` */
  predicted: Float32Array;
  /** real cells of the held-out timepoint, row-major `[m, dims]` */
  real: Float32Array;
  /** cells of all timepoints in the space of this panel, drawn faintly for orientation, row-major `[nObs, dims]` */
  context: Float32Array;
}

export interface PredictionInput {
  embedding: string;
  dims: number;
  panels: PredictionPanel[];
}

export interface PredictionOptions {
  theme?: Theme;
  /** draw at most so many points in the whole figure; default 8000 */
  maxPoints?: number;
  seed?: number;
}

/** What the panels share in a report, in pixels. */
const PLOT_WIDTH = 800;
/** A letter of their titles, at most. */
const CHARACTER = 8.2;

/**
 * Predicted cells over the real ones of the held-out timepoint: one panel for each held-out timepoint
 * (rows) and method (columns), all to the same scale.
 */
export function predictionFigure(input: PredictionInput, options: PredictionOptions = {}): Figure {
  const { theme = 'light', maxPoints = 8000, seed = 42 } = options;
  const { dims, panels } = input;
  const methods = [...new Set(panels.map((panel) => panel.method))];
  const rows = [...new Set(panels.map((panel) => panel.heldOut))];
  const colors = methodColors(methods);
  const ink = inkOf(theme);
  const most = Math.max(50, Math.floor(maxPoints / Math.max(1, 3 * panels.length)));
  const part = (points: Float32Array) => {
    const drawn = drawnRows(points.length / dims, most, seed);
    return { drawn: drawn.length, of: points.length / dims, ...coordinates(points, dims, drawn) };
  };

  const drawn = panels.map((panel) => ({
    panel,
    real: part(panel.real),
    predicted: part(panel.predicted),
    context: part(panel.context),
  }));
  const every = (axis: 'x' | 'y') => [
    ...drawn.flatMap(({ real, predicted, context }) => [...context[axis], ...real[axis], ...predicted[axis]]),
  ];
  const xRange = paddedRange(every('x'));
  const yRange = paddedRange(every('y'));

  const data: Partial<PlotData>[] = [];
  const axes: Record<string, unknown> = {};
  const annotations: Partial<Annotations>[] = [];
  const gap = 0.06;
  const width = (1 - gap * (methods.length - 1)) / methods.length;
  const aspect = Math.min(0.9, Math.max(0.45, (yRange[1] - yRange[0]) / (xRange[1] - xRange[0])));
  const panelHeight = Math.round(Math.min(430, PLOT_WIDTH * width * aspect));
  const titles = new Map(
    methods.map((method) => [
      method,
      wrapped(methodLabel(method), Math.floor((PLOT_WIDTH * width) / CHARACTER)),
    ]),
  );
  // and a line for the timepoint and its note
  const titleLines = 1 + Math.max(...[...titles.values()].map((lines) => lines.length));
  const titleHeight = 10 + 16 * titleLines;
  const tickHeight = 30;
  const plotHeight = rows.length * (titleHeight + panelHeight + tickHeight) - tickHeight;

  drawn.forEach(({ panel, real, predicted, context }, index) => {
    const column = methods.indexOf(panel.method);
    const row = rows.indexOf(panel.heldOut);
    const suffix = index === 0 ? '' : String(index + 1);
    const left = column * (width + gap);
    const top = 1 - (row * (titleHeight + panelHeight + tickHeight) + titleHeight) / plotHeight;
    axes[`xaxis${suffix}`] = {
      ...baseAxis(theme, row === rows.length - 1 ? plotlyText(componentTitle(input.embedding, 1)) : ''),
      domain: [left, left + width],
      anchor: `y${suffix}`,
      range: xRange,
    };
    axes[`yaxis${suffix}`] = {
      ...baseAxis(theme, column === 0 && dims > 1 ? plotlyText(componentTitle(input.embedding, 2)) : ''),
      domain: [Math.max(0, top - panelHeight / plotHeight), top],
      anchor: `x${suffix}`,
      range: yRange,
      scaleanchor: `x${suffix}`,
      constrain: 'domain',
      // a panel that is less high stays under its title
      constraintoward: 'top',
    };
    annotations.push({
      text: [
        ...titles.get(panel.method)!.map((line) => `<b>${plotlyText(line)}</b>`),
        plotlyText([panel.heldOut, panel.note].filter(Boolean).join(', ')),
      ].join('<br>'),
      showarrow: false,
      xref: 'paper',
      yref: 'paper',
      x: left,
      y: top,
      xanchor: 'left',
      yanchor: 'bottom',
      align: 'left',
      font: { size: 13, color: ink.text },
    });
    const place = {
      type: 'scatter' as const,
      mode: 'markers' as const,
      xaxis: `x${suffix}`,
      yaxis: `y${suffix}`,
    };
    data.push(
      {
        ...place,
        name: 'all cells',
        legendgroup: 'all cells',
        showlegend: index === 0 && context.drawn > 0,
        x: context.x,
        y: context.y,
        marker: { size: 3, color: ink.faint },
        hoverinfo: 'skip',
      },
      {
        ...place,
        name: 'real held-out cells',
        legendgroup: 'real',
        showlegend: index === 0,
        x: real.x,
        y: real.y,
        marker: {
          symbol: 'circle-open',
          size: 5.5,
          color: ink.muted,
          opacity: 0.8,
          line: { width: 1, color: ink.muted },
        },
        hoverinfo: 'name',
      },
      {
        ...place,
        name: `predicted by ${plotlyText(methodLabel(panel.method))}`,
        legendgroup: `predicted ${panel.method}`,
        showlegend: drawn.findIndex((other) => other.panel.method === panel.method) === index,
        x: predicted.x,
        y: predicted.y,
        marker: { size: 5, color: colors.get(panel.method)!, opacity: 0.5, line: { width: 0 } },
        hoverinfo: 'name',
      },
    );
  });

  const thinned = drawn.some(({ real, predicted }) => real.drawn < real.of || predicted.drawn < predicted.of);
  return {
    data,
    layout: {
      ...baseLayout(theme, plotHeight + 100),
      ...(axes as Partial<Layout>),
      annotations,
    },
    caption: [
      'Filled: cells predicted from the timepoint before. Rings: the real cells of the held-out timepoint, which the fit never saw. A good prediction covers the rings, and only them.',
      thinned && `At most ${formatCount(most)} cells of each kind are drawn in a panel, chosen at random.`,
    ]
      .filter(Boolean)
      .join(' '),
  };
}

/** In lines of at most so many characters where words allow. */
function wrapped(text: string, characters: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const longer = lines.length > 0 ? `${lines.at(-1)} ${word}` : word;
    if (lines.length > 0 && longer.length <= characters) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
